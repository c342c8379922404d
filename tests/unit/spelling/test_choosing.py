"""Which words have a spelling, and which dictionary a text is looked up in."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.spelling import SpellingService
from app.spelling.dictionaries import SpellingDictionary, find_dictionaries, suiting
from app.spelling.words import is_written_in, words_in
from app.store.own_words import OwnWords

KNOWN = [SpellingDictionary(code, Path(code)) for code in ("de_DE", "en_GB", "en_US", "fr_FR")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("It isn't so.", ["It", "isn't", "so"]),
        ("see https://example.org/abcd and `qwertz` or a_b x2 me@home.de", ["see", "and", "or"]),
        ("/usr/share/dict and camelCase <b> {topic} $e=mc$", ["and"]),
        ("Grüße, l\u2019été", ["Grüße", "l\u2019été"]),
    ],
)
def test_code_and_addresses_have_no_spelling(line: str, words: list[str]) -> None:
    assert [word.text for word in words_in(line)] == words


@pytest.mark.parametrize(
    ("text", "reader", "code"),
    [
        ("What is the answer to this", "de_AT", "en_US"),
        ("What is the answer to this", "en_GB", "en_GB"),
        ("Wie ist das und was ist das nicht", "en_US", "de_DE"),
        ("Cosa è questo e come si fa nella", "en_US", ""),
        ("Hm", "fr", "fr_FR"),
        ("Hm", "xx", ""),
        ("Write a function to sort a list", "en_US", "en_US"),  # Czech has "a" and "to" as well
        ("it's Phi's wrld, don't", "en_US", "en_US"),  # no Czech "s" behind an apostrophe
        ("I do a lot", "de_DE", "en_US"),
        ("C'est qu'il n'est pas", "en_US", "fr_FR"),
        ("Wie schreibe ich a b c", "en_US", "de_DE"),
        ("Idę do domu i do sklepu, a potem na spacer", "en_US", ""),
        ("Co to je a jak se to dělá, když jsou doma", "en_US", ""),
    ],
)
def test_a_text_is_looked_up_in_its_own_language(text: str, reader: str, code: str) -> None:
    found = suiting(KNOWN, text, reader)
    assert (found.code if found else "") == code


def test_pairs_of_files_are_dictionaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("en_US.aff", "en_US.dic", "hyph_en_US.dic", "de_DE.aff", "th_en-US.aff"):
        (tmp_path / name).touch()
    monkeypatch.setenv("DICPATH", str(tmp_path))
    assert ("en_US", tmp_path / "en_US") in [(one.code, one.path) for one in find_dictionaries()]
    assert not [one for one in find_dictionaries() if one.path.parent == tmp_path][1:]


def test_other_scripts_are_not_looked_up() -> None:
    assert is_written_in("Ада", "ru")
    assert not is_written_in("Ада", "en")


def test_a_pause_that_ends_after_the_program_asks_nothing(tmp_path: Path) -> None:
    service = SpellingService(OwnWords(tmp_path / "words.json"), "en")
    service.close()
    told: list[object] = []
    service.check(["word"], "word", told.append, told.append)
    assert told == []
