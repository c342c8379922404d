"""The door of the maths: LaTeX and a style in, an SVG picture with its size and baseline out.

Drawing is pure Python and takes about 0.2 ms for each part of a formula: a short inline formula
takes 2 to 10 ms, a large matrix 200. `weight` estimates it; a window draws light formulas at once
and the others in a thread. A layout is made once for each source, then scaled and coloured. What
draws is imported with the first formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from app.markup.latex.tokens import MathError, tokens_of
from app.markup.maths.shapes import (
    BASE,
    INK,
    EquationNumbers,
    FormulaLayout,
    FormulaLine,
    FormulaPiece,
    break_lines,
)

__all__ = [  # not shown
    "QUICK",
    "Formula",
    "FormulaLine",
    "FormulaStyle",
    "MathError",
    "render",
    "render_cost",
]

QUICK = 60
"""Weight up to which a formula is drawn in well under 50 ms on a slow machine."""
_CACHE = 1024


@dataclass(frozen=True, slots=True)
class FormulaStyle:
    """How a formula is drawn.

    Attributes:
        display: on its own, with large operators, or inside a line.
        size: of the text around it, in pixels.
        colour: of the ink, as SVG takes it.
    """

    display: bool = False
    size: float = 16.0
    colour: str = "#000000"


_INLINE = FormulaStyle()


@dataclass(frozen=True, slots=True)
class Formula:
    """A drawn formula.

    Attributes:
        svg: the picture, UTF-8, scalable.
        width: in pixels at the size it was asked for.
        height: in pixels.
        baseline: pixels from the top edge down to the line that text stands on.
        pieces: where it may be broken if it is displayed in a narrow column.
        numbers: where the numbers of its equations stand, which are no part of the pieces.
    """

    svg: bytes
    width: float
    height: float
    baseline: float
    pieces: tuple[FormulaPiece, ...] = ()
    numbers: EquationNumbers | None = None

    def scaled(self, factor: float) -> Formula:
        """The same picture at another size."""
        return Formula(
            self.svg,
            self.width * factor,
            self.height * factor,
            self.baseline * factor,
            tuple(piece.scaled(factor) for piece in self.pieces),
            self.numbers.scaled(factor) if self.numbers else None,
        )

    def lines(self, room: float, em: float) -> tuple[FormulaLine, ...]:
        """The formula without its numbers, broken to fit into ``room`` pixels if it can be.

        Args:
            room: the width of the column.
            em: the size of the formula, for indents.
        """
        width = self.numbers.body if self.numbers else self.width
        broken = break_lines(self.pieces, room, em) if width > room and self.pieces else ()
        if len(broken) > 1:
            return broken
        return (FormulaLine(0.0, width, 0.0, self.baseline, self.height - self.baseline),)


def render_cost(latex: str) -> int:
    """A measure of the time a formula takes to draw: its parts, and how deep they nest.

    Brackets are measured once on each level, so nesting costs by its square.

    Raises:
        MathError: the formula will not be drawn.
    """
    tokens = tokens_of(latex)
    depth = deepest = 0
    for part in tokens:
        depth += (part in ("{", "\\left", "\\begin")) - (part in ("}", "\\right", "\\end"))
        deepest = max(deepest, depth)
    parts = sum(not part.isspace() and part not in "{}" for part in tokens)
    return parts + 3 * max(0, deepest - 3) ** 2


def render(latex: str, style: FormulaStyle = _INLINE) -> Formula:
    """Draw a formula: LaTeX without delimiters. Any thread may ask.

    Raises:
        MathError: it cannot be drawn; show the source.
    """
    layout = _layout(latex.strip(), style.display)
    if isinstance(layout, str):
        raise MathError(layout)
    left, top, width, height = layout.box
    scale = style.size / BASE
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:.3f}"'  # not shown
        f' height="{height * scale:.3f}" viewBox="{left:.3f} {top:.3f} {width:.3f} {height:.3f}">'
        f"{layout.body.replace(INK, style.colour)}</svg>"
    )
    pieces = tuple(piece.scaled(scale) for piece in layout.pieces)
    numbers = layout.numbers.scaled(scale) if layout.numbers else None
    return Formula(svg.encode(), width * scale, height * scale, -top * scale, pieces, numbers)


@lru_cache(maxsize=_CACHE)
def _layout(latex: str, display: bool) -> FormulaLayout | str:
    """The layout, or why there is none: a kept error would keep the frames of all who met it."""
    from app.markup.maths.drawing import draw

    try:
        return draw(latex, display=display)
    except MathError as error:
        return str(error)
