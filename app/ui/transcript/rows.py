"""Owns rows: a message cut into pieces of bounded height, each laid out and drawn alone.

Rows are plain values without Qt. A long block becomes several rows (forty lines of code, twelve
of a table), so no answer, however long, costs more than what is on screen. A row that was not
changed stays the same object; the view asks with ``is`` what has to be drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from app.markup.blocks import (
    Align,
    CodeBlock,
    Heading,
    MathBlock,
    Paragraph,
    Rule,
    Table,
)
from app.markup.code import Highlighter
from app.markup.flow import FlowRow, FootnoteFrame, ItemFrame, QuoteFrame, ThinkingFrame
from app.ui.transcript.runs import LINE, Run, clean, plain, split_runs, text_of, to_runs

CODE_LINES = 40
CODE_LIMIT = 4000
"""Characters of a line of code beyond which it goes on in another row."""

TABLE_LINES = 12
TEXT_LIMIT = 4000
LINE_LIMIT = 2000
"""Characters of a code line beyond which it is drawn in pieces; layouts of lines cost their sum."""

DEEPEST = 8
"""Levels of indentation that are drawn; deeper ones stand with the eighth."""

BULLETS = ("\u2022", "\u25e6", "\u25aa")
GAP, TIGHT, BEFORE_HEADING, AFTER_HEADING = 12, 4, 22, 8


class Sideways:
    """What the rows of one wide block share: how far it is scrolled and how wide it is."""

    __slots__ = ("natural", "wrap", "x")

    def __init__(self) -> None:
        self.x = 0
        self.natural = 0
        self.wrap: bool | None = None


Tokens: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of kind and text; the texts make up the lines of one row."""


class CodeState(Sideways):
    """One code block: its language, its colours, and what its rows share."""

    __slots__ = ("_coloured", "_fed", "_highlighter", "language")

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self._highlighter = Highlighter(language)
        self._fed = 0
        self._coloured: dict[int, _Coloured] = {}  # by the row's first line

    def tokens_of(self, row: CodeRow) -> Tokens | None:
        """The colours of a row's lines; of a row that grew since, those of its older lines."""
        known = self._coloured.get(row.first)
        return known.tokens if known is not None else None

    def is_coloured(self, row: CodeRow) -> bool:
        """Whether all whole lines of a row have their colours."""
        known = self._coloured.get(row.first)
        return (known.length if known is not None else 0) == len(whole_lines(row))

    def colour(self, row: CodeRow) -> int:
        """Colour the whole lines of a row that have no colours yet, and return their length.

        Rows have to be coloured from the first on: a lexer needs what stands above.
        """
        whole = whole_lines(row)
        known = self._coloured.get(row.first)
        if known is None:
            known = self._coloured[row.first] = _Coloured(self._fed)
        added = whole[known.length :]
        for run in self._highlighter.feed(added):
            known.runs.append((run.start - known.base, run.length, run.kind.value))
        self._fed += len(added)
        known.length = len(whole)
        known.tokens = _to_tokens(whole.removesuffix("\n"), known.runs)
        return len(added)


class _Coloured:
    """The colours of one row."""

    __slots__ = ("base", "length", "runs", "tokens")

    def __init__(self, base: int) -> None:
        self.base = base  # where the row begins in its block, characters
        self.length = 0
        self.runs: list[tuple[int, int, str]] = []
        self.tokens: Tokens = ()


def _to_tokens(text: str, runs: list[tuple[int, int, str]]) -> Tokens:
    """Pairs of kind and text that make up ``text``."""
    if any(len(line) > LINE_LIMIT for line in text.split("\n")):
        return ()  # such lines are drawn in pieces, and lexers leave them alone
    made: list[tuple[str, str]] = []
    at = 0
    for start, length, kind in runs:
        if start > at:
            made.append(("", text[at:start]))
        made.append((kind, text[max(at, start) : start + length]))
        at = max(at, start + length)
    made.append(("", text[at:]))
    return tuple(made)


class TableState(Sideways):
    """One table: alignments, head and the widths its columns have grown to."""

    __slots__ = ("alignments", "columns")

    def __init__(self, alignments: tuple[Align, ...]) -> None:
        super().__init__()
        self.alignments = alignments
        self.columns: list[int] = [0] * len(alignments)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands.

    Attributes:
        indent: Levels to the right.
        bars: Levels at which a quotation's bar is drawn.
        opened: How many of the bars begin with this row, below its gap.
        marker: Bullet, number or box of a list item, or a footnote's number.
        gap: Space above, in pixels at 100 %.
        quiet: Drawn in the second rank (reasoning, footnotes).
        block: Number of the top-level block it belongs to; -1 outside the text.
    """

    indent: int = 0
    bars: tuple[int, ...] = ()
    opened: int = 0
    marker: str = ""
    gap: int = 0
    quiet: bool = False
    block: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class TextRow:
    """Running text; ``level`` 1 to 6 for a heading."""

    runs: tuple[Run, ...]
    place: Place
    level: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CodeHeadRow:
    """The bar above code: language, Copy, Wrap."""

    state: CodeState
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class CodeRow:
    """Lines of code, without the last line end.

    Attributes:
        first: Number of its first line, in a block's lines as they are cut.
        open: Whether its last line may still grow.
        cut: Whether the next row goes on with the last line, which is endless.
    """

    state: CodeState
    place: Place
    text: str
    first: int
    open: bool = True
    cut: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FootRow:
    """The end of a wide block, where its sideways scroll bar appears when it is needed."""

    state: Sideways
    place: Place


Cells: TypeAlias = tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class TableRow:
    """Lines of a table; the first is its head where ``head`` is set."""

    state: TableState
    place: Place
    lines: tuple[Cells, ...]
    head: bool


@dataclass(frozen=True, slots=True, eq=False)
class MathRow:
    """A display formula."""

    block: MathBlock
    place: Place
    state: Sideways = field(default_factory=Sideways)


@dataclass(frozen=True, slots=True, eq=False)
class RuleRow:
    """A thematic break."""

    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class ThinkRow:
    """The line that folds and unfolds the reasoning."""

    place: Place
    open: bool
    closed: bool
    words: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NoteRow:
    """A label above a message, such as that the model does not see it."""

    text: str
    place: Place = field(default_factory=Place)
    error: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SpaceRow:
    """The space above a message; its gap is its height."""

    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class WaitRow:
    """The part of a very long message that has not been read yet; ``characters`` are left."""

    characters: int
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, eq=False)
class FooterRow:
    """Actions and the status under a message."""

    place: Place = field(default_factory=Place)


Row: TypeAlias = (
    TextRow
    | CodeHeadRow
    | CodeRow
    | FootRow
    | TableRow
    | MathRow
    | RuleRow
    | ThinkRow
    | NoteRow
    | SpaceRow
    | WaitRow
    | FooterRow
)


def whole_lines(row: CodeRow) -> str:
    """The lines of a row that will not change any more, each with its line end."""
    if row.cut:
        return row.text
    return row.text[: row.text.rfind("\n") + 1] if row.open else row.text + "\n"


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


def row_text(row: Row) -> str:
    """The text of a row as it is selected and searched, character by character as Qt holds it."""
    match row:
        case TextRow():
            return row.text
        case CodeRow():
            return code_text(row.text)
        case TableRow():
            return "\n".join(text_of(cell) for line in row.lines for cell in line)
        case MathRow():
            return "\ufffc"
    return ""


def row_plain(row: Row) -> str:
    """The text of a whole row as people copy it."""
    match row:
        case TextRow():
            marker = f"{row.place.marker} " if row.place.marker else ""
            return "  " * max(0, row.place.indent - 1) + marker + plain(row.runs)
        case CodeRow():
            return row.text
        case TableRow():
            return "\n".join("\t".join(plain(cell) for cell in line) for line in row.lines)
        case MathRow():
            return row.block.markdown
        case RuleRow():
            return "---"
    return ""


class RowList:
    """Rows that grow by flow rows; everything but the last few stays as it is."""

    def __init__(self, *, fold: bool = True) -> None:
        self.rows: list[Row] = []
        self.fold = fold
        self._words = 0
        self._thinking_closed = False
        self._think_at = -1
        self._block = -1
        self.think_seconds: float | None = None

    @property
    def thinking(self) -> ThinkRow | None:
        """The line above the reasoning, if there is any."""
        row = self.rows[self._think_at] if 0 <= self._think_at < len(self.rows) else None
        return row if isinstance(row, ThinkRow) else None

    def set_thinking(self, seconds: float) -> None:
        """Say how long the reasoning took."""
        self.think_seconds = seconds
        row = self.thinking
        if row is not None:
            self.rows[self._think_at] = replace(row, seconds=seconds)

    def snapshot(self) -> RowMark:
        """Remember the end, so that a tail can be taken back."""
        return RowMark(
            len(self.rows),
            tuple(self.rows[-3:]),
            self._words,
            self._think_at,
            self.rows[self._think_at] if self._think_at >= 0 else None,
            self._block,
        )

    def restore(self, mark: RowMark) -> None:
        """Take back everything since ``mark``."""
        del self.rows[mark.kept :]
        self.rows += mark.last
        self._words, self._think_at, self._block = mark.words, mark.think_at, mark.block
        if mark.think is not None:
            self.rows[mark.think_at] = mark.think

    def extend(self, flow: Iterable[FlowRow]) -> None:
        """Add flow rows."""
        for row in flow:
            self._add(row)

    def _add(self, row: FlowRow) -> None:
        self._block += row.top
        thinking = next((f for f in row.frames if isinstance(f, ThinkingFrame)), None)
        if thinking is not None:
            self._add_thinking(row, thinking)
            if self.fold:
                return
        place = self._place(row)
        match row.leaf:
            case None:
                self.rows.append(TextRow((), place))
            case Paragraph():
                self._add_text(to_runs(row.leaf.spans), place, 0, continues=row.continues)
            case Heading():
                self._add_text(
                    to_runs(row.leaf.spans), place, row.leaf.level, continues=row.continues
                )
            case CodeBlock():
                self._add_code(row.leaf, place, continues=row.continues)
            case Table():
                self._add_table(row.leaf, place, continues=row.continues)
            case MathBlock():
                self.rows.append(MathRow(row.leaf, place))
            case Rule():
                self.rows.append(RuleRow(place))

    def _add_thinking(self, row: FlowRow, frame: ThinkingFrame) -> None:
        if frame.first:
            self._think_at, self._words = len(self.rows), 0
            self.rows.append(
                ThinkRow(
                    Place(gap=self._gap(row), block=self._block), not self.fold, frame.closed, 0
                )
            )
        match row.leaf:
            case Paragraph() | Heading():
                self._words += text_of(to_runs(row.leaf.spans)).count(" ") + 1
            case CodeBlock():
                self._words += row.leaf.text.count(" ") + 1
        head = self.rows[self._think_at]
        if isinstance(head, ThinkRow):
            self.rows[self._think_at] = replace(
                head, closed=frame.closed, words=self._words, seconds=self.think_seconds
            )

    def _place(self, row: FlowRow) -> Place:
        indent, opened, marker, quiet = 0, 0, "", False
        bars: list[int] = []
        for frame in row.frames:
            match frame:
                case QuoteFrame():
                    opened += frame.first
                    bars.append(min(indent, DEEPEST))
                    indent += 1
                case ItemFrame():
                    if frame.first:
                        marker = _marker(frame)
                    indent += 1
                case FootnoteFrame():
                    marker = f"{frame.number}." if frame.first else marker
                    indent, quiet = indent + 1, True
                case ThinkingFrame():
                    bars.append(min(indent, DEEPEST))
                    indent, quiet = indent + 1, True
        gap = 0 if row.continues else self._gap(row)
        levels = tuple(dict.fromkeys(bars))
        return Place(min(indent, DEEPEST), levels, opened, marker, gap, quiet, block=self._block)

    def _gap(self, row: FlowRow) -> int:
        last = self.rows[-1] if self.rows else None
        if last is None or isinstance(last, SpaceRow):
            return 0
        if isinstance(row.leaf, Heading):
            return BEFORE_HEADING
        if isinstance(last, TextRow) and last.level:
            return AFTER_HEADING
        items = [frame for frame in row.frames if isinstance(frame, ItemFrame)]
        if items and items[-1].first and items[-1].tight and not row.top:
            return TIGHT
        return GAP

    def _add_text(
        self, runs: tuple[Run, ...], place: Place, level: int, *, continues: bool
    ) -> None:
        if continues and self.rows:
            last = self.rows[-1]
            if isinstance(last, TextRow) and len(last.text) < TEXT_LIMIT:
                self.rows.pop()
                runs, place, level = last.runs + runs, last.place, last.level
        for index, piece in enumerate(split_runs(runs, TEXT_LIMIT)):
            at = place if index == 0 else replace(place, marker="", gap=0)
            self.rows.append(TextRow(piece, at, level, text_of(piece)))

    def _add_code(self, block: CodeBlock, place: Place, *, continues: bool) -> None:
        text = block.text
        lines_before = 0
        if continues and len(self.rows) >= 2 and isinstance(self.rows[-1], FootRow):
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
            self.rows.append(CodeHeadRow(state, place))
            place = replace(place, marker="", gap=0)
        self._cut_code(text, state, place, lines_before)
        self.rows.append(FootRow(state, place))

    def _cut_code(self, text: str, state: CodeState, place: Place, first: int) -> None:
        is_open = not text.endswith("\n")
        chunks = list(_chunks(text if is_open else text[:-1]))
        for number, (chunk, cut) in enumerate(chunks):
            last = number == len(chunks) - 1
            row = CodeRow(state, place, chunk, first, open=is_open and last, cut=cut)
            self.rows.append(row)
            first += chunk.count("\n") + 1

    def _add_table(self, table: Table, place: Place, *, continues: bool) -> None:
        lines = [tuple(to_runs(cell) for cell in line) for line in table.rows]
        head = True
        if continues and len(self.rows) >= 2 and isinstance(self.rows[-1], FootRow):
            self.rows.pop()
            last = self.rows.pop()
            if not isinstance(last, TableRow):
                return
            state, place, head = last.state, last.place, last.head
            lines = [*last.lines, *lines]
        else:
            state = TableState(table.alignments)
            lines = [tuple(to_runs(cell) for cell in table.header), *lines]
        for start in range(0, len(lines), TABLE_LINES):
            at = place if start == 0 else replace(place, gap=0, marker="")
            chunk = tuple(lines[start : start + TABLE_LINES])
            self.rows.append(TableRow(state, at, chunk, head and start == 0))
        self.rows.append(FootRow(state, replace(place, gap=0, marker="")))


@dataclass(frozen=True, slots=True)
class RowMark:
    """Where a row list stood."""

    count: int
    last: tuple[Row, ...]
    words: int
    think_at: int
    think: Row | None
    block: int

    @property
    def kept(self) -> int:
        """Rows before this one are never taken back."""
        return self.count - len(self.last)


def _marker(frame: ItemFrame) -> str:
    if frame.checked is not None:
        return "\u2611" if frame.checked else "\u2610"
    if frame.number is not None:
        return f"{frame.number}."
    return BULLETS[min(frame.depth, 2)]


def code_text(text: str) -> str:
    """Code as it is drawn: cleaned, with a `LINE` where an endless line is cut.

    Tabs and every other character keep their places, so a selection maps back to the source.
    """
    drawn: list[str] = []
    for line in text.split("\n"):
        tidy = "\t".join(clean(part) for part in line.split("\t"))
        drawn.append(
            LINE.join(tidy[i : i + LINE_LIMIT] for i in range(0, max(1, len(tidy)), LINE_LIMIT))
        )
    return "\n".join(drawn)
