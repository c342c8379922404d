"""Settings of several programs over one file, and those of one program alone."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from app.domain.appearance.choices import ThemeChoice
from app.domain.settings import Settings
from app.services.core.events import ErrorReported, Event, EventBus, SettingsChanged
from app.services.core.settings import SettingsService
from app.store import SettingsStore


class Program:
    """One that has the settings open, and what it heard."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[Event] = []
        bus = EventBus()
        bus.subscribe(self.heard.append)
        self.settings = SettingsService(SettingsStore(folder / "settings.json"), bus)


def stored(folder: Path) -> object:
    return json.loads((folder / "settings.json").read_text())


def test_what_another_program_changed_meanwhile_is_kept_and_taken_over(tmp_path: Path) -> None:
    window, terminal = Program(tmp_path), Program(tmp_path)
    terminal.settings.update(zoom=150, seed=7)
    window.settings.update(theme=ThemeChoice.DARK)
    assert stored(tmp_path) == {"zoom": 150, "seed": 7, "theme": "dark"}
    after = Settings(zoom=150, seed=7, theme=ThemeChoice.DARK)
    assert window.heard == [SettingsChanged(Settings(), after)]
    window.settings.update(zoom=100)
    assert stored(tmp_path) == {"seed": 7, "theme": "dark"}


def test_a_program_that_follows_hears_what_changed_once(tmp_path: Path) -> None:
    window, terminal = Program(tmp_path), Program(tmp_path)
    window.settings.follow()  # there is no file yet
    terminal.settings.update(zoom=150)
    window.settings.follow()
    window.settings.follow()
    assert window.settings.current == Settings(zoom=150)
    assert window.heard == [SettingsChanged(Settings(), Settings(zoom=150))]


@pytest.mark.parametrize("half", ["", '{"zoom": 1', "[]"])
def test_a_file_that_is_being_written_changes_nothing(tmp_path: Path, half: str) -> None:
    window = Program(tmp_path)
    window.settings.update(zoom=150)
    file = tmp_path / "settings.json"
    file.write_text(half)
    window.settings.follow()
    assert window.settings.current.zoom == 150
    assert file.read_text() == half
    file.unlink()
    window.settings.follow()
    window.settings.update(seed=3)
    assert stored(tmp_path) == {"zoom": 150, "seed": 3}


def test_a_value_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    window = Program(tmp_path)
    (tmp_path / "settings.json").write_text('{"zoom": 9000, "seed": 5}')
    window.settings.follow()
    window.settings.follow()
    assert window.settings.current == Settings(seed=5)
    (told,) = [one.error for one in window.heard if isinstance(one, ErrorReported)]
    assert told.what.startswith("Text size is 9,000; it must be between 50 and 300 %.")


def test_what_a_command_line_says_is_in_force_and_is_not_stored(tmp_path: Path) -> None:
    chat = Program(tmp_path)
    chat.settings.override(temperature=0.2, seed=4)
    chat.settings.update(zoom=120)
    assert chat.settings.current == Settings(temperature=0.2, seed=4, zoom=120)
    assert stored(tmp_path) == {"zoom": 120}
    chat.settings.update(seed=9)  # changed for good: what the command line said of it is over
    chat.settings.follow()
    assert chat.settings.current == Settings(temperature=0.2, seed=9, zoom=120)
    assert stored(tmp_path) == {"zoom": 120, "seed": 9}


def test_a_change_waits_until_another_program_has_written(tmp_path: Path) -> None:
    window = Program(tmp_path)
    window.settings.update(zoom=120)
    change = threading.Thread(target=lambda: window.settings.update(seed=4))
    file = tmp_path / "settings.json"
    with FileLock(f"{file}.lock"):
        now = json.loads(file.read_text())
        change.start()
        change.join(0.3)  # without the lock it would be done by then
        file.write_text(json.dumps({**now, "theme": "dark"}))
    change.join()
    assert stored(tmp_path) == {"zoom": 120, "seed": 4, "theme": "dark"}
