"""Languages made of English, in which tests see what is not translated or has no room."""

from __future__ import annotations

import re

_ACCENTED = str.maketrans(
    "AaCcDdEeGgHhIiJjKkLlNnOoRrSsTtUuWwYyZz",
    "ÅåÇçÐđÉéĜĝĤĥÎîĴĵĶķĻļÑñÖöŘřŠšŢţÛûŴŵÝýŽž",
)
# What stands for something else: placeholders, argparse's marks, tags, entities.
_KEPT = re.compile(r"(\{\w*\}|%(?:\(\w+\))?[sdr%]|</?\w[^<>]*>|&#?\w+;)")
_LONGER = 0.4
_WORD = 10  # characters of what is added, at most: lines break behind it as behind any word
_RIGHT_TO_LEFT, _POP = "\N{RIGHT-TO-LEFT EMBEDDING}", "\N{POP DIRECTIONAL FORMATTING}"


class Pseudo:
    """Accents, brackets, and two fifths more room; or the same from right to left."""

    def __init__(self, right_to_left: bool) -> None:
        self._right_to_left = right_to_left

    def text(self, message: str, plural: str, n: int | None, _context: str) -> str:
        """The English text, so that it is seen to have come from the catalogue."""
        source = message if n is None or n == 1 else plural
        parts = _KEPT.split(source)
        letters = sum(one.isalpha() for part in parts[::2] for one in part)
        if not letters:  # placeholders alone: each says itself where it comes from
            return source
        parts[::2] = [part.translate(_ACCENTED) for part in parts[::2]]
        longer = max(1, round(letters * _LONGER) - 2)
        more = " ".join("~" * min(_WORD, longer - at) for at in range(0, longer, _WORD))
        text = f"[{''.join(parts)} {more}]"
        return f"{_RIGHT_TO_LEFT}{text}{_POP}" if self._right_to_left else text
