"""What stands in the composer belongs to its chat, whatever happens meanwhile."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.errors import DiskFullError
from app.services.core.events import Asked, SendFailed
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open


def test_drafts_stay_with_their_chats(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    first = opened.window.controller.chat
    assert first is not None
    qtbot.keyClicks(opened.window.pane.composer.editor, "unsent")
    opened.window.controller.new_chat()
    assert opened.window.pane.composer.text() == ""
    opened.window.controller.open_chat(first.id)
    assert opened.window.pane.composer.text() == "unsent"


def test_giving_an_edit_up_gives_the_draft_back(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    opened.window.pane.composer.set_text("draft")
    opened.window.controller.edit_last()
    assert opened.window.pane.composer.text() == "First"
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Escape)
    assert opened.window.pane.composer.text() == "draft"


def test_a_question_that_could_not_be_stored_is_in_its_chats_composer_again(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    controller, composer = opened.window.controller, opened.window.pane.composer
    first = controller.chat
    assert first is not None
    composer.set_text("What now?")
    controller.new_chat()
    controller.open_chat(first.id)
    composer.set_text("")  # as sending does, once the draft was kept
    controller.new_chat()
    controller.on_event(SendFailed(first.id, Asked("What now?"), DiskFullError("Full.")))
    assert composer.text() == ""
    controller.open_chat(first.id)
    assert composer.text() == "What now?"
