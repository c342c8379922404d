"""The status line under the composer: always true, empty when there is nothing to say."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.language import tr, trn
from app.services.chat.activity import IDLE, Activity, ActivityPhase, activity_line
from app.services.core.events import ModelState
from app.ui.style.widgets import ElidedLabel, announce

_NOTICE_MS = 12_000
_FEW_TOKENS = 32
_FIGURES_MS = 250
"""Between two looks at how many tokens were written and how fast: a figure that changes with every
token cannot be read, and each change has the window laid out anew."""


class StatusLine(ElidedLabel):
    """One line. What happens now comes first, then a notice, then how the last answer ended."""

    def __init__(self, state: ModelState, parent: QWidget | None = None) -> None:
        super().__init__("", "small", parent)
        self._state = state
        self._activity = IDLE
        self._told = False
        self._notice = ""
        self._last = ""
        self._forecast = ""
        self._ahead = ""
        self._clock = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._clock.timeout.connect(self._forget_notice)
        self._figures = QTimer(self, singleShot=True, interval=_FIGURES_MS)
        self._figures.timeout.connect(self._show)
        self.setObjectName("status")

    def set_model_state(self, state: ModelState) -> None:
        """The model's loading is shown while nothing else happens."""
        self._state = state
        self._show()

    def set_activity(self, activity: Activity, *, told: bool = False) -> None:
        """What is done for the answer in progress; it drives an older notice away.

        Args:
            activity: The step it is at.
            told: It is said already, where the answer will be.
        """
        self._told = told
        if self._activity is IDLE and activity is not IDLE:
            self._notice = ""
        writes = self._activity.phase is activity.phase is ActivityPhase.WRITING
        self._activity = activity
        if not writes:
            self._show()
        elif not self._figures.isActive():
            self._figures.start()

    def set_last_answer(self, text: str) -> None:
        """How the last answer of the shown chat ended."""
        self._last = text
        self._show()

    def set_forecast(self, text: str, *, urgent: bool = False) -> None:
        """What would happen if the draft were sent now; empty where nothing is worth saying.

        What is urgent drives an older notice away: the draft cannot be sent.
        """
        if urgent:
            self._notice = ""
        self._forecast = text
        self._show()

    def set_read_ahead(self, done: int, total: int) -> None:
        """How much is read before it is asked; a few tokens are not worth a word."""
        ahead = ""
        if total - done > _FEW_TOKENS or (self._ahead and done < total):
            ahead = trn(
                "Reading ahead: {done} of {n} token",
                "Reading ahead: {done} of {n} tokens",
                total,
                done=done,
            )
        if ahead != self._ahead:
            self._ahead = ahead
            self._show()

    def show_notice(self, text: str) -> None:
        """Say something once, for a while; screen readers hear it."""
        self._notice = text
        self._clock.start()
        self._show()
        announce(self, text)

    def _forget_notice(self) -> None:
        self._notice = ""
        self._show()

    def _show(self) -> None:
        self._figures.stop()
        doing = "" if self._told else activity_line(self._activity, self._state)
        ahead = "" if self._told else self._ahead  # the answer's own reading is one thing at a time
        text = self._notice or doing or self._forecast or ahead or self._last
        self.set_full_text(text)
        self.setAccessibleName(tr("Status: {text}", text=text) if text else tr("Status"))
