"""The patterns of what a line begins: a quote, a heading, a fence, a list item and so on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it.common.utils import unescapeAll

from app.markup.markdown.math_delimiters import (
    DelimiterKind,
    delimiter_kind_at,
    find_formula,
    is_escaped_link,
)

if TYPE_CHECKING:
    from app.markup.markdown.cursor import Cursor

MAX_HEADING = 3072
"""Characters of a heading line; a longer one is a paragraph, which can be parsed in pieces."""

MAX_RULE = 3072
"""Characters of a line of ``* * *``; a longer one is text."""

MAYBE = frozenset("#`~*+_=<>-0123456789[$\\|:")
"""Characters that something else than text can begin with."""

_ATX = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_ATX_END = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_FENCE = re.compile(r"`{3,}(?!.*`)|~{3,}")
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_BULLET = re.compile(r"[*+-](?=[ \t]|$)")
_ORDERED = re.compile(r"(\d{1,9})([.)])(?=[ \t]|$)")
_NOTE = re.compile(r"\[\^([^\]\[\s]{1,100})\]:[ \t]*")
_CLOSING_FENCE = re.compile(r"(?:`{3,}|~{3,})(?=[ \t]*$)")
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class ListMarker:
    """A list marker of ``width`` characters; ``sign`` tells lists apart."""

    number: int | None
    sign: str
    width: int


def atx_heading(cursor: Cursor) -> tuple[int, str] | None:
    """Level and text of a heading that starts with number signs."""
    match = _ATX.match(cursor.text, cursor.nonspace)
    if match is None or len(cursor.text) - cursor.nonspace > MAX_HEADING:
        return None
    text = _ATX_END.sub("", cursor.text[match.end() :].rstrip(" \t"))
    return len(match.group(1)), text.strip(" \t")


def setext_level(cursor: Cursor) -> int | None:
    """The level that a line under a paragraph gives it."""
    match = _SETEXT.match(cursor.text, cursor.nonspace)
    if match is None:
        return None
    return 1 if cursor.char == "=" else 2


def opening_fence(cursor: Cursor) -> tuple[str, str] | None:
    """The fence and the info string behind it."""
    match = _FENCE.match(cursor.text, cursor.nonspace)
    if match is None:
        return None
    return match.group(), unescapeAll(cursor.text[match.end() :].strip(" \t"))


def closes_fence(cursor: Cursor, opening: str) -> bool:
    """Whether the line is the closing fence to ``opening``."""
    if cursor.indent > 3 or cursor.char != opening[0]:
        return False
    match = _CLOSING_FENCE.match(cursor.text, cursor.nonspace)
    return match is not None and len(match.group()) >= len(opening)


def opens_inside(cursor: Cursor, opening: str) -> bool:
    """Whether the line is a fence with an info string, whose end would be that of ``opening``."""
    if cursor.indent > 3 or cursor.char != opening[0]:
        return False
    found = opening_fence(cursor)
    return found is not None and len(found[0]) >= len(opening) and bool(found[1])


def may_close_fence(rest: str, opening: str) -> bool:
    """Whether an unfinished line could become the closing fence when more comes."""
    stripped = rest.strip(" \t\n")
    return not stripped or not stripped.strip(opening[0])


def is_rule(cursor: Cursor) -> bool:
    """Whether the line is a thematic break."""
    if cursor.char not in ("*", "-", "_") or len(cursor.text) - cursor.nonspace > MAX_RULE:
        return False
    return bool(_RULE.match(cursor.text, cursor.nonspace))


def list_marker(cursor: Cursor) -> ListMarker | None:
    """The list marker at the cursor."""
    if _BULLET.match(cursor.text, cursor.nonspace):
        return ListMarker(None, cursor.char, 1)
    match = _ORDERED.match(cursor.text, cursor.nonspace)
    if match is None:
        return None
    return ListMarker(int(match.group(1)), match.group(2), len(match.group()))


def footnote_marker(cursor: Cursor) -> tuple[str, int] | None:
    """Label and width of a footnote definition's marker."""
    match = _NOTE.match(cursor.text, cursor.nonspace)
    return (match.group(1), match.end() - match.start()) if match else None


def display_delimiter(cursor: Cursor) -> tuple[DelimiterKind, bool] | None:
    """The display delimiter at the cursor, and whether its formula ends on the line."""
    kind = delimiter_kind_at(cursor.text, cursor.nonspace)
    if kind is None:
        return None
    found = find_formula(cursor.text, cursor.nonspace, len(cursor.text))
    if found is None and kind == "\\[" and is_escaped_link(cursor.text, cursor.nonspace):
        return None
    return kind, found is not None


def task_marker(text: str) -> tuple[bool, int] | None:
    """Whether an item's text begins with a ticked or empty box, and the box's width."""
    match = _TASK.match(text)
    return (match.group(1) != " ", match.end()) if match else None
