r"""Owns words of formulas in Chinese, Japanese and Korean, which the font of formulas lacks.

``\text{速度} = …`` is drawn with text of the picture instead of outlines: whoever paints it takes
the system's font. Every letter of these scripts is as wide as it is high in every font, so that
the formula can be laid out without knowing which.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from ziafont.fonttypes import BBox
from ziafont.svgpath import fmt
from ziamath.drawable import Drawable
from ziamath.nodes.mnumber import Mtext

if TYPE_CHECKING:
    from ziamath.styles import MathStyle

_ASCENT, _DESCENT = 0.88, 0.12
"""Of the square of such a letter, above and below the line, in ems."""


def is_wide(char: str) -> bool:
    """Whether a letter is a full em wide in every font that has it."""
    return unicodedata.east_asian_width(char) in ("W", "F")


class _Wide(Drawable):
    """Letters one em wide each."""

    def __init__(self, text: str, size: float, style: MathStyle, *, phantom: bool) -> None:
        self._text, self._size, self._style, self._phantom = text, size, style, phantom
        self.bbox = BBox(0, size * len(text), -size * _DESCENT, size * _ASCENT)

    def draw(self, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        """Add the text to the picture."""
        if not self._phantom:
            written = ET.SubElement(svg, "text")
            written.set("x", fmt(x))
            written.set("y", fmt(y))
            written.set("font-size", fmt(self._size))
            written.set("fill", str(self._style.mathcolor))
            written.text = self._text
        return x + self.bbox.xmax, y


class Words(Mtext, tag="mtext"):
    """A text in which letters may be wide."""

    def _setup(self, **kwargs: Any) -> None:
        whole = self.string
        if not any(map(is_wide, whole)):
            super()._setup(**kwargs)
            return
        x, low, high = 0.0, 0.0, 0.0
        for wide, letters in groupby(whole, is_wide):
            first = len(self.nodes)
            self.string = "".join(letters)
            if wide:
                phantom = bool(kwargs.get("phantom"))
                part = _Wide(self.string, self.glyphsize, self.style, phantom=phantom)
                self.nodes.append(part)
                self.nodexy.append((0.0, 0.0))
                self.bbox = part.bbox
            else:
                super()._setup(**kwargs)
            self.nodexy[first:] = [(x + place, y) for place, y in self.nodexy[first:]]
            x += self.bbox.xmax
            low, high = min(low, self.bbox.ymin), max(high, self.bbox.ymax)
        self.string = whole
        self.bbox = BBox(0, x, low, high)
