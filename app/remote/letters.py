"""Letters that a server cut in two, put together again."""

from __future__ import annotations

import re

_HALVES = re.compile("[\ud800-\udfff]")
_FIRST = re.compile("[\ud800-\udbff]$")
_LOST = "\ufffd"


class LetterJoiner:
    """Joins texts that come one after the other.

    JSON escapes an emoji as two halves (surrogates), and a server that counts in these may end one
    text with the first and begin the next with the second. The first is held until that one comes.
    """

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """What is whole of the text so far and was not given before."""
        if not self._half and _HALVES.search(text) is None:
            return text
        text, self._half = self._half + text, ""
        if _FIRST.search(text):
            text, self._half = text[:-1], text[-1]
        # Halves that stand together become one letter, and others stay.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")

    def end(self) -> str:
        """What stands for a half that nothing followed; empty where there is none."""
        left, self._half = self._half, ""
        return _LOST if left else ""
