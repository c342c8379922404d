r"""The space between the parts of a formula: TeX's classes of atoms and the table of gaps.

ziamath spaces each operator by a dictionary and its place in the row, so that the minus of
``(-3)`` stands as far from its number as that of ``a - 3``. TeX looks at both neighbours (The
TeXbook, chapter 18 and appendix G, rules 5, 6 and 20), and so does this.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal, TypeAlias
from xml.etree import ElementTree as ET

Atom: TypeAlias = Literal["ord", "op", "bin", "rel", "open", "close", "punct", "inner"]
SpacingStyle: TypeAlias = Literal["display", "text", "script"]

_ORDER: Final[tuple[Atom, ...]] = (
    "ord",
    "op",
    "bin",
    "rel",
    "open",
    "close",
    "punct",
    "inner",
)
_TABLE = {
    "ord": "01230001",
    "op": "11030001",
    "bin": "22002002",
    "rel": "33003003",
    "open": "00000000",
    "close": "01230001",
    "punct": "11011111",
    "inner": "11231001",
}
"""Gaps from the row's class to the column's: none, thin, medium, thick (The TeXbook, page 170;
only a comma after an ellipsis stands closer here)."""
ATOM = "atom"
"""The attribute that keeps the classes of an element as its left and right neighbours see them."""
_GAPS = ("", "0.1667em", "0.2222em", "0.2778em")
_THIN = 1

_BIN = frozenset(
    "+-\u2212\u00b1\u2213\u00d7\u00f7\u00b7\u22c5*\u2217\u22c6\u2218\u2219\u2229\u222a\u228e\u2293"
    "\u2294\u2227\u2228\u2295\u2296\u2297\u2298\u2299\u2216\u29f5\u2240\u2020\u2021\u2a3f\u22c4"
    "\u25c1\u25b7\u22b2\u22b3\u2238\u22bb\u22bc\u22c9\u22ca\u2a2f"
)
_REL_RANGES = (
    ("\u2190", "\u21ff"),
    ("\u2208", "\u220d"),
    ("\u221d", "\u221d"),
    ("\u2223", "\u2226"),
    ("\u2234", "\u2237"),
    ("\u2239", "\u223f"),
    ("\u2241", "\u228b"),
    ("\u228f", "\u2292"),
    ("\u22a2", "\u22ba"),
    ("\u22c8", "\u22c8"),
    ("\u22cd", "\u22cd"),
    ("\u22d0", "\u22d1"),
    ("\u22d6", "\u22ed"),
    ("\u25b3", "\u25b3"),
    ("\u27c2", "\u27c2"),
    ("\u27f0", "\u297f"),
    ("\u2a6e", "\u2a7c"),
    ("\u2a7d", "\u2af0"),
)
_OP_RANGES = (
    ("\u220f", "\u2211"),
    ("\u222b", "\u2233"),
    ("\u22c0", "\u22c3"),
    ("\u2a00", "\u2a1c"),
)
_ORD = frozenset("\u2032\u2033\u2034\u22a4\u22a5\u25b3")
_OPEN = frozenset("([{\u27e8\u2308\u230a\u27e6\u27ee\u27ea")
_CLOSE = frozenset(")]}\u27e9\u2309\u230b\u27e7\u27ef\u27eb!?")
BARS = frozenset("|\u2016\u2225\u2223\u2758")
_INNER = frozenset("\u2026\u22ef\u22f1")

_SIGNS: tuple[tuple[Atom, frozenset[str]], ...] = (
    ("ord", _ORD),
    ("bin", _BIN),
    ("open", _OPEN),
    ("close", _CLOSE),
    ("punct", frozenset(",;")),
    ("inner", _INNER),
)
_FORMS: dict[str, Atom] = {"prefix": "open", "postfix": "close"}
"""The converter gives forms to the signs of ``\\left`` and ``\\right`` only."""

_ROWS = frozenset(
    ("math", "mrow", "mtd", "msqrt", "menclose", "mstyle", "mphantom", "mpadded", "merror")
)
_SCRIPTED = frozenset(("msub", "msup", "msubsup", "munder", "mover", "munderover"))
_OVER = frozenset(("munder", "mover", "munderover"))
_BEFORE_UNARY = frozenset(("bin", "op", "rel", "open", "punct"))
_AFTER_UNARY = frozenset(("rel", "close", "punct"))


def apply_spacing(tree: ET.Element, *, display: bool) -> None:
    """Set the gaps of a whole formula, in place."""
    pending: list[tuple[ET.Element, SpacingStyle]] = [(tree, "display" if display else "text")]
    while pending:
        element, style = pending.pop()
        if element.tag in _ROWS:
            _space_row(element, style)
        pending += _inside(element, style)


def _inside(element: ET.Element, style: SpacingStyle) -> list[tuple[ET.Element, SpacingStyle]]:
    """The children, each with the style it is set in."""
    inner: SpacingStyle = style
    if element.tag == "mfrac":
        if element.get("displaystyle") == "true":
            style = "display"
        inner = "text" if style == "display" else "script"
    elif element.tag == "mtable":
        inner = "display" if element.get("displaystyle") == "true" else "text"
    elif element.tag == "mstyle" and element.get("displaystyle") == "true":
        inner = "display"
    scripts = element.tag in _SCRIPTED or element.tag == "mroot"
    return [
        (child, "script" if scripts and index else inner) for index, child in enumerate(element)
    ]


def _space_row(row: ET.Element, style: SpacingStyle) -> None:
    """Set the gaps between the children of one row."""
    _join_define(row)
    children = [child for child in row if child.tag != "mspace"]
    classes = _classes(children, continues=row.get("continues") == "true")
    before: Atom | None = "ord" if row.get("continues") == "true" else None
    previous: ET.Element | None = None
    for child, (left, right) in zip(children, classes, strict=True):
        child.set(ATOM, f"{left} {right}")
        _set(child, "lspace", "0em")
        _set(child, "rspace", "0em")
        gap = 0 if before is None else int(_TABLE[before][_ORDER.index(left)])
        opened = before == "open" and _is_flush(child, previous)
        if opened or (left == "close" and _is_flush(previous, child)):
            gap = _THIN
        if style == "script" and (gap != _THIN or "op" not in (before, left)):
            gap = 0
        if gap:
            _put(row, previous, child, _GAPS[gap], style)
        before, previous = right, child
    if row.get("ends") == "true" and before == "rel" and previous is not None:
        _set(previous, "rspace", _GAPS[3])


def _is_flush(table: ET.Element | None, bracket: ET.Element | None) -> bool:
    """Whether ziamath sets a table flush against this bracket: any matrix, an array at bars."""
    if table is None or table.tag != "mtable" or not len(table) or not len(table[0]):
        return False
    matrix = table[0][0].get("columnalign") is None
    return matrix or (bracket is not None and _text(bracket) in BARS)


def _put(
    row: ET.Element, previous: ET.Element | None, child: ET.Element, gap: str, style: SpacingStyle
) -> None:
    """Set one gap: on the operator beside it, or as an element of its own."""
    if style != "script" and child.tag == "mo":
        child.set("lspace", gap)
    elif style != "script" and previous is not None and previous.tag == "mo" and _text(previous):
        previous.set("rspace", gap)
    else:
        row.insert(list(row).index(child), ET.Element("mspace", {"width": gap}))


def _set(element: ET.Element, name: str, value: str) -> None:
    """Set a gap of an operator, or of the operator that carries scripts."""
    while element.tag in _SCRIPTED and len(element):
        element = element[0]
    if element.tag == "mo" or (element.tag == "mi" and len(_text(element)) > 1):
        element.set(name, value)  # a name such as sin becomes an operator in ziamath


def _join_define(row: ET.Element) -> None:
    """``:=`` is one sign."""
    children = list(row)
    for first, second in pairwise(children):
        if _text(first) == ":" and second.tag == "mo" and _text(second) == "=":
            second.text = ":="
            row.remove(first)


def _classes(children: list[ET.Element], *, continues: bool) -> list[tuple[Atom, Atom]]:
    """The classes of the atoms as their left and right neighbours see them."""
    found: list[tuple[Atom, Atom]] = []
    before: Atom | None = "ord" if continues else None
    for child in children:
        left, right = _class(child)
        core = _core(child)
        if core.tag == "mo" and _text(core) in BARS and core.get("form") is None:
            left = right = _bar(core, before)
        if left == "bin" and (before is None or before in _BEFORE_UNARY):
            left = right = "ord"
        if left in _AFTER_UNARY and found and found[-1] == ("bin", "bin"):
            found[-1] = ("ord", "ord")
        found.append((left, right))
        before = right
    if found and found[-1] == ("bin", "bin"):
        found[-1] = ("ord", "ord")
    return found


def _bar(bar: ET.Element, before: Atom | None) -> Atom:
    r"""A bar opens where nothing stands before it that it could close; ``\mid`` is a relation."""
    if _text(bar) in ("\u2223", "\u2225"):
        return "rel"
    return "open" if before is None or before in _BEFORE_UNARY else "close"


def _class(element: ET.Element) -> tuple[Atom, Atom]:
    """The class of an element alone."""
    if element.tag in _SCRIPTED and len(element):
        base = _core(element[0]) if element.tag in _OVER else element[0]
        lone = base[0] if base.tag == "mrow" and len(base) == 1 else base
        return _class(lone) if _class(lone) == ("op", "op") else _class(base)
    if element.tag == "mrow" and len(element) > 1 and all(map(_is_name, element)):
        return "op", "op"  # arg max
    if element.tag == "mrow":
        first = element[0] if len(element) else None
        if first is not None and first.get("form") == "prefix" and first.get("fence") == "true":
            return "inner", "inner"  # what stands between \\left and \\right
        return "ord", "ord"
    if element.tag == "mi":
        return ("op", "op") if len(_text(element)) > 1 else ("ord", "ord")
    if element.tag != "mo":
        return "ord", "ord"
    found = _FORMS.get(element.get("form", "")) or _sign(_text(element))
    return found, found


def _is_name(element: ET.Element) -> bool:
    """Whether an element is a name such as ``sup``, or the space between two."""
    return element.tag == "mspace" or (
        element.tag in ("mi", "mo") and len(_text(element)) > 1 and _text(element).isalpha()
    )


def is_sign(text: str) -> bool:
    """Whether a letter of the converter is an operator, a relation or a bracket."""
    return len(text) == 1 and _sign(text) != "ord"


def is_large(text: str) -> bool:
    """Whether a sign is larger in a display, such as that of a sum."""
    return len(text) == 1 and any(first <= text <= last for first, last in _OP_RANGES)


def _sign(text: str) -> Atom:
    """The class of an operator."""
    if text in (":=", ":", "=", "<", ">"):
        return "rel"
    if len(text) > 1:
        return "op"
    for atom, signs in _SIGNS:
        if text in signs:
            return atom
    if any(first <= text <= last for first, last in _OP_RANGES):
        return "op"
    if any(first <= text <= last for first, last in _REL_RANGES):
        return "rel"
    return "ord"


def _core(element: ET.Element) -> ET.Element:
    """What a group or a script is about."""
    while len(element) and (
        element.tag in _SCRIPTED or (element.tag in ("mrow", "mstyle") and len(element) == 1)
    ):
        element = element[0]
    return element


def _text(element: ET.Element) -> str:
    return (element.text or "").strip()
