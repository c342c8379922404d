"""By hand: one chat out of a backup, one chat of the trash for good, a thought that is copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.engine.scripted import ScriptedEngine
from app.ui.library import trash_dialog
from app.ui.library.backups_dialog import BackupsDialog, ChatsOfBackupDialog
from app.ui.library.trash_dialog import TrashDialog
from tests.support.window import Open


def press(qtbot: QtBot, parent: QWidget, words: str) -> None:
    (button,) = (b for b in parent.findChildren(QPushButton) if b.text() == words)
    qtbot.waitUntil(button.isEnabled, timeout=10_000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_one_chat_comes_out_of_a_backup(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    services = opened.harness.services
    kept, _ = opened.harness.ask("Keep me")
    other, _ = opened.harness.ask("Other")
    services.maintenance.back_up()
    services.library.trash.remove([kept]).result()
    dialog = BackupsDialog(opened.window, services.maintenance, opened.window._operations)
    dialog.open()
    dialog._list.setCurrentRow(0)
    press(qtbot, dialog, "Bring back chats…")
    qtbot.waitUntil(lambda: bool(dialog.findChildren(ChatsOfBackupDialog)), timeout=10_000)
    (held,) = dialog.findChildren(ChatsOfBackupDialog)
    found = held.findChild(QListWidget)
    assert found is not None
    row = next(at for at in range(found.count()) if "Keep me" in found.item(at).text())
    found.setCurrentRow(row)
    press(qtbot, held, "Bring back")
    qtbot.waitUntil(lambda: len(services.library.chats.conversations()) == 2, timeout=10_000)
    assert {chat.id for chat in services.library.chats.conversations()} == {kept, other}
    qtbot.waitUntil(lambda: "1 chat brought back" in dialog._line.text(), timeout=10_000)
    dialog.close()


def test_two_backups_of_one_minute_do_not_read_alike(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    keeper = opened.harness.services.maintenance
    first = keeper.back_up()
    qtbot.waitUntil(lambda: keeper.back_up().made_at != first.made_at, timeout=5_000)
    dialog = BackupsDialog(opened.window, keeper, opened.window._operations)
    whens = {dialog._list.item(row).text().split(" · ")[0] for row in range(dialog._list.count())}
    assert len(whens) >= 2
    dialog.close()


def test_one_chat_of_the_trash_is_deleted_for_good(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window()
    library = opened.harness.services.library
    one, _ = opened.harness.ask("One")
    two, _ = opened.harness.ask("Two")
    library.trash.delete([one, two])
    qtbot.waitUntil(lambda: len(library.trash.chats()) == 2)
    monkeypatch.setattr(trash_dialog, "confirm", lambda *_: True)
    dialog = TrashDialog(opened.window, library.trash)
    dialog.open()
    row = next(at for at in range(2) if "One" in dialog._list.item(at).text())
    dialog._list.setCurrentRow(row)
    press(qtbot, dialog, "Delete for good…")
    qtbot.waitUntil(lambda: [chat.id for chat in library.trash.chats()] == [two], timeout=5_000)
    dialog._list.setCurrentRow(0)
    press(qtbot, dialog, "Restore")
    qtbot.waitUntil(lambda: library.trash.chats() == (), timeout=5_000)
    assert [chat.id for chat in library.chats.conversations()] == [two]
    dialog.close()


@pytest.mark.parametrize("answer", ["<think>\nOnly a thought.\n</think>\n\n \n", "<think>\nOpen."])
def test_an_answer_that_is_only_a_thought_is_copied_as_it_is(
    qtbot: QtBot, open_window: Open, answer: str
) -> None:
    opened = open_window(ScriptedEngine([answer]))
    chat, _ = opened.harness.ask("Think")
    qtbot.waitUntil(lambda: bool(opened.window.pane) and bool(chat))
    opened.window.controller.open_chat(chat)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("before")
    opened.window.commands.messages.copy_answer()
    assert "thought" in clipboard.text() or "Open." in clipboard.text()


def test_where_there_is_no_answer_the_clipboard_stays(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    QGuiApplication.clipboard().setText("before")
    opened.window.commands.messages.copy_answer()
    assert QGuiApplication.clipboard().text() == "before"
