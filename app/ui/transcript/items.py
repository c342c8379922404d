"""Owns row items: a row laid out at one width, that can be drawn, measured and pointed at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPixmap,
    QTextCharFormat,
    QTextCursor,
)

from app.ui.theme import RADIUS, qcolour
from app.ui.transcript.documents import (
    RowDocument,
    code_document,
    column_widths,
    measure_columns,
    table_document,
    text_document,
)
from app.ui.transcript.formulas import Drawn, Failed, Pending
from app.ui.transcript.rows import (
    CodeHeadRow,
    CodeRow,
    FooterRow,
    FootRow,
    MathRow,
    NoteRow,
    Place,
    Row,
    RuleRow,
    Sideways,
    SpaceRow,
    TableRow,
    TableState,
    TextRow,
    ThinkRow,
    WaitRow,
    row_text,
)
from app.ui.transcript.runs import LINE, Run, clean, units
from app.ui.transcript.style import CODE_PAD, Style

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

CODE_HEAD, SIDE_BAR, FOOTER, THINK = 34, 14, 34, 30
"""Heights at 100 %, pixels."""


@dataclass(frozen=True, slots=True)
class Look:
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

LONGEST_SOURCE = 3000
"""Characters of a formula's source that are shown where the formula is not."""

PLAIN_LOOK = Look()


class RowItem:
    """A row laid out. Coordinates begin at the top left of the text column."""

    interactive = False

    def __init__(self, row: Row, style: Style, width: int) -> None:
        self.row, self.style, self.width = row, style, width
        place = row.place
        self.left = min(place.indent * style.indent, width // 2)
        self.gap = style.px(place.gap)
        self.room = max(40, width - self.left)
        self.widget: QWidget | None = None
        self.pending: Pending | None = None
        self._picture = QPixmap()
        self._picture_key: tuple[Look, int, float, str, int] | None = None

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

    def ideal_width(self) -> float:
        """How wide the text really is, pixels."""
        return self.room

    def length(self) -> int:
        """Length of the row's text as Qt counts."""
        return units(row_text(self.row))

    def hit(self, _x: float, y: float) -> int:
        """The position in the row's text nearest to a point."""
        return 0 if y < self.gap + self.body_height() / 2 else self.length()

    def link_at(self, _x: float, _y: float) -> str:
        """The address of the link under a point, or nothing."""
        return ""

    def sideways(self) -> Sideways | None:
        """What scrolls sideways here."""
        return None

    def caret_rect(self, _position: int) -> QRectF:
        """Where a position in the row's text stands."""
        return QRectF(self.left, self.gap, 1, self.body_height())

    def draw(self, painter: QPainter, look: Look, ground: str, margin: int, width: int) -> None:
        """Draw from a picture of the row, made when its look changed.

        Drawing text costs ten times what copying its picture costs, and most frames only move
        rows. The picture is opaque, so text keeps its subpixels.
        """
        if isinstance(self, FixedItem) or not 0 < self.body_height() < TALLEST_PICTURE:
            self.paint(painter, look)
            return
        ratio = painter.device().devicePixelRatio()
        wide = self.sideways()
        key = (look, wide.x if wide else 0, ratio, ground, width)
        if key != self._picture_key:
            area = QSize(width + 2 * margin, self.height) * ratio
            made = QPixmap(area)
            made.setDevicePixelRatio(ratio)
            made.fill(qcolour(ground))
            inner = QPainter(made)
            inner.translate(margin, 0)
            self.paint(inner, look)
            inner.end()
            self._picture, self._picture_key = made, key
        painter.drawPixmap(-margin, 0, self._picture)

    def paint(self, painter: QPainter, look: Look) -> None:
        """Draw bars, marker and body."""
        place = self.row.place
        for number, level in enumerate(place.bars):
            x = level * self.style.indent + self.style.px(4)
            top = self.gap if number >= len(place.bars) - place.opened else 0
            thick = max(2, self.style.px(3))
            x = self.width - x - thick if self.is_rtl() else x
            bar = QRectF(x, top, thick, self.height - top)
            painter.fillRect(bar, qcolour(self.style.theme.border))
        if place.marker:
            self._paint_marker(painter, place)
        self.paint_body(painter, look)

    def paint_body(self, painter: QPainter, look: Look) -> None:
        """Draw what the row is about."""

    def is_rtl(self) -> bool:
        """Whether the text runs from right to left."""
        return False

    def first_baseline(self) -> float:
        """Of the first line, below the gap."""
        return self.style.text_metrics.ascent()

    def _paint_marker(self, painter: QPainter, place: Place) -> None:
        style = self.style
        baseline = self.gap + self.first_baseline()
        rtl = self.is_rtl()
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
        painter.drawText(QPointF(x, baseline), place.marker)


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


class DocumentItem(RowItem):
    """A row drawn by a Qt document."""

    def __init__(self, row: Row, style: Style, width: int) -> None:
        super().__init__(row, style, width)
        self.doc: RowDocument = self.make()
        self.pending = self.doc.pending
        self._body = int(self.doc.size().height() + 0.999)

    def make(self) -> RowDocument:
        """Lay out the document."""
        raise NotImplementedError

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return self._body

    def ideal_width(self) -> float:
        """Of the longest line, pixels."""
        return self.doc.idealWidth()

    def origin(self) -> tuple[float, float]:
        """Where the document's top left stands."""
        x = 0 if self.is_rtl() else self.left
        return x, self.gap

    def clip(self) -> QRectF | None:
        """What of the row may show the document."""
        return None

    def is_rtl(self) -> bool:
        """Whether the text runs from right to left."""
        return self.doc.firstBlock().textDirection() == Qt.LayoutDirection.RightToLeft

    def first_baseline(self) -> float:
        """Of the first line."""
        layout = self.doc.firstBlock().layout()
        if layout.lineCount() == 0:
            return super().first_baseline()
        return layout.lineAt(0).ascent()

    def paint_body(self, painter: QPainter, look: Look) -> None:
        """Draw what the row is about."""
        painter.save()
        clip = self.clip()
        if clip is not None:
            painter.setClipRect(clip, Qt.ClipOperation.IntersectClip)
        x, y = self.origin()
        painter.translate(x, y)
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette()
        colour = self.style.text_colour(quiet=self.row.place.quiet)
        palette.setColor(QPalette.ColorRole.Text, qcolour(colour))
        context.palette = palette
        context.selections = self._selections(look)
        self.doc.documentLayout().draw(painter, context)
        painter.restore()

    def _selections(self, look: Look) -> list[QAbstractTextDocumentLayout.Selection]:
        theme = self.style.theme
        made = []
        for match in look.matches:
            ground = theme.match_current if match == look.current else theme.match
            made.append(self._selection(match, theme.on_match, ground))
        if look.selection is not None and look.selection[0] < look.selection[1]:
            made.append(self._selection(look.selection, theme.on_selection, theme.selection))
        return made

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

    def link_at(self, x: float, y: float) -> str:
        """The address under a point."""
        left, top = self.origin()
        return self.doc.documentLayout().anchorAt(QPointF(x - left, y - top))

    def caret_rect(self, position: int) -> QRectF:
        """Where a position stands."""
        block = self.doc.findBlock(self.doc.to_document(position))
        rect = self.doc.documentLayout().blockBoundingRect(block)
        line = block.layout().lineForTextPosition(self.doc.to_document(position) - block.position())
        x, y = self.origin()
        if not line.isValid():
            return rect.translated(x, y)
        found = line.cursorToX(self.doc.to_document(position) - block.position())
        # PySide returns the cursor position beside the x; its stubs say it is an object.
        across = float(found[0]) if isinstance(found, tuple) else 0.0
        return QRectF(x + rect.x() + across, y + rect.y() + line.y(), 1, line.height())


class TextItem(DocumentItem):
    """Running text."""

    row: TextRow

    def make(self) -> RowDocument:
        """Lay out the document."""
        return text_document(self.row, self.style, self.room)


class NoteItem(DocumentItem):
    """A label of a message."""

    row: NoteRow

    def make(self) -> RowDocument:
        """Lay out the document."""
        style = self.style
        text = TextRow((Run(self.row.text),), self.row.place, 0, self.row.text)
        doc = text_document(text, style, self.room)
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

    def make(self) -> RowDocument:
        """Lay out the document."""
        wrap = self.row.state.wrap
        self._wrapped = self.style.wrap_code if wrap is None else wrap
        inner = self.room - 2 * self.style.px(CODE_PAD)
        state = self.row.state
        self._tokens = state.tokens_of(self.row)
        width = inner if self._wrapped else -1
        doc = code_document(self.row, self.style, width, self._tokens)
        state.natural = max(state.natural, int(doc.idealWidth()) + 1) if not self._wrapped else 0
        return doc

    @property
    def stale(self) -> bool:
        """Whether it has to be made anew."""
        wrap = self.row.state.wrap
        wanted = self.style.wrap_code if wrap is None else wrap
        return wanted != self._wrapped or self.row.state.tokens_of(self.row) is not self._tokens

    def sideways(self) -> Sideways | None:
        """What scrolls sideways here."""
        return None if self._wrapped else self.row.state

    def origin(self) -> tuple[float, float]:
        """Where the document's top left stands."""
        return self.left + self.style.px(CODE_PAD) - self.row.state.x, self.gap

    def clip(self) -> QRectF:
        """What of the row may show the document."""
        pad = self.style.px(CODE_PAD)
        return QRectF(self.left + pad / 2, self.gap, self.room - pad, self.body_height())

    def is_rtl(self) -> bool:
        """Whether the text runs from right to left."""
        return False

    def paint_body(self, painter: QPainter, look: Look) -> None:
        """Draw what the row is about."""
        ground = QRectF(self.left, self.gap, self.room, self.body_height())
        painter.fillRect(ground, qcolour(self.style.theme.code_ground))
        for number, colour in self.doc.line_grounds.items():
            block = self.doc.findBlockByNumber(number)
            line = self.doc.documentLayout().blockBoundingRect(block)
            tall = line.height() + self.style.code_gap
            stripe = QRectF(self.left, self.gap + line.y(), self.room, tall)
            painter.fillRect(stripe, qcolour(colour))
        super().paint_body(painter, look)


class TableItem(DocumentItem):
    """Lines of a table."""

    row: TableRow

    def make(self) -> RowDocument:
        """Lay out the document."""
        state = self.row.state
        measure_columns(self.row, self.style)
        self.columns = column_widths(state, self.style, self.room)
        state.natural = sum(self.columns)
        return table_document(self.row, self.style, self.columns)

    @property
    def stale(self) -> bool:
        """Whether it has to be made anew."""
        return self.columns != column_widths(self.row.state, self.style, self.room)

    def sideways(self) -> Sideways:
        """What scrolls sideways here."""
        return self.row.state

    def is_rtl(self) -> bool:
        """Whether the text runs from right to left."""
        return False

    def origin(self) -> tuple[float, float]:
        """Where the document's top left stands."""
        return self.left - self.row.state.x, self.gap

    def clip(self) -> QRectF:
        """What of the row may show the document."""
        return QRectF(self.left, self.gap, self.room, self.body_height())

    def length(self) -> int:
        """Length of the text as Qt counts."""
        return units(row_text(self.row))


class MathItem(RowItem):
    """A display formula, or its source where it cannot be drawn."""

    row: MathRow

    def __init__(self, row: MathRow, style: Style, width: int) -> None:
        super().__init__(row, style, width)
        self._source: RowDocument | None = None
        self._drawn: Drawn | None = None
        self._scale = 1.0
        colour = style.text_colour(quiet=row.place.quiet)
        result: Drawn | Failed
        if row.block.closed:
            result = style.formulas.get(
                row.block.source, display=True, font=style.fonts.text, colour=colour
            )
        else:
            result = Failed("It is still being written.")
        if isinstance(result, Failed):
            source = row.block.markdown
            if len(source) > LONGEST_SOURCE:
                source = source[:LONGEST_SOURCE] + "\u2026"  # a copy has all of it
            run = Run(LINE.join(clean(line) for line in source.split("\n")), code=True)
            self._source = text_document(TextRow((run,), row.place), style, self.room)
        else:
            self._drawn = result
            self.pending = result if isinstance(result, Pending) else None
            row.state.natural = int(result.width) + 1
        self._pad = style.px(4)

    @property
    def bar(self) -> bool:
        """Whether it is wider than the column."""
        return self._drawn is not None and self._drawn.width > self.room

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        if self._source is not None:
            return int(self._source.size().height() + 0.999)
        if self._drawn is None:
            return 0
        tall = int(self._drawn.ascent + self._drawn.descent + 0.999) + 2 * self._pad
        return tall + (self.style.px(SIDE_BAR) if self.bar else 0)

    def sideways(self) -> Sideways | None:
        """What scrolls sideways here."""
        return self.row.state if self.bar else None

    def paint_body(self, painter: QPainter, look: Look) -> None:
        """Draw what the row is about."""
        painter.save()
        selected = look.selection is not None and look.selection[0] < look.selection[1]
        area = QRectF(self.left, self.gap, self.room, self.body_height())
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        if selected:
            painter.fillRect(area, qcolour(self.style.theme.selection))
        if self._source is not None:
            painter.translate(self.left, self.gap)
            self._source.drawContents(painter)
        elif self._drawn is not None:
            spare = self.room - self._drawn.width
            x = self.left + (spare / 2 if spare > 0 else -self.row.state.x)
            self._drawn.paint(painter, x, self.gap + self._pad + self._drawn.ascent)
        painter.restore()


class RuleItem(RowItem):
    """A line across."""

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return self.style.px(9)

    def paint_body(self, painter: QPainter, _look: Look) -> None:
        """Draw what the row is about."""
        y = self.gap + self.style.px(4)
        painter.fillRect(QRectF(self.left, y, self.room, 1), qcolour(self.style.theme.border))


class WaitItem(RowItem):
    """Stands for what has not been read yet."""

    row: WaitRow

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        style = self.style
        lines = self.row.characters * style.char_width / self.room
        return int(lines * style.line_height) + style.px(20)

    def paint_body(self, painter: QPainter, _look: Look) -> None:
        """Draw what the row is about."""
        painter.setFont(self.style.fonts.small)
        painter.setPen(qcolour(self.style.theme.muted))
        painter.drawText(QPointF(self.left, self.style.line_height), "Laying out the rest\u2026")


class FixedItem(RowItem):
    """A row whose body is a widget of known height."""

    interactive = True
    units = FOOTER

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return self.style.px(self.units)


class CodeHeadItem(FixedItem):
    """The bar above code."""

    row: CodeHeadRow
    units = CODE_HEAD

    def paint_body(self, painter: QPainter, _look: Look) -> None:
        """Draw what the row is about."""
        paint_half_round(painter, self, top=True)


class FootItem(FixedItem):
    """The end of a wide block, with its scroll bar if it needs one."""

    row: FootRow

    @property
    def is_code(self) -> bool:
        """Whether code stands above."""
        return not isinstance(self.row.state, TableState)

    @property
    def bar(self) -> bool:
        """Whether there is more than can be seen."""
        pad = 2 * self.style.px(CODE_PAD) if self.is_code else 0
        return self.row.state.natural > self.room - pad

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        if self.is_code:
            return self.style.px(SIDE_BAR if self.bar else CODE_PAD)
        return self.style.px(SIDE_BAR) if self.bar else 1

    def paint_body(self, painter: QPainter, _look: Look) -> None:
        """Draw what the row is about."""
        if self.is_code:
            paint_half_round(painter, self, top=False)


class ThinkItem(FixedItem):
    """The line that folds the reasoning."""

    row: ThinkRow
    units = THINK


class FooterItem(FixedItem):
    """Actions and status."""

    row: FooterRow
    units = FOOTER


def paint_half_round(painter: QPainter, item: RowItem, *, top: bool) -> None:
    """Paint the rounded upper or lower end of a code block."""
    theme = item.style.theme
    radius = item.style.px(RADIUS)
    area = QRectF(item.left, item.gap, item.room, item.body_height())
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolour(theme.code_ground))
    taller = area.adjusted(0, 0, 0, 2 * radius) if top else area.adjusted(0, -2 * radius, 0, 0)
    painter.drawRoundedRect(taller, radius, radius)
    painter.restore()


class SpaceItem(RowItem):
    """Nothing, of some height."""

    row: SpaceRow


def make_item(row: Row, style: Style, width: int) -> RowItem:
    """Lay out a row."""
    match row:
        case TextRow():
            return TextItem(row, style, width)
        case CodeRow():
            return CodeItem(row, style, width)
        case CodeHeadRow():
            return CodeHeadItem(row, style, width)
        case FootRow():
            return FootItem(row, style, width)
        case TableRow():
            return TableItem(row, style, width)
        case MathRow():
            return MathItem(row, style, width)
        case RuleRow():
            return RuleItem(row, style, width)
        case ThinkRow():
            return ThinkItem(row, style, width)
        case NoteRow():
            return NoteItem(row, style, width)
        case WaitRow():
            return WaitItem(row, style, width)
        case SpaceRow():
            return SpaceItem(row, style, width)
    return FooterItem(row, style, width)
