"""The document of lines of a table, and the widths of a table's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QTextBlockFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTableCellFormat,
    QTextTableFormat,
)

from app.ui.style.theme import qcolour
from app.ui.transcript.content.rows import Cells, TableRow
from app.ui.transcript.content.runs import Run, text_of, units
from app.ui.transcript.content.wide_blocks import TableState
from app.ui.transcript.items.mark_drawing import chip_size
from app.ui.transcript.items.row_document import RowDocument
from app.ui.transcript.items.style import Style

_ALIGN = {
    None: Qt.AlignmentFlag.AlignLeading,
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


class TableDocument(RowDocument):
    """Lines of a table.

    Qt lays the columns of a table out from the left, whatever the direction of its text; who draws
    a table that runs from the right moves each to its place (see `TableItem`).

    Args:
        row: The lines.
        style: How they look.
        widths: Of the columns, pixels.
    """

    def __init__(self, row: TableRow, style: Style, widths: Sequence[int]) -> None:
        super().__init__(style, row.marks)
        self.widths = tuple(widths)
        self._head = row.head
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setDefaultTextOption(option)
        self.setTextWidth(sum(widths))
        self.strut = True
        self.base = 1  # the table's frame begins with a mark of its own
        self._pad = style.px(5)
        self._blocks = []
        for align in row.state.alignments:
            block = QTextBlockFormat(style.block)
            block.setAlignment(_ALIGN[align])
            if row.state.rtl and align is None:
                block.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            self._blocks.append(block)
        self._cell, self._head_cell = self._cell_formats()
        cursor = QTextCursor(self)
        cursor.beginEditBlock()  # or every cell lays the whole table out again
        self._table = cursor.insertTable(len(row.lines), len(widths), _format(widths))
        self._lines: tuple[Cells, ...] = ()
        self._fill(row, 0)
        self.add_chips()
        cursor.endEditBlock()

    def _cell_formats(self) -> tuple[QTextTableCellFormat, QTextTableCellFormat]:
        style, pad_x = self.style, self.style.px(10)
        cell = QTextTableCellFormat()
        cell.setLeftPadding(pad_x)
        cell.setRightPadding(pad_x)
        cell.setTopPadding(self._pad)
        cell.setBottomPadding(max(0.0, self._pad - style.line_gap / 2))
        cell.setBottomBorder(1)
        cell.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        cell.setBottomBorderBrush(qcolour(style.theme.border))
        head = QTextTableCellFormat(cell)
        head.setBackground(qcolour(style.theme.table_head))
        return cell, head

    def _fill(self, row: TableRow, first: int) -> None:
        """Write the cells of lines ``first`` and below; they are empty."""
        for number, line in enumerate(row.lines[first:], first):
            head = row.head and number == 0
            for column, cell in enumerate(line):
                at = self._table.cellAt(number, column)
                inner = at.firstCursorPosition()
                inner.setBlockFormat(self._blocks[column])
                runs = [replace(run, bold=True) for run in cell] if head else list(cell)
                self.insert_runs(inner, runs, 0, quiet=row.place.quiet)
                at.setFormat(self._head_cell if head else self._cell)
        self._lines = row.lines

    def first_change(self, row: TableRow) -> int | None:
        """The first line that ``row`` would change, or None if it has to be made anew."""
        old, new = self._lines, row.lines
        last = len(old) - 1
        if row.head != self._head or len(new) <= last or old[:last] != new[:last]:
            return None
        if old[last] == new[last]:
            return last + 1
        # The positions of its formulas are known to the document.
        return None if any(run.math for cell in old[last] for run in cell) else last

    def change(self, row: TableRow, first: int) -> float:
        """Show other lines from ``first`` on, which `first_change` has found.

        Returns:
            Where these begin, pixels.
        """
        cursor = QTextCursor(self)
        cursor.beginEditBlock()
        old = len(self._lines)
        for number in range(first, old):
            for column in range(len(row.lines[number])):
                at = self._table.cellAt(number, column)
                inner = at.firstCursorPosition()
                last = at.lastCursorPosition().position()
                inner.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
                inner.removeSelectedText()
        if len(row.lines) > old:
            self._table.appendRows(len(row.lines) - old)
        self._fill(row, first)
        cursor.endEditBlock()
        if first >= self._table.rows():
            return self.size().height()
        block = self._table.cellAt(first, 0).firstCursorPosition().block()
        return max(0.0, self.documentLayout().blockBoundingRect(block).y() - self._pad - 1)


def _format(widths: Sequence[int]) -> QTextTableFormat:
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
    return made


def measure_columns(row: TableRow, style: Style, first: int = 0) -> None:
    """Let the table's columns grow to what the cells of lines ``first`` and below want."""
    state = row.state
    cap = style.px(340)
    chips = _chip_widths(row, style)
    bold = QFontMetricsF(style.format_of(Run("", bold=True), 0, quiet=False).font())
    for number, line in enumerate(row.lines[first:], first):
        metrics = bold if row.head and number == 0 else style.text_metrics
        for column, cell in enumerate(line):
            want = chips.get((number, column), 0.0)
            for run in cell:
                if run.math is not None:
                    want += len(run.math.source) * style.char_width * 0.8
                else:
                    used = style.code_metrics if run.code else metrics
                    want += used.horizontalAdvance(run.text)
            wanted = min(cap, int(want) + style.px(2))
            state.columns[column] = max(state.columns[column], wanted)


def _chip_widths(row: TableRow, style: Style) -> dict[tuple[int, int], float]:
    """Pixels that the chips of marks take, by line and column."""
    found: dict[tuple[int, int], float] = {}
    chips = [one for one in row.marks if one.mark.chip]
    at = 0
    for number, line in enumerate(row.lines if chips else ()):
        for column, cell in enumerate(line):
            end = at + units(text_of(cell))
            here = [chip_size(one.mark, style).width() for one in chips if at < one.end <= end]
            if here:
                found[number, column] = sum(here)
            at = end + 1
    return found


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
