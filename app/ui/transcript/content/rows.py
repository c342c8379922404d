"""Rows: a message cut into pieces of bounded height, each laid out and drawn alone.

Rows are plain values without Qt. A long block becomes several rows (twenty lines of code, six
of a table), so no answer, however long, costs more than what is on screen. A row that was not
changed stays the same object; the view asks with ``is`` what has to be drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias

from app.markup.document.blocks import (
    MathBlock,
)
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.runs import LINE, Run, clean_code, plain, text_of
from app.ui.transcript.content.wide_blocks import (
    LINE_LIMIT,
    CodeRow,
    CodeState,
    HorizontalScrollState,
    TableState,
)

BULLETS = ("\u2022", "\u25e6", "\u25aa")
GAP = 12
"""Space between two blocks, pixels at 100 %."""


@dataclass(frozen=True, slots=True, eq=False)
class TextRow:
    """Running text; ``level`` 1 to 6 for a heading.

    ``cut`` is set where the paragraph goes on in the next row.
    """

    runs: tuple[Run, ...]
    place: RowPlacement
    level: int = 0
    text: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CodeHeadRow:
    """The bar above code: language, Copy, Wrap."""

    state: CodeState
    place: RowPlacement


@dataclass(frozen=True, slots=True, eq=False)
class ScrollBarRow:
    """The end of a wide block, where its sideways scroll bar appears when it is needed."""

    state: HorizontalScrollState
    place: RowPlacement


Cells: TypeAlias = tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class TableRow:
    """Lines of a table; the first is its head where ``head`` is set."""

    state: TableState
    place: RowPlacement
    lines: tuple[Cells, ...]
    head: bool


@dataclass(frozen=True, slots=True, eq=False)
class MathRow:
    """A display formula."""

    block: MathBlock
    place: RowPlacement
    state: HorizontalScrollState = field(default_factory=HorizontalScrollState)


@dataclass(frozen=True, slots=True, eq=False)
class RuleRow:
    """A thematic break."""

    place: RowPlacement


@dataclass(frozen=True, slots=True, eq=False)
class ThinkingRow:
    """The line that folds and unfolds the reasoning.

    ``cut`` is set where the answer ended before its reasoning did.
    """

    place: RowPlacement
    open: bool
    closed: bool
    words: int
    seconds: float | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class NoteRow:
    """A label above a message, such as that the model does not see it."""

    text: str
    place: RowPlacement = field(default_factory=RowPlacement)
    error: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SpaceRow:
    """The space above a message; its gap is its height."""

    place: RowPlacement


@dataclass(frozen=True, slots=True, eq=False)
class UnparsedRow:
    """The part of a very long message that has not been read yet; ``characters`` are left."""

    characters: int
    place: RowPlacement = field(default_factory=RowPlacement)


@dataclass(frozen=True, slots=True, eq=False)
class FooterRow:
    """Actions and the status under a message."""

    place: RowPlacement = field(default_factory=RowPlacement)


Row: TypeAlias = (
    TextRow
    | CodeHeadRow
    | CodeRow
    | ScrollBarRow
    | TableRow
    | MathRow
    | RuleRow
    | ThinkingRow
    | NoteRow
    | SpaceRow
    | UnparsedRow
    | FooterRow
)


def looks_same(old: Row, new: Row) -> bool:
    """Whether two forms of a row look alike, so that the older one can stay."""
    if type(old) is not type(new) or old.place != new.place:
        return False
    match old, new:
        case (TextRow(), TextRow()):
            return old.runs == new.runs and (old.level, old.cut) == (new.level, new.cut)
        case (MathRow(), MathRow()):
            return old.block == new.block
        case (CodeHeadRow(), CodeHeadRow()):
            return old.state is new.state
        case (ScrollBarRow(), ScrollBarRow()):
            return old.state is new.state
        case (RuleRow(), RuleRow()):
            return True
    return False


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


def formula_sources(row: Row) -> Iterator[str]:
    """The LaTeX of a row's formulas with its marks, in their order."""
    if isinstance(row, MathRow):
        yield row.block.markdown
    for run in _runs(row):
        if run.math is not None:
            yield run.math.markdown


def _runs(row: Row) -> Iterator[Run]:
    if isinstance(row, TextRow):
        yield from row.runs
    elif isinstance(row, TableRow):
        yield from (run for line in row.lines for cell in line for run in cell)


def links_of(row: Row) -> Iterator[tuple[str, str]]:
    """Text and address of a row's links, in their order."""
    linked = (run for run in _runs(row) if run.href)
    for address, runs in groupby(linked, key=lambda run: run.href):
        yield "".join(run.text for run in runs), address


def link_text(row: Row, address: str) -> str:
    """What stands for a link to ``address`` in a row."""
    return "".join(run.text for run in _runs(row) if run.href == address)


def marker_text(place: RowPlacement) -> str:
    """The marker of a list item or a footnote as it is typed, with the space after it."""
    boxes = {"\u2610": "- [ ] ", "\u2611": "- [x] "}
    if place.marker in BULLETS:
        return "- "
    return boxes.get(place.marker, f"{place.marker} " if place.marker else "")


def row_plain(row: Row) -> str:
    """The text of a whole row as people copy it."""
    match row:
        case TextRow():
            return "  " * max(0, row.place.indent - 1) + marker_text(row.place) + plain(row.runs)
        case CodeRow():
            return row.text
        case TableRow():
            return "\n".join("\t".join(plain(cell) for cell in line) for line in row.lines)
        case MathRow():
            return row.block.markdown
        case RuleRow():
            return "---"
    return ""


def code_text(text: str) -> str:
    """Code as it is drawn: cleaned, with a `LINE` where an endless line is cut.

    Tabs and every other character keep their places, so a selection maps back to the source.
    """
    drawn: list[str] = []
    for line in text.split("\n"):
        tidy = "\t".join(clean_code(part) for part in line.split("\t"))
        drawn.append(
            LINE.join(tidy[i : i + LINE_LIMIT] for i in range(0, max(1, len(tidy)), LINE_LIMIT))
        )
    return "\n".join(drawn)
