"""The terminal in German: argparse's own words, and an answer to a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import EXIT_USAGE
from app.cli.streams import is_yes
from tests.support.languages import speaking
from tests.support.terminal import phial


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("settings", "get"), "diese Argumente fehlen: NAME"),
        (("ask", "--model"), "Argument --model: ein Wert wird erwartet"),
        (("ask", "Hi", "--ctx", "1"), "Argument --ctx: "),
        (("ask", "Hi", "--frobnicate"), "unbekannte Argumente: --frobnicate"),
        (("ask", "Hi", "--json=1"), "der angegebene Wert '1' gehört nicht hierher"),
        (("ask", "Hi", "--m", "x"), "mehrdeutige Option: --m könnte --model, --min-p"),
        (("completion", "tcsh"), "'tcsh' gibt es nicht; möglich sind"),
        (("frobnicate",), "'frobnicate' gibt es nicht; möglich sind"),
        (("--demo", "--self-test"), "nicht zusammen mit dem Argument --demo erlaubt"),
    ],
)
def test_a_wrong_command_line_is_refused_in_german(
    home: Path, words: tuple[str, ...], said: str
) -> None:
    refused = phial(*words, code=EXIT_USAGE, PHIAL_LANGUAGE="de").err
    assert refused.startswith("Aufruf: phial")
    assert ": Fehler: " in refused
    assert said in refused
    assert not home.exists()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("form", "said"),
    [  # the words of the language, and the English ones beside them
        ("tabelle:Name,Geboren:ganzzahl,X:farbe", "es gibt text, zahl, ganzzahl, datum, ja-nein"),
        ("table:Name,Born:whole,X:colour", "„colour“ ist keine Art von Wert"),
        ("gedicht", "es gibt liste, tabelle, felder, json, eins_von"),
    ],
)
def test_a_form_is_typed_in_german_or_english(form: str, said: str) -> None:
    assert said in phial("ask", "Hi", "--form", form, code=EXIT_USAGE, PHIAL_LANGUAGE="de").err


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("command", ["", "ask", "models", "settings", "chats", "completion"])
def test_help_has_no_english_frame(command: str) -> None:
    shown = phial(*command.split(), "--help", PHIAL_LANGUAGE="de").out
    assert shown.startswith(f"Aufruf: phial {command}")
    assert "Optionen:" in shown
    assert "diese Hilfe zeigen und beenden" in shown
    for english in ("usage:", "options:", "positional arguments", "show this help", "show program"):
        assert english not in shown


def test_a_yes_in_german_is_one_and_so_is_an_english_one() -> None:
    with speaking("de"):
        assert all(map(is_yes, ("j\n", "Ja\n", "y", "YES ")))
        assert not any(map(is_yes, ("", "n", "nein", "N\n", "jein")))
    assert not is_yes("j")
