"""The window's first words: nothing can be written, something is missing; what can be done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.store import open_store
from app.ui.conversation.chat_pane import Page
from app.ui.conversation.notices.start_report import MISSING, READ_ONLY
from app.ui.library.backups_dialog import BackupsDialog
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened, close
from tests.unit.markup.transfer.making import conversation_of


def a_chat(folder: Path) -> str:
    """A chat on disk with a backup of it; its id."""
    chat = conversation_of("Which ship is this?", "The Vasa.", title="Ships")
    opened = open_store(folder)
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.health.back_up()
    opened.close()
    return chat.conversation.id


def offer(opened: Opened, text: str) -> QPushButton:
    banner = opened.window.pane.banner
    return next(one for one in banner.findChildren(QPushButton) if one.text() == text)


def listed(opened: Opened) -> list[str]:
    return [chat.title for chat in opened.harness.services.library.chats.conversations()]


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A data folder that a newer Phial has brought up to date."""
    folder = tmp_path / "newer"
    a_chat(folder)
    with closing(sqlite3.connect(folder / "phial.db")) as connection:
        connection.execute("PRAGMA user_version=999")
    return folder


def test_chats_that_cannot_be_written_are_shown_and_the_composer_says_why(
    qtbot: QtBot, newer: Path, open_window: Open
) -> None:
    before = (newer / "phial.db").read_bytes()
    opened = open_window(ScriptedEngine(["No."]), folder=newer)
    pane, window = opened.window.pane, opened.window
    assert pane.banner.kind == READ_ONLY
    assert "newer Phial" in pane.banner.accessibleName()
    assert listed(opened) == ["Ships"]
    assert window.controller.open_chat(opened.harness.services.library.chats.conversations()[0].id)
    assert [item.message.content for item in window.controller.branch][-1] == "The Vasa."
    qtbot.keyClicks(pane.composer.editor, "lost words")
    qtbot.keyClick(pane.composer.editor, Qt.Key.Key_Return)
    assert pane.composer.text() == ""
    assert "can be read, not changed" in pane.composer.editor.placeholderText()
    qtbot.waitUntil(lambda: "can be read" in pane.snackbar.notice)
    window.controller.leave()  # keeping the place is not tried
    window.controller.new_chat()
    qtbot.wait(50)
    assert pane.banner.kind == READ_ONLY
    assert (newer / "phial.db").read_bytes() == before


def test_a_private_chat_needs_no_disk(qtbot: QtBot, newer: Path, open_window: Open) -> None:
    opened = open_window(ScriptedEngine(["Here I am."]), folder=newer)
    opened.window.controller.new_chat(private=True)
    say(qtbot, opened, "Anybody?")
    wait_for_end(qtbot, opened)
    assert opened.window.controller.branch[-1].message.content == "Here I am."


def test_changes_of_a_chat_are_refused_with_the_same_words(
    qtbot: QtBot, newer: Path, open_window: Open
) -> None:
    opened = open_window(folder=newer)
    library = opened.harness.services.library
    library.rename(library.chats.conversations()[0].id, "Boats")
    qtbot.waitUntil(lambda: opened.window.pane.banner.kind != READ_ONLY)
    assert "newer Phial" in opened.window.pane.banner.accessibleName()
    assert listed(opened) == ["Ships"]


@pytest.mark.parametrize("welcomed", [True, False], ids=["as usual", "the settings are gone too"])
def test_missing_chats_are_told_and_brought_back_by_a_click(
    qtbot: QtBot, tmp_path: Path, open_window: Open, welcomed: bool
) -> None:
    a_chat(tmp_path / "data")
    (tmp_path / "data" / "phial.db").unlink()
    opened = open_window(settings=Settings(welcomed=welcomed))
    assert opened.window.pane.banner.kind == MISSING
    assert opened.window.pane.banner.isVisible()
    assert opened.window.pane.page is not Page.WELCOME
    assert "2 messages in 1 chat" in opened.window.pane.banner.accessibleName()
    qtbot.mouseClick(offer(opened, "Bring them back"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: listed(opened) == ["Ships"])
    qtbot.waitUntil(opened.window.pane.banner.isHidden)
    close(opened)
    again = open_window(folder=tmp_path / "data")
    assert again.window.pane.banner.isHidden()
    assert listed(again) == ["Ships"]


def test_keeping_it_as_it_is_is_remembered(qtbot: QtBot, tmp_path: Path, open_window: Open) -> None:
    a_chat(tmp_path / "data")
    (tmp_path / "data" / "phial.db").write_bytes(b"")
    opened = open_window()
    qtbot.mouseClick(offer(opened, "Keep it as it is"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(opened.window.pane.banner.isHidden)
    close(opened)
    again = open_window(folder=tmp_path / "data")
    assert again.window.pane.banner.isHidden()


def test_the_list_of_backups_says_what_each_holds(
    qtbot: QtBot, tmp_path: Path, open_window: Open
) -> None:
    a_chat(tmp_path / "data")
    (tmp_path / "data" / "phial.db").unlink()
    opened = open_window()
    opened.harness.services.maintenance.back_up()
    qtbot.mouseClick(offer(opened, "Show the backups…"), Qt.MouseButton.LeftButton)
    dialog = opened.window.findChild(BackupsDialog)
    assert dialog is not None
    shown = dialog.findChild(QListWidget)
    lines = [shown.item(row).text() for row in range(shown.count())]
    assert "0 chats · 0 messages" in lines[0]
    assert "1 chat · 2 messages" in lines[1]
    dialog.accept()
