"""What every row can do, whatever it shows, and the measures that its height is estimated by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.markup.document.blocks import Block
from app.markup.parts.attachment import Attachment
from app.ui.transcript.content.marks import RowMark
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.runs import Run


@dataclass(frozen=True, slots=True)
class Measures:
    """The widths and heights in pixels that estimates are made of.

    ``zoom`` and ``spacing`` are what lengths and the gaps between rows, given at 100 %, are
    multiplied by.
    """

    column: int
    char_width: float
    line: float
    code_line: float
    zoom: float
    spacing: float = 1.0

    def width(self, place: RowPlacement) -> float:
        """Of a row's text."""
        return max(60.0, self.column - place.indent * 26 * self.zoom)


class Row:
    """A part of a message of bounded height."""

    __slots__ = ()
    place: RowPlacement

    @property
    def marked(self) -> tuple[RowMark, ...]:
        """The marks in it."""
        return ()

    def looks_same(self, _other: Row) -> bool:
        """Whether another row of its class and place looks alike, so that the older can stay."""
        return False

    def drawn_text(self) -> str:
        """Its text as it is selected and searched, character by character as Qt holds it."""
        return ""

    def copied_text(self) -> str:
        """Its text as people copy it."""
        return ""

    def spoken_text(self) -> str:
        """Its text as it is said: formulas in words."""
        return self.copied_text()

    def runs_in_it(self) -> Iterator[Run]:
        """The runs of its text, in their order."""
        yield from ()

    def formulas(self) -> Iterator[str]:
        """The LaTeX of its formulas with its marks, in their order."""
        for run in self.runs_in_it():
            if run.math is not None:
                yield run.math.markdown

    def gap(self, measures: Measures) -> float:
        """The space above it, pixels."""
        return self.place.gap * measures.spacing

    def estimate(self, measures: Measures) -> float:
        """Its height with the gap in pixels, before it was laid out."""
        return 34 * measures.zoom + self.gap(measures)


@dataclass(frozen=True, slots=True, eq=False)
class LeafRow(Row):
    """A block that is drawn as a whole: a thematic break, a title."""

    leaf: Block
    place: RowPlacement

    def looks_same(self, other: Row) -> bool:
        """Whether the block is the same."""
        return isinstance(other, LeafRow) and self.leaf == other.leaf

    def drawn_text(self) -> str:
        """What of the block can be selected."""
        return self.leaf.caption

    def copied_text(self) -> str:
        """The block without markup."""
        return self.leaf.plain()

    def runs_in_it(self) -> Iterator[Run]:
        """The caption of a file that is opened from here, as a link to it."""
        if isinstance(self.leaf, Attachment) and self.leaf.address:
            yield Run(self.leaf.caption, href=self.leaf.address)
