"""The items drawn by Qt documents: running text, notes, code and tables."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QTextCharFormat,
    QTextCursor,
)

from app.language.formats import text_direction
from app.ui.style.theme import qcolour
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import NoteRow, TableRow, TextRow
from app.ui.transcript.content.runs import Run, units
from app.ui.transcript.content.wide_blocks import CodeRow, HorizontalScrollState
from app.ui.transcript.items.code_document import CodeDocument
from app.ui.transcript.items.highlights import area_of
from app.ui.transcript.items.mark_drawing import (
    MarkedArea,
    paint_chips,
    paint_grounds,
    paint_waves,
)
from app.ui.transcript.items.row_document import RowDocument
from app.ui.transcript.items.row_item import RowDecoration, RowItem
from app.ui.transcript.items.style import CODE_PAD, Style
from app.ui.transcript.items.table_document import TableDocument, column_widths, measure_columns
from app.ui.transcript.items.text_document import TextDocument


class DocumentItem(RowItem):
    """A row drawn by a Qt document."""

    def __init__(self, row: Row, style: Style, width: int) -> None:
        super().__init__(row, style, width)
        self.doc: RowDocument = self.make()
        self._take()

    def make(self) -> RowDocument:
        """Lay out the document."""
        raise NotImplementedError

    def _take(self) -> None:
        """The document was made or changed."""
        self.pending = tuple(self.doc.pending)
        self._body = int(self.doc.size().height() + 0.999)

    def _grown(self, row: Row) -> None:
        """The document says what ``row`` says now."""
        self.row = row
        self._take()
        self.forget_picture()

    @property
    def height(self) -> int:
        """With the gap above, pixels."""
        return self.gap + self._body

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return self._body

    def ideal_width(self) -> float:
        """The width of the longest line, pixels."""
        return self.doc.idealWidth()

    def origin(self) -> tuple[float, float]:
        """Where the document's top left stands."""
        return self.edge, self.gap

    def clip(self) -> QRectF | None:
        """What of the row may show the document."""
        return None

    def is_rtl(self) -> bool:
        """Whether the text runs from right to left."""
        return self.doc.firstBlock().textDirection() == Qt.LayoutDirection.RightToLeft

    def first_baseline(self) -> float:
        """The baseline of the first line."""
        layout = self.doc.firstBlock().layout()
        if layout.lineCount() == 0:
            return super().first_baseline()
        return layout.lineAt(0).ascent()

    def paint_body(self, painter: QPainter, look: RowDecoration) -> None:
        """Draw what the row is about."""
        painter.save()
        clip = self.clip()
        if clip is not None:
            painter.setClipRect(clip, Qt.ClipOperation.IntersectClip)
        x, y = self.origin()
        painter.translate(x, y)
        marks = self.doc.areas(self.row.marked)
        paint_grounds(painter, marks, self.style)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette = self.style.palette(quiet=self.row.place.quiet)
        context.selections = self._selections(look)
        if painter.hasClipping():
            context.clip = painter.clipBoundingRect()  # other lines are not drawn at all
        self.doc.documentLayout().draw(painter, context)
        if self.doc.formulas is not None and look.selection is not None:
            start, end = look.selection
            self.doc.formulas.paint_again(
                painter, self.doc.to_document(start), self.doc.to_document(end)
            )
        if look.matches:
            theme = self.style.theme
            others = tuple(match for match in look.matches if match != look.current)
            self._paint_found(painter, context, others, theme.match)
            if look.current is not None:
                self._paint_found(painter, context, (look.current,), theme.match_current)
        paint_chips(painter, marks, self.style, look.selection)
        paint_waves(painter, marks, self.style)
        painter.restore()

    def marked(self) -> list[MarkedArea]:
        """The marks, and where they are drawn."""
        x, y = self.origin()
        return [one.translated(x, y) for one in self.doc.areas(self.row.marked)]

    def _paint_found(
        self,
        painter: QPainter,
        context: QAbstractTextDocumentLayout.PaintContext,
        parts: tuple[tuple[int, int], ...],
        ground: str,
    ) -> None:
        """Draw the text once more where matches stand, in their colours."""
        doc, seen = self.doc, painter.clipBoundingRect() if painter.hasClipping() else None
        places = ((doc.to_document(start), doc.to_document(end)) for start, end in parts)
        area = area_of(doc, places, seen)
        if area.isEmpty():
            return
        painter.save()
        painter.setClipRegion(area, Qt.ClipOperation.IntersectClip)
        everything = (0, self.length())
        context.selections = [self._selection(everything, self.style.theme.on_match, ground)]
        context.clip = QRectF(area.boundingRect())
        doc.documentLayout().draw(painter, context)
        if doc.formulas is not None:
            doc.formulas.paint_again(painter, 0, doc.characterCount())
        painter.restore()

    def _selections(self, look: RowDecoration) -> list[QAbstractTextDocumentLayout.Selection]:
        if look.selection is None or look.selection[0] >= look.selection[1]:
            return []
        theme = self.style.theme
        return [self._selection(look.selection, theme.on_selection, theme.selection)]

    def _selection(
        self, part: tuple[int, int], colour: str, ground: str
    ) -> QAbstractTextDocumentLayout.Selection:
        cursor = QTextCursor(self.doc)
        last = self.doc.characterCount() - 1
        cursor.setPosition(min(self.doc.to_document(part[0]), last))
        cursor.setPosition(
            min(self.doc.to_document(part[1]), last), QTextCursor.MoveMode.KeepAnchor
        )
        look = QTextCharFormat()
        look.setBackground(qcolour(ground))
        look.setForeground(qcolour(colour))
        made = QAbstractTextDocumentLayout.Selection()
        made.cursor = cursor
        made.format = look
        return made

    def hit(self, x: float, y: float) -> int:
        """The position nearest to a point."""
        left, top = self.origin()
        layout = self.doc.documentLayout()
        at = layout.hitTest(QPointF(x - left, y - top), Qt.HitTestAccuracy.FuzzyHit)
        return max(0, min(self.doc.to_row(max(0, at)), self.length()))

    def first_line(self, top: float) -> tuple[int, float] | None:
        """The first line at or below ``top``: its offset in the text and its top, if any."""
        y = max(0.0, top)
        for _ in range(3):  # the line that is cut off, then the next one
            position = self.hit(self.edge, y)
            place = self.caret_rect(position)
            if place.y() >= top - 0.5:
                return position, place.y()
            y = place.bottom() + self.style.line_gap + 1
            if y >= self.gap + self._body:
                return None
        return None

    def link_at(self, x: float, y: float) -> str:
        """The address under a point."""
        left, top = self.origin()
        return self.doc.documentLayout().anchorAt(QPointF(x - left, y - top))

    def caret_rect(self, position: int) -> QRectF:
        """Where a position stands."""
        return self.doc.caret(self.doc.to_document(position)).translated(*self.origin())

    def end_rect(self) -> QRectF:
        """Where the next letter would come, found without the text."""
        return self.doc.caret().translated(*self.origin())


class TextItem(DocumentItem):
    """Running text."""

    row: TextRow
    doc: TextDocument

    def make(self) -> TextDocument:
        """Lay out the document."""
        return TextDocument(self.row, self.style, self.room)

    def update_row(self, row: Row) -> float | None:
        """Take a later form of the row; from where it looks different, if it can be done."""
        old = self.row
        if (
            not isinstance(row, TextRow)
            or (row.place, row.level) != (old.place, old.level)
            or not (row.runs and old.runs)
            or row.marks
            or old.marks
            or (row.place.rtl and text_direction(row.text) != text_direction(old.text))
        ):
            return None
        before = self.is_rtl()
        top = self.doc.change(row)
        self._grown(row)
        return self.gap + top if self.is_rtl() == before else 0


class NoteItem(DocumentItem):
    """A label of a message."""

    row: NoteRow

    def make(self) -> TextDocument:
        """Lay out the document."""
        style = self.style
        text = TextRow((Run(self.row.text),), self.row.place, 0, self.row.text)
        doc = TextDocument(text, style, self.room)
        look = QTextCharFormat()
        look.setFont(style.fonts.small)
        colour = style.theme.error if self.row.error else style.theme.muted
        look.setForeground(qcolour(colour))
        cursor = QTextCursor(doc)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.setCharFormat(look)
        return doc

    def length(self) -> int:
        """Length of the text as Qt counts."""
        return 0


class CodeItem(DocumentItem):
    """Lines of code."""

    row: CodeRow
    doc: CodeDocument

    def make(self) -> CodeDocument:
        """Lay out the document."""
        self._wrapped = self._wants_wrapping()
        inner = self.room - 2 * self.style.px(CODE_PAD)
        self._tokens = self.row.state.tokens_of(self.row)
        width = inner if self._wrapped else -1
        return CodeDocument(self.row, self.style, width, self._tokens)

    def _take(self) -> None:
        """The document was made or changed."""
        super()._take()
        state = self.row.state
        natural = 0 if self._wrapped else int(self.doc.idealWidth()) + 1
        state.content_width = max(state.content_width, natural) if natural else 0

    def _wants_wrapping(self) -> bool:
        wrap = self.row.state.wrap
        return self.style.wrap_code if wrap is None else wrap

    @property
    def stale(self) -> bool:
        """Whether it looks different though its row is the same."""
        return (
            self._wants_wrapping() != self._wrapped
            or self.row.state.tokens_of(self.row) is not self._tokens
        )

    def update_row(self, row: Row) -> float | None:
        """Take a later form of the row, or other colours; from where it looks different."""
        old = self.row
        if (
            not isinstance(row, CodeRow)
            or row.state is not old.state
            or (row.place, row.first) != (old.place, old.first)
            or self._wants_wrapping() != self._wrapped
        ):
            return None
        self._tokens = row.state.tokens_of(row)
        top = self.doc.change(row, self._tokens)
        self._grown(row)
        return self.gap + top

    def horizontal_scroll(self) -> HorizontalScrollState | None:
        """What scrolls sideways here."""
        return None if self._wrapped else self.row.state

    def origin(self) -> tuple[float, float]:
        """Where the document's top left stands."""
        return self.edge + self.style.px(CODE_PAD) - self.row.state.offset, self.gap

    def clip(self) -> QRectF:
        """What of the row may show the document."""
        pad = self.style.px(CODE_PAD)
        return QRectF(self.edge + pad / 2, self.gap, self.room - pad, self.body_height())

    def is_rtl(self) -> bool:
        """Whether the text runs from right to left."""
        return False

    def paint_body(self, painter: QPainter, look: RowDecoration) -> None:
        """Draw what the row is about."""
        ground = QRectF(self.edge, self.gap, self.room, self.body_height())
        painter.fillRect(ground, qcolour(self.style.theme.code_ground))
        for number, colour in self.doc.line_grounds.items():
            block = self.doc.findBlockByNumber(number)
            line = self.doc.documentLayout().blockBoundingRect(block)
            tall = line.height() + self.style.code_gap
            stripe = QRectF(self.edge, self.gap + line.y(), self.room, tall)
            painter.fillRect(stripe, qcolour(colour))
        super().paint_body(painter, look)


class TableItem(DocumentItem):
    """Lines of a table."""

    row: TableRow
    doc: TableDocument
    _drawn: int | None = None
    """The column that is drawn now, of a table that runs from the right."""

    def make(self) -> TableDocument:
        """Lay out the document."""
        state = self.row.state
        measure_columns(self.row, self.style)
        self._wanted = list(state.columns)
        widths = column_widths(state, self.style, self.room)
        state.lay(sum(widths), self.room)
        return TableDocument(self.row, self.style, widths)

    @property
    def stale(self) -> bool:
        """Whether it looks different though its row is the same: columns grew elsewhere."""
        return self._wanted != self.row.state.columns

    def update_row(self, row: Row) -> float | None:
        """Take a later form of the row; from where it looks different, if it can be done."""
        old = self.row
        if (
            not isinstance(row, TableRow)
            or row.state is not old.state
            or row.place != old.place
            or row.marks
            or old.marks
            or (first := self.doc.first_change(row)) is None
        ):
            return None
        measure_columns(row, self.style, first)
        if self._wanted != row.state.columns:
            return None
        top = self.doc.change(row, first)
        self._grown(row)
        return self.gap + top

    def horizontal_scroll(self) -> HorizontalScrollState:
        """What scrolls sideways here."""
        return self.row.state

    def is_rtl(self) -> bool:
        """Whether the text runs from right to left."""
        return self.row.state.rtl

    def origin(self) -> tuple[float, float]:
        """Where the document's top left stands; what is left of the room is on its far side."""
        state = self.row.state
        free = max(0, self.room - state.content_width) if state.rtl else 0
        moved = 0 if self._drawn is None else self._moved(self._drawn)
        return self.edge + free - state.offset + moved, self.gap

    def clip(self) -> QRectF:
        """What of the row may show the document."""
        room = QRectF(self.edge, self.gap, self.room, self.body_height())
        if self._drawn is None:
            return room
        left = self.origin()[0] + sum(self.doc.widths[: self._drawn])
        column = QRectF(left, self.gap, self.doc.widths[self._drawn], self.body_height())
        return room.intersected(column)

    def paint_body(self, painter: QPainter, look: RowDecoration) -> None:
        """Draw what the row is about: a table from the right one column after the other."""
        if not self.row.state.rtl:
            super().paint_body(painter, look)
            return
        for column in range(len(self.doc.widths)):
            self._drawn = column
            super().paint_body(painter, look)
        self._drawn = None

    def hit(self, x: float, y: float) -> int:
        """The position nearest to a point."""
        return super().hit(self._from_mirror(x), y)

    def link_at(self, x: float, y: float) -> str:
        """The address under a point."""
        return super().link_at(self._from_mirror(x), y)

    def caret_rect(self, position: int) -> QRectF:
        """Where a position stands."""
        found = super().caret_rect(position)
        if not self.row.state.rtl:
            return found
        across, edge = found.x() - self.origin()[0], 0
        for column, width in enumerate(self.doc.widths):
            edge += width
            if across < edge or edge == sum(self.doc.widths):
                return found.translated(self._moved(column), 0)
        return found

    def _moved(self, column: int) -> int:
        """How far from where Qt laid it out a column stands in a table from the right."""
        widths = self.doc.widths
        return sum(widths[column + 1 :]) - sum(widths[:column])

    def _from_mirror(self, x: float) -> float:
        """Where Qt laid out what is seen at ``x``."""
        if not self.row.state.rtl:
            return x
        widths, left = self.doc.widths, self.origin()[0]
        for column in reversed(range(len(widths))):
            if x < left + sum(widths[column:]) or column == 0:
                return x - self._moved(column)
        return x

    def length(self) -> int:
        """Length of the text as Qt counts."""
        return units(self.row.drawn_text())
