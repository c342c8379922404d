"""Every command of the table, given as a person gives it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.engine.scripted import ScriptedEngine
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.ui.shell.chatting import say, wait_for_end
from tests.ui.shell.conftest import Open


@scenario("command", "new_chat")
def test_ctrl_n_begins_a_chat(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(ScriptedEngine(["One.", "Two."]))
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    qtbot.keyClick(opened.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    say(qtbot, opened, "Second")
    until(qtbot, lambda: len(opened.harness.services.library.conversations()) == 2)
    wait_for_end(qtbot, opened)
