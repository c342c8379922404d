"""The converter's MathML adapted to what ziamath draws; what it draws wrong is refused."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from ziamath import operators

from app.markup.latex.command_names import BRACKETS
from app.markup.latex.tokens import (
    ASIDE,
    FRAME,
    MOVING,
    NAME,
    NUMBER,
    SLANTED_BOLD,
    WORDS,
    MathError,
)
from app.markup.maths import spacing
from app.markup.maths.foreign_text import is_foreign, is_wide
from app.markup.maths.nodes import FONT

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ELEMENTS = 2500
"""Elements of a formula that is drawn; each takes about 0.2 ms."""
_OPERATORS = frozenset(
    ":;,\u222a\u2229\u2227\u2228\u228e\u2293\u2294\u29f5\u2218\u22c6\u2217"
    "\u27fa\u27f9\u27f8\u27f6\u27f5\u27f7\u27fc\u21d2\u21d0\u21d4\u21a6\u21aa\u21c0"
)
"""Signs that the converter takes for letters."""
_FENCES = "()[]{}|\u2016"
_VARIANTS = {
    "monospace": "mono",
    "sans-serif": "sans",
    "double-struck": "double",
    "bold": "bold normal",  # not shown
}
"""MathML's names of letter styles, and ziamath's."""
_SIZES = {"1.623em": "1.8em", "2.047em": "2.4em", "2.470em": "3em"}
r"""Heights of brackets behind ``\Big``, ``\bigg`` and ``\Bigg``: the converter's and TeX's."""
_INTEGRALS = frozenset("\u222b\u222c\u222d\u222e\u222f\u2230\u2a0c")
_MOVING = frozenset(("det", "gcd", "inf", "max", "min", "Pr", "sup"))  # not shown
"""Names whose subscript stands under them in a display, as that of ``lim`` does."""
_HAT, _SMALL_HAT = "\u0302", "\u02c6"
"""The hat as wide as what is under it, and the one of a letter."""
_SLANTED = {
    "\u03d5": "\U0001d719",
    "\u03f5": "\U0001d716",
    "\u03d1": "\U0001d717",
    "\u03f0": "\U0001d718",
    "\u03f1": "\U0001d71a",
    "\u03d6": "\U0001d71b",
}
"""Greek letters that ziamath would leave upright, and the same slanted as all the others are."""
_BOLD_DIGITS = 0x1D7CE
_FIRST_SPECIAL = 0x2100
"""From here on a letter carries its style itself, such as the double-struck R."""


def tree_of(mathml: str, *, ink: str, display: bool) -> ET.Element:
    """The element tree to draw, in the colour ``ink``.

    Raises:
        MathError: it would come out blank or wrong, or take too long.
    """
    tree = ET.fromstring(_adapted(mathml))  # noqa: S314 - the converter's own output
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    _take_frames(tree)
    for element in tree.iter():
        _take_name(element)
    for letter in tree.iter("mi"):
        if letter.text and all(map(is_wide, letter.text)):
            letter.tag = "mtext"
    for row in list(tree.iter()):
        _join_words(row)
        _group_matrices(row)
    elements = list(tree.iter())
    if len(elements) > MAX_ELEMENTS:
        raise MathError("the formula is too large to draw")  # not shown
    _check(elements)
    for element in elements:
        _adapt(element)
    spacing.apply_spacing(tree, display=display)
    tree.set("mathcolor", ink)
    return tree


def _adapted(mathml: str) -> str:  # not shown
    """What ziamath's own LaTeX reader changes in the text: arrows that stretch, accents."""
    mathml = re.sub(r">&#x0219([13]);", r' stretchy="false">&#x0219\1;', mathml)
    mathml = re.sub(r"<mi>&#x027E([89]);", r'<mi stretchy="false">&#x027E\1;', mathml)
    mathml = mathml.replace('<mo stretchy="false">&#x0005E;', '<mo stretchy="false">&#710;')
    mathml = mathml.replace("<mo>&#x0005E;", "<mo>&#x00302;")
    mathml = mathml.replace("<mi>&#x0007E;", "<mo>&#x0223C;")
    mathml = mathml.replace("&#x0223C;</mi>", "&#x0223C;</mo>")
    return mathml.replace("<mo>&#x0007E;", "<mo>&#x00303;")


def _check(elements: Iterable[ET.Element]) -> None:  # not shown
    for element in elements:
        text = (element.text or "").strip()
        if text.startswith("\\") and element.tag in ("mi", "mo", "mtext") and text != "\\":
            raise MathError(f"{text} is not known")
        if element.tag == "mi" and text and unicodedata.combining(text[0]):
            raise MathError("an accent stands on nothing")  # a command the converter half knows
        for char in text:
            words = element.tag == "mtext" and (is_wide(char) or is_foreign(char))
            drawn = FONT.glyphindex(char) or words
            if not char.isspace() and not drawn:
                raise MathError(f"the font has no {char!r}")


def _take_frames(tree: ET.Element) -> None:
    """Note on each table the lines around it, which stand as a text in its first cell."""
    for table in tree.iter("mtable"):
        for cell in list(table.iter("mtd"))[:1]:
            mark = cell[0].text or "" if len(cell) and cell[0].tag == "mtext" else ""
            if mark.startswith(FRAME):
                cell.remove(cell[0])
                if mark == f"{FRAME}m":
                    table[0][0].set("columnalign", "left")
                    table[-1][0].set("columnalign", "right")
                else:
                    table.set("frame", mark[1:])
        for cell in table.iter("mtd"):
            for text in cell.iter("mtext"):
                if (text.text or "").startswith(ASIDE):
                    text.text = (text.text or "")[1:]
                    cell.set("columnalign", "left")


def _take_name(element: ET.Element) -> None:
    """Make an operator of a text that is the name of one or of a bracket, and know numbers."""
    text = element.text or ""
    if element.tag == "mtext" and text.startswith((NAME, MOVING)):
        element.tag, element.text = "mo", text[1:]
        element.set("movablelimits", "true" if text.startswith(MOVING) else "false")
    elif element.tag == "mtext" and text.startswith(NUMBER):
        element.text = text[1:]
        element.set("number", "true")
    elif element.tag == "mtext" and text.startswith((SLANTED_BOLD, WORDS)):
        element.text = text[1:]
        if text.startswith(SLANTED_BOLD):
            element.set("mathvariant", "bold italic")  # not shown
    elif element.tag == "mo" and text in BRACKETS:
        element.text = BRACKETS[text]


def _join_words(row: ET.Element) -> None:
    """Make one word of letters side by side that are joined where they are written."""
    previous: ET.Element | None = None
    for letter in list(row):
        if letter.tag != "mi" or not letter.text or not all(map(is_foreign, letter.text)):
            previous = None
        elif previous is None:
            letter.tag = "mtext"
            previous = letter
        else:
            previous.text = (previous.text or "") + letter.text
            row.remove(letter)


def _group_matrices(row: ET.Element) -> None:
    """Put each matrix with its brackets in a row of its own, or they grow with their neighbours."""
    children = list(row)
    for left, table, right in zip(children, children[1:], children[2:], strict=False):
        if table.tag != "mtable" or not (_is_fence(left) and _is_fence(right)):
            continue
        group = ET.Element("mrow")
        left.attrib.update(fence="true", form="prefix")
        right.attrib.update(fence="true", form="postfix")
        row.insert(list(row).index(left), group)
        for part in (left, table, right):
            row.remove(part)
            group.append(part)


def _is_fence(element: ET.Element) -> bool:
    """Whether an element is a bracket that nothing was done to yet."""
    text = (element.text or "").strip()
    return element.tag == "mo" and not element.attrib and len(text) == 1 and text in _FENCES


def _adapt(element: ET.Element) -> None:
    text = (element.text or "").strip()
    if element.tag == "mtable":
        _adapt_table(element)
    elif element.tag in ("mover", "munder", "munderover"):
        _adapt_marks(element)
    elif element.tag == "mi":
        _adapt_identifier(element, text)
    elif element.tag == "mn" and "bold" in element.get("mathvariant", ""):
        element.text = "".join(
            chr(_BOLD_DIGITS + int(char)) if "0" <= char <= "9" else char for char in text
        )
    if element.tag == "mo":  # or has become one
        _adapt_sign(element, text)
    elif element.tag in ("mi", "mtext", "mn") and element.get("mathvariant") in _VARIANTS:
        element.set("mathvariant", _VARIANTS[element.attrib["mathvariant"]])


def _adapt_marks(element: ET.Element) -> None:
    """A hat over one letter is small, and the space beside an arrow is not that of an accent."""
    marks = element[1:]
    if element.get("accent") == "true" and marks and marks[0].text == _HAT:
        marks[0].text = _SMALL_HAT
        marks[0].set("stretchy", "false")
    for mark in marks:
        if mark.tag == "mo":
            mark.attrib.update(lspace="0em", rspace="0em")


def _adapt_identifier(element: ET.Element, text: str) -> None:
    """What the converter takes for a letter may be an operator, or carry its style itself."""
    if text in _SLANTED and element.get("mathvariant") is None:
        element.text = _SLANTED[text]
        element.set("mathvariant", "normal")
    elif _is_function(element, text) or _is_operator(text):
        element.tag = "mo"
    elif len(text) == 1 and ord(text) >= _FIRST_SPECIAL:
        _adapt_letter(element, text)


def _adapt_sign(element: ET.Element, text: str) -> None:
    """Heights of brackets, and signs and names with limits."""
    size = _SIZES.get(element.get("minsize", ""))
    if size:
        element.attrib.update(minsize=size, maxsize=size)
    if spacing.is_large(text):
        element.attrib.update(largeop="true", stretchy="false")
    if text in _MOVING or (spacing.is_large(text) and text not in _INTEGRALS):
        element.set("movablelimits", "true")


def _is_function(element: ET.Element, text: str) -> bool:
    """Whether an identifier is a name such as ``sin``, which ziamath spaces by itself."""
    return len(text) > 1 and text.isalpha() and element.get("mathvariant") is None


def _is_operator(text: str) -> bool:
    """Whether the converter took an operator for a letter."""
    known = text in _OPERATORS or (text in operators.names and not text.isalnum())
    return known or spacing.is_sign(text)


def _adapt_letter(element: ET.Element, text: str) -> None:
    """A letter that carries its style."""
    name = unicodedata.name(text, "")
    kind, _, base = unicodedata.decomposition(text).partition(" ")
    if kind == "<font>" and "DOUBLE-STRUCK" in name:
        element.text = chr(int(base, 16))
        element.set("mathvariant", "double")
    elif kind == "<font>" and "MATHEMATICAL BOLD" in name and "ITALIC" not in name:
        script = "script " if "SCRIPT" in name else "fraktur " if "FRAKTUR" in name else "normal "
        element.text = chr(int(base, 16))
        element.set("mathvariant", f"{script}bold")
    else:
        element.set("mathvariant", "normal")


def _adapt_table(table: ET.Element) -> None:
    """Rows and columns as far apart as TeX sets them."""
    if table.get("displaystyle") == "true":
        table.set("columnspacing", "0em 2em")
        table.set("rowspacing", "0.7em")
        for row in table:
            for index, cell in enumerate(row):
                cell.set("continues" if index % 2 else "ends", "true")
    else:
        table.set("columnspacing", "1em")
        table.set("rowspacing", "0.55em")
