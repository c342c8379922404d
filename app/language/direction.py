"""The direction of texts: which way one runs, and one that keeps its order inside another."""

from __future__ import annotations

import unicodedata

from app.language import spoken

_FROM_RIGHT = frozenset({"R", "AL"})
_BEGIN, _END = "\u2068", "\u2069"  # an isolate in the direction of its own first letter


def text_direction(text: str) -> bool | None:
    """Whether a text runs from right to left; None where no letter of it has a direction."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction == "L":
            return False
        if direction in _FROM_RIGHT:
            return True
    return None


def isolated(text: str) -> str:
    """A name to be shown in a sentence or beside other words.

    Without this, signs and numbers behind a name in Arabic stand before it. It is the text itself
    where nothing of it runs against the language in force, and not for anything that is stored.
    """
    if not spoken.IN_FORCE.right_to_left:
        if text.isascii():
            return text
        against = _FROM_RIGHT
    else:
        against = frozenset({"L"})
    runs_against = any(unicodedata.bidirectional(char) in against for char in text)
    return f"{_BEGIN}{text}{_END}" if runs_against else text
