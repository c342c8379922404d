"""Where a displayed formula that is wider than its column may be broken, as The TeXbook advises.

Only the outermost row is ever broken: matrices, aligned rows and frames stay whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ziamath.nodes.mnode import Mnode
from ziamath.nodes.mrow import Mrow
from ziamath.nodes.mspace import Mspace

from app.markup.maths.shapes import Begins, EquationNumbers, FormulaPiece
from app.markup.maths.spacing import ATOM, BARS

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

WIDE_GAP = 0.9
"""Of an em; a space from ``\\quad`` on parts two formulas."""
_ASIDE = frozenset(("mspace", "mtext"))


def find_numbers(
    root: Mnode, *, left: float, width: float, margin: float
) -> EquationNumbers | None:
    """Where the numbers stand in a laid-out formula, if it has any.

    Args:
        root: ziamath's layout.
        left: of the picture's left edge, in the layout.
        width: of the picture.
        margin: around the ink, which lines of frames and slanted letters reach into.
    """
    if not _has_number(root.element):
        return None
    body, start, end = _extent(root, -left)
    if not 0 < body < start:
        return None
    return EquationNumbers(body + margin, start - margin, min(end + margin, width))


def _has_number(element: ET.Element) -> bool:
    return any(text.get("number") for text in element.iter("mtext"))


def _extent(node: Mnode, x: float) -> tuple[float, float, float]:
    """Right edge of the body, left and right edge of the numbers, of a node that has numbers."""
    if node.element.get("number"):
        return 0.0, x + node.bbox.xmin, x + node.bbox.xmax
    body, start, end = 0.0, float("inf"), 0.0
    for inner, (place, _) in zip(node.nodes, node.nodexy, strict=True):
        if isinstance(inner, Mspace):
            continue
        if isinstance(inner, Mnode) and _has_number(inner.element):
            found = _extent(inner, x + place)
            body, start, end = max(body, found[0]), min(start, found[1]), max(end, found[2])
        else:
            body = max(body, x + place + inner.bbox.xmax)
    return body, start, end


def split_pieces(root: Mnode, *, em: float, left: float, right: float) -> tuple[FormulaPiece, ...]:
    """The pieces of a laid-out formula; one if it cannot be broken.

    Args:
        root: ziamath's layout.
        em: its size in pixels.
        left: of the picture's left edge, in the layout.
        right: of the right edge.
    """
    row, offset = _outermost(root)
    edges: list[tuple[float, Begins]] = [(left, "start")]
    extents: list[tuple[float, float]] = [(0.0, 0.0)]
    inside = _Brackets()
    behind_gap = False
    for node, (place, _) in zip(row.nodes, row.nodexy, strict=True):
        if not isinstance(node, Mnode):
            continue
        if isinstance(node, Mspace):
            behind_gap |= node.bbox.xmax >= WIDE_GAP * em
            continue
        first, _, last = node.element.get(ATOM, "ord ord").partition(" ")  # not shown
        begins = _begins(first, behind_gap=behind_gap) if inside.none else None
        if begins is not None and offset + place > edges[-1][0]:
            edges.append((offset + place, begins))
            extents.append((0.0, 0.0))
        inside.read(node.element, first, last)
        high, low = extents[-1]
        extents[-1] = (max(high, node.bbox.ymax), max(low, -node.bbox.ymin))
        behind_gap = False
    aside = offset + row.bbox.xmax
    if row is not root and right - aside > WIDE_GAP * em:  # the number of the equation
        edges.append((aside, "gap"))
        extents.append((root.bbox.ymax, -root.bbox.ymin))
    ends = [x for x, _ in edges[1:]] + [right]
    return tuple(
        FormulaPiece(x - left, end - left, high, low, begins)
        for (x, begins), end, (high, low) in zip(edges, ends, extents, strict=True)
    )


class _Brackets:
    """Which brackets are open; a bar opens where none is, else it closes."""

    def __init__(self) -> None:
        self._bars = [False]

    @property
    def none(self) -> bool:
        """Whether nothing is open."""
        return self._bars == [False]

    def read(self, element: ET.Element, first: str, last: str) -> None:
        """Go on behind ``element``, of these classes."""
        sign = element[0] if len(element) and element.tag != "mrow" else element
        if sign.tag == "mo" and sign.text in BARS and "rel" not in (first, last):
            self._bars[-1] = not self._bars[-1]
            return
        if first == "open":
            self._bars.append(False)
        if last == "close" and len(self._bars) > 1:
            self._bars.pop()


def _outermost(root: Mnode) -> tuple[Mnode, float]:
    """The row that the formula consists of, besides a number or a remark, and where it begins."""
    row, offset = root, 0.0
    while True:
        inner = [
            (node, x)
            for node, (x, _) in zip(row.nodes, row.nodexy, strict=True)
            if node.mtag not in _ASIDE
        ]
        if len(inner) != 1 or not isinstance(inner[0][0], Mrow):
            return row, offset
        row, offset = inner[0][0], offset + inner[0][1]


def _begins(atom: str, *, behind_gap: bool) -> Begins | None:
    if behind_gap:
        return "gap"
    return "relation" if atom == "rel" else "operator" if atom == "bin" else None
