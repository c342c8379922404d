"""Where the marks of a message stand in its rows.

A mark is given in characters of the text as it was written; rows hold what is drawn of it. A mark
has a place where its words are drawn as often as they are written in its block: then the third time
they are written is the third time they are drawn. A mark without a place is not drawn in the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.markup.document.blocks import Block
from app.ui.transcript.content.marks import Mark, RowMark
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import MathRow, NoteRow, TableRow, TextRow
from app.ui.transcript.content.runs import OBJECT, to_units
from app.ui.transcript.content.wide_blocks import CodeRow

_MARKUP = frozenset("*_~`|\\ \t\n\r\u2028\u00a0")  # what may be written and not drawn, or reversed
_MARKED = (TextRow, TableRow, MathRow, CodeRow)


@dataclass(frozen=True, slots=True)
class WrittenBlock:
    """A block of a message as it was written.

    Attributes:
        at: Characters of the message's text before it.
        text: Its Markdown.
        number: Of its rows' block; None where it stands for all of the message.
    """

    at: int
    text: str
    number: int | None = None


def written_blocks(
    texts: Sequence[str], starts: Sequence[int], blocks: Sequence[Block] | None
) -> Iterator[WrittenBlock]:
    """The blocks of a message, or all of it as one while it has not been read to its end.

    Args:
        texts: Its stretches of text.
        starts: For each the number of its first block.
        blocks: All blocks; None while it has not.
    """
    if blocks is None:
        yield WrittenBlock(0, "".join(texts))
        return
    at = 0
    for text, (first, last) in zip(texts, pairwise((*starts, len(blocks))), strict=False):
        for number in range(first, last):
            start, end = blocks[number].span
            if end > start:
                yield WrittenBlock(at + start, text[start:end], number)
        at += len(text)


class MessageMarks:
    """The marks of one message, and which of its rows have them.

    Attributes:
        marks: All of them.
        lost: Those without a place.
    """

    __slots__ = ("_kept", "lost", "marks")

    def __init__(self) -> None:
        self.marks: tuple[Mark, ...] = ()
        self.lost: tuple[Mark, ...] = ()
        self._kept: dict[int, tuple[str, tuple[RowMark, ...]]] = {}  # by row, with its text

    def place(self, rows: list[Row], written: Sequence[WrittenBlock]) -> None:
        """Give the rows their marks."""
        found: dict[int, list[RowMark]] = {}
        lost: list[Mark] = []
        drawn: dict[int | None, tuple[_Folded, _Folded]] = {}
        for mark in self.marks:
            block = next((b for b in written if b.at <= mark.start < b.at + len(b.text)), None)
            place = None
            if block is not None and mark.end <= block.at + len(block.text):
                if block.number not in drawn:
                    here = _rows_of(rows, block.number)
                    drawn[block.number] = (_folded_text(block.text), _folded_rows(rows, here))
                place = _place(mark, block, *drawn[block.number], rows)
            if place is None:
                lost.append(mark)
            else:
                found.setdefault(place[0], []).append(place[1])
        self.lost = tuple(lost)
        self._kept = {}
        for number, row in enumerate(rows):
            wanted = tuple(sorted(found.get(number, ()), key=_start))
            if wanted:
                self._kept[number] = row.drawn_text(), wanted
            if isinstance(row, _MARKED) and row.marks != wanted:
                rows[number] = replace(row, marks=wanted)

    def place_again(self, rows: list[Row], base: int) -> None:
        """Give their marks to rows from ``base`` on that were made anew while a text grows."""
        for number, (text, marks) in self._kept.items():
            if base <= number < len(rows):
                row = rows[number]
                if isinstance(row, _MARKED) and row.drawn_text().startswith(text):
                    rows[number] = replace(row, marks=marks)

    def notes(self) -> Iterator[NoteRow]:
        """Lines for the marks that have no place, to stand below the text."""
        for mark in self.lost:
            words = mark.words.replace("\n", " ")
            placed = RowMark(0, to_units(words, len(words)), mark)
            yield NoteRow(words, RowPlacement(gap=8), marks=(placed,))


def _start(mark: RowMark) -> int:
    return mark.start


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text without its markup: what is left, and where each character of it comes from."""

    text: str
    places: Sequence[tuple[int, int]]  # row, or 0, and character


def _folded_text(text: str) -> _Folded:
    kept = [(0, at) for at, character in enumerate(text) if character not in _MARKUP]
    return _Folded("".join(text[at] for _, at in kept), kept)


def _folded_rows(rows: Sequence[Row], numbers: Sequence[int]) -> _Folded:
    """What rows draw; the source of a formula stands where the formula does."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for number in numbers:
        row = rows[number]
        formulas = row.formulas()
        for at, character in enumerate(row.drawn_text()):
            shown = next(formulas, "") if character == OBJECT else character
            kept = [one for one in shown if one not in _MARKUP]
            letters += kept
            places += [(number, at)] * len(kept)
    return _Folded("".join(letters), places)


def _rows_of(rows: Sequence[Row], block: int | None) -> list[int]:
    return [
        number
        for number, row in enumerate(rows)
        if isinstance(row, _MARKED)
        and not row.place.beside
        and (block is None or row.place.block == block)
    ]


def _place(
    mark: Mark, block: WrittenBlock, written: _Folded, drawn: _Folded, rows: Sequence[Row]
) -> tuple[int, RowMark] | None:
    """The row of a mark and its place there; None where that is not certain."""
    words = _folded_text(block.text[mark.start - block.at : mark.end - block.at]).text
    if not words:
        return None
    begins = mark.start - block.at
    said = list(_finds(written.text, words))
    before = sum(1 for one in said if written.places[one][1] < begins)
    shown = list(_finds(drawn.text, words))
    if len(shown) != len(said):
        return None
    first = shown[before]
    row, start = drawn.places[first]
    last_row, last = drawn.places[first + len(words) - 1]
    if row != last_row:
        return None
    text = rows[row].drawn_text()
    return row, RowMark(to_units(text, start), to_units(text, last + 1), mark)


def _finds(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)
