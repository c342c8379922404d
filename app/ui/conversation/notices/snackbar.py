"""A line at the bottom that says what was done and offers what one wants next, such as Undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app.language import paragraph, tr
from app.ui.style.theme import SPACE
from app.ui.style.widgets import announce

SHOWN_MS = 10_000
_UNDO = tr("Undo")
SHOW_IN_FOLDER = tr("Show in folder")


class Snackbar(QFrame):
    """Floats over its parent, just above another part; stays while pointer or focus is in it.

    Signals:
        undo_changed: Whether there is something to undo.
    """

    undo_changed = Signal(bool)

    def __init__(self, parent: QWidget, above: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._above = above
        self.setObjectName("snackbar")
        self._undo: Callable[[], object] | None = None
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._button = QPushButton(tr("Undo"))
        self._button.setAccessibleName(tr("Undo"))
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.undo)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE * 2, 6, SPACE, 6)
        row.setSpacing(SPACE)
        row.addWidget(self._label)
        row.addWidget(self._button)
        self._clock = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._clock.timeout.connect(self._on_time)
        parent.installEventFilter(self)
        above.installEventFilter(self)
        self.hide()

    @property
    def can_undo(self) -> bool:
        """Whether Undo would do something now."""
        return self._undo is not None and self._button.text() == _UNDO

    def show_message(self, text: str, undo: Callable[[], object], label: str = _UNDO) -> None:
        """Say what was done and keep ``undo``, or what one wants next, at hand for a while."""
        self._label.setText(text)
        self._button.setText(label)
        self._button.setAccessibleName(label)
        self._undo = undo
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._clock.start()
        announce(self, paragraph(text, tr("{action} is available.", action=label)))
        self.undo_changed.emit(self.can_undo)

    def undo(self) -> None:
        """Take it back."""
        undo, self._undo = self._undo, None
        self._close()
        if undo is not None:
            undo()

    def dismiss(self) -> bool:
        """Put it away, what was done stays done; tell whether it was there."""
        shown = not self.isHidden()
        self._undo = None
        self._close()
        return shown

    def forget(self) -> None:
        """It was taken back, or done otherwise, elsewhere."""
        self._undo = None
        self._close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay where the place is, when something below grows."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
            self._place()
        return super().eventFilter(watched, event)

    def _on_time(self) -> None:
        if self.underMouse() or self._button.hasFocus():
            self._clock.start()
            return
        self.dismiss()

    def _close(self) -> None:
        self._clock.stop()
        self.hide()
        self.undo_changed.emit(False)

    def _place(self) -> None:
        left = (self._host.width() - self.width()) // 2
        self.move(left, self._above.y() - self.height() - SPACE)
