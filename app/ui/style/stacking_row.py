"""A row of controls that stand below each other where there is no room for them side by side."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.ui.style.theme import SPACE

_Direction = QBoxLayout.Direction


class StackingRow(QWidget):
    """Controls side by side, or in a column as wide as the widest of them.

    Args:
        controls: First to last.
        grows: The one that takes what is left of the width; None leaves it empty.
    """

    def __init__(self, *controls: QWidget, grows: QWidget | None = None) -> None:
        super().__init__()
        self._controls = controls
        self._box = QBoxLayout(_Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(SPACE)
        for control in controls:
            place = Qt.AlignmentFlag(0) if control is grows else Qt.AlignmentFlag.AlignLeft
            self._box.addWidget(control, int(control is grows), place)
        if grows is None:
            self._box.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest control."""
        widths = (one.minimumSizeHint().width() for one in self._shown)
        return QSize(max(widths, default=0), self._box.minimumSize().height())

    @property
    def _shown(self) -> list[QWidget]:
        return [one for one in self._controls if not one.isHidden()]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand side by side while there is room."""
        super().resizeEvent(event)
        hints = [one.sizeHint().width() for one in self._shown]
        wide = sum(hints) + SPACE * max(0, len(hints) - 1) <= event.size().width()
        wanted = _Direction.LeftToRight if wide else _Direction.TopToBottom
        if self._box.direction() is not wanted:
            self._box.setDirection(wanted)
            self.updateGeometry()
