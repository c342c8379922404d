"""The calls of app.markup.maths: light formulas at once, heavy ones in a thread."""

from __future__ import annotations

from app.markup.maths.render import (
    QUICK,
    Formula,
    FormulaStyle,
    MathError,
    render,
    render_cost,
)
from app.ui.transcript.items.formulas import INK, FailedFormula

LIGHT = QUICK // 5
"""Weight up to which a formula is drawn in a frame: most take 3 ms, and 10 where the first of their
letters have to be loaded. A heavier one is seen as its source for a frame or two."""


def is_light(source: str) -> bool:
    """Whether a formula may be drawn while the window waits."""
    try:
        return render_cost(source) <= LIGHT
    except MathError:
        return True  # it is refused at once


def render_shape(source: str, display: bool) -> Formula | FailedFormula:
    """Draw LaTeX in ems, or say why not."""
    try:
        return render(source, FormulaStyle(display=display, size=1.0, colour=INK))
    except MathError as error:
        return FailedFormula(str(error))


def warm_up() -> None:
    """Load the font and the renderer, which the first formula would wait for."""
    render_shape("x", display=False)
