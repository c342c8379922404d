"""The heading of an alert: an icon and a word in the colour of its bar."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QTextCharFormat, QTextCursor

from app.markup.kinds.alert import TONES, AlertTitle
from app.ui.style.theme import qcolour
from app.ui.style.transcript_icons import stroked
from app.ui.transcript.content.row import LeafRow
from app.ui.transcript.content.rows import TextRow
from app.ui.transcript.content.runs import Run
from app.ui.transcript.items.row_item import RowDecoration
from app.ui.transcript.items.text_document import TextDocument
from app.ui.transcript.items.text_items import DocumentItem

_ICONS = {  # not shown
    "note": "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12z M8 7.3v3.7 M8 4.9h.01",
    "tip": "M6 11.2c0-1.6-1.9-2.3-1.9-4.9a3.9 3.9 0 0 1 7.8 0c0 2.6-1.9 3.3-1.9 4.9z M6.4 13.8h3.2",
    "important": "M2.5 2.8h11v8H8l-3 2.7v-2.7H2.5z M8 4.8v2.4 M8 8.9h.01",
    "warning": "M8 2.4l6 11H2z M8 6.6v3 M8 11.4h.01",
    "caution": "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5z M8 4.8v3.8 M8 11h.01",
}
"""The five are told apart by their shapes, not by colour alone."""
_SIDE, _SPACE = 16, 7
"""Of the icon, and between it and the word, at 100 %."""


class AlertItem(DocumentItem):
    """The heading of an alert."""

    row: LeafRow

    def make(self) -> TextDocument:
        """Lay out the word."""
        style, word = self.style, self.row.drawn_text()
        leaf = self.row.leaf
        self._kind = leaf.kind if isinstance(leaf, AlertTitle) else "note"
        self._colour = style.theme.faint if style.dimmed else style.tone(TONES[self._kind])
        runs = (Run(word, bold=True),)
        doc = TextDocument(TextRow(runs, self.row.place, 0, word), style, self.room)
        look = QTextCharFormat()
        look.setForeground(qcolour(self._colour))
        cursor = QTextCursor(doc)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeCharFormat(look)
        option = doc.defaultTextOption()  # with its icon, whatever language the word is in
        rtl = self.row.place.rtl
        option.setTextDirection(
            Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
        )
        doc.setDefaultTextOption(option)
        return doc

    def origin(self) -> tuple[float, float]:
        """Behind the icon; the word ends there where it begins on the right."""
        beside = self.style.px(_SIDE + _SPACE)
        return self.edge + (-beside if self.row.place.rtl else beside), self.gap

    def paint_body(self, painter: QPainter, look: RowDecoration) -> None:
        """Draw the icon and the word."""
        style, side = self.style, self.style.px(_SIDE)
        ratio = painter.device().devicePixelRatio()
        y = self.gap + (style.text_metrics.height() - side) / 2
        drawn = stroked(_ICONS[self._kind], self._colour, side, ratio)
        x = self.edge + self.room - side if self.row.place.rtl else self.edge
        drawn.paint(painter, x, round(y), side, side)
        super().paint_body(painter, look)
