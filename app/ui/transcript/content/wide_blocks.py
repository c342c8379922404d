"""What the rows of one wide block share: scrolling, columns, the colours of code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.markup.code.highlighter import Highlighter
from app.markup.document.blocks import Align
from app.ui.transcript.content.marks import RowMark
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.row import Measures, Row
from app.ui.transcript.content.runs import LINE, clean_code

LINE_LIMIT = 2000
"""Characters of a code line beyond which it is drawn in pieces; layouts of lines cost their sum."""


class HorizontalScrollState:
    """What the rows of one wide block share: how far it is scrolled and how wide it is."""

    __slots__ = ("content_width", "offset", "wrap")

    def __init__(self) -> None:
        self.offset = 0
        self.content_width = 0
        self.wrap: bool | None = None


Tokens: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of kind and text; the texts make up the lines of one row."""


GROWTH = 1.5
"""The factor by which an incomplete block has to grow before all of it is read again."""


class CodeState(HorizontalScrollState):
    """One code block: its language, its colours, and what its rows share.

    Attributes:
        closed: Its end was written.
    """

    __slots__ = ("_coloured", "_fed", "_highlighter", "_read", "_unread", "closed", "language")

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.closed = False
        self._unread = False  # something was coloured since the whole was read
        self._read = 0  # characters that were read in one go, or are now
        self._highlighter: Highlighter | None = None
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
        # Made here, not with the block: the first of a language takes up to 90 ms.
        self._highlighter = self._highlighter or Highlighter(self.language)
        for run in self._highlighter.feed(added):
            known.runs.append((run.start - known.base, run.length, run.kind.value))
        self._fed += len(added)
        known.length = len(whole)
        known.tokens = _to_tokens(whole.removesuffix("\n"), known.runs)
        self._unread = True
        return len(added)

    @property
    def wants_reading(self) -> bool:
        """Whether the block should be read in one go now.

        While a block grows its lines are coloured one by one, and a lexer does not always see what
        an earlier line left open. So it is read again as a whole when it is complete, and before
        that whenever it has grown by half: at most three times its length in all.
        """
        return self._unread and (self.closed or self._fed >= GROWTH * self._read)

    def read(self, rows: Iterable[CodeRow]) -> str:
        """The whole lines of ``rows``, which are all of the block, to be read in one go."""
        self._unread = False
        text = "".join(map(whole_lines, rows))
        self._read = len(text)
        return text

    def set_colours(self, rows: Iterable[CodeRow], runs: Sequence[tuple[int, int, str]]) -> bool:
        """Keep the colours of rows that were read in one go; whether any is different now."""
        base = at = 0
        changed = False
        for row in rows:
            whole = whole_lines(row)
            known = self._coloured.setdefault(row.first, _Coloured(base))
            end = base + len(whole)
            while at < len(runs) and runs[at][0] + runs[at][1] <= base:
                at += 1
            if known.length <= len(whole):  # else the row has grown since
                known.runs = _between(runs, at, base, end)
                known.length = len(whole)
                tokens = _to_tokens(whole.removesuffix("\n"), known.runs)
                if tokens != known.tokens:
                    known.tokens, changed = tokens, True
            base = end
        if self._fed < base:
            self._fed, self._highlighter = base, None
        return changed


@dataclass(frozen=True, slots=True, eq=False)
class CodeRow(Row):
    """Lines of code, without the last line end.

    Attributes:
        first: Number of its first line, in a block's lines as they are cut.
        open: Whether its last line may still grow.
        cut: Whether the next row goes on with the last line, which is endless.
    """

    state: CodeState
    place: RowPlacement
    text: str
    first: int
    open: bool = True
    cut: bool = False
    marks: tuple[RowMark, ...] = ()

    @property
    def marked(self) -> tuple[RowMark, ...]:
        """The marks in it."""
        return self.marks

    def drawn_text(self) -> str:
        """Cleaned, with a `LINE` where an endless line is cut.

        Tabs and every other character keep their places, so a selection maps back to the source.
        """
        drawn: list[str] = []
        for line in self.text.split("\n"):
            tidy = "\t".join(clean_code(part) for part in line.split("\t"))
            cuts = range(0, max(1, len(tidy)), LINE_LIMIT)
            drawn.append(LINE.join(tidy[at : at + LINE_LIMIT] for at in cuts))
        return "\n".join(drawn)

    def copied_text(self) -> str:
        """The lines."""
        return self.text

    def estimate(self, measures: Measures) -> float:
        """Its lines; the gap is that of the bar above."""
        return (self.text.count("\n") + 1) * measures.code_line


class _Coloured:
    """The colours of one row."""

    __slots__ = ("base", "length", "runs", "tokens")

    def __init__(self, base: int) -> None:
        self.base = base  # where the row begins in its block, characters
        self.length = 0
        self.runs: list[tuple[int, int, str]] = []
        self.tokens: Tokens = ()


def _between(
    runs: Sequence[tuple[int, int, str]], at: int, base: int, end: int
) -> list[tuple[int, int, str]]:
    """The parts of the runs from ``at`` on that lie in ``base`` to ``end``, counted from there."""
    found: list[tuple[int, int, str]] = []
    while at < len(runs) and runs[at][0] < end:
        start, length, kind = runs[at]
        first, last = max(start, base), min(start + length, end)
        if first < last:
            found.append((first - base, last - first, kind))
        at += 1
    return found


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


class TableState(HorizontalScrollState):
    """One table: alignments, head and the widths its columns have grown to.

    Attributes:
        rtl: Its head is of a script that runs from right to left, and so do its columns.
    """

    __slots__ = ("alignments", "columns", "placed", "rtl")

    def __init__(self, alignments: tuple[Align, ...], *, rtl: bool = False) -> None:
        super().__init__()
        self.alignments, self.rtl = alignments, rtl
        self.placed = 0
        self.columns: list[int] = [0] * len(alignments)

    def lay(self, natural: int, room: int) -> None:
        """The table is ``natural`` wide in ``room``; one from the right is seen from its right."""
        self.content_width = natural
        start = max(0, natural - room)
        if self.rtl and self.offset == self.placed:  # nobody scrolled it
            self.offset = self.placed = start


def whole_lines(row: CodeRow) -> str:
    """The lines of a row that will not change any more, each with its line end."""
    if row.cut:
        return row.text
    return row.text[: row.text.rfind("\n") + 1] if row.open else row.text + "\n"
