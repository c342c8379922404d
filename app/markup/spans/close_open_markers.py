"""The closing of open inline markers, so that a streamed `**` is never shown.

``This is **bo`` will most likely become ``This is **bold**``: it is shown in bold at once, and a
marker with nothing behind it yet is left out. A guess is only ever shown, never kept: when the
text is complete it is parsed as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.markup.spans.math_delimiters import code_end, find_formula
from app.markup.spans.scripts import is_unspaced

MAX_OPEN = 400
"""Characters after which something still open is taken for text."""

_SIGN = re.compile(r"\\.|`+|\*+|_+|~+|\$\$?", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]\n]{1,200})\]\([^()\s]{0,400}$")


@dataclass(frozen=True, slots=True)
class ClosedText:
    """A text with what is open in it closed.

    Attributes:
        text: to be parsed.
        added: the markers at its end that were not written.
        ending: the white space between them.
        depth: how many things are open at the end.
        hidden: a marker at the end was left out.
    """

    text: str
    added: str
    ending: str
    depth: int
    hidden: bool


def close_open_markers(text: str) -> ClosedText | None:
    """How ``text`` may go on; None if nothing in it is open."""
    link = _LINK.search(text)
    body = text if link is None else text[: link.start()] + link.group(1)
    scan = _Scan(body)
    cut, added = scan.end()
    hidden = cut < len(body) or link is not None
    if not hidden and not added:
        return None
    shown = body[:cut]
    # A marker closes nothing behind white space, but backticks do.
    ending = shown[len(shown.rstrip()) :] if added and not scan.code else ""
    depth = len(scan.open) + bool(scan.code)
    return ClosedText(shown.removesuffix(ending), added, ending, depth, hidden)


class _Scan:
    """Reads a text once, keeping what is open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.open: list[tuple[str, int]] = []  # marker and where it stands
        self.cut = len(text)
        self.code = ""

    def end(self) -> tuple[int, str]:
        """Where the text is cut, and what closes it."""
        pos = 0
        unclosed: set[str] = set()
        while not self.code and (match := _SIGN.search(self.text, pos)) is not None:
            sign, start, pos = match.group(), match.start(), match.end()
            if sign[0] == "`":
                pos = code_end(self.text, pos, sign, unclosed)
                if pos == match.end():
                    self._open_code(sign, start, pos)
            elif sign[0] == "$":
                found = find_formula(self.text, start, len(self.text))
                pos = found.end if found is not None else pos
            elif sign[0] != "\\":
                self._emphasis(sign, start, pos)
        while self.open and len(self.text) - self.open[0][1] > MAX_OPEN:
            self.open.pop(0)
        if self.cut == len(self.text) and self.text.endswith("\\") and not self.code:
            self.cut -= (len(self.text) - len(self.text.rstrip("\\"))) % 2
        return self.cut, self.code + "".join(marker for marker, _ in reversed(self.open))

    def _open_code(self, ticks: str, start: int, end: int) -> None:
        """Backticks without an end: what follows is code, if anything does."""
        if len(self.text) - start > MAX_OPEN:
            return
        inner = self.text[end:].rstrip("`")
        if inner.strip():
            self.code, self.cut = ticks, end + len(inner)
        elif end == len(self.text):
            self.cut = start

    def _emphasis(self, sign: str, start: int, end: int) -> None:
        before, after = self.text[start - 1 : start], self.text[end : end + 1]
        if sign[0] == "~" and len(sign) != 2 and (after or len(sign) > 2):
            return
        if before and not before.isspace() and (sign[0] != "_" or not after.isalnum()):
            left = self._close(sign, at_end=not after)
            if left != sign:
                if left and not after:
                    self.cut = end - len(left)
                return
        inside_word = before.isalnum() and not is_unspaced(before)
        if inside_word or after.isspace() or (sign[0] == "~" and before not in ("", " ")):
            return
        if after:
            self.open.append((sign[:3], start))
        else:
            self.cut = start

    def _close(self, sign: str, *, at_end: bool) -> str:
        """Close what ``sign`` closes; what of it is left over."""
        while sign and self.open and self.open[-1][0][0] == sign[0]:
            marker, start = self.open.pop()
            if len(marker) <= len(sign):
                sign = sign[len(marker) :]
                continue
            if at_end:  # the rest of the closing marker is still to come
                self.open.append((marker, start))
                self.cut = len(self.text) - len(sign)
            else:
                self.open.append((marker[len(sign) :], start))
            return ""
        return sign
