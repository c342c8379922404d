"""What a person does to have a conversation in the window's tests."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from tests.support.window import Opened


def say(qtbot: QtBot, opened: Opened, text: str) -> None:
    """Type a message and press Enter."""
    editor = opened.window.pane.composer.editor
    editor.setFocus()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def wait_for_end(qtbot: QtBot, opened: Opened) -> None:
    """Until the last answer on the stored branch has ended and the window knows."""
    controller, library = opened.window.controller, opened.harness.services.library

    def ended() -> bool:
        answer = controller.last(Role.ASSISTANT)
        if answer is None or controller.chat is None or controller.answering:
            return False
        stored = library.chats.branch(controller.chat.id)[-1].message
        return stored.id == answer.id and answer.status is not MessageStatus.STREAMING

    qtbot.waitUntil(ended, timeout=10_000)
