"""The layout of a whole formula, from MathML to nodes with their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from app.markup.maths import layout_nodes as kinds
from app.markup.maths.foreign_text import FormulaText
from app.markup.maths.nodes import FONT, MathNode, node_of, style_of
from app.markup.maths.table_node import FormulaTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree import ElementTree as ET

    from ziamath.mathfont import MathFont
    from ziamath.styles import MathStyle

_KINDS: Final[Mapping[str, type[MathNode]]] = {
    kind.mtag: kind
    for kind in (
        kinds.Letter,
        kinds.Number,
        kinds.Space,
        kinds.FormulaRow,
        kinds.Phantom,
        kinds.Padded,
        kinds.Fraction,
        kinds.Lower,
        kinds.Power,
        kinds.Scripts,
        kinds.Over,
        kinds.Under,
        kinds.UnderOver,
        kinds.Root,
        kinds.SquareRoot,
        kinds.Sign,
        kinds.Frame,
        FormulaText,
        FormulaTable,
    )
}
"""The class of a node by the tag of its element; whatever else holds others is a row."""


@dataclass(frozen=True, slots=True)
class _Outside:
    """What stands around the outermost row, as far as nodes ask for it."""

    element: ET.Element
    size: float
    style: MathStyle
    kinds: Mapping[str, type[MathNode]]
    font: MathFont = FONT
    mtag: str = "math"


def lay_out(tree: ET.Element, size: float) -> MathNode:
    """The laid-out node of a whole formula.

    Args:
        tree: its MathML, which is changed on the way.
        size: of an em, in pixels.
    """
    _spread_styles(tree)
    return node_of(tree, cast("MathNode", _Outside(tree, size, style_of(tree), _KINDS)))


def _spread_styles(element: ET.Element) -> None:
    """Put what each ``mstyle`` holds in its place, with what it says."""
    pending, kept = list(element), []
    while pending:
        child = pending.pop(0)
        if child.tag == "mstyle":
            for part in child:
                part.attrib.update({**child.attrib, **part.attrib})
            pending[:0] = child
        else:
            kept.append(child)
            _spread_styles(child)
    element[:] = kept
