"""The node of a formula and the factory of nodes; glyphs are painted as plain paths.

ziamath 0.13 finds the class of a node in a table of its own and keeps the picture's form in a
global setting. Phial changes neither: its nodes are subclasses, made by `node_of` from a table that
each hands on to what is inside. Whoever else uses ziamath in this process finds it as it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast
from xml.etree import ElementTree as ET

from ziafont.fonttypes import BBox
from ziafont.svgpath import fmt
from ziamath import operators
from ziamath.config import config
from ziamath.drawable import Glyph
from ziamath.nodes.mnode import Mnode
from ziamath.nodes.nodetools import elementtext, infer_opform
from ziamath.styles import MathStyle, parse_style, parse_variant
from ziamath.zmath import loadedfonts

if TYPE_CHECKING:
    from collections.abc import Mapping

_POINTS = 1.333
"""Pixels of a point, by which ziamath multiplies lengths of the font's size too."""
FONT: Final = loadedfonts["default"]
"""STIX Two Math. It is read by seeking, and words change it for a moment: one thread at a time."""


class MathNode(Mnode, tag="phial"):
    """What is the same in all nodes of a formula: style, lengths, and how they are painted.

    It goes behind a class of ziamath, whose own layout then runs on it. What nodes are told from
    above (``kwargs`` in ziamath) are ``nostretch``, measured only; ``rowymin`` and ``rowymax``,
    what brackets reach around; ``width``, of what they stand over or under; ``sup``, ``sub`` and
    ``frac``, what they are in.

    Attributes:
        kinds: the class of a node by the tag of its element.
    """

    kinds: Mapping[str, type[MathNode]]

    def __init_subclass__(cls, tag: str) -> None:
        cls.mtag = tag  # and no place in ziamath's own table

    def __init__(self, element: ET.Element, parent: MathNode, **_told: Any) -> None:
        self.element, self.parent, self.kinds = element, parent, parent.kinds
        self.font, self.size = parent.font, parent.size
        self.style = style_of(element, parent.style)
        self.params, self.nodes, self.nodexy = {}, [], []
        script = (self.font.math.consts.scriptPercentScaleDown / 100) ** self.style.scriptlevel
        smallest = self.font.basesize * config.minsizefraction
        self.glyphsize = max(self.size * script, smallest)
        if self.style.mathsize:
            self.glyphsize = self.size_px(self.style.mathsize)
        units = self.font.info.layout.unitsperem
        self._font_pts_per_unit = self.size / units
        self._glyph_pts_per_unit = self.glyphsize / units
        self.bbox = BBox(0, 0, 0, 0)

    def size_px(self, size: str, fontsize: float | None = None) -> float:
        """A length in pixels; an em is as wide as the font is high."""
        return _pixels(str(size), float(self.glyphsize if fontsize is None else fontsize))

    def draw(self, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        """Add the node to a picture, with the left end of its baseline at ``x``, ``y``."""
        if self.style.mathbackground not in ("none", None):
            box = self.bbox
            ground = (x + box.xmin, y - box.ymax, box.xmax - box.xmin, box.ymax - box.ymin)
            draw_bar(svg, ground, self.style.mathbackground)
        right = low = 0.0
        for node, (right, low) in zip(self.nodes, self.nodexy, strict=False):
            if isinstance(node, Glyph):
                _draw_glyph(node, x + right, y + low, svg)
            else:
                node.draw(x + right, y + low, svg)
        return x + right, y + low


def node_of(element: ET.Element, parent: MathNode, **told: Any) -> MathNode:
    """The laid-out node of an element, and with it those of all that is inside."""
    if element.tag == "mi" and elementtext(element) in operators.names:
        element.tag = "mo"  # the converter took an operator for a letter
    if element.tag == "mo":
        infer_opform(0, element, parent)
    return parent.kinds.get(element.tag, parent.kinds["mrow"])(element, parent, **told)


def draw_bar(svg: ET.Element, edges: tuple[float, float, float, float], colour: str) -> None:
    """Add a filled rectangle to a picture: left, top, width and height."""
    sides = zip(("x", "y", "width", "height"), map(fmt, edges), strict=True)
    ET.SubElement(svg, "rect", {**dict(sides), "fill": str(colour)})


def _draw_glyph(glyph: Glyph, x: float, y: float, svg: ET.Element) -> None:
    """Add the outline of a glyph: ziamath's own way makes symbols, which QtSvg leaves out."""
    outline = glyph.glyph.svgpath(x0=x, y0=y, scale_factor=glyph.size / glyph.glyph.DFLT_SIZE_PT)
    if outline is not None:
        outline.set("fill", str(glyph.style.mathcolor))
        svg.append(outline)


def style_of(element: ET.Element, parent: MathStyle | None = None) -> MathStyle:
    """The style of a node: what its element says, and else its parent's.

    It says what ziamath's ``parse_style`` says, which copies the parent's style into a dictionary
    for each node; together with lengths that was a third of the time of a formula.
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


@lru_cache(maxsize=4096)
def _pixels(size: str, fontsize: float) -> float:  # not shown
    r"""A length at a size of the font.

    ziamath 0.13 makes an em a third wider, and with it every space of a formula. Drop this when a
    ``\quad`` is as wide as its font is high without it.
    """
    anyone = cast("Mnode", None)  # a node is asked for its font's size alone, where none is given
    pixels = float(Mnode.size_px(anyone, size, fontsize))
    relative = size.endswith(("em", "ex", "mu", "mathspace"))
    return pixels / _POINTS if relative else pixels
