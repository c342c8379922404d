"""The announcements of streamed and finished answers to screen readers.

The text so far is the name of the answer's group, so a screen reader can read it at any time. It
is brought up to date once a second: every change of a name is an event on the accessibility bus,
and thirty a second would drown the reader's own speech.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from app.ui.transcript.content.spoken import spoken_message

if TYPE_CHECKING:
    from app.ui.transcript.content.message_model import MessageModel
    from app.ui.transcript.view import TranscriptView

EVERY = 1_000
"""Milliseconds between two updates of the text so far."""

ANNOUNCED = 4_000
"""Characters of a finished answer that are announced."""


class ScreenReaderAnnouncer:
    """Announces the answers of one transcript to screen readers."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._timer = QTimer(view, interval=EVERY, singleShot=True)
        self._timer.timeout.connect(self._say_so_far)

    def announce_progress(self) -> None:
        """The answer that is written grew."""
        if QAccessible.isActive() and not self._timer.isActive():
            self._timer.start()

    def _say_so_far(self) -> None:
        widget = self._view.message_widgets.widgets.get(self._view.streaming)
        if widget is not None:
            widget.describe_so_far()

    def announce_finished(self, model: MessageModel) -> None:
        """An answer ended: announce it."""
        self._timer.stop()
        if not QAccessible.isActive():
            return
        widget = self._view.message_widgets.widgets.get(model.message.id)
        if widget is not None:
            widget.describe()
        words = spoken_message(model, limit=ANNOUNCED)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._view, words))
