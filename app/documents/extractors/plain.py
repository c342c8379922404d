"""Markdown, text, source code and tables of commas: kept as they stand, with their line numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from app.documents.extractors.flow import CELL, Extracted, Opening, TextBlock, paged
from app.documents.extractors.limits import MAX_CELLS
from app.documents.reading.decoding import decoded
from app.domain.documents import DocumentKind, PageUnit, Remark

_ATX = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})\s*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_DELIMITERS = ",;\t|"
_FIELD = 1_000_000  # characters


def plain(content: bytes, kind: DocumentKind) -> Iterator[Extracted]:
    """The text of a file that is text."""
    text = decoded(content)
    yield Opening(PageUnit.SECTION)
    if kind is DocumentKind.CSV:
        table = _Table(text)
        yield from paged(table.rows(), cut=True)
        if table.is_cut:
            yield Remark.CUT
        return
    blocks = _markdown(text) if kind is DocumentKind.MARKDOWN else _paragraphs(text)
    yield from paged(blocks, cut=True)


def _paragraphs(text: str) -> Iterator[TextBlock]:
    """What blank lines divide; a long run of lines is given line by line."""
    lines: list[str] = []
    first = 1
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            if not lines:
                first = number
            lines.append(line)
            continue
        if lines:
            yield TextBlock("\n".join(lines), line=first)
        lines = []
    if lines:
        yield TextBlock("\n".join(lines), line=first)


def _markdown(text: str) -> Iterator[TextBlock]:
    for block in _fenced(text):
        first, _, rest = block.text.partition("\n")
        if match := _ATX.match(first):
            yield TextBlock(match[2], len(match[1]), line=block.line)
            if rest:
                yield TextBlock(rest, line=block.line + 1, tight=True)
        elif rest and _SETEXT.match(rest.partition("\n")[0]) and not _FENCE.match(first):
            mark, _, more = rest.partition("\n")
            yield TextBlock(first.strip(), 1 if mark.strip()[0] == "=" else 2, line=block.line)
            if more:
                yield TextBlock(more, line=block.line + 2, tight=True)
        else:
            yield block


def _fenced(text: str) -> Iterator[TextBlock]:
    """Paragraphs; a fenced block of code is one, whatever blank lines it has."""
    held: list[str] = []
    fence = ""
    first = 1
    for block in _paragraphs(text):
        for index, line in enumerate(block.text.split("\n")):
            mark = _FENCE.match(line)
            if not fence and _ATX.match(line) and held:  # a heading ends the lines before it
                yield TextBlock("\n".join(held), line=first)
                held = []
            if not held:
                first = block.line + index
            held.append(line)
            if mark and not fence:
                fence = mark[1]
            elif mark and line.strip().startswith(fence):
                fence = ""
        if fence:
            held.append("")
            continue
        yield TextBlock("\n".join(held), line=first)
        held = []
    if held:
        yield TextBlock("\n".join(held).rstrip("\n"), line=first)


class _Table:
    """The rows of a table of commas.

    Attributes:
        is_cut: There were more cells than are read.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.is_cut = False

    def rows(self) -> Iterator[TextBlock]:
        """A row a line."""
        csv.field_size_limit(_FIELD)
        cells = 0
        lines = (f"{line}\n" for line in self._text.split("\n"))  # a cell may have several
        reader = csv.reader(lines, delimiter=_delimiter(self._text))
        try:
            for row in reader:
                cells += len(row)
                if cells > MAX_CELLS:
                    self.is_cut = True
                    return
                if any(cell.strip() for cell in row):
                    text = CELL.join(" ".join(cell.split()) for cell in row).rstrip(" |")
                    yield TextBlock(text, line=reader.line_num, tight=True)
        except csv.Error:  # a field without end: the rest is no table
            self.is_cut = True


def _delimiter(text: str) -> str:
    """The sign that divides the first lines most evenly."""
    lines = [line for line in text[:20_000].split("\n") if line.strip()][:20]
    counts = {sign: [line.count(sign) for line in lines] for sign in _DELIMITERS}
    return max(_DELIMITERS, key=lambda sign: (min(counts[sign], default=0), sum(counts[sign])))
