"""Remembers which chat the next start shows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.services.core.settings import SettingsService

_NOTED_MS = 1_000
"""From showing a chat to noting that the next start shows it too: a start waits for no disk."""


class LastChat(QObject):
    """Notes a chat a while after it was shown.

    Args:
        settings: Keep it.
        attempt: Does something and shows a known error.
        parent: Owner in Qt's sense.
    """

    def __init__(
        self,
        settings: SettingsService,
        attempt: Callable[[Callable[[], object]], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._settings, self._attempt = settings, attempt
        self._shown = ""
        self._clock = QTimer(self, singleShot=True, interval=_NOTED_MS)
        self._clock.timeout.connect(self.save)

    def note(self, conversation_id: str) -> None:
        """A chat is shown that the next start may show."""
        self._shown = conversation_id
        self._clock.start()

    def save(self) -> None:
        """Keep it now."""
        self._clock.stop()
        shown = self._shown
        if shown and shown != self._settings.current.last_conversation:
            self._attempt(lambda: self._settings.update(last_conversation=shown))
