"""A segmented control: a few choices side by side, one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QGroupBox, QRadioButton

_GAP = 4  # between segments, pixels


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    """What a segment stands for.

    Attributes:
        text: What is shown.
        spoken: What it is called.
        told: What else assistive technology says of it.
    """

    text: str
    spoken: str
    told: str = ""


class SegmentButton(QRadioButton):
    """One choice. A radio button to assistive technology, which is told its place and state.

    Args:
        choice: What it stands for.
    """

    def __init__(self, choice: SegmentChoice) -> None:
        super().__init__(choice.text)
        self.setProperty("kind", "segment")
        self.setAccessibleName(choice.spoken)
        self.setAccessibleDescription(choice.told)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def hitButton(self, place: QPoint) -> bool:
        """All of it can be pressed."""
        return self.rect().contains(place)


class SegmentedControl(QGroupBox):
    """Choices side by side, in as many lines as they need; arrow keys go from one to the next.

    Args:
        name: What is chosen, for assistive technology.

    Signals:
        chosen: (int) the index of the choice that the user made.
    """

    chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFlat(True)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)
        self._group = QButtonGroup(self)
        self._group.idToggled.connect(self._tell)
        self._segments: list[SegmentButton] = []
        self._columns = 0

    def set_choices(self, choices: Sequence[SegmentChoice], chosen: int) -> None:
        """Show choices in place of those before.

        Args:
            choices: The first to the last.
            chosen: The index of the one that is chosen.
        """
        self._group.blockSignals(True)
        focused = any(one.hasFocus() for one in self._segments)
        for old in self._segments:
            self._group.removeButton(old)
            old.hide()
            old.deleteLater()
        self._segments = []
        for number, choice in enumerate(choices):
            segment = SegmentButton(choice)
            self._group.addButton(segment, number)
            self._segments.append(segment)
        if self._segments:
            self._segments[chosen].setChecked(True)
        self._group.blockSignals(False)
        self._columns = 0
        self._arrange()
        if focused and self._segments:
            self._segments[chosen].setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, number: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(number)

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest choice."""
        widest = max((one.sizeHint().width() for one in self._segments), default=0)
        return QSize(widest, self._grid.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: as many in a line as it has room for."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        if not self._segments:
            return
        widest = max(one.sizeHint().width() for one in self._segments) + _GAP
        columns = min(len(self._segments), max(1, (self.width() + _GAP) // widest))
        if columns == self._columns:
            return
        self._columns = columns
        for old in range(self._grid.columnCount()):
            self._grid.setColumnStretch(old, 0)
        for number, segment in enumerate(self._segments):
            self._grid.addWidget(segment, number // columns, number % columns)
            segment.show()
        self._grid.setColumnStretch(columns, 1)
        self.updateGeometry()
