"""Marks in an answer: found by the mouse and by Tab, and what choosing one shows."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from app.engine.scripted import ScriptedEngine
from app.sums.check import wrong_numbers
from app.sums.findings import Finding
from app.ui.commands.mark_commands import MarkCommands
from app.ui.conversation.marks.sum_popup import SumPopup
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.widgets.mark_buttons import MarkButton
from tests.scenarios.hands import (
    begun,
    clipboard,
    press,
    slow,
    talk,
    transcript,
    wait_for_end,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.chatting import say
from tests.support.window import Open, Opened
from tests.ui.transcript.pointing import at_the_window, spot

WRONG = "First 17 × 24 = 409, and then it goes on."  # noqa: RUF001


def marks(opened: Opened) -> list[MarkButton]:
    """The buttons of the marks in view, from the first."""
    return [one for one in transcript(opened).findChildren(MarkButton) if one.isVisible()]


def popup(qtbot: QtBot, opened: Opened) -> SumPopup:
    """The one that is open."""
    until(qtbot, lambda: opened.window.findChild(SumPopup) is not None)
    found = opened.window.findChild(SumPopup)
    assert isinstance(found, SumPopup)
    return found


def at_the_mark(qtbot: QtBot, opened: Opened) -> SumPopup:
    """Click at a wrong sum."""
    until(qtbot, lambda: len(marks(opened)) == 1)
    at_the_window(transcript(opened), QTest.mouseClick, spot(transcript(opened), 1, "17", 3))
    return popup(qtbot, opened)


@scenario("button", "SumPopup: Ask again with it")
def test_the_model_is_asked_again_with_the_value(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine([WRONG, "Right."])
    opened = talk(qtbot, open_window, engine=engine)
    press(at_the_mark(qtbot, opened), "Ask again with it")
    until(qtbot, lambda: len(engine.requests) == 2)
    assert "it is 408, not 409" in engine.requests[-1].turns[-1].content
    wait_for_end(qtbot, opened)


@scenario("button", "SumPopup: Copy the value")
def test_the_value_is_copied_and_the_text_stays_as_it_was_written(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine([WRONG]))
    press(at_the_mark(qtbot, opened), "Copy the value")
    assert clipboard() == "408"
    view = transcript(opened)
    view.selection(whole=True)
    assert WRONG in view.selection()
    view._selection.copy(CopyAs.PLAIN)
    assert WRONG in clipboard()


@scenario("button", "MarkButton: …", without=nothing(MarkCommands, "show"))
def test_a_mark_is_reached_by_tab_and_pressed(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine([WRONG]))
    until(qtbot, lambda: len(marks(opened)) == 1)
    assert "it is 408, not 409" in marks(opened)[0].accessibleName()
    message = marks(opened)[0].parentWidget().parentWidget()
    until(qtbot, lambda: "it is 408, not 409" in message.accessibleName())
    transcript(opened).setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(transcript(opened), Qt.Key.Key_Tab)
    focused = opened.window.focusWidget()
    for _ in range(4):  # past the buttons of the question
        if isinstance(focused, MarkButton):
            break
        assert isinstance(focused, QAbstractButton)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        focused = opened.window.focusWidget()
    assert isinstance(focused, MarkButton)
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    found = popup(qtbot, opened)
    qtbot.keyClick(found, Qt.Key.Key_Escape)
    until(qtbot, lambda: opened.window.findChild(SumPopup) is None)
    assert opened.window.focusWidget() is focused


def test_a_wrong_sum_is_marked_while_the_answer_is_written_and_never_on_the_gui_thread(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[tuple[str, bool]] = []

    def watched(text: str) -> tuple[Finding, ...]:
        looked.append((text, threading.current_thread() is threading.main_thread()))
        return wrong_numbers(text)

    monkeypatch.setattr("app.sums.check.wrong_numbers", watched)
    opened = open_window(slow(WRONG + " word" * 300))
    begun(qtbot, opened)
    rows = transcript(opened)._layout.branch.models[1]
    until(qtbot, lambda: any(row.marked for row in rows.rows))
    assert opened.window.controller.answering
    assert {text for text, _ in looked} == {WRONG}, "sentence by sentence"
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)
    until(qtbot, lambda: any(text != WRONG for text, _ in looked))
    assert not any(here for _, here in looked)


SAYS = {  # what models say to the question which of 9.9 and 9.11 is larger
    "9.11 is larger.": "“9.11 is larger”: it is 9.9, not 9.11.",
    "**9.11**": "“9.11”: it is 9.9, not 9.11.",
    "The larger number is 9.11.": "“larger number is 9.11”: it is 9.9, not 9.11.",
    "9.11 > 9.9, as 11 is more than 9.": "“9.11 > 9.9”: it is 9.11 < 9.9.",
    "9.9 is larger, since 9.9 = 9.90.": "",
}


def test_of_9_9_and_9_11_the_right_one_stands_in_the_window_whatever_the_model_says(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine(list(SAYS)))
    for words in SAYS.values():
        say(qtbot, opened, "Which is larger, 9.9 or 9.11?")
        wait_for_end(qtbot, opened)
        until(qtbot, lambda words=words: last_marks(opened) == words)  # type: ignore[misc]


def last_marks(opened: Opened) -> str:
    """What the marks of the newest message say."""
    rows = transcript(opened)._layout.branch.models[-1].rows
    return " ".join(mark.mark.words for row in rows for mark in row.marked)
