"""``phial settings``: every action and option; what it leaves in the file and does to a window."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.cli import EXIT_FAILED, EXIT_USAGE
from app.domain.appearance.choices import ThemeChoice
from app.domain.settings import SHOWN
from app.ui.main_window import MainWindow
from app.ui.style.theme import DARK
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.scenarios.test_settings_kept import Lives
from tests.support.harness import Harness
from tests.support.settings_dialog import SettingsHand
from tests.support.terminal import phial
from tests.support.window import Open


def stored(home: Path) -> object:
    return json.loads((home / "settings.json").read_text())


@scenario("option", "settings list")
@scenario("option", "settings list --json")
def test_every_setting_is_listed_with_what_it_is(home: Path) -> None:
    phial("settings", "set", "zoom", "150")
    lines = phial("settings", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == list(SHOWN)
    assert "zoom                 150 %" in lines
    rows = {row["name"]: row for row in phial("settings", "list", "--json").data}
    assert {name: row["value"] for name, row in rows.items()} == {
        **{name: spec.default for name, spec in SHOWN.items()},
        "zoom": 150,
    }


@scenario("option", "settings get")
@scenario("option", "settings get NAME")
@scenario("option", "settings get --json")
def test_one_setting_says_what_it_may_be() -> None:
    assert phial("settings", "get", "kv-type").out == (
        "KV cache: f16, smaller only if needed\n"
        "f16 is exact; q8_0 takes about half the memory.\n"
        "It may be f16, q8_0, or default (f16, smaller only if needed).\n"
    )
    row = phial("settings", "get", "temperature", "--json").data
    assert (row["value"], row["low"], row["high"], row["default"]) == (None, 0, 5, None)


@scenario("option", "settings set")
@scenario("option", "settings set NAME")
@scenario("option", "settings set VALUE")
@scenario("option", "settings set --json")
def test_what_is_set_is_in_the_file(home: Path) -> None:
    said = phial("settings", "set", "temperature", "0.3").out
    assert said == "Temperature: 0.3 (before: what suits the model)\n"
    assert phial("settings", "set", "wrap_code", "on", "--json").data["value"] is True
    phial("settings", "set", "system_prompt", "Rhyme,\nplease. \U0001f642")
    assert stored(home) == {
        "temperature": 0.3,
        "wrap_code": True,
        "system_prompt": "Rhyme,\nplease. \U0001f642",
    }
    assert phial("settings", "set", "temperature", "default").out.endswith("(before: 0.3)\n")
    phial("settings", "set", "system_prompt", "")
    assert stored(home) == {"wrap_code": True}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("get", "temp"), "There is no setting “temp”. Did you mean temperature?"),
        (("set", "tempratur", "1"), "Did you mean temperature?"),
        (("reset", "offlin"), "Did you mean offline?"),
        (("get", "window_geometry"), "There is no setting “window_geometry”."),
        (("set", "temperature", "9"), "Temperature cannot be “9”. It must be between 0 and 5."),
        (("set", "zoom", ""), "Text size needs a number between 50 and 300 %."),
        (("set", "threads", "-1"), "CPU threads cannot be “-1”. It must be between 1 and 256."),
        (
            ("set", "theme", "pink"),
            f"Theme is one of {', '.join(ThemeChoice)}, not “pink”",
        ),
        (("set", "offline", "maybe"), "Offline is on or off, not “maybe”."),
        (("reset",), "Name settings, or give --all."),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(
    home: Path, words: tuple[str, ...], told: str
) -> None:
    said = phial("settings", *words, code=EXIT_USAGE)
    assert told in said.err
    assert not (home / "settings.json").exists()


@scenario("option", "settings reset")
@scenario("option", "settings reset NAME")
@scenario("option", "settings reset --all")
@scenario("option", "settings reset --yes")
@scenario("option", "settings reset --json")
def test_what_is_reset_is_the_default_again(home: Path) -> None:
    for name, value in {"zoom": "150", "seed": "7", "offline": "on", "theme": "dark"}.items():
        phial("settings", "set", name, value)
    assert phial("settings", "reset", "zoom", "seed").out == (
        "Text size: 100 % (before: 150 %)\nSeed: new each time (before: 7)\n"
    )
    assert stored(home) == {"offline": True, "theme": "dark"}
    asked = phial("settings", "reset", "--all", stdin="n\n", code=EXIT_FAILED).err
    assert asked.startswith("Bring theme, offline back to their defaults? [y/N]")
    assert stored(home) == {"offline": True, "theme": "dark"}
    rows = phial("settings", "reset", "--all", "--yes", "--json").data
    assert [row["name"] for row in rows] == ["theme", "offline"]
    assert stored(home) == {}


@pytest.fixture
def lives(qtbot: QtBot, open_window: Open, home: Path, monkeypatch: pytest.MonkeyPatch) -> Lives:
    """The window over the folder in which the commands look."""
    assert os.environ["PHIAL_HOME"] == str(home)
    return Lives(qtbot, open_window, home)


def test_a_window_that_is_open_follows_and_takes_nothing_back(qtbot: QtBot, lives: Lives) -> None:
    def script(window: MainWindow, harness: Harness) -> None:
        hand = SettingsHand(qtbot, window)
        hand.open()
        row = hand.row("zoom")
        points = QApplication.font().pointSizeF()
        phial("settings", "set", "theme", "dark")
        until(qtbot, lambda: QGuiApplication.palette().window().color().name() == DARK.window)
        phial("settings", "set", "zoom", "150")
        until(qtbot, lambda: QApplication.font().pointSizeF() == points * 1.5)
        until(qtbot, lambda: row._field.read() == 150)
        phial("settings", "set", "offline", "on")
        until(qtbot, lambda: harness.services.settings.current.offline)
        phial("settings", "reset", "zoom")
        until(qtbot, lambda: QApplication.font().pointSizeF() == points)
        phial("settings", "set", "seed", "7")
        hand.close()

    lives.program(script)  # which stores its place on the screen as it closes
    kept = lives.file.load()[0]
    assert (kept.theme, kept.zoom, kept.offline, kept.seed) == ("dark", 100, True, 7)
    assert kept.window_geometry


@scenario("option", "move")
@scenario("option", "move FOLDER")
def test_all_data_is_moved_to_another_folder(home: Path, tmp_path: Path) -> None:
    phial("settings", "set", "zoom", "150")
    disk = tmp_path / "disk"
    disk.mkdir()
    moved = phial("move", str(disk), cwd=tmp_path)  # in which it goes where no folder is passed on
    assert f"Your data is in {disk / 'Phial'} now. The old copy was removed" in moved.out
    assert '"zoom": 150' in (disk / "Phial" / "settings.json").read_text()
    assert not (home / "settings.json").exists()
    assert phial("settings", "get", "zoom", "--json").data["value"] == 150
    again = phial("move", str(disk / "nowhere"), code=EXIT_FAILED)
    assert "There is no folder" in again.err
