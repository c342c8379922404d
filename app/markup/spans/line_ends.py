"""Which line ends of running text are kept: those its writer meant, not those of wrapping.

CommonMark lets a renderer draw a line end as a blank or as a line end (section 6.13). Models end a
line on purpose before an option, a "Name: value" line, the next line of a verse or of a list with
bullets of its own; people also paste prose that was wrapped at some column. The lines on both sides
of the end decide, so that a text that streams in is decided as the whole is. See decision 16.
"""

from __future__ import annotations

import re
import unicodedata

SHORT = 55
"""Columns that prose is wrapped behind, at the least: a line that ends although the next word would
have stood within them was meant to end."""
SENTENCE = 72
"""The same where a sentence or a clause ends and a capital letter follows."""

WIDEST = 120
"""Columns that prose is wrapped before, but for one word that is longer: a line beyond was meant to
end where it does."""

_LOOK_BACK = 1_000
"""Characters of a line that are looked at, however long it is."""
_ADDRESS = r"(?:\[[^\]\n]{1,200}\]\([^()\s]{1,500}\)|<?https?://[^\s<>]{1,500}>?)"
_ENDS_WITH_ADDRESS = re.compile(rf"{_ADDRESS}$")
_BEGINS_WITH_ADDRESS = re.compile(_ADDRESS)
_ITEM = re.compile(
    r"[\u2022\u25e6\u25aa\u25ab\u2023\u25cf\u25cb\u25a0\u25a1\u25b6\u25ba\u25c6\u2219\u00b7\u2192"
    r"\u27a4\u279c\u2713\u2714\u2717\u2718\u2605\u2606\u2610\u2611\u2612\u2013\u2014]\ufe0f?"
    r"[ \t\u00a0]"
    r"|\(?(?:[A-Za-z]|\d{1,3}|[ivxIVX]{2,4})[.):][ \t]|\(?(?:[A-Za-z]|\d{1,3}|[ivx]{2,4})\)[ \t]"
)
_LABEL = re.compile(
    r"(?:\*\*|__)[^*_\n]{1,60}:?(?:\*\*|__)[ \t]*:?(?:[ \t]|$)"
    r"|[*_]?[^\W\d_a-z][\w'/&.()-]{0,24}(?: [\w'/&().-]{1,20}){0,3}[*_]?:(?:[ \t]|$)"
)
_BOLD_LABEL = re.compile(r"(?:\*\*|__)[^*_\n]{1,60}(?::(?:\*\*|__)|(?:\*\*|__)[ \t]*:)")
_CLAUSE_END = re.compile(
    r"[.!?,;:\u2026\u2014\u3002\uff01\uff1f\uff0c\uff1b\uff1a][\"')\]*_\u201d\u2019]*$"
)


def is_kept(before: str, after: str) -> bool:
    """Whether the end between two lines of a paragraph was meant.

    Args:
        before: the line that ends, without the blanks at its sides.
        after: the line that follows, as far as it was written.
    """
    before, after = before[-_LOOK_BACK:].strip(), after[:_LOOK_BACK].strip()
    if not before or not after:
        return False
    if len(before) + len(after) < SHORT and before.isascii() and after.isascii():
        return True
    if _columns(before) - _columns(max(before.split(), key=len)) > WIDEST:
        return True
    columns = _columns(before) + 1 + _columns(after.split(None, 1)[0])
    if columns <= SHORT:
        return True
    if _ITEM.match(f"{after} ") or _is_picture(after[0]) or before.endswith((":", "\uff1a")):
        return True
    if _BOLD_LABEL.match(after) or (_LABEL.match(after) and _LABEL.match(before)):
        return True
    if _BEGINS_WITH_ADDRESS.match(after) and _ENDS_WITH_ADDRESS.search(before):
        return True
    first = after.lstrip("*_\"'(\u201c\u2018\u00bf\u00a1")[:1]
    return columns <= SENTENCE and first.isupper() and _CLAUSE_END.search(before) is not None


def _is_picture(sign: str) -> bool:
    """Whether a line begins with a picture, which stands for a bullet."""
    return unicodedata.category(sign) == "So" and sign >= "\u2600"


def _columns(text: str) -> int:
    """How wide a line is, in columns of Latin letters; Chinese ones take two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
