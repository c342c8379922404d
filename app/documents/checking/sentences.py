"""The sentences of an answer, and what each cites: ``[1]``, ``[1, 3]``, ``[2-4]``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MARK = re.compile("\\[(\\d{1,4}(?:\\s*[,;\u2013-]\\s*\\d{1,4})*)\\]")
_MOST = 50  # passages that one mark may name
_RANGE = re.compile("(\\d+)\\s*[\u2013-]\\s*(\\d+)")
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
_LINE = re.compile(r"[^\n]*\n?")
_BULLET = re.compile("\\s*(?:[-*+\u2022]|\\d{1,3}[.)]|#{1,6}|>)?\\s*")
# The end of a sentence, what closes it, and the marks behind it.
_END = re.compile(
    "[.!?\u2026\u3002\uff01\uff1f]+[\"'\u00bb\u201d\u201c\u2019)*_]*(?:\\s*\\[\\d[^\\]\n]{0,40}\\][.,;]?)*"
    "(?=\\s|$|[\u3000-\u9fff])"
)
_SHORT = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|st|no|nr|vol|fig|p|pp|cf|vs|etc|e\.g|i\.e|z\.\s?b|d\.\s?h|bzw|ca|"
    r"abs|art|sec|inc|ltd|co|jr|sr|approx|u\.s|[a-z])|^\s*\d{1,3})\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence of an answer.

    Attributes:
        start: Where it begins in the answer, what marks lists and headings left out.
        end: Where it ends, the marks behind it included.
        text: Without the marks.
        marks: The numbers that it cites, in order.
    """

    start: int
    end: int
    text: str
    marks: tuple[int, ...]


def sentences_of(answer: str) -> Iterator[CitedSentence]:
    """The sentences of an answer; code is none."""
    for start, end in _lines(answer):
        at = start
        for match in _END.finditer(answer, start, end):
            if _is_inside(answer, at, match):
                continue
            yield from _sentence(answer, at, match.end())
            at = match.end()
        yield from _sentence(answer, at, end)


def complete_until(answer: str) -> int:
    """Where the last sentence begins that may still grow, in an answer that streams in."""
    last = answer.rfind("\n") + 1
    ends = [
        match.end()
        for match in _END.finditer(answer, last)
        if match.end() < len(answer) and not _is_inside(answer, last, match)
    ]
    # A mark may still follow the end of a sentence: its line decides, or the next words.
    return next((at for at in reversed(ends) if answer[at:].strip(" [0123456789,")), last)


def marks_in(text: str) -> tuple[int, ...]:
    """The numbers in the marks of a text, each once."""
    found: dict[int, None] = {}
    for match in MARK.finditer(text):
        for part in re.split(r"[,;]", match[1]):
            if span := _RANGE.search(part):
                first, last = int(span[1]), int(span[2])
                found.update(dict.fromkeys(range(first, min(last, first + _MOST) + 1)))
            else:
                found[int(part)] = None
    return tuple(found)


def _lines(answer: str) -> Iterator[tuple[int, int]]:
    """The lines of an answer outside of code."""
    inside = False
    for match in _LINE.finditer(answer):
        if _FENCE.match(match[0]):
            inside = not inside
        elif match[0].strip() and not inside:
            yield match.start(), match.end()


def _is_inside(answer: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence goes on: behind dots, an abbreviation or the number of a list."""
    if answer[match.end() : match.end() + 40].lstrip(" ")[:1].islower():
        return True
    until = match.start() + 1
    return match[0] == "." and _SHORT.search(answer[max(start, until - 12) : until]) is not None


def _sentence(answer: str, start: int, end: int) -> Iterator[CitedSentence]:
    lead = _BULLET.match(answer, start, end)
    start = lead.end() if lead else start
    whole = answer[start:end].rstrip()
    text = " ".join(MARK.sub("", whole).split())
    if text.strip(" .,;:*_|-"):
        yield CitedSentence(start, start + len(whole), text, marks_in(whole))
