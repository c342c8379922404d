"""A drawn formula as values: its picture, where it may be broken, and the lines it is broken into.

A line ends before a relation, or failing that before a sum's sign, where no bracket is open; so the
picture of a formula can be cut there, whatever the width of the column, without being made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

BASE = 20.0
"""Pixels of an em in a layout, before it is scaled."""
INK = "#010203"
"""A colour that no formula names, to be replaced by the wanted one."""

Begins: TypeAlias = Literal["start", "relation", "operator", "gap"]


@dataclass(frozen=True, slots=True)
class FormulaPiece:
    """A part of a formula's picture that is never broken; lengths as those of the formula.

    Attributes:
        start: left edge, from that of the picture.
        end: right edge.
        ascent: above the baseline.
        descent: below it.
        begins: what stands at its start.
    """

    start: float
    end: float
    ascent: float
    descent: float
    begins: Begins

    def scaled(self, factor: float) -> FormulaPiece:
        """The piece of the same formula at another size."""
        return FormulaPiece(
            self.start * factor,
            self.end * factor,
            self.ascent * factor,
            self.descent * factor,
            self.begins,
        )


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """A line of a broken formula: its picture from ``start`` to ``end``, begun at ``indent``."""

    start: float
    end: float
    indent: float
    ascent: float
    descent: float

    @property
    def width(self) -> float:
        """With the indent."""
        return self.indent + self.end - self.start


@dataclass(frozen=True, slots=True)
class EquationNumbers:
    """Where the numbers of equations stand in a picture, which are set at the column's edge.

    Attributes:
        body: right edge of what is numbered, from the picture's left.
        start: left edge of the numbers.
        end: their right edge.
    """

    body: float
    start: float
    end: float

    def scaled(self, factor: float) -> EquationNumbers:
        """The same at another size."""
        return EquationNumbers(self.body * factor, self.start * factor, self.end * factor)


@dataclass(frozen=True, slots=True)
class FormulaLayout:
    """A formula at size `BASE`, in the colour `INK`.

    Attributes:
        body: what stands inside the picture.
        box: left, top, width and height.
        pieces: where it may be broken.
        numbers: where the numbers of its equations stand.
    """

    body: str
    box: tuple[float, float, float, float]
    pieces: tuple[FormulaPiece, ...]
    numbers: EquationNumbers | None


def break_lines(pieces: Sequence[FormulaPiece], room: float, em: float) -> tuple[FormulaLine, ...]:
    """The lines that fit into ``room``; one if the formula fits, or if a piece does not.

    Relations stand under the first one, unless that is far to the right; sums go further in.
    """
    whole = (_line(pieces, 0.0),)
    if whole[0].width <= room or len(pieces) < 2:
        return whole
    first = next((piece.start for piece in pieces if piece.begins == "relation"), 0.0)
    under = first if 0 < first < room / 3 else 2 * em
    indents: dict[Begins, float] = {
        "start": 0.0,
        "gap": 0.0,
        "relation": under,
        "operator": under + 1.5 * em,
    }
    lines: list[FormulaLine] = []
    at = 0
    while at < len(pieces):
        indent = indents[pieces[at].begins]
        end = _end(pieces, at, room - indent)
        lines.append(_line(pieces[at:end], indent))
        at = end
    return tuple(lines) if all(line.width <= room for line in lines) else whole


def _end(pieces: Sequence[FormulaPiece], at: int, room: float) -> int:
    """Where the line that begins with piece ``at`` ends."""
    end = at + 1
    while end < len(pieces) and pieces[end].end - pieces[at].start <= room:
        end += 1
    if end == len(pieces):
        return end
    for place in range(end, at, -1):
        filled = pieces[place - 1].end - pieces[at].start
        if pieces[place].begins != "operator" and filled > room / 3:
            return place
    return end


def _line(pieces: Sequence[FormulaPiece], indent: float) -> FormulaLine:
    ascent, descent = (max(getattr(p, side) for p in pieces) for side in ("ascent", "descent"))
    return FormulaLine(pieces[0].start, pieces[-1].end, indent, ascent, descent)
