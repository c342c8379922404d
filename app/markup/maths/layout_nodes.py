"""The layout of formulas' rows and tables: no repeated work, and lines in tables.

ziamath 0.13 measures each row twice, once to know how far its brackets stretch, and so do the rows
inside it: ten nested braces take seconds (2^depth). The rows here measure only where a bracket can
stretch, and never inside a measurement. Drop this when nesting 12 braces takes under ten times
what nesting 3 takes without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from ziafont.fonttypes import BBox
from ziafont.svgpath import fmt
from ziamath import operators
from ziamath.nodes import mnode
from ziamath.nodes.menclose import Menclose
from ziamath.nodes.mfrac import Mfrac
from ziamath.nodes.mnode import Mnode, _node_classes
from ziamath.nodes.moperator import Moperator
from ziamath.nodes.mrow import Mrow
from ziamath.nodes.msubsup import Msubsup, Msup
from ziamath.nodes.mtable import Mtable
from ziamath.styles import parse_style

from app.markup.maths.foreign_text import FormulaText
from app.markup.maths.style import size_px, style_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def _stretches(element: ET.Element) -> bool:
    """Whether an operator may grow with the height of its row."""
    if element.get("stretchy") is not None:
        return element.get("stretchy") != "false"
    text = (element.text or "").strip()
    return any(
        operators.get_params(text, form).get("stretchy", "false") != "false"
        for form in ("prefix", "infix", "postfix")
    )


class FormulaRow(Mrow, tag="mrow"):
    """A row that measures only what it must."""

    def _setup_single_line(self, line: list[ET.Element], **kwargs: Any) -> None:
        measuring = bool(kwargs.get("nostretch"))
        if not measuring and any(_stretches(mo) for child in line for mo in child.iter("mo")):
            low, high = self._get_height_nostretch(line, **kwargs)
            kwargs["rowymin"], kwargs["rowymax"] = low, high
        else:
            kwargs.pop("rowymin", None)
            kwargs.pop("rowymax", None)
        x = left = right = 0.0
        low, high = 9999.0, -9999.0
        for child in line:
            if child.tag == "mo" and not (child.text or "").strip():
                continue
            node = Mnode.fromelement(child, parent=self, **kwargs)
            self.nodes.append(node)
            self.nodexy.append((x, 0))
            left = min(left, x + node.bbox.xmin) if len(self.nodes) > 1 else node.bbox.xmin
            right = max(right, x + node.bbox.xmax)
            low, high = min(low, node.bbox.ymin), max(high, node.bbox.ymax)
            x += node.xadvance()
        self.bbox = BBox(left, right, low, high)
        self._xadvance = x


class Fraction(Mfrac, tag="mfrac"):
    """A fraction with the same small space on both sides, as TeX's null delimiters give it."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**kwargs)
        side = self.size_px("0.12em")
        shift = side - self.nodexy[-1][0]
        self.nodexy = [(x + shift, y) for x, y in self.nodexy]
        width = max(self.numerator.bbox.xmax, self.denominator.bbox.xmax)
        self.bbox = BBox(0, width + 2 * side, self.bbox.ymin, self.bbox.ymax)


class Power(Msup, tag="msup"):
    """A superscript that stands no higher on a bracket of ordinary size than on a letter."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**kwargs)
        _lower(self, 1)


class Scripts(Msubsup, tag="msubsup"):
    """A subscript and a superscript, with the same rule."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**kwargs)
        _lower(self, 2)


def _lower(node: Msup | Msubsup, index: int) -> None:
    if node.base.element.tag != "mo" or node.base.element.get("stretchy") != "false":
        return
    if len(node.base.element.text or "") != 1 or node.base.element.get("largeop") == "true":
        return
    x, y = node.nodexy[index]
    shift = -node.base.units_to_points(node.font.math.consts.superscriptShiftUp)
    if shift <= y:
        return
    node.nodexy[index] = (x, shift)
    box = node.bbox
    high = max(node.base.bbox.ymax, -shift + node.superscript.bbox.ymax)
    node.bbox = BBox(box.xmin, box.xmax, box.ymin, high)


class Sign(Moperator, tag="mo"):
    """A sign without the space that ziamath adds before a bracket that grew.

    Large ones stand in the middle of the axis (The TeXbook, appendix G, rule 13).
    """

    def __init__(self, element: ET.Element, parent: Mnode, **kwargs: Any) -> None:
        super().__init__(element, parent, **kwargs)
        script = "sup" in kwargs or "sub" in kwargs
        gap = 0.0 if script else self.size_px(self.params.get("lspace", "0"))
        extra = self.nodexy[0][0] - gap if self.nodexy else 0.0
        if extra > 0:
            self.nodexy = [(x - extra, y) for x, y in self.nodexy]
            box = self.bbox
            self.bbox = BBox(box.xmin, box.xmax - extra, box.ymin, box.ymax)
        if element.get("largeop") == "true" and len(self.nodexy) == 1:
            box = self.bbox
            axis = self.units_to_points(self.font.math.consts.axisHeight)
            up = axis - (box.ymin + box.ymax) / 2
            self.nodexy = [(x, y - up) for x, y in self.nodexy]
            self.bbox = BBox(box.xmin, box.xmax, box.ymin + up, box.ymax + up)


class Box(Menclose, tag="menclose"):
    """A frame with as much room around the formula as TeX gives it, and none above."""

    def _setup(self, **kwargs: Any) -> None:
        boxed = "box" in self.notation
        if boxed:
            side, above = self.size_px("0.4em"), self.size_px("0.3em")
            box = self.base.bbox
            self.base.bbox = BBox(
                box.xmin - side, box.xmax + side, box.ymin - above, box.ymax + above
            )
        super()._setup(**kwargs)
        pad = 2 * self.units_to_points(self.font.math.consts.radicalRuleThickness)
        if boxed:
            x, y = self.nodexy[-1]
            self.nodexy[-1] = (x + side, y)
        if "updiagonalarrow" not in self.notation:
            box = self.base.bbox
            width = box.xmax - box.xmin + 2 * pad
            self.bbox = BBox(0, width, box.ymin - pad, box.ymax + pad)


class Phantom(FormulaRow, tag="mphantom"):
    """Takes room and is not drawn; a row of ours, so that nested ones are measured once."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**{**kwargs, "phantom": True})


class FormulaTable(Mtable, tag="mtable"):
    """A table with the lines between and around its cells, which ziamath leaves out."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**kwargs)
        self.frame = self.element.get("frame", "")
        left, right = (self.size_px("0.5em") * (side in self.frame) for side in "lr")
        above, below = (self.size_px("0.35em") * (side in self.frame) for side in "tb")
        self.nodexy = [(x + left, y) for x, y in self.nodexy]
        box = self.bbox
        self.bbox = BBox(box.xmin, box.xmax + left + right, box.ymin - below, box.ymax + above)

    def _edges(self) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        """Left and right of each column, top and bottom of each row, as drawn."""
        columns: dict[int, tuple[float, float]] = {}
        rows: list[tuple[float, float]] = []
        cells = iter(zip(self.nodes, self.nodexy, strict=True))
        for row in self.element:
            tops: list[tuple[float, float]] = []
            for index, (node, (x, y)) in zip(range(len(row)), cells, strict=False):
                left, right = columns.get(index, (x, x))
                columns[index] = (min(left, x), max(right, x + node.bbox.xmax))
                tops.append((y - node.bbox.ymax, y - node.bbox.ymin))
            rows.append((min(top for top, _ in tops), max(low for _, low in tops)))
        return [columns[index] for index in sorted(columns)], rows

    def _lines(self) -> Iterator[tuple[float, float, float, float]]:
        """Left, top, width and height of each line."""
        columns, rows = self._edges()
        thick = self.size_px("0.06em")
        box = self.bbox
        left, right, top, bottom = box.xmin, box.xmax, -box.ymax, -box.ymin
        for index, kind in enumerate(self.element.get("columnlines", "").split()):
            if kind == "solid" and index + 1 < len(columns):
                middle = (columns[index][1] + columns[index + 1][0]) / 2
                yield middle - thick / 2, top, thick, bottom - top
        for index, kind in enumerate(self.element.get("rowlines", "").split()):
            if kind == "solid" and index + 1 < len(rows):
                middle = (rows[index][1] + rows[index + 1][0]) / 2
                yield left, middle - thick / 2, right - left, thick
        sides = {
            "l": (left, top, thick, bottom - top),
            "r": (right - thick, top, thick, bottom - top),
            "t": (left, top, right - left, thick),
            "b": (left, bottom - thick, right - left, thick),
        }
        yield from (sides[side] for side in self.frame)

    def draw(self, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        """Draw the cells, then the lines."""
        end = super().draw(x, y, svg)
        lined = {"columnlines", "rowlines", "frame"} & set(self.element.attrib)
        if self.nodes and lined:
            for left, top, width, height in self._lines():
                line = ET.SubElement(svg, "rect")
                line.set("x", fmt(x + left))
                line.set("y", fmt(y + top))
                line.set("width", fmt(width))
                line.set("height", fmt(height))
                line.set("fill", str(self.style.mathcolor))
        return end


def install() -> None:
    """Let ziamath use these; defining a class with a tag did it already.

    Raises:
        RuntimeError: ziamath no longer finds its nodes by tag, or asks for styles elsewhere.
    """
    for node in (
        FormulaRow,
        FormulaTable,
        Fraction,
        Power,
        Scripts,
        Sign,
        Box,
        Phantom,
        FormulaText,
    ):
        if _node_classes.get(node.mtag) is not node:
            raise RuntimeError(f"ziamath does not use the {node.__name__} of Phial")
    if vars(mnode).get("parse_style") not in (parse_style, style_of):
        raise RuntimeError("ziamath does not ask for styles where Phial answers")
    for place, name, ours in ((Mnode, "size_px", size_px), (mnode, "parse_style", style_of)):
        setattr(place, name, ours)
