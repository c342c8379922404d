"""Which language is spoken: the environment's, the setting's, the system's, or English."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.language.spoken import VARIABLE
from app.system.language import chosen, stored_language, system_languages

ENGLISH = {"LC_ALL": "en_US.UTF-8"}
GERMAN = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "de_AT.UTF-8"}


@pytest.mark.parametrize(
    ("given", "stored", "system", "spoken"),
    [
        ("de", "en", "en_US", "de"),
        ("pseudo", "de", "en_US", "pseudo"),
        ("", "de", "en_US", "de"),
        ("", "system", "de_AT.UTF-8", "de"),
        ("", "", "de-CH", "de"),
        ("klingon", "", "de", "de"),
        ("", "pseudo", "de", "de"),  # for tests only
        ("", "", "fr_FR.UTF-8", "en"),
        ("", "", "", "en"),
    ],
)
def test_who_is_asked_first(given: str, stored: str, system: str, spoken: str) -> None:
    assert chosen({VARIABLE: given}, stored, iter([system])) == spoken


def test_the_first_language_of_the_system_that_phial_speaks_is_taken() -> None:
    assert chosen({}, "", iter(["fr_FR", "de_DE", "en_US"])) == "de"


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        (GERMAN, ["de_AT.UTF-8"]),
        ({**GERMAN, "LC_ALL": "C.UTF-8"}, []),
        ({**GERMAN, "LC_MESSAGES": "fr_FR"}, ["fr_FR"]),
        ({**GERMAN, "LANGUAGE": "fr:en"}, ["fr", "en", "de_AT.UTF-8"]),
        ({"LANG": "C", "LANGUAGE": "de"}, []),
    ],
)
def test_the_system_says_it_as_posix_does(environment: dict[str, str], names: list[str]) -> None:
    assert list(system_languages(environment)) == names


@pytest.mark.parametrize("text", ["", "{", "[]", '{"language": 3}', '{"language": null}', "\udcff"])
def test_a_settings_file_that_cannot_be_read_chooses_no_language(home: Path, text: str) -> None:
    home.mkdir()
    (home / "settings.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert stored_language() == ""


def test_a_home_of_nobody_is_told_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHIAL_HOME", "~nobody-of-that-name/x")
    assert stored_language() == ""


def said(home: Path, *words: str, **environment: str) -> str:
    given = {name: value for name, value in os.environ.items() if name != VARIABLE}
    done = subprocess.run(
        [sys.executable, "-m", "app", *words],
        env={**given, **environment, "PHIAL_HOME": str(home)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_the_terminal_speaks_the_language_of_the_system(home: Path) -> None:
    assert said(home, "settings", "get", "seed", **GERMAN).startswith("Startwert: jedes Mal neu")
    assert said(home, "settings", "get", "seed", **ENGLISH).startswith("Seed: new each time")


def test_the_setting_wins_over_the_system_and_plain_data_stays_what_it_is(home: Path) -> None:
    said(home, "settings", "set", "language", "en", **GERMAN)
    assert said(home, "settings", "get", "seed", **GERMAN).startswith("Seed: new each time")
    said(home, "settings", "set", "language", "de", **ENGLISH)
    assert said(home, "settings", "get", "seed", **ENGLISH).startswith("Startwert")
    row = json.loads(said(home, "settings", "get", "seed", "--json", **ENGLISH))
    assert (row["name"], row["section"]) == ("seed", "Answers")
