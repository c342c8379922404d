"""The table of a formula: matrices, arrays, aligned rows, and the lines in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ziafont.fonttypes import BBox
from ziamath import operators

from app.markup.maths.nodes import MathNode, draw_bar, node_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree import ElementTree as ET


class FormulaTable(MathNode, tag="mtable"):
    """A table with the lines between and around its cells, which ziamath leaves out."""

    def __init__(self, element: ET.Element, parent: MathNode, **told: Any) -> None:
        super().__init__(element, parent)
        self.frame = element.get("frame", "")
        rows = [[node_of(cell, self, **told) for cell in row] for row in element]
        self._place(rows)
        left, right = (self.size_px("0.5em") * (side in self.frame) for side in "lr")
        above, below = (self.size_px("0.35em") * (side in self.frame) for side in "tb")
        self.nodexy = [(x + left, y) for x, y in self.nodexy]
        box = self.bbox
        self.bbox = BBox(box.xmin, box.xmax + left + right, box.ymin - below, box.ymax + above)

    def _place(self, rows: Sequence[Sequence[MathNode]]) -> None:
        """Give each cell its place; the middle of the table stands on the axis."""
        between = [self.size_px(gap) for gap in self.element.attrib["columnspacing"].split()]
        below = self.size_px(self.element.attrib["rowspacing"])
        heights = [max(cell.bbox.ymax for cell in row) for row in rows]
        depths = [min(cell.bbox.ymin for cell in row) for row in rows]
        count = max(map(len, rows))
        widths = [
            max(0, *(row[at].bbox.xmax for row in rows if at < len(row))) for at in range(count)
        ]
        gaps = [between[at % len(between)] for at in range(count)]
        tall = sum(heights) - sum(depths) + sum([below] * (len(rows) - 1))
        y = -tall / 2 - self.units_to_points(self.font.math.consts.axisHeight)
        side = self._side()
        for row, height, depth in zip(rows, heights, depths, strict=True):
            x, baseline = side, y + height
            for cell, width, gap in zip(row, widths, gaps, strict=False):
                spare = width - (cell.bbox.xmax - cell.bbox.xmin)
                align = cell.element.get("columnalign", "center")
                shift = {"center": spare / 2, "right": spare}.get(align, 0.0)
                self.nodes.append(cell)
                self.nodexy.append((x + shift, baseline))
                x += width + gap
            y += height - depth + below
        high = max(cell.bbox.ymax for cell in rows[0]) - self.nodexy[0][1]
        low = min(cell.bbox.ymin for cell in rows[-1]) - self.nodexy[-1][1]
        self.bbox = BBox(0, sum(widths) + sum(gaps[:-1]) + 2 * side, low, high)

    def _side(self) -> float:
        """The room that an array has in its brackets, and a matrix has not."""
        array = self.element[0][0].get("columnalign") is not None
        bracket = getattr(self.leftsibling(), "string", "") in operators.leftfences
        aligned = self.element.get("displaystyle") == "true"
        return self.size_px("mediummathspace") if array and bracket and not aligned else 0.0

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
                draw_bar(svg, (x + left, y + top, width, height), self.style.mathcolor)
        return end
