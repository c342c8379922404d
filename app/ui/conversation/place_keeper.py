"""Keeps where the reader is in the shown chat, a moment after each scrolling."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.domain.conversation import Conversation
from app.ui.conversation.view_state import ViewStates
from app.ui.transcript.view import TranscriptView

_REST_MS = 1_000  # after it without scrolling the reader's place is kept: a kill does not ask


class PlaceKeeper(QObject):
    """Hands the reader's place on.

    Args:
        transcript: Where one scrolls.
        states: Keep it.
        shown: Gives the chat that is shown; None where it has no messages.
        parent: Owner in Qt's sense.
    """

    def __init__(
        self,
        transcript: TranscriptView,
        states: ViewStates,
        shown: Callable[[], Conversation | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._transcript, self._states, self._shown = transcript, states, shown
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.save)
        transcript.verticalScrollBar().valueChanged.connect(lambda _at: self._rest.start())

    def save(self) -> None:
        """Keep where the reader is now."""
        if (chat := self._shown()) is not None:
            self._states.keep_scroll_position(chat, *self._transcript.kept_positions())
