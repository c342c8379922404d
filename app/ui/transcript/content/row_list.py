"""Rows made of flow rows, from the first to the open end of a text that still grows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.language.formats import text_direction
from app.markup.document.blocks import MathBlock, Paragraph
from app.markup.document.flow import FlowRow
from app.markup.document.spans import Spans, plain_spans
from app.markup.kinds.code import CodeBlock
from app.markup.kinds.heading import Heading
from app.markup.kinds.lists import ItemFrame
from app.markup.kinds.table import Table
from app.markup.parts.part_block import BelowFrame, FoldFrame
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.row import LeafRow, Row
from app.ui.transcript.content.rows import (
    GAP,
    CodeHeadRow,
    FoldRow,
    MathRow,
    ScrollBarRow,
    SpaceRow,
    TableRow,
    TextRow,
)
from app.ui.transcript.content.runs import (
    runs_from_right,
    split_runs,
    text_of,
    to_runs,
)
from app.ui.transcript.content.wide_blocks import CodeRow, CodeState, TableState

CODE_LINES = 20
CODE_LIMIT = 4000
"""Characters of a line of code beyond which it goes on in another row."""

TABLE_LINES = 6
TEXT_LIMIT = 10_000
"""Characters of a paragraph beyond which it goes on in another row: 3 ms of layout."""


DEEPEST = 8
"""Levels of indentation that are drawn; deeper ones stand with the eighth."""


TIGHT, BEFORE_HEADING, AFTER_HEADING = 4, 22, 8
AFTER_BLOCK = 6
"""More above what follows a code block, a table or a formula: these lack the distance that a line
of text has below it."""


def _chunks(text: str) -> Iterator[tuple[str, bool]]:
    """Cut code into rows; also whether a cut fell into a line."""
    lines: list[str] = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > CODE_LIMIT:
            if lines:
                yield "\n".join(lines), False
                lines = []
            yield rest[:CODE_LIMIT], True
            rest = rest[CODE_LIMIT:]
        lines.append(rest)
        if len(lines) == CODE_LINES:
            yield "\n".join(lines), False
            lines = []
    if lines:
        yield "\n".join(lines), False


class RowList:
    """Rows that grow by flow rows; everything but the last few stays as it is.

    Args:
        unfolded: Which of the folded parts are shown, from 0.
    """

    def __init__(self, unfolded: Container[int] = ()) -> None:
        self.rows: list[Row] = []
        self._unfolded = unfolded
        self._words = 0
        self._fold, self._fold_at = -1, -1  # the last one, and where its line stands
        self._block = -1
        self._rtl: bool | None = None  # the side of the last top-level block, once it is known

    def snapshot(self) -> RowSnapshot:
        """Remember the end, so that a tail can be taken back."""
        return RowSnapshot(
            len(self.rows),
            tuple(self.rows[-3:]),
            self._words,
            self._fold,
            self._fold_at,
            self.rows[self._fold_at] if self._fold_at >= 0 else None,
            self._block,
            self._rtl,
        )

    def restore(self, mark: RowSnapshot) -> None:
        """Take back everything since ``mark``."""
        del self.rows[mark.kept :]
        self.rows += mark.last
        self._words, self._block, self._rtl = mark.words, mark.block, mark.rtl
        self._fold, self._fold_at = mark.fold, mark.fold_at
        if mark.fold_row is not None:
            self.rows[mark.fold_at] = mark.fold_row

    def extend(self, flow: Iterable[FlowRow]) -> None:
        """Add flow rows."""
        for row in flow:
            self._add(row)

    def _add(self, row: FlowRow) -> None:
        self._block += row.top
        if row.top:
            self._rtl = None
        fold = row.frames[0] if row.frames else None
        if isinstance(fold, FoldFrame):
            self._add_fold(row, fold)
            if self._fold not in self._unfolded or (row.continues and row.leaf is None):
                return
        place = self._place(row)
        match row.leaf:  # what can be too long for one row; the rest is drawn as a whole
            case None:
                self.rows.append(TextRow((), place))
            case Paragraph():
                self._add_text(row.leaf.spans, place, 0, continues=row.continues)
            case Heading():
                self._add_text(row.leaf.spans, place, row.leaf.level, continues=row.continues)
            case CodeBlock():
                self._add_code(row.leaf, place, continues=row.continues)
            case Table():
                self._add_table(row.leaf, place, continues=row.continues)
            case MathBlock():
                self.rows.append(MathRow(row.leaf, self._sided(place)))
            case _:
                self.rows.append(LeafRow(row.leaf, self._sided(place, row.leaf.caption)))

    def _add_fold(self, row: FlowRow, frame: FoldFrame) -> None:
        if frame.first:
            self._fold, self._fold_at, self._words = self._fold + 1, len(self.rows), 0
            place = RowPlacement(gap=self._gap(row), block=self._block, beside=True)
            self.rows.append(FoldRow(place, self._fold, self._fold in self._unfolded, frame))
        if row.leaf is not None:
            self._words += row.leaf.plain().count(" ") + 1
        head = self.rows[self._fold_at]
        if isinstance(head, FoldRow):
            self.rows[self._fold_at] = replace(head, frame=frame, words=self._words)

    def _place(self, row: FlowRow) -> RowPlacement:
        indent, opened, marker = 0, 0, ""
        bars: dict[int, str] = {}
        for frame in row.frames:
            if frame.bar:
                bars.setdefault(min(indent, DEEPEST), frame.bar)
                opened += frame.first and frame.bar_begins
            if frame.first:
                marker = frame.marker() or marker
            indent += frame.indent
        quiet = any(frame.quiet for frame in row.frames)
        beside = row.frames[0].beside if row.frames else row.leaf is not None and row.leaf.beside
        gap = 0 if row.continues else self._gap(row)
        colours = tuple(bars.items())
        return RowPlacement(
            min(indent, DEEPEST), colours, opened, marker, gap, quiet, self._block, beside
        )

    def _sided(self, place: RowPlacement, text: str = "") -> RowPlacement:
        """The same place, on the side on which it begins.

        What is indented begins where its text does, and what has no text where the text before it
        did. Beside a bar all rows of a block begin where its first text does.

        Args:
            place: Where a row stands.
            text: What it says; empty for code, formulas and lines.
        """
        if not place.indent and not place.bars:
            return place
        own = text_direction(text)
        if self._rtl is None or (own is not None and not place.bars):
            self._rtl = own
        return replace(place, rtl=True) if self._rtl else place

    def _gap(self, row: FlowRow) -> int:
        last = self.rows[-1] if self.rows else None
        if last is None or isinstance(last, SpaceRow):
            return 0
        more = AFTER_BLOCK if isinstance(last, ScrollBarRow | MathRow) else 0
        if isinstance(row.leaf, Heading):
            return BEFORE_HEADING + more
        if isinstance(last, TextRow) and last.level:
            return AFTER_HEADING
        if isinstance(last, LeafRow) and last.leaf.caption:
            chips_end = last.leaf.beside and not (row.leaf is not None and row.leaf.beside)
            return GAP if chips_end else TIGHT
        if row.frames and isinstance(row.frames[0], BelowFrame) and not row.frames[0].first:
            return TIGHT
        return (TIGHT if _begins_tight_item(row) else GAP) + more

    def _add_text(self, spans: Spans, place: RowPlacement, level: int, *, continues: bool) -> None:
        runs = to_runs(spans)
        if continues and self.rows:
            last = self.rows[-1]
            if isinstance(last, TextRow):
                self.rows.pop()
                if len(last.text) < TEXT_LIMIT:
                    runs, place, level = last.runs + runs, last.place, last.level
                else:
                    self.rows.append(replace(last, cut=True))
        pieces = split_runs(runs, TEXT_LIMIT)
        if place.indent or place.bars:
            place = self._sided(replace(place, rtl=False), "".join(map(text_of, pieces[:1])))
        for index, piece in enumerate(pieces):
            at = place if index == 0 else replace(place, marker="", gap=0)
            cut = index < len(pieces) - 1
            self.rows.append(TextRow(piece, at, level, text_of(piece), cut))

    def _add_code(self, block: CodeBlock, place: RowPlacement, *, continues: bool) -> None:
        text = block.text
        lines_before = 0
        if continues and len(self.rows) >= 2 and isinstance(self.rows[-1], ScrollBarRow):
            self.rows.pop()
            last = self.rows.pop()
            if isinstance(last, CodeRow):
                state, place, lines_before = last.state, last.place, last.first
                # The row holds its lines without the last line end; `open` says if it had none.
                text = last.text + ("" if last.open else "\n") + text
            else:
                state = CodeState(block.language)
                self.rows.append(last)
        else:
            state = CodeState(block.language)
            place = self._sided(place)
            self.rows.append(CodeHeadRow(state, place))
            place = replace(place, marker="", gap=0)
        state.closed = block.closed
        self._cut_code(text, state, place, lines_before)
        self.rows.append(ScrollBarRow(state, place))

    def _cut_code(self, text: str, state: CodeState, place: RowPlacement, first: int) -> None:
        is_open = not text.endswith("\n")
        chunks = list(_chunks(text if is_open else text[:-1]))
        for number, (chunk, cut) in enumerate(chunks):
            last = number == len(chunks) - 1
            row = CodeRow(state, place, chunk, first, open=is_open and last, cut=cut)
            self.rows.append(row)
            first += chunk.count("\n") + 1

    def _add_table(self, table: Table, place: RowPlacement, *, continues: bool) -> None:
        lines = [tuple(to_runs(cell) for cell in line) for line in table.rows]
        head = True
        if continues and len(self.rows) >= 2 and isinstance(self.rows[-1], ScrollBarRow):
            self.rows.pop()
            last = self.rows.pop()
            if not isinstance(last, TableRow):
                return
            state, place, head = last.state, last.place, last.head
            lines = [*last.lines, *lines]
        else:
            head_text = "".join(map(plain_spans, table.header))
            state = TableState(table.alignments, rtl=runs_from_right(head_text))
            place = self._sided(place, head_text)
            lines = [tuple(to_runs(cell) for cell in table.header), *lines]
        for start in range(0, len(lines), TABLE_LINES):
            at = place if start == 0 else replace(place, gap=0, marker="")
            chunk = tuple(lines[start : start + TABLE_LINES])
            self.rows.append(TableRow(state, at, chunk, head and start == 0))
        self.rows.append(ScrollBarRow(state, replace(place, gap=0, marker="")))


@dataclass(frozen=True, slots=True)
class RowSnapshot:
    """The state of a row list, to return to."""

    count: int
    last: tuple[Row, ...]
    words: int
    fold: int
    fold_at: int
    fold_row: Row | None
    block: int
    rtl: bool | None

    @property
    def kept(self) -> int:
        """Rows before this one are never taken back."""
        return self.count - len(self.last)


def last_words(rows: Sequence[Row], end: int) -> int | None:
    """The row before ``end`` that the next word comes into; None where that is in no text."""
    last = end - 1
    if last > 0 and isinstance(rows[last], ScrollBarRow):
        last -= 1  # code goes on above its end
    return last if last >= 0 and isinstance(rows[last], TextRow | CodeRow) else None


def _begins_tight_item(row: FlowRow) -> bool:
    items = [frame for frame in row.frames if isinstance(frame, ItemFrame)]
    return bool(items and items[-1].first and items[-1].tight and not row.top)
