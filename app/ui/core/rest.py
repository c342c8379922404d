"""A window at rest wakes the computer as little as it can: no blinking, no looking while unseen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

RESTS_AFTER = 10_000
"""Milliseconds without a key press until the caret stands still, as in GTK's fields."""
_AS_THE_SYSTEM = -1  # Qt's word for the flash time that the desktop asks for


class CaretRest(QObject):
    """Lets the caret stand still, and blink again with the next letter or another focus.

    Args:
        editor: Where words are written; its caret stays visible.
    """

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__(editor)
        self._clock = QTimer(self, singleShot=True, interval=RESTS_AFTER)
        self._clock.timeout.connect(self._rest)
        self._resting = False
        editor.cursorPositionChanged.connect(self._blink)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._blink)
        self._clock.start()

    def _rest(self) -> None:
        self._resting = True
        QApplication.styleHints().setCursorFlashTime(0)

    def _blink(self) -> None:
        if self._resting:
            self._resting = False
            QApplication.styleHints().setCursorFlashTime(_AS_THE_SYSTEM)
        self._clock.start()


_SEEN = {QEvent.Type.WindowStateChange, QEvent.Type.Show, QEvent.Type.Hide}


class SeenClock(QObject):
    """Ticks while its window can be seen, and once more when it can be seen again.

    Args:
        window: The window.
        milliseconds: Between two ticks.
        tick: What is done.
    """

    def __init__(self, window: QWidget, milliseconds: int, tick: Callable[[], object]) -> None:
        super().__init__(window)
        self._window, self._tick = window, tick
        self._clock = QTimer(self, interval=milliseconds)
        self._clock.timeout.connect(tick)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Start or stop with what is seen of the window."""
        if event.type() in _SEEN:
            seen = self._window.isVisible() and not self._window.isMinimized()
            if seen and not self._clock.isActive():
                self._clock.start()
                self._tick()
            elif not seen:
                self._clock.stop()
        return super().eventFilter(watched, event)

    def stop(self) -> None:
        """Tick no more."""
        self._window.removeEventFilter(self)
        self._clock.stop()
