"""Find in chat, as it is used in the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.engine.scripted import ScriptedEngine
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened

LONG = "\n\n".join(f"Paragraph {i} says needle {i}." for i in range(120))


@pytest.fixture
def asked(qtbot: QtBot, open_window: Open) -> Opened:
    """A window with one long answer, read somewhere in its middle."""
    opened = open_window(ScriptedEngine([LONG]))
    say(qtbot, opened, "Tell me")
    wait_for_end(qtbot, opened)
    opened.window.pane.transcript._layout.scroll_by(-1500)
    return opened


def on_the_screen(opened: Opened) -> tuple[int, int, float]:
    """A line in the middle of the view, and how far below the window's top it stands."""
    view = opened.window.pane.transcript
    middle = view._layout.flow.placed[len(view._layout.flow.placed) // 2]
    top = view.viewport().mapTo(opened.window, QPoint(0, 0)).y()
    return middle.at, middle.row, top + middle.y


def place_of(opened: Opened, at: int, row: int) -> float:
    view = opened.window.pane.transcript
    top = view.viewport().mapTo(opened.window, QPoint(0, 0)).y()
    return next(top + p.y for p in view._layout.flow.placed if (p.at, p.row) == (at, row))


def field(opened: Opened) -> QLineEdit:
    found = opened.window.pane.find_bar.findChild(QLineEdit)
    assert found is not None
    return found


def test_the_bar_comes_and_goes_without_moving_what_is_read(qtbot: QtBot, asked: Opened) -> None:
    at, row, place = on_the_screen(asked)
    qtbot.keyClick(asked.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert asked.window.pane.find_bar.isVisible()
    assert place_of(asked, at, row) == place
    qtbot.keyClick(field(asked), Qt.Key.Key_Escape)
    assert not asked.window.pane.find_bar.isVisible()
    assert place_of(asked, at, row) == place


def test_the_bar_leaves_the_end_in_view(qtbot: QtBot, asked: Opened) -> None:
    view = asked.window.pane.transcript
    view._layout.scroll_to_end()
    qtbot.keyClick(asked.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert view._layout.flow.bottom_reached
    qtbot.keyClick(field(asked), Qt.Key.Key_Escape)
    assert view._layout.flow.bottom_reached


def test_enter_goes_on_and_shift_enter_goes_back(qtbot: QtBot, asked: Opened) -> None:
    qtbot.keyClick(asked.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    count = asked.window.pane.find_bar.count
    qtbot.keyClicks(field(asked), "needle 7")
    qtbot.waitUntil(lambda: count.text() == "11 matches")
    asked.window.pane.transcript._layout.scroll_to_start()
    qtbot.keyClick(field(asked), Qt.Key.Key_Return)
    assert count.text() == "1 of 11"
    qtbot.keyClick(field(asked), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert count.text() == "11 of 11"
    assert count.accessibleName() == "11 matches"
    field(asked).clear()
    assert count.text() == ""


def test_in_another_chat_the_same_is_looked_for(qtbot: QtBot, asked: Opened) -> None:
    first = asked.window.controller.chat
    assert first is not None
    asked.window.controller.new_chat()
    say(qtbot, asked, "One needle more")
    wait_for_end(qtbot, asked)
    qtbot.keyClick(asked.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field(asked), "one needle more")
    count = asked.window.pane.find_bar.count
    qtbot.waitUntil(lambda: count.text() == "1 match")
    asked.window.controller.open_chat(first.id)
    qtbot.waitUntil(lambda: count.text() == "No match")
    field(asked).setText("needle 7")
    qtbot.waitUntil(lambda: count.text() == "11 matches")
