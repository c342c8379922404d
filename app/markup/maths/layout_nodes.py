"""The nodes of a formula: rows, fractions, scripts, marks, roots and frames.

Most are laid out by ziamath 0.13, and each is made by `node_of`. What is laid out here is what
ziamath does too slowly or not as The TeXbook has it. It measures each row twice, once to know how
far its brackets stretch, and so do the rows inside it: ten nested braces take seconds (2^depth).
The rows here measure only where a bracket can stretch, and never inside a measurement. Drop this
when nesting 12 braces takes under ten times what nesting 3 takes without it.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from ziafont.fonttypes import BBox
from ziamath import operators
from ziamath.drawable import HLine
from ziamath.nodes.menclose import Menclose
from ziamath.nodes.mfrac import Mfrac
from ziamath.nodes.mnumber import Midentifier, Mnumber
from ziamath.nodes.moperator import Moperator
from ziamath.nodes.mroot import Mroot, Msqrt
from ziamath.nodes.mrow import Mrow
from ziamath.nodes.mspace import Mpadded, Mspace
from ziamath.nodes.msubsup import Msub, Msubsup, Msup
from ziamath.nodes.munderover import ACCENTS, Mover, Munder, Munderover
from ziamath.nodes.nodetools import elementtext

from app.markup.maths.nodes import MathNode, node_of, style_of

if TYPE_CHECKING:
    from collections.abc import Iterator


_BAR = "\u2015"
"""The mark of ``\\overline`` and ``\\underline``, which is drawn as a line."""
_OVER, _UNDER = ("mover", "munder"), ("mover", "munder", "munderover")
"""Marks with marks that become as wide as what they stand over or under."""


class Letter(Midentifier, MathNode, tag="mi"):
    """A letter, or a name."""


class Number(Mnumber, MathNode, tag="mn"):
    """A number."""


class Space(Mspace, MathNode, tag="mspace"):
    """Empty room."""


def _stretches(element: ET.Element) -> bool:
    """Whether an operator may grow with the height of its row."""
    if element.get("stretchy") is not None:
        return element.get("stretchy") != "false"
    text = elementtext(element)
    return any(
        operators.get_params(text, form).get("stretchy", "false") != "false"
        for form in ("prefix", "infix", "postfix")
    )


class FormulaRow(Mrow, MathNode, tag="mrow"):
    """A row that measures only what it must."""

    def _setup_single_line(self, line: list[ET.Element], **told: Any) -> None:
        line = [child for child in line if child.tag != "mo" or elementtext(child)]
        around = {side: told.pop(side) for side in ("rowymin", "rowymax") if side in told}
        if not told.get("nostretch") and any(
            _stretches(mo) for child in line for mo in child.iter("mo")
        ):
            told["rowymin"], told["rowymax"] = self._height(line, **told, **around)
        x = left = right = 0.0
        low, high = 9999.0, -9999.0
        for child in line:
            node = node_of(child, self, **told)
            self.nodes.append(node)
            self.nodexy.append((x, 0))
            left = min(left, x + node.bbox.xmin) if len(self.nodes) > 1 else node.bbox.xmin
            right = max(right, x + node.bbox.xmax)
            low, high = min(low, node.bbox.ymin), max(high, node.bbox.ymax)
            x += node.xadvance()
        self.bbox = BBox(left, right, low, high)
        self._xadvance = x

    def _height(self, line: list[ET.Element], **told: Any) -> tuple[float, float]:
        """Lowest and highest point of what does not stretch."""
        boxes = [node_of(deepcopy(child), self, **told, nostretch=True).bbox for child in line]
        lowest, highest = (box.ymin for box in boxes), (box.ymax for box in boxes)
        return min(lowest, default=9999.0), max(highest, default=-9999.0)

    def _setup_multilines(self, lines: list[list[ET.Element]], **_told: Any) -> None:
        for line in lines:
            row = ET.Element("mrow")
            row.extend(line)
            self.nodes.append(FormulaRow(row, self))
        gap = 2 * self.units_to_points(self.font.math.consts.mathLeading)
        boxes = [row.bbox for row in self.nodes]
        # The first line stands where the formula does, or all of them in the middle of a row.
        outermost = "math" in (self.parent.mtag, self.parent.parent.mtag)
        up = 0.0 if outermost else sum(box.ymax - box.ymin + gap for box in boxes[1:]) / 2
        y = 0.0
        for index, box in enumerate(boxes):
            if index:
                y += box.ymax - boxes[index - 1].ymin + gap
            self.nodexy.append((0, y - up))
        left, right = min(box.xmin for box in boxes), max(box.xmax for box in boxes)
        self.bbox = BBox(left, right, -y + boxes[-1].ymin + up, boxes[0].ymax + up)
        self._xadvance = max(row.xadvance() for row in self.nodes)


class Phantom(FormulaRow, tag="mphantom"):
    """Takes room and is not drawn."""

    def draw(self, x: float, y: float, _svg: ET.Element) -> tuple[float, float]:
        """Add nothing to the picture."""
        return x + self.bbox.xmax, y


class Padded(Mpadded, FormulaRow, tag="mpadded"):
    """A row that takes more or less room than what is in it."""


class Fraction(Mfrac, MathNode, tag="mfrac"):
    """A fraction with the same small space on both sides, as TeX's null delimiters give it."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        style = style_of(element, parent.style)
        inside = {"sup", "sub", "frac"} & set(told)
        if element.get("displaystyle") != "true" and (inside or not style.displaystyle):
            element.set("scriptlevel", str(style.scriptlevel + 1))
        MathNode.__init__(self, element, parent)
        told["frac"] = True
        told.pop("sup", None)
        self.numerator, self.denominator = (node_of(part, self, **told) for part in element)
        self._setup(**told)

    def _setup(self, **told: Any) -> None:
        super()._setup(**told)
        side = self.size_px("0.12em")
        shift = side - self.nodexy[-1][0]
        self.nodexy = [(x + shift, y) for x, y in self.nodexy]
        width = max(self.numerator.bbox.xmax, self.denominator.bbox.xmax)
        self.bbox = BBox(0, width + 2 * side, self.bbox.ymin, self.bbox.ymax)


def _scripted(node: MathNode, told: dict[str, Any], *where: str) -> Iterator[MathNode]:
    """What carries scripts, and they."""
    base, *scripts = node.element
    yield node_of(base, node, **told)
    for script in scripts:
        node.increase_child_scriptlevel(script)
        yield node_of(script, node, **{**told, **dict.fromkeys(where, True)})


class Lower(Msub, MathNode, tag="msub"):
    """A subscript."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        MathNode.__init__(self, element, parent)
        self.base, self.subscript = _scripted(self, told, "sub")
        self._setup()


class Power(Msup, MathNode, tag="msup"):
    """A superscript that stands no higher on a bracket of ordinary size than on a letter."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        MathNode.__init__(self, element, parent)
        self.base, self.superscript = _scripted(self, told, "sup")
        self._setup()
        _lower(self, 1)


class Scripts(Msubsup, MathNode, tag="msubsup"):
    """A subscript and a superscript, with the same rule."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        MathNode.__init__(self, element, parent)
        self.base, self.subscript, self.superscript = _scripted(self, told, "sub", "sup")
        self._setup()
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


def _width(base: MathNode, mark: ET.Element, stacks: tuple[str, ...]) -> dict[str, Any]:
    """How wide a mark over or under a base is told to be, if it stretches."""
    sign = mark.tag == "mo" and len(elementtext(mark)) == 1
    return {"width": base.bbox.xmax - base.bbox.xmin} if sign or mark.tag in stacks else {}


def _is_accent(mark: ET.Element) -> bool:
    text = elementtext(mark)
    return len(text) == 1 and ord(text) in ACCENTS


class Over(Mover, MathNode, tag="mover"):
    """An accent, a line or a formula over another."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        MathNode.__init__(self, element, parent)
        below, above = element
        self.base = node_of(below, self, **told)
        self._isaccent = not _is_accent(above)  # the other way round in ziamath
        if self._isaccent and element.get("accent", "false") == "false":
            self.increase_child_scriptlevel(above)
        if elementtext(above) == _BAR:
            thick = self.units_to_points(self.font.math.consts.overbarRuleThickness)
            wide = self.base.bbox.xmax - self.base.bbox.xmin
            self.over = HLine(wide, thick, self.style)
        else:
            self.over = node_of(above, self, **{**told, **_width(self.base, above, _OVER)})
        self._setup()


class Under(Munder, MathNode, tag="munder"):
    """A line or a formula under another."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        MathNode.__init__(self, element, parent)
        above, below = element
        self.base = node_of(above, self, **told)
        if elementtext(below) == _BAR:
            thick = self.units_to_points(self.font.math.consts.underbarRuleThickness)
            wide = self.base.bbox.xmax - self.base.bbox.xmin
            self.under = HLine(wide, thick, self.style)
        else:
            self.increase_child_scriptlevel(below)
            told = {**told, "sub": True, **_width(self.base, below, _UNDER)}
            self.under = node_of(below, self, **told)
        self._setup()


class UnderOver(Munderover, MathNode, tag="munderover"):
    """One formula under and one over another."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        MathNode.__init__(self, element, parent)
        base, below, above = element
        self.base = node_of(base, self, **told)
        self.increase_child_scriptlevel(below)
        under = {**told, "sub": True, **_width(self.base, below, _UNDER)}
        self.under = node_of(below, self, **under)
        if not _is_accent(above) and element.get("accent", "false") == "false":
            self.increase_child_scriptlevel(above)
        told = {name: value for name, value in told.items() if name not in ("sub", "width")}
        self.over = node_of(above, self, **told, **_width(self.base, above, _OVER))
        self._setup()


def _as_one(element: ET.Element) -> ET.Element:
    """What is in an element, as a row if there are several."""
    if len(element) == 1:
        return element[0]
    row = ET.Element("mrow")
    row.extend(element)
    return row


class Root(Mroot, MathNode, tag="mroot"):
    """A root with its degree."""

    def _getbase(self, **told: Any) -> tuple[MathNode, MathNode | None]:
        base, degree = self.element
        self.increase_child_scriptlevel(degree, n=2)
        return node_of(base, self, **told), node_of(degree, self, **told)


class SquareRoot(Msqrt, MathNode, tag="msqrt"):
    """A square root."""

    def _getbase(self, **told: Any) -> tuple[MathNode, MathNode | None]:
        return node_of(_as_one(self.element), self, **told), None


class Sign(Moperator, MathNode, tag="mo"):
    """A sign without the space that ziamath adds before a bracket that grew.

    Large ones stand in the middle of the axis (The TeXbook, appendix G, rule 13).
    """

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        super().__init__(element, parent, **told)
        script = "sup" in told or "sub" in told
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


class Frame(Menclose, MathNode, tag="menclose"):
    """A frame with as much room around the formula as TeX gives it, and none above."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        MathNode.__init__(self, element, parent)
        self.base = node_of(_as_one(element), self, **told)
        self.notation = element.get("notation", "box").split()
        self._setup(**told)

    def _setup(self, **told: Any) -> None:
        boxed = "box" in self.notation
        if boxed:
            side, above = self.size_px("0.4em"), self.size_px("0.3em")
            box = self.base.bbox
            self.base.bbox = BBox(
                box.xmin - side, box.xmax + side, box.ymin - above, box.ymax + above
            )
        super()._setup(**told)
        pad = 2 * self.units_to_points(self.font.math.consts.radicalRuleThickness)
        if boxed:
            x, y = self.nodexy[-1]
            self.nodexy[-1] = (x + side, y)
        if "updiagonalarrow" not in self.notation:
            box = self.base.bbox
            width = box.xmax - box.xmin + 2 * pad
            self.bbox = BBox(0, width, box.ymin - pad, box.ymax + pad)
