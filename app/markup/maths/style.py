"""The style of each node of a formula, and lengths in pixels, as ziamath asks for them.

ziamath 0.13 copies the parent's style into a dictionary for each node, and writes a dictionary of
lengths for each length; together that was a third of the time of a formula.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from ziamath.config import config
from ziamath.nodes.mnode import Mnode
from ziamath.styles import MathStyle, parse_style, parse_variant

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_POINTS = 1.333
"""Pixels of a point, by which ziamath multiplies lengths of the font's size too."""
_measured = Mnode.size_px


def style_of(element: Element, parent: MathStyle | None = None) -> MathStyle:
    """The style of a node: what its element says, and else its parent's.

    It says what ziamath's own ``parse_style`` says.
    """
    said: dict[str, Any] = element.attrib
    if parent is None or "style" in said:
        return parse_style(element, parent)
    display = said.get("displaystyle", parent.displaystyle)
    return MathStyle(
        parse_variant(said.get("mathvariant", config.math.variant), parent.mathvariant),
        display is True or display == "true",
        said.get("mathcolor", parent.mathcolor),
        said.get("mathbackground", parent.mathbackground),
        said.get("mathsize", parent.mathsize),
        int(said.get("scriptlevel", parent.scriptlevel)),
    )


def size_px(node: Mnode, size: str, fontsize: float | None = None) -> float:
    """A length in pixels; an em is as wide as the font is high."""
    return _pixels(str(size), float(node.glyphsize if fontsize is None else fontsize))


@lru_cache(maxsize=4096)
def _pixels(size: str, fontsize: float) -> float:
    r"""A length at a size of the font.

    ziamath 0.13 makes an em a third wider, and with it every space of a formula. Drop this when a
    ``\quad`` is as wide as its font is high without it.
    """
    anyone = cast("Mnode", None)  # a node is asked for its font's size alone, where none is given
    pixels = float(_measured(anyone, size, fontsize))
    relative = size.endswith(("em", "ex", "mu", "mathspace"))
    return pixels / _POINTS if relative else pixels
