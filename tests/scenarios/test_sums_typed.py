"""Sums behind ``=``: worked out as they are typed, in the window and in the terminal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.ui.conversation.input.sum_strip import SumStrip
from tests.scenarios.hands import CONTROL, clipboard, key, press, said, shows, typed
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.chatting import wait_for_end
from tests.support.terminal import phial
from tests.support.window import Open, Opened


def draft(opened: Opened) -> str:
    return opened.window.pane.composer.text()


@scenario("key", "=", without=nothing(SumStrip, "show_draft"))
def test_a_sum_is_worked_out_and_enter_takes_its_result(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    editor = opened.window.pane.composer.editor
    typed(editor, "= 9.9 - 9.11")
    until(qtbot, lambda: shows(opened.window, "= 0.79"))
    key(editor, Qt.Key.Key_Return)
    until(qtbot, lambda: draft(opened) == "0.79")
    assert not shows(opened.window, "= 0.79")
    key(editor, Qt.Key.Key_Z, CONTROL)
    ready(qtbot, lambda: draft(opened) == "= 9.9 - 9.11")
    assert said(opened, "user") == [], "nothing was sent"


@scenario("button", "SumStrip: Copy result")
def test_a_result_is_copied(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    typed(opened.window.pane.composer.editor, "= 5 km in m")
    press(opened.window.pane, "Copy result")
    until(qtbot, lambda: clipboard() == "5000 m")


@scenario("button", "SumStrip: Use result")
def test_a_result_is_used(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    typed(opened.window.pane.composer.editor, "= 20% of 80")
    press(opened.window.pane, "Use result")
    until(qtbot, lambda: draft(opened) == "16")


@scenario("button", "SumStrip: Ask the model")
def test_a_sum_is_sent_as_it_is_only_where_that_is_asked_for(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    editor = opened.window.pane.composer.editor
    for bomb, told in (
        ("= 9**9**9", "The result has more digits than are computed here."),
        ("= 1/0", "Nothing can be divided by zero."),
        ("= sqrt(2)", "≈ 1.41421356237"),
        ("= 2 +", "…"),
        ("= " + "(" * 10_000 + "1", ""),
    ):
        typed(editor, "", instead=True)
        editor.insertPlainText(bomb)
        ready(qtbot, lambda told=told: not told or shows(opened.window, told))
    typed(editor, "= ", instead=True)
    QGuiApplication.clipboard().setText("9" * 300_000)  # Qt would lay it out for eight seconds
    key(editor, Qt.Key.Key_V, CONTROL)
    until(qtbot, lambda: shows(opened.window, "attach it as a file"))
    assert draft(opened).strip() == "="
    typed(editor, "= 2 +", instead=True)
    key(editor, Qt.Key.Key_Return)
    assert draft(opened) == "= 2 +"
    press(opened.window.pane, "Ask the model")
    until(qtbot, lambda: said(opened, "user") == ["= 2 +"])
    wait_for_end(qtbot, opened)
    typed(editor, "= is what in Python?")
    key(editor, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened, "user")[-1] == "= is what in Python?")
    wait_for_end(qtbot, opened)


@scenario("option", "calc")
@scenario("option", "calc SUM")
@scenario("option", "calc --json")
def test_the_terminal_works_out_sums() -> None:
    assert phial("calc", "9.9", "-", "9.11", "--json").data == {"result": "0.79", "exact": True}
    assert phial("calc", "-5+3").out == "-2\n"
    assert phial("calc", "sqrt(2)").out == "≈ 1.41421356237\n"
    tower = phial("calc", "2^3^2")
    assert (tower.out, "from the left it is 64" in tower.err) == ("512\n", True)
    assert "divided by zero" in phial("calc", "1/0", code=1).err
    for bomb in ("9**9**9", "9" * 100_000, "(" * 10_000 + "1" + ")" * 10_000):
        assert phial("calc", bomb, code=1).out == ""


def test_the_day_is_that_of_the_clock(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "app.ui.commands.composer_commands.utc_now", lambda: datetime(2026, 12, 20, 12, tzinfo=UTC)
    )
    opened = open_window()
    typed(opened.window.pane.composer.editor, "= days until 2026-12-24")
    ready(qtbot, lambda: shows(opened.window, "= 4 days"))
