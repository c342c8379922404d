"""Tall brackets and long arrows: their parts as one outline, without dots where they meet.

A font has the ends of a tall bracket and a straight part to be repeated between them, overlapping a
little. Drawn one on the other, the smoothed edges add up to dots along the line. So the straight
parts become one that reaches exactly from end to end, in one path with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from xml.etree import ElementTree as ET

from ziafont.svgpath import fmt

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAIR = re.compile(r"(-?[\d.]+) (-?[\d.]+)")
_LOOP = re.compile(r"M[^Z]*Z ?")
_STRAIGHT = re.compile(r"(?:[ML] -?[\d.]+ -?[\d.]+ )+Z ?")

_Edges: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a sign: its outline, and the rectangles that it consists of, if it does."""

    outline: str
    edges: _Edges
    bars: tuple[_Edges, ...]


def _edges(points: Sequence[tuple[float, float]]) -> _Edges:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _bar(loop: str) -> _Edges | None:
    """The edges of a rectangle, all points of which lie in its corners."""
    points = _points(loop)
    left, top, right, bottom = edges = _edges(points)
    inside = all(x in (left, right) and y in (top, bottom) for x, y in points)
    return edges if inside and _STRAIGHT.fullmatch(loop) else None


def _points(outline: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in _PAIR.findall(outline)]


def _part(outline: str) -> _Part:
    bars = [_bar(loop) for loop in _LOOP.findall(outline)]
    straight = tuple(bar for bar in bars if bar is not None)
    whole = straight if len(straight) == len(bars) else ()
    return _Part(outline, _edges(_points(outline)), whole)


def join_parts(svg: ET.Element) -> None:
    """Make one outline of the parts of each bracket and arrow in a picture."""
    for group in svg.iter("g"):
        plain = all(part.tag == "path" and set(part.attrib) == {"d"} for part in group)
        if plain and len(group) > 1:
            parts = [_part(part.attrib["d"]) for part in group]
            group[:] = [ET.Element("path", {"d": " ".join(_joined(parts))})]


def _joined(parts: Sequence[_Part]) -> list[str]:
    """The outlines, each run of straight parts as one."""
    written: list[str] = []
    run: list[_Edges] = []
    before: _Part | None = None
    for part in (*parts, None):
        if part is not None and part.bars:
            run += part.bars
            continue
        if run:
            written += _spans(run, [end.edges for end in (before, part) if end is not None])
            run = []
        if part is not None:
            written.append(part.outline)
            before = part
    return written


def _spans(run: Sequence[_Edges], ends: Sequence[_Edges]) -> list[str]:
    """A run of bars as one for each line of them, no further than the ends on both sides."""
    left, top, right, bottom = run[0]
    axis = 0 if right - left > bottom - top else 1  # along which they follow each other
    lines: dict[tuple[float, float], list[_Edges]] = {}
    for bar in run:
        lines.setdefault((bar[1 - axis], bar[3 - axis]), []).append(bar)
    return [span for bars in lines.values() for span in _span(bars, ends, axis)]


def _span(bars: Sequence[_Edges], ends: Sequence[_Edges], axis: int) -> list[str]:
    edges = list(bars[0])
    edges[axis] = min(bar[axis] for bar in bars)
    edges[axis + 2] = max(bar[axis + 2] for bar in bars)
    for end in ends:
        if end[axis] < edges[axis]:
            edges[axis] = max(edges[axis], end[axis + 2])
        else:
            edges[axis + 2] = min(edges[axis + 2], end[axis])
    if edges[axis] >= edges[axis + 2]:
        return []
    left, top, right, bottom = map(fmt, edges)
    return [f"M {right} {bottom} L {left} {bottom} L {left} {top} L {right} {top} Z"]  # not shown
