"""What chemistry is written with besides letters: groups, bonds, operators, arrows."""

from __future__ import annotations

import re

from app.markup.latex.tokens import MathError

_BONDS = {
    "-": "{-}",
    "1": "{-}",
    "=": "{=}",
    "2": "{=}",
    "#": "{\\equiv }",
    "3": "{\\equiv }",
    "\u2261": "{\\equiv }",
    "...": "{{\\cdot }{\\cdot }{\\cdot }}",
    "....": "{{\\cdot }{\\cdot }{\\cdot }{\\cdot }}",
    "->": "{\\rightarrow }",
    "<-": "{\\leftarrow }",
    "<": "{<}",
    ">": "{>}",
}
"""Bonds are no operators: no space stands around them. Those that are dashed beside a line
(``~-``) have no sign in the font and are refused."""
_OPERATORS = {
    "<<": "\\ll",
    ">>": "\\gg",
    "\\pm": "\\pm",
    "\\approx": "\\approx",
    "v": "\\downarrow",
    "^": "\\uparrow",
}
_ARROWS = {
    "->": "\\xrightarrow",
    "\u2192": "\\xrightarrow",
    "\u27f6": "\\xrightarrow",
    "<-": "\\xleftarrow",
    "<->": "\\xleftrightarrow",
    "<-->": "\\xtofrom",
    "<=>": "\\xrightleftharpoons",
    "\u21cc": "\\xrightleftharpoons",
    "<=>>": "\\xRightleftharpoons",
    "<<=>": "\\xLeftrightharpoons",
}
ARROW = re.compile(r"<->|<-->|->|<-|<=>>|<<=>|<=>|[\u2192\u27f6\u21cc]")
_OPENS = re.compile(r"\\[A-Za-z]+\{")
_DASHES = str.maketrans({"\n": " ", "\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2010": "-"})
_DOTS = "\u2026"


def plain(source: str) -> str:
    """An equation with the one minus that all rules know, and dots as three full stops."""
    return source.translate(_DASHES).replace(_DOTS, "...")


def balanced(text: str, at: int, opening: str, closing: str) -> int | None:
    """Where the group ends that ``opening`` begins at ``at``, behind ``closing``; None without one.

    Braces inside are groups of their own, whatever the group's delimiters are.
    """
    if not text.startswith(opening, at):
        return None
    depth, pos = 0, at + len(opening)
    while pos < len(text):
        if depth == 0 and text.startswith(closing, pos):
            return pos + len(closing)
        depth += (text[pos] == "{") - (text[pos] == "}")
        if depth < 0:
            return None
        pos += 1
    return None


def group(text: str, at: int, opening: str, closing: str) -> tuple[str, int] | None:
    """What stands between the delimiters at ``at``, and where they end."""
    end = balanced(text, at, opening, closing)
    return None if end is None else (text[at + len(opening) : end - len(closing)], end)


def dollars(text: str, at: int) -> tuple[str, int] | None:
    """A formula in dollars at ``at``, without them and without braces right inside them."""
    return group(text, at, "${", "}$") or group(text, at, "$", "$")


def command(text: str, at: int) -> int | None:
    r"""Where the command with its arguments ends that stands at ``at``: ``\frac{a}{b}``."""
    found = _OPENS.match(text, at)
    if found is not None:
        end = balanced(text, found.end() - 1, "{", "}")
        if end is not None:
            return balanced(text, end, "{", "}") or end
    name = re.compile(r"\\[A-Za-z]+\s*|\\[_&{}%]").match(text, at)
    return name.end() if name else None


def bond(kind: str) -> str:
    """A bond as LaTeX.

    Raises:
        MathError: there is no such bond, or no sign for it.
    """
    if kind not in _BONDS:
        raise MathError(f"the bond {kind} is not drawn")  # not shown
    return _BONDS[kind]


def operator(sign: str) -> str:
    """What stands between two substances, with its room on both sides."""
    name = sign.strip("$()") or sign
    return f" {{}}{_OPERATORS.get(name, name)} {{}} "


def arrow(sign: str, above: str, below: str) -> str:
    """An arrow as long as what is written at it."""
    option = f"[{{{below}}}]" if below else ""
    return f" {{}}{_ARROWS[sign]}{option}{{{above}}}{{}} "
