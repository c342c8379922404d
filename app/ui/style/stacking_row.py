"""Rows of controls that go on in further lines where there is no room for them in one."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget

from app.ui.style.theme import SPACE, zoomed

_LEAST_LINE = 240
"""Of what grows, beside others: pixels at 100 %; with less room it has a line of its own."""


class StackingRow(QWidget):
    """Controls side by side, in as many lines as their widths need.

    Args:
        controls: First to last.
        grows: The one that takes what is left of its line; None leaves it empty.
        at_end: Whether lines end where the row does, as the buttons of a dialog do.
    """

    def __init__(
        self, *controls: QWidget, grows: QWidget | None = None, at_end: bool = False
    ) -> None:
        super().__init__()
        self._lines = LineLayout(grows, at_end=at_end)
        self.setLayout(self._lines)
        for control in controls:
            self._lines.addWidget(control)

    def add(self, control: QWidget) -> None:
        """Put another control at its end."""
        self._lines.addWidget(control)

    def clear(self) -> None:
        """Take every control out."""
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()


class LineLayout(QLayout):
    """Places widgets as words are placed in a paragraph.

    Args:
        grows: The widget that takes what is left of its line.
        at_end: Whether what is left of a line stands before its widgets.
    """

    def __init__(self, grows: QWidget | None = None, *, at_end: bool = False) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._grows, self._at_end = grows, at_end
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(SPACE)

    def addItem(self, item: QLayoutItem, /) -> None:
        """Put something behind the others."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def itemAt(self, index: int, /) -> QLayoutItem | None:
        """One of them; None where there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int, /) -> QLayoutItem | None:
        """One of them, taken out; None where there is none."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It wants no more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Less width makes more lines."""
        return True

    def heightForWidth(self, width: int, /) -> int:
        """Height of all lines, pixels."""
        lines = self._break(width)
        return sum(self._tall(line, width) for line in lines) + self._gaps(lines)

    def sizeHint(self) -> QSize:
        """All in one line."""
        hints = [item.sizeHint() for item in self._shown]
        wide = sum(one.width() for one in hints) + self._gaps(hints)
        return QSize(wide, max((one.height() for one in hints), default=0))

    def minimumSize(self) -> QSize:
        """As narrow as the widest of them."""
        least = [item.minimumSize() for item in self._shown]
        wide = max((one.width() for one in least), default=0)
        return QSize(wide, max((one.height() for one in least), default=0))

    def setGeometry(self, rect: QRect, /) -> None:
        """Place them."""
        super().setGeometry(rect)
        y = rect.y()
        for line in self._break(rect.width()):
            tall = self._tall(line, rect.width())
            self._set_line(line, QRect(rect.x(), y, rect.width(), tall), rect)
            y += tall + self.spacing()

    def _set_line(self, line: list[QLayoutItem], place: QRect, whole: QRect) -> None:
        above = self.parentWidget()
        direction = above.layoutDirection() if above is not None else Qt.LayoutDirection.LeftToRight
        widths = self._widths(line, place.width())
        x = place.x()
        if self._at_end:
            x += place.width() - sum(widths) - self._gaps(line)
        for item, width in zip(line, widths, strict=True):
            tall = _height(item, width)
            spot = QRect(x, place.y() + (place.height() - tall) // 2, width, tall)
            item.setGeometry(QStyle.visualRect(direction, whole, spot))
            x += width + self.spacing()

    @property
    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _gaps(self, among: list[QLayoutItem] | list[QSize] | list[list[QLayoutItem]]) -> int:
        return self.spacing() * max(0, len(among) - 1)

    def _break(self, room: int) -> list[list[QLayoutItem]]:
        """What stands in each line."""
        lines: list[list[QLayoutItem]] = []
        left = -1
        for item in self._shown:
            wide = self._wanted(item)
            if not lines or wide + self.spacing() > left:
                lines.append([])
                left = room + self.spacing()
            lines[-1].append(item)
            left -= wide + self.spacing()
        return lines

    def _widths(self, line: list[QLayoutItem], room: int) -> list[int]:
        widths = [min(self._wanted(item), room) for item in line]
        for at, item in enumerate(line):
            if item.widget() is self._grows and self._grows is not None:
                widths[at] += max(0, room - sum(widths) - self._gaps(line))
        return widths

    def _wanted(self, item: QLayoutItem) -> int:
        """Width that an item has at least; text that grows is content with a part of a line."""
        wide = item.sizeHint().width()
        if self._grows is None or item.widget() is not self._grows:
            return wide
        return min(wide, max(item.minimumSize().width(), zoomed(_LEAST_LINE)))

    def _tall(self, line: list[QLayoutItem], room: int) -> int:
        pairs = zip(line, self._widths(line, room), strict=True)
        return max(_height(item, width) for item, width in pairs)


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
