"""The stretches of a Markdown text in which sums may stand: lines, cells, formulas, comments.

This reads Markdown roughly and fast: what is not sure to be prose or a formula is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.sums.brackets import HIDDEN
from app.sums.lexer import ALIGNED, CONTINUED


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the text.

    Attributes:
        start: Offset of its first character.
        end: Behind its last one.
        latex: It is a formula.
    """

    start: int
    end: int
    latex: bool = False

    def has(self, at: int) -> bool:
        """Whether a character of the text stands in it."""
        return self.start <= at < self.end


_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*$", re.MULTILINE)
_FORMULA = re.compile(
    r"\\\[(?P<a>.{0,4000}?)\\\]|\\\((?P<b>.{0,4000}?)\\\)|\$\$(?P<c>.{0,4000}?)\$\$"
    r"|\\begin\{(?P<name>align|equation|gather|eqnarray|multline)(?P<star>\*?)\}(?P<e>.{0,4000}?)"
    r"\\end\{(?P=name)(?P=star)\}"
    r"|(?<![\\\w$])\$(?P<d>(?!\s)[^$\n]*[^\s$\\])\$(?![\d\w])",
    re.DOTALL,
)
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|/[*\0])\s?(.*?)(?:\s*[*\0]+/)?$", re.MULTILINE)
_MARKER = re.compile(
    r"[ \t]*(?:>[ \t]*)*(?:[-*+•][ \t]+|\d{1,3}[.)][ \t]+|#{1,6}[ \t]+)?"
    r"(?:[*\0]*\(?[a-hA-H]\)[*\0]*[ \t]+)?"  # "b)" and "(b)" before a pupil's sum
)
_EMPHASIS = re.compile(
    r"(?<![\w)*])(?:\*{1,3}|__|~~)(?=[^\s*])|(?<=[^\s*])(?:\*{1,3}|__|~~)(?=[\s.,;:!?)\]_]|$)|(?<!`)`{1,2}(?!`)",
    re.MULTILINE,
)
_STRUCK = re.compile(r"~~(?=\S)[^~\n]{1,500}~~")
_LINK = re.compile(r"\]\([^)\s]*\)|https?://\S+|<[^<>\s]{0,2000}>")


def blanked(text: str) -> str:
    """The text with marks of Markdown replaced, one character for one, so that offsets stay."""
    for pattern in (_STRUCK, _LINK, _EMPHASIS):
        text = pattern.sub(lambda found: HIDDEN * len(found.group()), text)
    return text


def segments(text: str) -> Iterator[Segment]:
    """The stretches, in order of their kinds, for a text of :func:`blanked`'s kind or any other."""
    at = 0
    for block in code_blocks(text):
        yield from _prose(text, at, text.rfind("\n", at, block.start - 1) + 1 or at)
        yield from _comments(text, block.start, block.end)
        at = _line_end(text, block.end)
    yield from _prose(text, at, len(text))


def code_blocks(text: str) -> Iterator[Segment]:
    """What stands between fences; the last block may still be open."""
    opened: re.Match[str] | None = None
    for found in _FENCE.finditer(text):
        mark = found.group(1)
        if opened is None:
            opened = found
        elif mark[0] == opened.group(1)[0] and len(mark) >= len(opened.group(1)):
            yield Segment(opened.end(), found.start())
            opened = None
    if opened is not None:
        yield Segment(opened.end(), len(text))


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _comments(text: str, start: int, end: int) -> Iterator[Segment]:
    for found in _COMMENT.finditer(text, start, end):
        yield Segment(found.start(1), found.end(1))


def _prose(text: str, start: int, end: int) -> Iterator[Segment]:
    at = start
    for found in _FORMULA.finditer(text, start, end):
        yield from _lines(text, at, found.start())
        name = next(one for one in "abcde" if found[one] is not None)
        yield from _formula_lines(text, found.start(name), found.end(name))
        at = found.end()
    yield from _lines(text, at, end)


def _formula_lines(text: str, start: int, end: int) -> Iterator[Segment]:
    """Lines of an aligned formula are one chain only where a line begins with its relation."""
    at = start
    for found in re.finditer(r"\\\\(?:\[[^\]]*\])?", text[start:end]):
        if ALIGNED.match(text, start + found.end(), end):
            continue
        yield Segment(at, start + found.start(), latex=True)
        at = start + found.end()
    yield Segment(at, end, latex=True)


def _lines(text: str, start: int, end: int) -> Iterator[Segment]:
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        while stop >= 0 and CONTINUED.match(text, stop, end):
            stop = text.find("\n", stop + 1, end)
        stop = end if stop < 0 else stop
        line = text[at:stop]
        indented = line.startswith(("    ", "\t")) and not line.strip().startswith(("-", "*", "+"))
        if line.strip() and not indented:
            skip = _MARKER.match(line)
            yield Segment(at + (skip.end() if skip else 0), stop)
        at = stop + 1
