"""A start that takes a while, as when a new version brings the chats up to date: how far it is.

So is what is done when a window is gone, as moving the data.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QEventLoop, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from app.domain.settings import Settings
from app.language import tr
from app.ui.application import make_application
from app.ui.style import stylesheet
from app.ui.style.dialogs import push_button
from app.ui.style.theme import system_look, theme_for

SHOWN_AFTER = 0.5  # seconds; what is done sooner needs no window of its own
STEPS = 1_000
_LOOK = 0.05  # seconds between two looks whether the user gives it up
WIDTH = 420  # pixels
_UP_TO_DATE = tr("Your chats are brought up to date. They are safe if this is interrupted.")


class _Window(QWidget):
    """Stays until what it shows is done.

    Signals:
        given_up: It was to be closed.
    """

    given_up = Signal()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closed by whoever looks at it."""
        event.ignore()
        self.given_up.emit()


class StartProgress:
    """A small window with a bar, from the moment that a start is slow until its block ends.

    The window's thread waits for the database meanwhile, so it draws only when it is told more.

    Args:
        after: Seconds until it is shown.
        words: What is done, as a sentence.
        stoppable: Whether a button gives it up.

    Attributes:
        window: What is shown; None while nothing is.
        stopped: Whether it was given up.
    """

    def __init__(
        self, after: float = SHOWN_AFTER, words: str = _UP_TO_DATE, *, stoppable: bool = False
    ) -> None:
        self._due = time.monotonic() + after
        self._words, self._done = words, -1
        self._bar: QProgressBar | None = None
        self._stoppable, self.stopped = stoppable, False
        self.window: QWidget | None = None

    def __enter__(self) -> StartProgress:
        return self

    def __exit__(self, *_ended: object) -> None:
        if self.window is not None:
            self.window.hide()
            self.window.deleteLater()
            self.window = None

    def tell(self, done: float) -> None:
        """It has come this far, 0 to 1."""
        now, step = time.monotonic(), round(STEPS * done)
        if now < self._due or (step == self._done and not self._stoppable):
            return
        self._done = step
        if self._stoppable:
            self._due = now + _LOOK
        application = make_application()
        if self._bar is None:
            self._show()
        assert self._bar is not None  # noqa: S101  # made a moment ago
        self._bar.setValue(step)
        heard = QEventLoop.ProcessEventsFlag
        application.processEvents(
            heard.AllEvents if self._stoppable else heard.ExcludeUserInputEvents
        )

    def _stop(self) -> None:
        self.stopped = True

    def _show(self) -> None:
        theme = theme_for(Settings().theme, system_look())
        window = self.window = _Window()
        window.setWindowTitle("Phial")  # not shown: a name
        window.setPalette(stylesheet.palette(theme))
        window.setStyleSheet(stylesheet.style_sheet(theme))
        window.setMinimumWidth(WIDTH)
        told = QLabel(self._words)
        told.setWordWrap(True)
        bar = self._bar = QProgressBar()
        bar.setRange(0, STEPS)
        bar.setAccessibleName(told.text())
        column = QVBoxLayout(window)
        column.addWidget(told)
        column.addWidget(bar)
        if self._stoppable:
            window.given_up.connect(self._stop)
            stop = push_button(tr("Stop moving"))
            stop.clicked.connect(self._stop)
            column.addWidget(stop, 0, Qt.AlignmentFlag.AlignTrailing)
        window.show()
