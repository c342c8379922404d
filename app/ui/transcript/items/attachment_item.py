"""A file that came with a message: a chip with a picture of its kind, its name and size."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from app.markup.parts.attachment import Attachment
from app.ui.style.theme import RADIUS, qcolour
from app.ui.style.transcript_icons import stroked
from app.ui.transcript.content.row import LeafRow
from app.ui.transcript.content.rows import TextRow
from app.ui.transcript.content.runs import Run
from app.ui.transcript.items.row_item import RowDecoration
from app.ui.transcript.items.text_document import TextDocument
from app.ui.transcript.items.text_items import DocumentItem

_FILE = "M4 2h5l3.5 3.5V14H4z M9 2v3.5h3.5"  # not shown
_PICTURE = "M2.5 3h11v10h-11z M2.5 11l3.2-3.4 2.4 2.4 2-2 3.4 3 M10.4 6h.01"  # not shown
_SIDE, _SPACE, _PAD = 16, 7, 9
"""Of the icon, between it and the words, and around both, at 100 %."""


class AttachmentItem(DocumentItem):
    """The chip of one file."""

    row: LeafRow

    def make(self) -> TextDocument:
        """Lay out the words."""
        style, words = self.style, self.row.drawn_text()
        leaf = self.row.leaf
        self._shape = _PICTURE if isinstance(leaf, Attachment) and leaf.picture else _FILE
        room = max(40, self.room - style.px(_SIDE + _SPACE + 2 * _PAD))
        runs = tuple(self.row.runs_in_it()) or (Run(words),)
        doc = TextDocument(TextRow(runs, self.row.place, 0, words), style, room)
        doc.setTextWidth(min(room, math.ceil(doc.idealWidth())))  # a name from the right ends there
        return doc

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return super().body_height() + self.style.px(_PAD)

    @property
    def height(self) -> int:
        """With the gap above, pixels."""
        return self.gap + self.body_height()

    def ideal_width(self) -> float:
        """The width of the chip, pixels."""
        return self.doc.idealWidth() + self.style.px(_SIDE + _SPACE + 2 * _PAD)

    def origin(self) -> tuple[float, float]:
        """Behind the icon."""
        style = self.style
        before = style.px(_PAD) if style.rtl else style.px(_PAD + _SIDE + _SPACE)
        return self._chip_left() + before, self.gap + style.px(_PAD) * 0.75

    def _chip_left(self) -> float:
        """Where the chip begins: on the side where the window's lines do."""
        free = self.room - min(float(self.room), self.ideal_width())
        return self.edge + (free if self.style.rtl else 0)

    def paint_body(self, painter: QPainter, look: RowDecoration) -> None:
        """Draw the chip and what is on it."""
        style, theme, side = self.style, self.style.theme, self.style.px(_SIDE)
        wide = min(float(self.room), self.ideal_width())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(qcolour(theme.border), 1))
        painter.setBrush(qcolour(theme.raised))
        left = self._chip_left()
        area = QRectF(left + 0.5, self.gap + 0.5, wide - 1, self.body_height() - 1)
        painter.drawRoundedRect(area, style.px(RADIUS), style.px(RADIUS))
        painter.restore()
        colour = theme.faint if style.dimmed else theme.muted
        drawn = stroked(self._shape, colour, side, painter.device().devicePixelRatio())
        top = self.origin()[1] + (style.text_metrics.height() - side) / 2
        x = left + (wide - style.px(_PAD) - side if style.rtl else style.px(_PAD))
        drawn.paint(painter, round(x), round(top), side, side)
        super().paint_body(painter, look)
