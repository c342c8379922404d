"""The sentences of an answer, and what each cites: ``[1]``, ``[1, 3]``, ``[2-4]``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MARK = re.compile("\\[(\\d{1,4}(?:\\s*[,;\u2013-]\\s*\\d{1,4})*)\\](?!\\()")  # no link's words
_MOST = 50  # passages that one mark may name
_RANGE = re.compile("(\\d+)\\s*[\u2013-]\\s*(\\d+)")
_FENCE = re.compile(r"[ \t]*(?:>[ \t]*)*(?:[-*+][ \t]+)?(`{3,}(?![^\n]*`)|~{3,})([^\n]*)")
_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)")
_LINE = re.compile(r"[^\n]*\n?")
_TABLE = re.compile(r"[ \t]*(?:>[ \t]*)*\|")
_BAR = re.compile(r"(?<!\\)\|")
_BULLET = re.compile("\\s*(?:[-*+\u2022]|\\d{1,3}[.)]|#{1,6}|>)?\\s*")
# The end of a sentence, what closes it, and the marks behind it.
_END = re.compile(
    "[.!?\u2026\u3002\uff01\uff1f]+[\"'\u00bb\u201d\u201c\u2019)*_]*(?:\\s*\\[\\d[^\\]\n]{0,40}\\][.,;]?)*"
    "(?=\\s|$|[\u3000-\u9fff])"
)
ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|st|no|nos|nr|vol|fig|p|pp|cf|vs|etc|e\.g|i\.e|z\.\s?b|d\.\s?h|bzw|ca|"
    r"abs|art|sec|inc|ltd|co|jr|sr|approx|u\.s|mio|mrd|tsd|mill|vj|vgl|sog|usw|inkl|zzgl|ggf|gem|"
    r"hr|fr|str|gen|col|capt|lt|sgt|rev|hon|gov|sen|est|dept|mt|al|ed|eds|ch|cl|jan|feb|apr|aug|"
    r"sept?|oct|okt|nov|dec|dez|[a-z])|^\s*\d{1,3})\.$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\b\d{1,2}\.$")
# What follows the number of a day or of one of several in German, with its point.
_AFTER_COUNTED = re.compile(
    r"\s+(?:jan|feb|märz|mai|jun|jul|aug|sep|okt|nov|dez|apr|jänner|jahrhundert|jh|kapitel|absatz|"
    r"abschnitt|auflage|stock|etage|klasse|platz|quartal|halbjahr|weltkrieg|tag|monat|jahr)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"\w")
_HEADING = re.compile(r"\s*#{1,6}\s")
_LINE_END = re.compile("[.!?\u2026\u3002\uff01\uff1f:;\\]][\"'\u00bb\u201d\u201c\u2019)*_]*$")


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


def sentences_of(answer: str, begin: int = 0, until: int | None = None) -> Iterator[CitedSentence]:
    """The sentences of an answer; code is none, and what a table says is cut at its cells.

    Args:
        answer: The answer.
        begin: Where the first sentence begins that is wanted.
        until: Where the last one ends; None for the answer's end.
    """
    for first, last in _lines(answer):
        start, end = max(first, begin), last if until is None else min(last, until)
        if start >= end:
            continue
        if _TABLE.match(answer, start, end):
            yield from _row(answer, start, end)
            continue
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
    while last and _goes_on(answer, last):
        last = answer.rfind("\n", 0, last - 1) + 1
    if _TABLE.match(answer, last):
        return last
    ends = [
        match.end()
        for match in _END.finditer(answer, last)
        if match.end() < len(answer) and not _is_inside(answer, last, match)
    ]
    # A mark may still follow the end of a sentence: its line decides, or the next words.
    return next((at for at in reversed(ends) if answer[at:].strip(" [0123456789,")), last)


def mark_places(answer: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the marks of a sentence stand, from and to; what is code is none."""
    code = [match.span() for match in _CODE.finditer(answer, start, end)]
    for match in MARK.finditer(answer, start, end):
        if not any(first <= match.start() < last for first, last in code):
            yield match.span()


def _numbers(answer: str, places: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The numbers in marks, each once."""
    found: dict[int, None] = {}
    for start, end in places:
        for part in re.split(r"[,;]", answer[start + 1 : end - 1]):
            if span := _RANGE.search(part):
                first, last = int(span[1]), int(span[2])
                found.update(dict.fromkeys(range(first, min(last, first + _MOST) + 1)))
            else:
                found[int(part)] = None
    return tuple(found)


def _lines(answer: str) -> Iterator[tuple[int, int]]:
    """The lines of an answer outside of code, one with those on which its sentence goes on."""
    inside = ""
    line: tuple[int, int] | None = None
    for match in _LINE.finditer(answer):
        fence = _FENCE.match(match[0])
        shown = not fence and not inside and bool(match[0].strip())
        if fence and not inside:
            inside = fence[1]
        elif fence and fence[1].startswith(inside) and not fence[2].strip():
            inside = ""
        if line and shown and _goes_on(answer, match.start()):
            line = line[0], match.end()
            continue
        if line:
            yield line
        line = match.span() if shown else None
    if line:
        yield line


def _goes_on(answer: str, start: int) -> bool:
    """Whether the sentence of the line before ``start`` goes on there, or may in a moment.

    That is certain where no sign ends it and a small letter follows: rows of a list without signs
    begin with capitals, and cite something of their own.
    """
    before = answer[answer.rfind("\n", 0, start - 1) + 1 : start].rstrip()
    follows = answer[start : start + 40].lstrip(" \t")
    if not before or _HEADING.match(before) or _TABLE.match(before) or _FENCE.match(before):
        return False
    if _LINE_END.search(before) and not ABBREVIATION.search(before[-12:]):
        return False
    return not follows or follows[0].islower()


def _row(answer: str, start: int, end: int) -> Iterator[CitedSentence]:
    """The sentences of a row of a table: all of it where it cites one thing, else cell by cell.

    Cells without a mark belong to the next that has one.
    """
    edges = [match.start() for match in _BAR.finditer(answer, start, end)]
    cells = [(a + 1, b) for a, b in zip(edges, (*edges[1:], end), strict=True)]
    cited = [_numbers(answer, list(mark_places(answer, *cell))) for cell in cells]
    ends = [b for (_, b), marks in zip(cells, cited, strict=True) if marks]
    filled = [cell for cell in cells if answer[slice(*cell)].strip()]
    if not filled:
        return
    begin, last = filled[0][0], filled[-1][1]
    if len(set(cited) - {()}) < 2:
        yield from _sentence(answer, begin, last)
        return
    for one in (*ends, last):
        if one > begin:
            yield from _sentence(answer, begin, one)
        begin = one + 1


def _is_inside(answer: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence goes on: behind dots, an abbreviation, the number of a day or a list."""
    if answer[match.end() : match.end() + 40].lstrip(" ")[:1].islower():
        return True
    until = match.start() + 1
    before = answer[max(start, until - 12) : until]
    if match[0].startswith("."):
        if _COUNTED.search(before) and _AFTER_COUNTED.match(answer, match.end()):
            return True
        if ABBREVIATION.search(before):
            return match[0] == "."
    return not _LETTER.search(MARK.sub("", answer[start : match.end()]))


def _sentence(answer: str, start: int, end: int) -> Iterator[CitedSentence]:
    lead = _BULLET.match(answer, start, end)
    start = lead.end() if lead else start
    end = start + len(answer[start:end].rstrip())
    places = list(mark_places(answer, start, end))
    edges = [start, *(edge for place in places for edge in place), end]
    kept = (answer[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    text = " ".join("".join(kept).split())
    if text.strip(" .,;:*_|-"):
        yield CitedSentence(start, end, text, _numbers(answer, places))
