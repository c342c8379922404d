"""How marks are drawn: chips in the line, wavy lines under it, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPyTextObject,
    QTextDocument,
    QTextFormat,
)

from app.ui.style.theme import qcolour
from app.ui.transcript.content.marks import Mark, MarkKind, MarkTone, RowMark
from app.ui.transcript.items.style import Style

CHIP_OBJECT = QTextFormat.ObjectTypes.UserObject.value + 2
CHIP_NUMBER = QTextFormat.Property.UserProperty.value + 8

PAD, SIDE = 4, 1
"""Inside a chip beside its words, and outside of it, pixels at 100 %."""
CHIP_TINT = 34
"""How much of its colour the ground of a chip has, of 255."""


@dataclass(frozen=True, slots=True)
class MarkedArea:
    """A mark and where it is drawn.

    Attributes:
        mark: The mark.
        rects: The parts of lines, in pixels.
        chip: Its chip stands in the last of these.
    """

    mark: RowMark
    rects: tuple[QRectF, ...]
    chip: bool = False

    def translated(self, x: float, y: float) -> MarkedArea:
        """The same, moved."""
        rects = tuple(rect.translated(x, y) for rect in self.rects)
        return MarkedArea(self.mark, rects, self.chip)

    def contains(self, x: float, y: float) -> bool:
        """Whether a point is in it."""
        return any(rect.contains(QPointF(x, y)) for rect in self.rects)


def chip_size(mark: Mark, style: Style) -> QSizeF:
    """Of a chip with the space around it, pixels."""
    metrics = QFontMetricsF(style.fonts.small)
    wide = metrics.horizontalAdvance(mark.chip) + 2 * style.px(PAD + SIDE)
    return QSizeF(wide, metrics.height())


def paint_chip(painter: QPainter, area: QRectF, mark: Mark, style: Style) -> None:
    """Draw a chip with its words."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = style.px(SIDE)
    if mark.kind is MarkKind.CITATION or mark.tone is MarkTone.GOOD:
        # its ground is that of the number before it; what is right is to be quiet
        painter.setPen(qcolour(style.tone(mark.tone)))
    else:
        _paint_ground(painter, area.adjusted(side, 0, -side, 0), mark, style)
        painter.setPen(qcolour(style.tone(mark.tone)))
    painter.setFont(style.fonts.small)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, mark.chip)
    painter.restore()


def _paint_ground(painter: QPainter, area: QRectF, mark: Mark, style: Style) -> None:
    ground = QColor(qcolour(style.tone(mark.tone)))
    edge = QPen(qcolour(style.tone(mark.tone)), 1)
    ground.setAlpha(CHIP_TINT)
    painter.setPen(edge)
    painter.setBrush(ground)
    radius = min(area.height() / 2, style.px(7))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def paint_chips(painter: QPainter, marks: Sequence[MarkedArea], style: Style) -> None:
    """Draw what stands under the words: the ground of the numbers that are chips."""
    if not marks:
        return  # most rows have none, and each is painted often
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for area in marks:
        if area.mark.mark.kind is MarkKind.CITATION:
            for rect in area.rects:
                tall = rect.adjusted(-style.px(3), 0, style.px(1), -style.line_gap + 1)
                _paint_ground(painter, tall, area.mark.mark, style)
    painter.restore()


def paint_waves(painter: QPainter, marks: Sequence[MarkedArea], style: Style) -> None:
    """Draw what stands under the lines: waves below what is wrong."""
    if not marks:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for area in marks:
        mark = area.mark.mark
        if mark.kind is not MarkKind.SUM or mark.tone is MarkTone.GOOD:
            continue
        painter.setPen(QPen(qcolour(style.tone(mark.tone)), max(1.0, style.px(10) / 10)))
        last = len(area.rects) - 1
        for number, rect in enumerate(area.rects):
            chip = chip_size(mark, style).width() if area.chip and number == last else 0
            painter.drawPath(_wave(rect.left(), rect.right() - chip, rect.bottom() - 2, style))
    painter.restore()


def _wave(left: float, right: float, y: float, style: Style) -> QPainterPath:
    step, rise = style.px(3), max(1.0, style.fonts.px(10) / 10)
    path = QPainterPath(QPointF(left, y))
    x, up = left, True
    while x + step <= right:
        path.quadTo(x + step / 2, y - 2 * rise if up else y + 2 * rise, x + step, y)
        x, up = x + step, not up
    return path


class InlineChip(QPyTextObject):
    """Draws the chips in the lines of one document."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self._style = style
        self._marks: list[Mark] = []

    def add(self, mark: Mark) -> int:
        """Take a mark and return its number in this document."""
        self._marks.append(mark)
        return len(self._marks) - 1

    def intrinsicSize(self, _doc: QTextDocument, _pos: int, fmt: QTextFormat) -> QSizeF:
        """The object's size, as Qt asks for it."""
        return chip_size(self._marks[fmt.intProperty(CHIP_NUMBER)], self._style)

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        _doc: QTextDocument,
        _pos: int,
        fmt: QTextFormat,
    ) -> None:
        """Qt asks to draw."""
        paint_chip(painter, QRectF(rect), self._marks[fmt.intProperty(CHIP_NUMBER)], self._style)
