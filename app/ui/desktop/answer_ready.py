"""Who looks elsewhere while a long answer is written is told when it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.conversation import MessageStatus
from app.language import tr
from app.services.core.events import AnswerEnded, AnswerStarted, Event
from app.ui.desktop.notification import show_notification

LONG_SECONDS = 20.0
"""An answer that took longer is worth a word when it ends out of sight."""

SHOWS_ANSWERS = "showsAnswers"  # not shown
"""The property of windows beside the main one in which answers are read: the chat shown there."""


def is_read_beside(conversation_id: str) -> bool:
    """Whether a chat is shown in another window than the main one."""
    return any(
        one.isVisible() and not one.isMinimized() and one.property(SHOWS_ANSWERS) == conversation_id
        for one in QApplication.topLevelWidgets()
    )


class AnswerReadyNotice(QObject):
    """Marks the window's button and shows a notification when a long answer ends out of sight.

    Args:
        window: The program's window.
        wanted: Whether the user wants to be told.
        title_of: A chat's title; empty where it must not be shown outside (a private chat).
        clock: Seconds, for tests.
    """

    def __init__(
        self,
        window: QWidget,
        wanted: Callable[[], bool],
        title_of: Callable[[str], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._wanted = wanted
        self._title_of = title_of
        self._clock = clock
        self._begun: dict[str, float] = {}

    def on_event(self, event: Event) -> None:
        """Follow answers."""
        match event:
            case AnswerStarted(_, message_id):
                self._begun[message_id] = self._clock()
            case AnswerEnded(message):
                begun = self._begun.pop(message.id, None)
                if begun is None or message.status is MessageStatus.STOPPED:
                    return  # who stopped it knows
                long = self._clock() - begun >= LONG_SECONDS
                if long and self._wanted() and not self._is_seen():
                    self._tell(message.conversation_id, failed=event.error is not None)

    def _is_seen(self) -> bool:
        active = QApplication.activeWindow()
        another = active is not None and bool(active.property(SHOWS_ANSWERS))
        return another or self._window.isActiveWindow()

    def _tell(self, conversation_id: str, *, failed: bool) -> None:
        QApplication.alert(self._window)
        what = tr("An answer could not be finished") if failed else tr("An answer is ready")
        show_notification(what, self._title_of(conversation_id))
