"""Owns the Qt documents of rows: text with inline formulas, code lines, table lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTableCellFormat,
    QTextTableFormat,
)

from app.ui.theme import qcolour
from app.ui.transcript.formulas import Drawn, Failed, Pending
from app.ui.transcript.rows import CodeRow, TableRow, TextRow, code_text
from app.ui.transcript.runs import Run, clean
from app.ui.transcript.style import FORMULA_OBJECT, LINE_GROUNDS, Style
from app.ui.transcript.wide_blocks import TableState

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALIGN = {
    None: Qt.AlignmentFlag.AlignLeading,
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


class InlineFormula(QPyTextObject):
    """Draws the formulas of one document on the baseline of their lines.

    For an object with ``AlignMiddle`` Qt gives a line half of the object's height above, and half
    below, a height somewhat over the baseline (it differs between fonts and versions of Qt, and is
    probed); each object is made as tall as makes room for the formula's ascent and descent. Then
    Qt draws the object in the middle of the line as it came out; from there the baseline follows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[Drawn] = []
        self._stood: dict[int, tuple[Drawn, float, float]] = {}  # by position, as last drawn
        self.strut = False  # whether lines of formulas alone are as tall as lines of text

    def add(self, drawn: Drawn) -> int:
        """Take a formula and return its number in this document."""
        self.drawn.append(drawn)
        return len(self.drawn) - 1

    def intrinsicSize(self, _doc: QTextDocument, _pos: int, fmt: QTextFormat) -> QSizeF:
        """Qt asks for the room."""
        formula = self.drawn[fmt.intProperty(_NUMBER)]
        return QSizeF(formula.width, 2 * self._half(formula, fmt.toCharFormat()))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        pos: int,
        fmt: QTextFormat,
    ) -> None:
        """Qt asks to draw."""
        formula = self.drawn[fmt.intProperty(_NUMBER)]
        block = doc.findBlock(pos)
        line = block.layout().lineForTextPosition(pos - block.position())
        centre = QRectF(rect).center().y()
        left, baseline = QRectF(rect).left(), centre + (line.ascent() - line.descent()) / 2
        self._stood[pos] = formula, left, baseline
        formula.paint(painter, left, baseline)

    def paint_again(self, painter: QPainter, start: int, end: int) -> None:
        """Draw the formulas of a selection once more: Qt covers them with half its colour."""
        for position, (formula, left, baseline) in self._stood.items():
            if start <= position < end:
                formula.paint(painter, left, baseline)

    def _half(self, formula: Drawn, fmt: QTextCharFormat) -> float:
        middle = _middle(fmt)
        half = max(formula.ascent - middle, formula.descent + middle)
        return max(half, QFontMetricsF(fmt.font()).ascent() - middle) if self.strut else half


LONGEST_INLINE = 1000
"""Characters of an inline formula's source that are shown where the formula is not."""

_NUMBER = QTextFormat.Property.UserProperty.value + 7


def _middle(fmt: QTextCharFormat) -> float:
    font = fmt.font()
    key = font.key()
    if key not in _MIDDLES:
        _MIDDLES[key] = _probe(font)
    return _MIDDLES[key]


_MIDDLES: dict[str, float] = {}


class _Block(QPyTextObject):
    """An object taller than any line, to find out where Qt centres it."""

    TALL = 4000.0

    def intrinsicSize(self, _doc: QTextDocument, _pos: int, _fmt: QTextFormat) -> QSizeF:
        return QSizeF(1, self.TALL)

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        pos: int,
        fmt: QTextFormat,
    ) -> None:
        """Is never drawn."""


def _probe(font: QFont) -> float:
    """How far above the baseline Qt centres an object of this font, pixels."""
    doc, block = QTextDocument(), _Block()
    doc.documentLayout().registerHandler(FORMULA_OBJECT, block)
    fmt = QTextCharFormat()
    fmt.setFont(font)
    fmt.setObjectType(FORMULA_OBJECT)
    fmt.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
    QTextCursor(doc).insertText("\ufffc", fmt)
    doc.setTextWidth(100)
    return doc.firstBlock().layout().lineAt(0).ascent() - _Block.TALL / 2


class RowDocument(QTextDocument):
    """A document with its formulas, and where undrawable formulas stand as their source."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.setDocumentMargin(0)
        self.setUndoRedoEnabled(False)
        self.setDefaultFont(style.fonts.text)
        self.style = style
        self.pending: list[Pending] = []
        self.formulas = InlineFormula()
        # (position in the row's text, length in the document) of each formula drawn as source
        self.spelled: list[tuple[int, int]] = []
        self.line_grounds: dict[int, str] = {}  # colours behind whole lines, by number
        self.base = 0  # document position of the row's first character
        self._registered = False

    def insert_runs(
        self, cursor: QTextCursor, runs: Sequence[Run], level: int, *, quiet: bool
    ) -> None:
        """Append runs at the cursor."""
        for run in runs:
            if run.math is None:
                cursor.insertText(run.text, self.style.format_of(run, level, quiet=quiet))
            else:
                self._insert_formula(cursor, run, level, quiet=quiet)

    def _insert_formula(self, cursor: QTextCursor, run: Run, level: int, *, quiet: bool) -> None:
        if run.math is None:
            return
        style = self.style
        base = style.format_of(run, level, quiet=quiet)
        result = style.formulas.get(
            run.math.source,
            display=run.math.display,
            font=base.font(),
            colour=style.text_colour(quiet=quiet),
        )
        if isinstance(result, Failed):
            start = self.to_row(cursor.position())
            source = clean(run.math.markdown[:LONGEST_INLINE])
            look = Run("", code=True)
            cursor.insertText(source, style.format_of(look, level, quiet=quiet))
            self.spelled.append((start, len(source.encode("utf-16-le")) // 2))
            return
        if isinstance(result, Pending):
            self.pending.append(result)
        if not self._registered:
            self.documentLayout().registerHandler(FORMULA_OBJECT, self.formulas)
            self._registered = True
        made = QTextCharFormat(base)
        made.setObjectType(FORMULA_OBJECT)
        made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        made.setProperty(_NUMBER, self.formulas.add(result))
        cursor.insertText("\ufffc", made)

    def to_document(self, position: int) -> int:
        """Turn a position in the row's text into one in the document."""
        for start, length in self.spelled:
            if position > start:
                position += length - 1
        return position + self.base

    def to_row(self, position: int) -> int:
        """Turn a position in the document into one in the row's text."""
        shift = 0
        position = max(0, position - self.base)
        for start, length in self.spelled:
            begin = start + shift
            if position >= begin + length:
                shift += length - 1
            elif position > begin:
                return start + (1 if position - begin > length / 2 else 0)
        return position - shift


def text_document(row: TextRow, style: Style, width: float) -> RowDocument:
    """Lay out running text."""
    doc = RowDocument(style)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    doc.setDefaultTextOption(option)
    doc.setTextWidth(width)
    cursor = QTextCursor(doc)
    cursor.beginEditBlock()  # laid out once, at its end
    cursor.setBlockFormat(style.block)
    if not row.runs:
        cursor.setBlockCharFormat(style.format_of(Run(""), row.level, quiet=row.place.quiet))
    doc.insert_runs(cursor, row.runs, row.level, quiet=row.place.quiet)
    cursor.endEditBlock()
    return doc


def code_document(
    row: CodeRow, style: Style, width: float, tokens: Sequence[tuple[str, str]] | None
) -> RowDocument:
    """Lay out lines of code; ``width`` below 0 leaves lines unwrapped.

    ``tokens`` are pairs of kind and text whose texts make up the row; None draws it plain.
    """
    doc = RowDocument(style)
    option = QTextOption()
    option.setTextDirection(Qt.LayoutDirection.LeftToRight)
    option.setTabStopDistance(4 * style.code_metrics.horizontalAdvance(" "))
    wrap = QTextOption.WrapMode.WrapAnywhere if width >= 0 else QTextOption.WrapMode.NoWrap
    option.setWrapMode(wrap)
    doc.setDefaultTextOption(option)
    doc.setDefaultFont(style.fonts.code)
    doc.setTextWidth(width)
    cursor = QTextCursor(doc)
    cursor.beginEditBlock()  # laid out once, at its end
    cursor.setBlockFormat(style.code_block)
    text = code_text(row.text)
    done = 0
    for kind, piece in tokens or ():
        if kind in LINE_GROUNDS:
            doc.line_grounds[cursor.blockNumber()] = getattr(style.theme, LINE_GROUNDS[kind])
        cursor.insertText(text[done : done + len(piece)], style.token_format(kind))
        done += len(piece)
    cursor.insertText(text[done:], style.token_format(""))
    cursor.endEditBlock()
    return doc


def measure_columns(row: TableRow, style: Style) -> bool:
    """Let the table's columns grow to what this row's cells want; whether any did."""
    state = row.state
    grew = False
    cap = style.px(340)
    bold = QFontMetricsF(style.format_of(Run("", bold=True), 0, quiet=False).font())
    for number, line in enumerate(row.lines):
        metrics = bold if row.head and number == 0 else style.text_metrics
        for column, cell in enumerate(line):
            want = 0.0
            for run in cell:
                if run.math is not None:
                    want += len(run.math.source) * style.char_width * 0.8
                else:
                    used = style.code_metrics if run.code else metrics
                    want += used.horizontalAdvance(run.text)
            wanted = min(cap, int(want) + style.px(2))
            if wanted > state.columns[column]:
                state.columns[column] = wanted
                grew = True
    return grew


def column_widths(state: TableState, style: Style, room: int) -> list[int]:
    """Widths of the columns, with their padding, for ``room`` pixels.

    Wide columns give way first, down to a readable width; what is still too wide scrolls.
    """
    pad = 2 * style.px(10)
    widths = [max(style.px(36), width) + pad for width in state.columns]
    least = style.px(150) + pad
    excess = sum(widths) - room
    if excess > 0:
        spare = [max(0, width - least) for width in widths]
        total = sum(spare)
        if total:
            share = min(1.0, excess / total)
            widths = [
                width - int(room_left * share + 0.999)
                for width, room_left in zip(widths, spare, strict=True)
            ]
    return widths


def table_document(row: TableRow, style: Style, widths: Sequence[int]) -> RowDocument:
    """Lay out lines of a table at the given column widths."""
    doc = RowDocument(style)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    doc.setDefaultTextOption(option)
    made = QTextTableFormat()
    made.setBorder(0)
    made.setCellSpacing(0)
    made.setCellPadding(0)
    made.setPadding(0)
    made.setMargin(0)
    made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
    made.setColumnWidthConstraints(
        [QTextLength(QTextLength.Type.FixedLength, width) for width in widths]
    )
    made.setWidth(QTextLength(QTextLength.Type.FixedLength, sum(widths)))
    doc.setTextWidth(sum(widths))
    cursor = QTextCursor(doc)
    cursor.beginEditBlock()  # or every cell lays the whole table out again
    doc.formulas.strut = True
    table = cursor.insertTable(len(row.lines), len(widths), made)
    doc.base = 1  # the table's frame begins with a mark of its own
    pad_x, pad_y = style.px(10), style.px(5)
    blocks = []
    for align in row.state.alignments:
        block = QTextBlockFormat(style.block)
        block.setAlignment(_ALIGN[align])
        blocks.append(block)
    cell_format = QTextTableCellFormat()
    cell_format.setLeftPadding(pad_x)
    cell_format.setRightPadding(pad_x)
    cell_format.setTopPadding(pad_y)
    cell_format.setBottomPadding(max(0.0, pad_y - style.line_gap / 2))
    cell_format.setBottomBorder(1)
    cell_format.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    cell_format.setBottomBorderBrush(qcolour(style.theme.border))
    head_cell = QTextTableCellFormat(cell_format)
    head_cell.setBackground(qcolour(style.theme.table_head))
    for number, line in enumerate(row.lines):
        head = row.head and number == 0
        for column, cell in enumerate(line):
            at = table.cellAt(number, column)
            inner = at.firstCursorPosition()
            inner.setBlockFormat(blocks[column])
            runs = [replace(run, bold=True) for run in cell] if head else list(cell)
            doc.insert_runs(inner, runs, 0, quiet=row.place.quiet)
            at.setFormat(head_cell if head else cell_format)
    cursor.endEditBlock()
    return doc
