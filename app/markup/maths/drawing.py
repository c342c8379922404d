"""Drawing of a formula with latex2mathml and ziamath: a quarter of a second to import."""

from __future__ import annotations

import struct
import threading
from xml.etree import ElementTree as ET

from latex2mathml import exceptions
from latex2mathml.converter import convert
from ziafont.svgpath import fmt

from app.markup.latex.rewrite import prepare
from app.markup.latex.tokens import MathError
from app.markup.maths.glyph_outlines import join_parts
from app.markup.maths.layout import lay_out
from app.markup.maths.lines import find_numbers, split_pieces
from app.markup.maths.mathml import tree_of
from app.markup.maths.shapes import BASE, INK, FormulaLayout

MAX_EM = 400.0
"""Width or height in em beyond which something went wrong."""

_MARGIN = 1.0
_lock = threading.Lock()

_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    StopIteration,
    SyntaxError,  # xml.etree's ParseError
    TypeError,
    ValueError,
    struct.error,
    exceptions.DenominatorNotFoundError,
    exceptions.DoubleSubscriptsError,
    exceptions.DoubleSuperscriptsError,
    exceptions.ExtraLeftOrMissingRightError,
    exceptions.InvalidAlignmentError,
    exceptions.InvalidStyleForGenfracError,
    exceptions.InvalidWidthError,
    exceptions.LimitsMustFollowMathOperatorError,
    exceptions.MissingEndError,
    exceptions.MissingSuperScriptOrSubscriptError,
    exceptions.NoAvailableTokensError,
    exceptions.NumeratorNotFoundError,
)
"""What the two libraries raise for LaTeX or glyphs they do not know (found by fuzzing)."""


def draw(latex: str, *, display: bool) -> FormulaLayout:
    """Lay a formula out.

    Raises:
        MathError: it cannot be drawn.
    """
    try:
        return _draw(latex, display=display)
    except _FAILURES as error:
        raise MathError(
            f"the formula could not be drawn ({type(error).__name__}: {error})"  # not shown
        ) from error


def _draw(latex: str, *, display: bool) -> FormulaLayout:  # not shown
    mathml = convert(prepare(latex), display="block" if display else "inline")
    tree = tree_of(mathml, ink=INK, display=display)
    # One font object, read by seeking, serves all threads.
    with _lock:
        root = lay_out(tree, BASE)
        svg = ET.Element("svg")
        root.draw(0, 0, svg)
    box = root.bbox
    edges = (box.xmin, -box.ymax), (box.xmax - box.xmin, box.ymax - box.ymin)
    left, top = (float(fmt(edge - _MARGIN)) for edge in edges[0])
    width, height = (float(fmt(length + 2 * _MARGIN)) for length in edges[1])
    if not (0 < width < MAX_EM * BASE and 0 < height < MAX_EM * BASE):
        raise MathError("the formula has no size")
    if not any(part.tag in ("path", "text", "rect") for part in svg.iter()):
        raise MathError("nothing of the formula can be drawn")
    join_parts(svg)
    body = "".join(ET.tostring(child, encoding="unicode") for child in svg)
    # Black is what ink is on paper, and would not be seen on a dark ground.
    body = body.replace('="black"', f'="{INK}"')
    numbers = find_numbers(root, left=left, width=width, margin=_MARGIN)
    right = left + (numbers.body if numbers else width)
    pieces = split_pieces(root, em=BASE, left=left, right=right)
    return FormulaLayout(body, (left, top, width, height), pieces, numbers)
