"""Row items: a row laid out at one width, that can be drawn, measured and pointed at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)

from app.ui.style.theme import qcolour
from app.ui.transcript.content.marks import RowMark
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import SpaceRow
from app.ui.transcript.content.runs import units
from app.ui.transcript.content.wide_blocks import HorizontalScrollState
from app.ui.transcript.items.formulas import PendingFormula
from app.ui.transcript.items.mark_drawing import MarkedArea
from app.ui.transcript.items.style import Style

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class RowDecoration:
    """What is drawn over a row's text: positions as Qt counts, in the row's text.

    Attributes:
        selection: From and to, or None.
        matches: Find matches as from and to.
        current: The match that is shown, or None.
    """

    selection: tuple[int, int] | None = None
    matches: tuple[tuple[int, int], ...] = ()
    current: tuple[int, int] | None = None


TALLEST_PICTURE = 4000
"""Pixels; a row that stands for an unread megabyte would be a picture of a gigabyte."""

NO_DECORATION = RowDecoration()


@dataclass(frozen=True, slots=True)
class _PictureKey:
    """What a picture of a row depends on: decoration, sideways scroll, pixel ratio, widths."""

    look: RowDecoration
    x: int
    ratio: float
    ground: str
    margin: int
    width: int


class RowItem:
    """A row laid out. Coordinates begin at the top left of the text column."""

    pictured = True
    scrolls = False  # whether it may have a scroll bar, whose range other rows change

    def __init__(self, row: Row, style: Style, width: int) -> None:
        self.row, self.style, self.width = row, style, width
        place = row.place
        self.left = min(place.indent * style.indent, width // 2)
        self.gap = style.space(place.gap)
        self.room = max(40, width - self.left)
        self.edge = 0 if place.rtl else self.left  # where the room begins
        self.widget: QWidget | None = None
        self.pending: tuple[PendingFormula, ...] = ()
        self._picture = QPixmap()
        self._picture_key: _PictureKey | None = None
        self._drawn_key: _PictureKey | None = None
        self._again = False

    @property
    def height(self) -> int:
        """With the gap above, pixels."""
        return self.gap + self.body_height()

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return 0

    @property
    def stale(self) -> bool:
        """Whether it has to be made anew though its row is the same."""
        return False

    def update_row(self, _row: Row) -> float | None:
        """Take a later form of the row, and keep what is laid out of it.

        Returns:
            From where it looks different, pixels below the item's top; None where it cannot be
            done, and the item has to be made anew.
        """
        return None

    def forget_picture(self) -> None:
        """It looks different now."""
        self._picture, self._picture_key, self._drawn_key = QPixmap(), None, None

    def ideal_width(self) -> float:
        """How wide the text really is, pixels."""
        return self.room

    def length(self) -> int:
        """Length of the row's text as Qt counts."""
        return units(self.row.drawn_text())

    def hit(self, _x: float, y: float) -> int:
        """The position in the row's text nearest to a point."""
        return 0 if y < self.gap + self.body_height() / 2 else self.length()

    def link_at(self, _x: float, _y: float) -> str:
        """The address of the link under a point, or nothing."""
        return ""

    def marked(self) -> list[MarkedArea]:
        """The marks, and where they are drawn."""
        return []

    def mark_at(self, x: float, y: float) -> RowMark | None:
        """The mark under a point."""
        if not self.row.marked:
            return None
        return next((one.mark for one in self.marked() if one.contains(x, y)), None)

    def horizontal_scroll(self) -> HorizontalScrollState | None:
        """What scrolls sideways here."""
        return None

    def caret_rect(self, _position: int) -> QRectF:
        """Where a position in the row's text stands."""
        return QRectF(self.edge, self.gap, 1, self.body_height())

    def end_rect(self) -> QRectF:
        """Where the next letter would come."""
        return self.caret_rect(self.length())

    def draw(
        self, painter: QPainter, look: RowDecoration, ground: str, margin: int, width: int
    ) -> None:
        """Draw, from a picture of the row if there is one of this look.

        Drawing text costs ten times what copying its picture costs, and most frames only move
        rows. The picture is opaque, so text keeps its subpixels; `make_picture` makes it in a
        pause.
        """
        ratio = painter.device().devicePixelRatio()
        wide = self.horizontal_scroll()
        key = _PictureKey(look, wide.offset if wide else 0, ratio, ground, margin, width)
        if key == self._picture_key:
            painter.drawPixmap(-margin, 0, self._picture)
            return
        self._again = key == self._drawn_key
        self._drawn_key = key
        self.paint(painter, look)

    def make_picture(self) -> bool:
        """Make a picture, if the row was drawn twice as it is now; whether one was made."""
        key = self._drawn_key
        if (
            not self._again
            or key is None
            or key == self._picture_key
            or not self.pictured
            or not 0 < self.body_height() < TALLEST_PICTURE
        ):
            return False
        made = QPixmap(QSize(key.width + 2 * key.margin, self.height) * key.ratio)
        made.setDevicePixelRatio(key.ratio)
        made.fill(qcolour(key.ground))
        inner = QPainter(made)
        inner.translate(key.margin, 0)
        self.paint(inner, key.look)
        inner.end()
        self._picture, self._picture_key = made, key
        return True

    def first_line(self, top: float) -> tuple[int, float] | None:
        """The first line at or below ``top``: its offset in the text and its top, if any."""
        y = self.caret_rect(0).y()  # below the gap, which may be cut off
        return (0, y) if y >= top - 0.5 else None

    def paint(self, painter: QPainter, look: RowDecoration) -> None:
        """Draw bars, marker and body."""
        place = self.row.place
        for number, (level, tone) in enumerate(place.bars):
            x = level * self.style.indent + self.style.px(4)
            top = self.gap if number >= len(place.bars) - place.opened else 0
            thick = max(2, self.style.px(3))
            x = self.width - x - thick if place.rtl else x
            bar = QRectF(x, top, thick, self.height - top)
            painter.fillRect(bar, qcolour(self.style.tone(tone)))
        if place.marker:
            self._paint_marker(painter, place)
        self.paint_body(painter, look)

    def paint_body(self, painter: QPainter, look: RowDecoration) -> None:
        """Draw what the row is about."""

    def is_rtl(self) -> bool:
        """Whether the text runs from right to left."""
        return False

    def first_baseline(self) -> float:
        """The baseline of the first line, below the gap."""
        return self.style.text_metrics.ascent()

    def _paint_marker(self, painter: QPainter, place: RowPlacement) -> None:
        style = self.style
        baseline = self.gap + self.first_baseline()
        rtl = place.rtl
        edge = self.width - self.left if rtl else self.left
        space = style.px(8)
        if place.marker in "\u2610\u2611":
            side = style.text_metrics.ascent() * 0.72
            x = edge + space if rtl else edge - space - side
            paint_box(painter, style, x, baseline - side, side, checked=place.marker == "\u2611")
            return
        painter.setFont(style.fonts.text)
        painter.setPen(qcolour(style.theme.muted))
        wide = style.text_metrics.horizontalAdvance(place.marker)
        x = edge + space if rtl else edge - space - wide
        # Between two marks "1." reads from the right, in a text that does: the dot stands left.
        words = f"\u200f{place.marker}\u200f" if rtl else place.marker
        painter.drawText(QPointF(x, baseline), words)


def paint_box(
    painter: QPainter, style: Style, x: float, y: float, side: float, *, checked: bool
) -> None:
    """Draw a task's box."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(round(x) + 0.5, round(y) + 0.5, round(side), round(side))
    theme = style.theme
    painter.setPen(QPen(qcolour(theme.accent if checked else theme.muted), max(1.0, side / 11)))
    painter.setBrush(qcolour(theme.accent) if checked else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, side / 5, side / 5)
    if checked:
        tick = QPainterPath(QPointF(box.left() + side * 0.24, box.top() + side * 0.52))
        tick.lineTo(box.left() + side * 0.43, box.top() + side * 0.72)
        tick.lineTo(box.left() + side * 0.78, box.top() + side * 0.3)
        painter.setPen(QPen(qcolour(theme.on_accent), max(1.5, side / 7)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(tick)
    painter.restore()


class SpaceItem(RowItem):
    """Nothing, of some height."""

    row: SpaceRow
