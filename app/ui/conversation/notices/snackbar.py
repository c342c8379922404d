"""A line at the bottom that says what was done and offers what one wants next, such as Undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.language import paragraph, tr
from app.ui.core.links import show_in_folder
from app.ui.style.theme import SPACE, zoomed
from app.ui.style.widgets import announce

if TYPE_CHECKING:
    from app.ui.style.motion import Rise

SHOWN_MS = 10_000
_NOTICE_MS = 4_000
_A_CHARACTER_MS = 60
"""A sentence stays as long as it takes to notice it and to read it twice."""
_UNDO = tr("Undo")
SHOW_IN_FOLDER = tr("Show in folder")
_WIDEST = 640  # pixels at 100 %


class Snackbar(QFrame):
    """Floats over its parent, just above another part; stays while pointer or focus is in it.

    A notice is said above what was done, so that it takes no Undo away.

    Signals:
        undo_changed: Whether there is something to undo.

    Args:
        parent: Over which it floats.
        above: A part of it; None for its bottom.
    """

    undo_changed = Signal(bool)

    def __init__(self, parent: QWidget, above: QWidget | None = None) -> None:
        super().__init__(parent)
        self._host, self._above = parent, above
        self.setObjectName("snackbar")
        self._undo: Callable[[], object] | None = None
        self._notice, self._label = _wrapping(), _wrapping()
        self._button = QPushButton(tr("Undo"))
        self._button.setAccessibleName(tr("Undo"))
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.undo)
        self._done = QWidget()
        row = QHBoxLayout(self._done)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._label)
        row.addStretch(1)
        row.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 2, 6, SPACE, 6)
        column.setSpacing(2)
        column.addWidget(self._notice)
        column.addWidget(self._done)
        self._done_clock = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._done_clock.timeout.connect(self._on_done_time)
        self._notice_clock = QTimer(self, singleShot=True)
        self._notice_clock.timeout.connect(self._on_notice_time)
        self._rise: Rise | None = None
        parent.installEventFilter(self)
        if above is not None:
            above.installEventFilter(self)
        self._notice.hide()
        self._done.hide()
        self.hide()

    @property
    def can_undo(self) -> bool:
        """Whether Undo would do something now."""
        return self._undo is not None and self._button.text() == _UNDO

    @property
    def notice(self) -> str:
        """The sentence that is said for a while; empty where there is none."""
        return "" if self._notice.isHidden() else self._notice.text()

    @property
    def done(self) -> str:
        """What was done, with what one wants next at hand; empty where there is nothing."""
        return "" if self._done.isHidden() else self._label.text()

    def stand_in(self, host: QWidget, above: QWidget | None = None) -> None:
        """Float over another widget, above a part of it or at its bottom."""
        shown = not self.isHidden()
        self._host.removeEventFilter(self)
        self._host, self._above = host, above
        self.setParent(host)
        host.installEventFilter(self)
        if shown:
            self._arrange()

    def show_notice(self, text: str) -> None:
        """Say something once, for a while; screen readers hear it. An empty text ends it."""
        self._notice.setText(text)
        self._notice.setVisible(bool(text))
        if not text:
            self._notice_clock.stop()
            self._arrange()
            return
        self._notice_clock.start(_NOTICE_MS + _A_CHARACTER_MS * len(text))
        self._arrange()
        announce(self, text)

    def show_message(self, text: str, undo: Callable[[], object], label: str = _UNDO) -> None:
        """Say what was done and keep ``undo``, or what one wants next, at hand for a while."""
        self._label.setText(text)
        self._button.setText(label)
        self._button.setAccessibleName(label)
        self._undo = undo
        self._done.show()
        self._arrange()
        self._done_clock.start()
        announce(self, paragraph(text, tr("{action} is available.", action=label)))
        self.undo_changed.emit(self.can_undo)

    def tell_written(self, path: Path) -> None:
        """Say that a file was written, with the way to it."""
        text = tr("“{name}” was written.", name=path.name)
        self.show_message(text, partial(show_in_folder, path), SHOW_IN_FOLDER)

    def undo(self) -> None:
        """Take it back."""
        undo, self._undo = self._undo, None
        self._close()
        if undo is not None:
            undo()

    def dismiss(self) -> bool:
        """Put it away, what was done stays done; tell whether it was there."""
        shown = not self.isHidden()
        self.show_notice("")
        self.forget()
        return shown

    def forget(self) -> None:
        """What was done was taken back, or done otherwise, elsewhere."""
        self._undo = None
        self._close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay where the place is, when something below grows."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move} and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _on_done_time(self) -> None:
        if self.underMouse() or self._button.hasFocus():
            self._done_clock.start()
            return
        self.forget()

    def _on_notice_time(self) -> None:
        if self.underMouse():
            self._notice_clock.start(_NOTICE_MS)
            return
        self.show_notice("")

    def _close(self) -> None:
        self._done_clock.stop()
        self._done.hide()
        self._arrange()
        self.undo_changed.emit(False)

    def _arrange(self) -> None:
        """Be seen while something is said, in the place for it."""
        if self._notice.isHidden() and self._done.isHidden():
            self.hide()
            return
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        room = min(zoomed(_WIDEST), self._host.width() - 2 * SPACE) - 3 * SPACE
        _fit(self._notice, room)
        _fit(self._label, room - self._button.sizeHint().width() - SPACE)
        self.adjustSize()
        below = self._above.y() if self._above is not None else self._host.height() - SPACE
        left = (self._host.width() - self.width()) // 2
        if self._rise is None:
            from app.ui.style.motion import Rise  # not before something is said

            self._rise = Rise(self)
        self._rise.to(QPoint(left, below - self.height() - SPACE), comes=not self.isVisible())


def _wrapping() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _fit(label: QLabel, room: int) -> None:
    """Give a label the width of its text, or what there is room for; its lines break there."""
    wanted = label.fontMetrics().size(0, label.text()).width() + 2
    label.setFixedWidth(max(1, min(wanted, room)))
