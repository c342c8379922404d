"""Names keep their order in sentences that run the other way."""

from __future__ import annotations

import pytest

from app.language import spoken
from app.language.formats import isolated, text_direction

ARABIC = "\u0645\u0631\u062d\u0628\u0627 123"


@pytest.mark.parametrize(
    ("language", "name", "kept"),
    [
        ("en", "Bottles", True),
        ("en", "Flaschen für Öl", True),
        ("en", ARABIC, False),
        ("en", f"Bottles {ARABIC}", False),
        ("pseudo-rtl", ARABIC, True),
        ("pseudo-rtl", "Bottles", False),
        ("pseudo-rtl", "123", True),
    ],
)
def test_a_name_that_runs_against_its_sentence_is_set_apart(
    monkeypatch: pytest.MonkeyPatch, language: str, name: str, kept: bool
) -> None:
    monkeypatch.setattr(spoken, "IN_FORCE", spoken.language(language))
    assert isolated(name) == (name if kept else f"\u2068{name}\u2069")


def test_the_first_letter_decides() -> None:
    assert text_direction("12 - ") is None
    assert text_direction(f"12 {ARABIC} a") is True
    assert text_direction(f"a {ARABIC}") is False
