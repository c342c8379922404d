"""Keys that are no command: those of the shortcuts page, and Enter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.engine.scripted import ScriptedEngine
from app.ui.conversation.composer import Composer, MessageEditor
from app.ui.main_window import MainWindow
from app.ui.transcript.interaction.keyboard import Keyboard
from tests.scenarios.hands import (
    CONTROL,
    SHIFT,
    begun,
    choose,
    clipboard,
    key,
    meanwhile,
    said,
    slow,
    stored,
    talk,
    transcript,
    typed,
    wait_for_end,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.window import Open
from tests.ui.transcript.pointing import spot


@scenario("key", "Esc", without=nothing(MainWindow, "escape"))
def test_esc_stops_the_answer(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(slow())
    begun(qtbot, opened)
    key(opened.window, Qt.Key.Key_Escape)
    question = "SELECT stop_reason FROM messages WHERE role = 'assistant'"
    until(qtbot, lambda: stored(opened, question) == [("stopped",)])


def _up_only_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Composer.__init__

    def deaf(self: Composer, *arguments: object) -> None:
        make(self, *arguments)  # type: ignore[arg-type]
        self.editor.up_when_empty.disconnect()

    monkeypatch.setattr(Composer, "__init__", deaf)


@scenario("key", "Up", without=_up_only_moves)
def test_up_in_an_empty_message_edits_the_last_one(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    key(opened.window, Qt.Key.Key_Up)
    qtbot.keyClicks(opened.window.pane.composer.editor, "?")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened, "user") == ["Question", "Question?"])
    wait_for_end(qtbot, opened)


@scenario("key", "Shift+Return", without=nothing(MessageEditor, "insertPlainText"))
def test_shift_return_breaks_the_line(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    typed(opened.window.pane.composer.editor, "one")
    key(opened.window, Qt.Key.Key_Return, SHIFT)
    qtbot.keyClicks(opened.window.pane.composer.editor, "two")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened, "user") == ["Question", "one\ntwo"])
    wait_for_end(qtbot, opened)


@scenario("key", "Ctrl+Return", without=nothing(Composer, "_submit"))
def test_ctrl_return_sends_where_enter_breaks_the_line(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    opened.harness.services.settings.update(enter_sends=False)
    until(qtbot, lambda: not opened.window.pane.composer.editor.enter_sends)
    typed(opened.window.pane.composer.editor, "one")
    key(opened.window, Qt.Key.Key_Return)
    qtbot.keyClicks(opened.window.pane.composer.editor, "two")
    key(opened.window, Qt.Key.Key_Return, CONTROL)
    until(qtbot, lambda: said(opened, "user") == ["one\ntwo"])
    wait_for_end(qtbot, opened)


@scenario("key", "Ctrl+PgUp", without=nothing(Keyboard, "_walk"))
def test_ctrl_page_up_goes_from_message_to_message(qtbot: QtBot, open_window: Open) -> None:
    long = "\n\n".join(f"Paragraph {number}." for number in range(40))
    opened = talk(qtbot, open_window, "First", "Second", engine=ScriptedEngine([long]))

    def at_the_top(message: int, words: str) -> bool:
        return spot(transcript(opened), message, words).y() < 80

    for which, message, words in (
        (Qt.Key.Key_PageUp, 3, "Paragraph 0."),  # the last answer, and its question
        (Qt.Key.Key_PageUp, 2, "Second"),
        (Qt.Key.Key_PageUp, 1, "Paragraph 0."),
        (Qt.Key.Key_PageDown, 2, "Second"),
    ):
        key(opened.window, which, CONTROL)
        until(qtbot, lambda: at_the_top(message, words))  # noqa: B023


@scenario("key", "Shift+F10", without=nothing(Keyboard, "press", False))
def test_shift_f10_opens_the_conversations_menu(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    transcript(opened).setFocus()
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Select whole chat")):
        QTest.keyClick(transcript(opened), Qt.Key.Key_F10, SHIFT)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Copy as plain text")):
        QTest.keyClick(transcript(opened), Qt.Key.Key_F10, SHIFT)
    until(qtbot, lambda: "One." in clipboard())
