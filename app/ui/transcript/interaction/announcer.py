"""The announcements of answers that begin, grow and end to screen readers.

The text so far is the name of the answer's group, so a screen reader can read it at any time. It
is brought up to date once a second: every change of a name is an event on the accessibility bus,
and thirty a second would drown the reader's own speech.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from app.language import tr
from app.ui.style.widgets import announce
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.spoken import spoken_message
from app.ui.transcript.layout import Layout

EVERY = 1_000
"""Milliseconds between two updates of the text so far."""

ANNOUNCED = 4_000
"""Characters of a finished answer that are announced."""


class ScreenReaderAnnouncer:
    """Announces the answers of one transcript to screen readers.

    Args:
        speaker: The widget in whose name it speaks.
        layout: Has the answers.
    """

    def __init__(self, speaker: QWidget, layout: Layout) -> None:
        self._speaker, self._layout = speaker, layout
        self._timer = QTimer(speaker, interval=EVERY, singleShot=True)
        self._timer.timeout.connect(self._say_so_far)

    def announce_begun(self) -> None:
        """An answer begins, or one that is being written comes into view: announce it."""
        if QAccessible.isActive():
            words = tr("Phial is answering.")
            announce(self._speaker, words)

    def announce_progress(self) -> None:
        """The answer that is written grew."""
        if QAccessible.isActive() and not self._timer.isActive():
            self._timer.start()

    def _say_so_far(self) -> None:
        widget = self._layout.widgets.widgets.get(self._layout.branch.streaming)
        if widget is not None:
            widget.describe_so_far()

    def announce_finished(self, model: MessageModel) -> None:
        """An answer ended: announce it."""
        self._timer.stop()
        if not QAccessible.isActive():
            return
        widget = self._layout.widgets.widgets.get(model.message.id)
        if widget is not None:
            widget.describe()
        self.announce_message(model)

    def announce_message(self, model: MessageModel) -> None:
        """Somebody came to a message by keys: announce it."""
        if QAccessible.isActive():
            announce(self._speaker, spoken_message(model, limit=ANNOUNCED))
