"""What a person does to have a conversation in the window's tests."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.ui.transcript.widgets.footer import Footer
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


def beside_the_last(opened: Opened) -> str:
    """What is said under the last message without pointing at it: its end and its figures."""
    footers = [f for f in opened.window.pane.transcript.findChildren(Footer) if f.isVisible()]
    last = max(footers, key=lambda one: one.mapToGlobal(one.rect().topLeft()).y(), default=None)
    labels = last.status_text if last is not None else ()
    return " · ".join(one.text() for one in labels if one.isVisible() and one.text())


def wait_for_words(qtbot: QtBot, opened: Opened) -> None:
    """Until some of the answer is written, as the row below it says."""
    qtbot.waitUntil(lambda: "token" in beside_the_last(opened), timeout=10_000)
