"""The window's first words where chats are missing or cannot be written: every button of theirs."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from app.main import main
from app.services.registry import Services
from app.store import open_store
from app.system.paths import folders
from app.ui.application import RESTART
from app.ui.conversation.notices.upgrade_notice import UpgradeNotice
from app.ui.library.backups_dialog import BackupsDialog
from tests.scenarios.hands import Address, key, meanwhile, press, titles
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.support.window import Open, close
from tests.unit.markup.transfer.making import conversation_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a chat and a backup of it."""
    folder = tmp_path / "data"
    chat = conversation_of("Which ship is this?", "The Vasa.", title="Ships")
    opened = open_store(folder)
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.health.back_up()
    opened.close()
    return folder


@pytest.fixture
def missing(folder: Path) -> Path:
    """The same without its database."""
    (folder / "phial.db").unlink()
    return folder


@scenario("button", "StartReport: Bring them back")
def test_missing_chats_come_back(qtbot: QtBot, open_window: Open, missing: Path) -> None:
    opened = open_window(folder=missing)
    press(opened.window.pane.banner, "Bring them back")
    until(qtbot, lambda: titles(opened) == ["Ships"])
    close(opened)
    again = open_window(folder=missing)
    assert titles(again) == ["Ships"]
    assert again.window.pane.banner.isHidden()


@scenario("button", "StartReport: Keep it as it is")
def test_missing_chats_are_not_told_again(qtbot: QtBot, open_window: Open, missing: Path) -> None:
    opened = open_window(folder=missing)
    press(opened.window.pane.banner, "Keep it as it is")
    until(qtbot, opened.window.pane.banner.isHidden)
    close(opened)
    again = open_window(folder=missing)
    assert again.window.pane.banner.isHidden()
    assert titles(again) == []


@scenario("button", "UpgradeNotice: Restart Phial")
def test_a_program_that_was_upgraded_offers_to_start_anew(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.conversation.notices.upgrade_notice.SETTLED_MS", 1)
    program, restarted = tmp_path / "__init__.py", []
    program.write_text("__version__ = '1'")
    opened = open_window()
    banner = opened.window.pane.banner
    notice = UpgradeNotice(banner, program, lambda: restarted.append(opened.window.close()))
    assert notice.parent() is banner
    newer = tmp_path / "newer"
    newer.write_text("__version__ = '2'")
    newer.replace(program)  # as installers do
    until(qtbot, lambda: not banner.isHidden())
    press(banner, "Restart Phial")
    assert restarted == [True]
    assert opened.window.isHidden()


def test_a_restart_becomes_the_program_that_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[list[str]] = []
    monkeypatch.setenv("PHIAL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("app.ui.application.run", lambda *_values, **_named: RESTART)

    def become(_path: str, words: list[str]) -> NoReturn:
        became.append(words)
        raise SystemExit

    monkeypatch.setattr("os.execv", become)
    with pytest.raises(SystemExit):
        main([])
    assert became == [[sys.executable, "-m", "app"]]


def test_a_move_that_is_wanted_is_made_when_the_window_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, disk = tmp_path / "home", tmp_path / "disk"
    disk.mkdir()
    monkeypatch.setenv("PHIAL_HOME", str(home))

    def want(services: Services, **_named: object) -> int:
        services.moving().wanted = services.moving().plan(disk)
        return 0

    monkeypatch.setattr("app.ui.application.run", want)

    def become(_path: str, _words: list[str]) -> NoReturn:
        raise SystemExit

    monkeypatch.setattr("os.execv", become)
    with pytest.raises(SystemExit):
        main([])
    assert folders().data == disk / "Phial"
    assert (disk / "Phial" / "phial.db").exists()


@scenario("button", "StartReport: Show the backups…")
def test_the_backups_of_missing_chats_are_shown(
    qtbot: QtBot, open_window: Open, missing: Path
) -> None:
    opened = open_window(folder=missing)

    def look(dialog: BackupsDialog) -> None:
        shown = dialog.findChild(QListWidget)
        assert "1 chat · 2 messages" in shown.item(0).text()
        key(dialog, Qt.Key.Key_Escape)

    with meanwhile(qtbot, BackupsDialog, look):
        press(opened.window.pane.banner, "Show the backups…")


@scenario("button", "StartReport: Open the data folder")
def test_the_folder_of_chats_that_cannot_be_written_is_opened(
    qtbot: QtBot, open_window: Open, folder: Path, address: Address
) -> None:
    with closing(sqlite3.connect(folder / "phial.db")) as connection:
        connection.execute("PRAGMA user_version=999")
    opened = open_window(folder=folder)
    press(opened.window.pane.banner, "Open the data folder")
    until(qtbot, lambda: address.asked == [folder.as_uri()])
