"""Reading up and down while the hands are in the composer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.engine.scripted import ScriptedEngine
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open

LONG = "\n\n".join(f"Paragraph {i} of a long answer." for i in range(120))


def test_page_keys_turn_the_conversations_pages_from_the_composer(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine([LONG]))
    editor, view = opened.window.pane.composer.editor, opened.window.pane.transcript
    qtbot.keyClick(editor, Qt.Key.Key_PageUp)  # nothing to be turned yet, and no harm
    say(qtbot, opened, "Tell me")
    wait_for_end(qtbot, opened)
    qtbot.keyClicks(editor, "A draft")
    end = view._layout.flow.position
    qtbot.keyClick(editor, Qt.Key.Key_PageUp)
    assert view._layout.flow.position < end
    qtbot.keyClick(editor, Qt.Key.Key_PageDown)
    assert view._layout.flow.bottom_reached
    assert editor.toPlainText() == "A draft"


def test_in_a_message_longer_than_its_box_they_turn_the_messages(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine([LONG]))
    editor, view = opened.window.pane.composer.editor, opened.window.pane.transcript
    say(qtbot, opened, "Tell me")
    wait_for_end(qtbot, opened)
    editor.setPlainText("line\n" * 200)
    qtbot.waitUntil(lambda: editor.verticalScrollBar().maximum() > 0)
    editor.verticalScrollBar().setValue(editor.verticalScrollBar().maximum())
    cursor = editor.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    editor.setTextCursor(cursor)
    qtbot.keyClick(editor, Qt.Key.Key_PageUp)
    assert editor.textCursor().position() < cursor.position()
    assert view._layout.flow.bottom_reached


def test_what_is_sent_from_further_up_is_shown(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(ScriptedEngine([LONG]))
    view = opened.window.pane.transcript
    say(qtbot, opened, "Tell me")
    wait_for_end(qtbot, opened)
    view._layout.scroll_by(-2000)
    assert not view._layout.flow.bottom_reached
    say(qtbot, opened, "And more")
    wait_for_end(qtbot, opened)
    assert len(view._layout.branch.models) == 4
    assert view._layout.flow.bottom_reached
