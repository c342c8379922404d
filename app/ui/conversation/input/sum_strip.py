"""What a draft that begins with ``=`` comes to: shown while it is typed, no model asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.language import spoken, tr
from app.ui.style.dialogs import push_button
from app.ui.style.theme import SPACE
from app.ui.style.widgets import ElidedLabel, announce

_SPOKEN_MS = 700  # after the last key: a screen reader hears results, not every step to them


class SumStrip(QFrame):
    """Works out a sum above the composer.

    Signals:
        used: (result) is to stand in the draft's place.
        sent: (draft) is to be sent to the model as it is.

    Args:
        today: Gives the day.
    """

    used = Signal(str)
    sent = Signal(str)

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self._draft = self._result = ""
        self.setObjectName("strip")
        self._label = ElidedLabel()
        self._label.setAccessibleName(tr("Result"))
        self._copy = push_button(tr("Copy result"), "link")
        self._use = push_button(tr("Use result"), "link")
        send = push_button(tr("Ask the model"), "link")
        self._copy.clicked.connect(self._to_clipboard)
        self._use.clicked.connect(self.take)
        send.clicked.connect(lambda: self.sent.emit(self._draft))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + 4, 2, SPACE, 2)
        row.addWidget(self._label, 1)
        for button in (self._copy, self._use, send):
            row.addWidget(button)
        self._speaking = QTimer(self, singleShot=True, interval=_SPOKEN_MS)
        self._speaking.timeout.connect(lambda: announce(self, self._label.full_text()))
        self.hide()

    def show_draft(self, draft: str) -> None:
        """Show what a draft comes to; nothing where it is no sum."""
        self._draft, self._result = draft, ""
        said = self._work_out(draft) if draft.startswith("=") else ""
        self._label.set_full_text(said)
        for button in (self._copy, self._use):
            button.setVisible(bool(self._result))
        self.setVisible(bool(said))
        if said and self._result:
            self._speaking.start()
        else:
            self._speaking.stop()

    def _work_out(self, draft: str) -> str:
        """What is said of it; the result is kept where there is one."""
        from app.sums.calculate import CannotComputeError, NotASumError, calculate, is_undone
        from app.sums.numerals import Convention

        convention = Convention(spoken.IN_FORCE.signs.decimal)
        try:
            result = calculate(draft, self._today(), convention)
        except CannotComputeError as error:
            return error.what
        except NotASumError:
            return "…" if any(c.isdigit() for c in draft) and is_undone(draft) else ""
        self._result = result.text
        return result.told

    def take(self) -> bool:
        """Put the result in the draft's place; whether the draft is a sum, so that it is not sent.

        Half a sum, and one without a value, stay as they are.
        """
        if self.isHidden():
            return False
        if self._result:
            self.used.emit(self._result)
        else:
            announce(self, self._label.full_text())
        return True

    def _to_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self._result)
        announce(self, tr("Copied"))
