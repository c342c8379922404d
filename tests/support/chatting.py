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
    """Until the last answer on the branch has ended and the window knows."""

    def ended() -> bool:
        answer = opened.window.controller.last(Role.ASSISTANT)
        return (
            answer is not None
            and answer.status is not MessageStatus.STREAMING
            and not opened.window.controller.answering
        )

    qtbot.waitUntil(ended, timeout=10_000)
