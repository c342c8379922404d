"""Headers and footers: lines at the edge of a page that neighbouring pages have as well."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.domain.documents import DocumentPage

_LINES = 3  # at each edge
_LONGEST = 160  # characters; a longer line is text
_NEAR = 2  # pages; left and right ones have headers of their own
_NUMBER = re.compile(r"\d{1,9}|\b[ivxlc]+\b")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is compared: its text without numbers, and those; -1 for Roman ones."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Edges:
    """A page with its first lines, and its last from the last on."""

    page: DocumentPage
    top: tuple[_Line, ...]
    bottom: tuple[_Line, ...]


def without_furniture(pages: Iterable[DocumentPage]) -> Iterator[DocumentPage]:
    """The pages with ``start`` and ``end`` set behind headers and before footers."""
    window: deque[_Edges] = deque()
    waiting = 0
    for page in pages:
        window.append(_edges(page))
        waiting += 1
        if waiting > _NEAR:
            yield _trimmed(window, len(window) - waiting)
            waiting -= 1
        if len(window) > 2 * _NEAR:
            window.popleft()
    while waiting:
        yield _trimmed(window, len(window) - waiting)
        waiting -= 1


def _edges(page: DocumentPage) -> _Edges:
    reach = 20 * _LONGEST
    first = [line for line in page.text[:reach].split("\n") if line.strip()]
    last = [line for line in page.text[-reach:].split("\n") if line.strip()]
    top = tuple(_line(line) for line in first[:_LINES])
    return _Edges(page, top, tuple(_line(line) for line in last[::-1][:_LINES]))


def _line(text: str) -> _Line:
    if len(text) > _LONGEST:
        return _Line("", ())
    folded = " ".join(text.casefold().split())
    found = _NUMBER.findall(folded)
    numbers = tuple(int(one) if one.isdecimal() else -1 for one in found)
    return _Line(_NUMBER.sub("#", folded), numbers)


def _trimmed(window: deque[_Edges], index: int) -> DocumentPage:
    mine = window[index]
    near = [window[i] for i in range(max(0, index - _NEAR), min(len(window), index + _NEAR + 1))]
    others = [one for one in near if one is not mine]
    number, text = mine.page.number, mine.page.text
    heads = [(line, one.page.number - number) for one in others for line in one.top]
    feet = [(line, one.page.number - number) for one in others for line in one.bottom]
    start = _behind(text, _repeated(mine.top, heads))
    end = len(text) - _behind(text[::-1], _repeated(mine.bottom, feet))
    if start >= end:  # nothing but furniture, as on pages that are all alike: then it is the text
        return mine.page
    return replace(mine.page, start=start, end=end)


def _repeated(lines: tuple[_Line, ...], others: list[tuple[_Line, int]]) -> int:
    count = 0
    for line in lines:
        if not line.text or not any(_is_same(line, other, pages) for other, pages in others):
            break
        count += 1
    return count


def _is_same(line: _Line, other: _Line, pages: int) -> bool:
    """Whether two lines differ in nothing but a number that counts the ``pages`` between them.

    Other numbers are what a page says: "the price is 12" and "the price is 15" are no headers.
    """
    return line.text == other.text and all(
        mine in {-1, theirs} or theirs - mine == pages
        for mine, theirs in zip(line.numbers, other.numbers, strict=True)
    )


def _behind(text: str, lines: int) -> int:
    """Where the text goes on behind so many lines that are not blank."""
    at = 0
    for _ in range(lines):
        while text[at : at + 1].isspace():
            at += 1
        found = text.find("\n", at)
        at = len(text) if found < 0 else found + 1
    return at
