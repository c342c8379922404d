"""Rows: a message cut into pieces of bounded height, each laid out and drawn alone.

Rows are plain values without Qt. A long block becomes several rows (twenty lines of code, six
of a table), so no answer, however long, costs more than what is on screen. A row that was not
changed stays the same object; the view asks with ``is`` what has to be drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from app.markup.document.blocks import MathBlock
from app.markup.kinds.lists import BULLETS, CHECKED, UNCHECKED
from app.markup.parts.part_block import FoldFrame
from app.ui.transcript.content.marks import RowMark
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.row import Measures, Row
from app.ui.transcript.content.runs import LINE, OBJECT, Run, plain, spoken_formula, text_of
from app.ui.transcript.content.wide_blocks import CodeState, HorizontalScrollState, TableState

GAP = 12
"""Space between two blocks, pixels at 100 %."""


@dataclass(frozen=True, slots=True, eq=False)
class TextRow(Row):
    """Running text; ``level`` 1 to 6 for a heading.

    ``cut`` is set where the paragraph goes on in the next row.
    """

    runs: tuple[Run, ...]
    place: RowPlacement
    level: int = 0
    text: str = ""
    cut: bool = False
    marks: tuple[RowMark, ...] = ()

    @property
    def marked(self) -> tuple[RowMark, ...]:
        """The marks in it."""
        return self.marks

    def looks_same(self, other: Row) -> bool:
        """Whether it says the same in the same way."""
        if not isinstance(other, TextRow) or self.marks != other.marks:
            return False
        return self.runs == other.runs and (self.level, self.cut) == (other.level, other.cut)

    def drawn_text(self) -> str:
        """The text."""
        return self.text

    def copied_text(self) -> str:
        """As far in as it stands, behind its marker."""
        return "  " * max(0, self.place.indent - 1) + marker_text(self.place) + plain(self.runs)

    def spoken_text(self) -> str:
        """Formulas in words."""
        return "".join(
            spoken_formula(run.math.source) if run.math else run.text.replace(LINE, "\n")
            for run in self.runs
        )

    def runs_in_it(self) -> Iterator[Run]:
        """All of it."""
        yield from self.runs

    def estimate(self, measures: Measures) -> float:
        """Its lines."""
        length = len(self.text) * measures.char_width
        lines = length / measures.width(self.place) + 0.5 + self.text.count(LINE)
        return max(1.0, lines) * measures.line + self.gap(measures)


@dataclass(frozen=True, slots=True, eq=False)
class CodeHeadRow(Row):
    """The bar above code: language, Copy, Wrap."""

    state: CodeState
    place: RowPlacement

    def looks_same(self, other: Row) -> bool:
        """Whether it is of the same block."""
        return isinstance(other, CodeHeadRow) and self.state is other.state


@dataclass(frozen=True, slots=True, eq=False)
class ScrollBarRow(Row):
    """The end of a wide block, where its sideways scroll bar appears when it is needed."""

    state: HorizontalScrollState
    place: RowPlacement

    def looks_same(self, other: Row) -> bool:
        """Whether it is of the same block."""
        return isinstance(other, ScrollBarRow) and self.state is other.state

    def estimate(self, measures: Measures) -> float:
        """A scroll bar; above it stands no gap."""
        return 8 * measures.zoom


Cells: TypeAlias = tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class TableRow(Row):
    """Lines of a table; the first is its head where ``head`` is set."""

    state: TableState
    place: RowPlacement
    lines: tuple[Cells, ...]
    head: bool
    marks: tuple[RowMark, ...] = ()

    @property
    def marked(self) -> tuple[RowMark, ...]:
        """The marks in it."""
        return self.marks

    def drawn_text(self) -> str:
        """A line a cell."""
        return "\n".join(text_of(cell) for line in self.lines for cell in line)

    def copied_text(self) -> str:
        """A line a row, a tab between cells."""
        return "\n".join("\t".join(plain(cell) for cell in line) for line in self.lines)

    def runs_in_it(self) -> Iterator[Run]:
        """Cell after cell."""
        yield from (run for line in self.lines for cell in line for run in cell)

    def estimate(self, measures: Measures) -> float:
        """Its rows."""
        return len(self.lines) * (measures.line + 8 * measures.zoom) + self.gap(measures)


@dataclass(frozen=True, slots=True, eq=False)
class MathRow(Row):
    """A display formula."""

    block: MathBlock
    place: RowPlacement
    state: HorizontalScrollState = field(default_factory=HorizontalScrollState)
    marks: tuple[RowMark, ...] = ()

    @property
    def marked(self) -> tuple[RowMark, ...]:
        """The marks in it."""
        return self.marks

    def looks_same(self, other: Row) -> bool:
        """Whether the formula is the same."""
        same = isinstance(other, MathRow) and self.block == other.block
        return same and self.marks == other.marked

    def drawn_text(self) -> str:
        """One character."""
        return OBJECT

    def copied_text(self) -> str:
        """LaTeX with its marks."""
        return self.block.markdown

    def spoken_text(self) -> str:
        """In words."""
        return spoken_formula(self.block.source)

    def formulas(self) -> Iterator[str]:
        """The one."""
        yield self.block.markdown

    def estimate(self, measures: Measures) -> float:
        """Its lines, which are higher than those of text."""
        lines = 1.5 + self.block.source.count("\\\\") * 1.3
        return lines * measures.line + self.gap(measures)


@dataclass(frozen=True, slots=True, eq=False)
class FoldRow(Row):
    """The line that folds and unfolds a part: reasoning, the use of a tool.

    Attributes:
        place: Where it stands.
        fold: Which of the folded parts of the message it is of, from 0.
        open: What is in it is shown.
        frame: What it is of.
        words: How many are in it.
    """

    place: RowPlacement
    fold: int
    open: bool
    frame: FoldFrame
    words: int = 0

    @property
    def label(self) -> str:
        """What the line says."""
        return self.frame.label(self.words)

    def spoken_text(self) -> str:
        """What is folded, where that is read out."""
        return self.frame.spoken()


@dataclass(frozen=True, slots=True, eq=False)
class NoteRow(Row):
    """A label above a message, such as that the model does not see it."""

    text: str
    place: RowPlacement = field(default_factory=RowPlacement)
    error: bool = False
    marks: tuple[RowMark, ...] = ()

    @property
    def marked(self) -> tuple[RowMark, ...]:
        """The marks in it."""
        return self.marks


@dataclass(frozen=True, slots=True, eq=False)
class SpaceRow(Row):
    """The space above a message; its gap is its height."""

    place: RowPlacement

    def estimate(self, measures: Measures) -> float:
        """The gap."""
        return self.gap(measures)


@dataclass(frozen=True, slots=True, eq=False)
class UnparsedRow(Row):
    """The part of a very long message that has not been read yet; ``characters`` are left."""

    characters: int
    place: RowPlacement = field(default_factory=RowPlacement)

    def estimate(self, measures: Measures) -> float:
        """As high as so much text."""
        width = measures.width(self.place)
        return self.characters * measures.char_width / width * measures.line


@dataclass(frozen=True, slots=True, eq=False)
class FooterRow(Row):
    """Actions and the status under a message.

    Under a question they ``float``: the answer follows so closely that they stand over the edge.
    ``status`` is how the answer ended, which has lines of its own where there is no room beside.
    """

    place: RowPlacement = field(default_factory=RowPlacement)
    floats: bool = False
    status: str = ""

    @property
    def units(self) -> int:
        """Its height at 100 %, pixels."""
        return 20 if self.floats else 28

    def estimate(self, measures: Measures) -> float:
        """As high as it will be."""
        return self.units * measures.zoom + self.gap(measures)


OUTSIDE, INSIDE = 10, 10
"""Above a question's bubble, and in it above the words, pixels at 100 %."""
PAD_TEXT, PAD_OTHER = 6, 14
"""In it below the words, which have their distance already, and below what has none."""
SPACE_USER, SPACE_ANSWER = (
    SpaceRow(RowPlacement(gap=OUTSIDE + INSIDE)),
    SpaceRow(RowPlacement()),
)
FOOTER_TEXT, FOOTER_OTHER = (
    FooterRow(RowPlacement(gap=PAD_TEXT), floats=True),
    FooterRow(RowPlacement(gap=PAD_OTHER), floats=True),
)
FOOTER_ANSWER = FooterRow(RowPlacement(gap=2))
"""Always the same objects, so a streamed update leaves the footer as it is."""


@lru_cache(maxsize=64)
def _footer_saying(status: str) -> FooterRow:
    return FooterRow(FOOTER_ANSWER.place, status=status)


def footer_below(rows: Sequence[Row], *, asked: bool, status: str = "") -> FooterRow:
    """The footer of a message.

    Args:
        rows: What is above it.
        asked: Whether a person wrote the message.
        status: How the answer ended, if not by itself.
    """
    if not asked:
        return _footer_saying(status) if status else FOOTER_ANSWER
    return FOOTER_TEXT if rows and isinstance(rows[-1], TextRow) else FOOTER_OTHER


def links_of(row: Row) -> Iterator[tuple[str, str]]:
    """Text and address of a row's links, in their order."""
    linked = (run for run in row.runs_in_it() if run.href)
    for address, runs in groupby(linked, key=lambda run: run.href):
        yield "".join(run.text for run in runs), address


def link_text(row: Row, address: str) -> str:
    """What stands for a link to ``address`` in a row."""
    return "".join(run.text for run in row.runs_in_it() if run.href == address)


def marker_text(place: RowPlacement) -> str:
    """The marker of a list item or a footnote as it is typed, with the space after it."""
    boxes = {UNCHECKED: "- [ ] ", CHECKED: "- [x] "}
    if place.marker in BULLETS:
        return "- "
    return boxes.get(place.marker, f"{place.marker} " if place.marker else "")
