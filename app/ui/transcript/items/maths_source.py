"""The calls of app.markup.maths: light formulas at once, heavy ones in a thread."""

from __future__ import annotations

from app.markup.latex.tokens import MathError
from app.markup.maths.render import QUICK, render, render_cost
from app.ui.transcript.items.formulas import INK, FailedFormula, FormulaShape

SIZE = 100.0
"""Pixels of an em while measuring; lengths are kept in ems."""


LIGHT = QUICK // 5
"""Weight up to which a formula is drawn in a frame: most take 3 ms, and 10 where the first of their
letters have to be loaded. A heavier one is seen as its source for a frame or two."""


def is_light(source: str) -> bool:
    """Whether a formula may be drawn while the window waits."""
    try:
        return render_cost(source) <= LIGHT
    except MathError:
        return True  # it is refused at once


def render_shape(source: str, display: bool) -> FormulaShape | FailedFormula:
    """Draw LaTeX, or say why not."""
    try:
        formula = render(source, display=display, size=SIZE, colour=INK)
    except MathError as error:
        return FailedFormula(str(error))
    return FormulaShape(
        formula.svg,
        formula.width / SIZE,
        formula.baseline / SIZE,
        (formula.height - formula.baseline) / SIZE,
        tuple(piece.scaled(1 / SIZE) for piece in formula.pieces),
        formula.numbers.scaled(1 / SIZE) if formula.numbers else None,
    )


def warm_up() -> None:
    """Load the font and the renderer, which the first formula would wait for."""
    render_shape("x", display=False)
