"""Link reference definitions: ``[label]: address "title"`` at the start of a paragraph."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.markup.spans.inline import References

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999})\]:", re.DOTALL)
_GAP = re.compile(r"[ \t]*(?:\n[ \t]*)?")
_LINE_END = re.compile(r"[ \t]*(?:\n|$)")


def take_definitions(text: str, references: References) -> tuple[int, list[str]]:
    """Keep the definitions that ``text`` begins with.

    Returns:
        How many characters they take, and the labels that were new.
    """
    pos = 0
    labels: list[str] = []
    while text.startswith("[", pos):
        found = _definition(text, pos)
        if found is None:
            break
        pos, label, href, title = found
        if references.add_link(label, href, title):
            labels.append(label)
    return pos, labels


def _definition(text: str, pos: int) -> tuple[int, str, str, str] | None:
    from markdown_it.common.normalize_url import normalizeLink, validateLink
    from markdown_it.helpers import parseLinkDestination

    label = _LABEL.match(text, pos)
    if label is None or not label.group(1).strip():
        return None
    start = _skip(text, label.end())
    if start >= len(text):
        return None
    address = parseLinkDestination(text, start, len(text))
    if not address.ok or (address.pos == start):
        return None
    href = normalizeLink(address.str)
    if not validateLink(href):
        return None
    end, title = _title(text, address.pos)
    if end is None:
        return None
    return end, label.group(1), href, title


def _title(text: str, pos: int) -> tuple[int | None, str]:
    """The end of the definition and its title, if the rest of the line is fit for one."""
    from markdown_it.helpers import parseLinkTitle

    start = _skip(text, pos)
    if start > pos and start < len(text):
        title = parseLinkTitle(text, start, len(text), None)
        if title.ok:
            after = _LINE_END.match(text, title.pos)
            if after is not None:
                return after.end(), title.str
    after = _LINE_END.match(text, pos)
    return (after.end(), "") if after is not None else (None, "")


def _skip(text: str, pos: int) -> int:
    match = _GAP.match(text, pos)
    return match.end() if match else pos
