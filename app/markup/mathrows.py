"""Owns laying out the rows and tables of formulas: no repeated work, and lines in tables.

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
from ziamath.nodes.mnode import Mnode, _node_classes
from ziamath.nodes.mrow import Mrow
from ziamath.nodes.mtable import Mtable

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


class Row(Mrow, tag="mrow"):
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


class Table(Mtable, tag="mtable"):
    """A table with the lines between its columns and rows, which ziamath leaves out."""

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
        thick = self.size_px("0.05em")
        top, bottom = rows[0][0] - 2 * thick, rows[-1][1] + 2 * thick
        left, right = columns[0][0], columns[-1][1]
        for index, kind in enumerate(self.element.get("columnlines", "").split()):
            if kind == "solid" and index + 1 < len(columns):
                middle = (columns[index][1] + columns[index + 1][0]) / 2
                yield middle - thick / 2, top, thick, bottom - top
        for index, kind in enumerate(self.element.get("rowlines", "").split()):
            if kind == "solid" and index + 1 < len(rows):
                middle = (rows[index][1] + rows[index + 1][0]) / 2
                yield left, middle - thick / 2, right - left, thick

    def draw(self, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        """Draw the cells, then the lines."""
        end = super().draw(x, y, svg)
        if self.nodes and (
            "columnlines" in self.element.attrib or "rowlines" in self.element.attrib
        ):
            for left, top, width, height in self._lines():
                line = ET.SubElement(svg, "rect")
                line.set("x", fmt(x + left))
                line.set("y", fmt(y + top))
                line.set("width", fmt(width))
                line.set("height", fmt(height))
                line.set("fill", str(self.style.mathcolor))
        return end


def install() -> None:
    """Let ziamath use these: defining a class with a tag did it, so this only checks.

    Raises:
        RuntimeError: ziamath no longer finds its nodes by tag.
    """
    if _node_classes.get("mrow") is not Row or _node_classes.get("mtable") is not Table:
        raise RuntimeError("ziamath does not use the rows and tables of Phial")
