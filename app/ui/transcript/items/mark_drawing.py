"""How marks are drawn: chips in the line, wavy lines under it, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QTextCharFormat,
)

from app.ui.style.theme import qcolour
from app.ui.transcript.content.marks import Mark, MarkKind, MarkTone, RowMark
from app.ui.transcript.items.style import Style

CHIP_SPACE = "\u00a0"
"""What stands in the line where a chip is drawn, as wide as that: behind an object Qt breaks lines
at any place (6.11), so that a full stop came to stand alone at the beginning of the next one."""

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
        chip: The part of the last of these that its chip has; None where it has none.
    """

    mark: RowMark
    rects: tuple[QRectF, ...]
    chip: QRectF | None = None

    def translated(self, x: float, y: float) -> MarkedArea:
        """The same, moved."""
        rects = tuple(rect.translated(x, y) for rect in self.rects)
        chip = self.chip.translated(x, y) if self.chip is not None else None
        return MarkedArea(self.mark, rects, chip)

    def contains(self, x: float, y: float) -> bool:
        """Whether a point is in it."""
        return any(rect.contains(QPointF(x, y)) for rect in self.rects)


def chip_size(mark: Mark, style: Style) -> QSizeF:
    """Of a chip with the space around it, pixels."""
    metrics = QFontMetricsF(style.fonts.small)
    wide = metrics.horizontalAdvance(mark.chip) + 2 * style.px(PAD + SIDE)
    return QSizeF(wide, metrics.height())


def chip_format(mark: Mark, style: Style) -> QTextCharFormat:
    """Of the space that is kept for a chip in its line."""
    return space_format(style.fonts.small, chip_size(mark, style).width())


def space_format(font: QFont, width: float) -> QTextCharFormat:
    """Of a `CHIP_SPACE` that is so wide, pixels; below 0 goes back."""
    made = QTextCharFormat()
    made.setFont(font)
    made.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    made.setFontLetterSpacing(width - QFontMetricsF(font).horizontalAdvance(CHIP_SPACE))
    return made


def paint_chip(painter: QPainter, area: QRectF, mark: Mark, style: Style, colour: str = "") -> None:
    """Draw a chip with its words; in ``colour``, or in that of its tone."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = style.px(SIDE)
    if mark.kind is not MarkKind.CITATION and mark.tone is not MarkTone.GOOD:
        # else its ground is that of the number before it; what is right is to be quiet
        _paint_ground(painter, area.adjusted(side, 0, -side, 0), mark, style)
    painter.setPen(qcolour(colour or style.tone(mark.tone)))
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


def paint_grounds(painter: QPainter, marks: Sequence[MarkedArea], style: Style) -> None:
    """Draw what stands under the words: the ground of the numbers that are chips."""
    if not marks:
        return  # most rows have none, and each is painted often
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for area in marks:
        if area.mark.mark.kind is MarkKind.CITATION:
            for rect in area.rects:
                tall = rect.adjusted(-style.px(3), 0, style.px(1), style.px(4) - style.line_gap)
                _paint_ground(painter, tall, area.mark.mark, style)
    painter.restore()


def paint_chips(
    painter: QPainter,
    marks: Sequence[MarkedArea],
    style: Style,
    selection: tuple[int, int] | None,
) -> None:
    """Draw the chips in the places that are kept for them.

    Args:
        painter: Of the document.
        marks: Where they stand.
        style: How they look.
        selection: From and to, in the row's text; chips in it have the colour of selected words.
    """
    for area in marks:
        if area.chip is not None:
            mark, start, end = area.mark.mark, *(selection or (0, 0))
            selected = start <= area.mark.end < end
            tall = chip_size(mark, style).height()
            middle = (area.chip.top() + area.chip.bottom() - style.line_gap) / 2
            place = QRectF(area.chip.left(), middle - tall / 2, area.chip.width(), tall)
            colour = style.theme.on_selection if selected else ""
            paint_chip(painter, place, mark, style, colour)


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
            chip = area.chip.width() if area.chip is not None and number == last else 0
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
