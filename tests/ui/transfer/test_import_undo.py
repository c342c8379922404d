"""In the window an import is taken back with one click: in the dialog's end, or below the chat."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.markup.transfer.values import Chat
from app.services.transfer.import_record import ImportRecord
from app.ui.transfer.import_dialog import ImportDialog
from tests.support.window import Open


def file_of(path: Path, count: int, extra: str = "") -> Path:
    rows = [{"messages": [{"role": "user", "content": f"hi {n}"}]} for n in range(count)]
    path.write_text("\n".join([*map(json.dumps, rows), extra]), encoding="utf-8")
    return path


def press(qtbot: QtBot, parent: QWidget, words: str) -> None:
    """Click the button with these words once it can be."""

    def found() -> QPushButton | None:
        buttons = parent.findChildren(QPushButton)
        fitting = [b for b in buttons if b.text() == words and b.isVisible() and b.isEnabled()]
        return fitting[0] if fitting else None

    qtbot.waitUntil(lambda: found() is not None, timeout=10_000)
    button = found()
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_undo_below_the_chat_takes_an_import_back(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    library = opened.harness.services.library
    opened.window.commands.transfer.import_files([file_of(tmp_path / "a.jsonl", 3)])
    (dialog,) = opened.window.findChildren(ImportDialog)
    press(qtbot, dialog, "Import 3 chats")
    qtbot.waitUntil(opened.window.pane.snackbar.isVisible, timeout=10_000)
    assert len(library.chats.conversations()) == 3
    press(qtbot, opened.window.pane.snackbar, "Undo")
    qtbot.waitUntil(lambda: library.chats.conversations() == [], timeout=10_000)
    assert library.trash.chats() == ()


def test_undo_in_the_end_of_the_dialog_takes_it_back_and_the_shown_chat_is_left(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    library = opened.harness.services.library
    opened.window.commands.transfer.import_files([file_of(tmp_path / "a.jsonl", 1, "{broken")])
    (dialog,) = opened.window.findChildren(ImportDialog)
    press(qtbot, dialog, "Import 1 chat")
    qtbot.waitUntil(lambda: dialog._heading.text() == "1 chat imported", timeout=10_000)
    shown = opened.window.controller.chat
    assert shown is not None
    assert [chat.id for chat in library.chats.conversations()] == [shown.id]
    press(qtbot, dialog, "Undo")
    qtbot.waitUntil(lambda: library.chats.conversations() == [], timeout=10_000)

    def left() -> bool:
        after = opened.window.controller.chat
        return after is None or after.id != shown.id

    qtbot.waitUntil(left, timeout=10_000)  # the window is told after the library
    assert not opened.window.pane.snackbar._done.isVisible()  # which would offer Undo once more


def test_a_stopped_import_says_how_far_it_came_and_offers_undo(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window()
    library = opened.harness.services.library
    opened.window.commands.transfer.import_files([file_of(tmp_path / "a.jsonl", 450)])
    (dialog,) = opened.window.findChildren(ImportDialog)
    add = ImportRecord.add

    def add_and_stop(record: ImportRecord, chats: Sequence[Chat]) -> None:
        add(record, chats)
        assert dialog._task is not None
        dialog._task.cancel.set()  # what Cancel does, at a moment that is known

    monkeypatch.setattr(ImportRecord, "add", add_and_stop)
    press(qtbot, dialog, "Import 450 chats")
    qtbot.waitUntil(opened.window.pane.snackbar.isVisible, timeout=10_000)
    assert opened.window.pane.snackbar._label.text() == "Stopped: 200 of 450 chats are imported."
    press(qtbot, dialog, "Close")
    press(qtbot, opened.window.pane.snackbar, "Undo")
    qtbot.waitUntil(lambda: library.chats.conversations() == [], timeout=10_000)


def test_the_bar_and_the_heading_say_how_far_it_is(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    dialog = ImportDialog(
        opened.window,
        opened.harness.services.transfer,
        opened.window._operations,
        [file_of(tmp_path / "a.jsonl", 1)],
    )
    dialog._show_progress(3 * 2**31, 4 * 2**31)
    assert (dialog._bar.value(), dialog._bar.maximum()) == (750, 1000)
    assert "75" in dialog._heading.text()
    qtbot.waitUntil(lambda: dialog._heading.text() == "1 chat found", timeout=10_000)
    dialog.close()
