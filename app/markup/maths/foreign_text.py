r"""Words of formulas in scripts that the font of formulas lacks.

``\text{速度} = …`` is drawn with text of the picture instead of outlines: whoever paints it takes
the system's font, joins the letters and orders them. The formula is laid out without knowing that
font. Chinese, Japanese and Korean letters are as wide as they are high in all of them; the widths
of Arabic, Hebrew and other words are estimated, on the large side, and the word stands in the
middle of its room.
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

from app.markup.maths.nodes import MathNode

if TYPE_CHECKING:
    from ziamath.styles import MathStyle

_ASCENT, _DESCENT = 0.88, 0.12
"""The height of such a letter's square above and below the line, in ems."""


_JOINED = (
    ("\u0627\u0623\u0625\u0622\u0671", 0.3, 0.3),
    ("\u0628\u062a\u062b\u067e", 0.3, 0.98),
    ("\u0646\u064a\u0649\u0626\u06cc", 0.3, 0.8),
    ("\u0644", 0.33, 0.76),
    ("\u0633\u0634\u0635\u0636", 0.88, 1.25),
    ("\u0637\u0638", 0.82, 0.95),
    ("\u0641\u0642\u0643\u06a9\u06af", 0.53, 0.9),
    ("\u05d5\u05df\u05d9", 0.28, 0.28),
    ("\u05d6\u05d2\u05e0", 0.41, 0.41),
    ("\u05d0\u05d4\u05d7\u05d8\u05dd\u05de\u05e1\u05e3\u05e7\u05e9\u05ea", 0.68, 0.68),
)
"""Widths of letters in ems, within a word and at its end, as DejaVu Sans has them: wider than the
others of the common fonts."""
_WIDTHS = {letter: (inside, last) for letters, inside, last in _JOINED for letter in letters}
_COMMON = (0.56, 0.62)
"""The width of the other letters of Arabic, Hebrew and other scripts, in ems."""
_BLANK = 0.3
_HIGH, _LOW = 0.85, 0.3
"""Above and below the line, in ems."""
_FOREIGN = (
    ("\u0530", "\u10ff"),
    ("\u1200", "\u1cff"),
    ("\ua4d0", "\uabff"),
    ("\ufb13", "\ufdff"),
    ("\ufe70", "\ufefc"),
)


def is_foreign(char: str) -> bool:
    """Whether a letter belongs to a script whose words are drawn by whoever paints the picture."""
    return any(first <= char <= last for first, last in _FOREIGN) and (
        unicodedata.category(char)[0] in "LMN"
    )


def width_of(words: str) -> float:
    """About how wide words are of which some are foreign, in ems; rather more than less."""
    total = 0.0
    for char, following in zip(words, f"{words[1:]} ", strict=True):
        if char.isspace():
            total += _BLANK
        elif is_wide(char):
            total += 1.0
        elif unicodedata.category(char) not in ("Mn", "Me", "Cf"):
            inside, last = _WIDTHS.get(char, _COMMON)
            total += inside if following.isalpha() else last
    return total


def is_wide(char: str) -> bool:
    """Whether a letter is a full em wide in every font that has it."""
    return unicodedata.east_asian_width(char) in ("W", "F")


_SHAPED = {"text-anchor": "middle", "font-family": "sans-serif"}


def _write(
    svg: ET.Element, text: str, place: tuple[float, float], size: float, colour: str, **font: str
) -> None:
    """Add a text to a picture."""
    where = {"x": fmt(place[0]), "y": fmt(place[1])}
    written = ET.SubElement(svg, "text", {**where, **font, "font-size": fmt(size), "fill": colour})
    written.text = text


class _Wide(Drawable):
    """Letters one em wide each."""

    def __init__(self, text: str, size: float, style: MathStyle) -> None:
        self._text, self._size, self._style = text, size, style
        self.bbox = BBox(0, size * len(text), -size * _DESCENT, size * _ASCENT)

    def draw(self, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        """Add the text to the picture."""
        _write(svg, self._text, (x, y), self._size, str(self._style.mathcolor))
        return x + self.bbox.xmax, y


class _Foreign(Drawable):
    """Words that are shaped by whoever paints them."""

    def __init__(self, text: str, size: float, style: MathStyle) -> None:
        self._text, self._size, self._style = text.strip(), size, style
        # A blank at an end is on that side of the words whatever their direction.
        before = size * _BLANK * (len(text) - len(text.lstrip()))
        self._middle = before + size * width_of(self._text) / 2
        self.bbox = BBox(0, size * width_of(text), -size * _LOW, size * _HIGH)

    def draw(self, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        """Add the text to the picture, in the middle of its room."""
        place, colour = (x + self._middle, y), str(self._style.mathcolor)
        _write(svg, self._text, place, self._size, colour, **_SHAPED)
        return x + self.bbox.xmax, y


class FormulaText(Mtext, MathNode, tag="mtext"):
    """A text in which letters may be wide, or those of another script."""

    def _setup(self, **told: Any) -> None:
        whole = self.string
        if any(map(is_foreign, whole)):
            words = _Foreign(whole, self.glyphsize, self.style)
            self.nodes.append(words)
            self.nodexy.append((0.0, 0.0))
            self.bbox = words.bbox
            return
        if not any(map(is_wide, whole)):
            super()._setup(**told)
            return
        x, low, high = 0.0, 0.0, 0.0
        for wide, letters in groupby(whole, is_wide):
            first = len(self.nodes)
            self.string = "".join(letters)
            if wide:
                part = _Wide(self.string, self.glyphsize, self.style)
                self.nodes.append(part)
                self.nodexy.append((0.0, 0.0))
                self.bbox = part.bbox
            else:
                super()._setup(**told)
            self.nodexy[first:] = [(x + place, y) for place, y in self.nodexy[first:]]
            x += self.bbox.xmax
            low, high = min(low, self.bbox.ymin), max(high, self.bbox.ymax)
        self.string = whole
        self.bbox = BBox(0, x, low, high)
