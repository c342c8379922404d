"""The table: a header, a delimiter row and rows of cells (GitHub's rules)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.markup.document.blocks import NOWHERE, Align, Block, Offsets
from app.markup.document.spans import Spans, TableCells, Text, html_spans, plain_spans
from app.markup.markdown.nodes import Line, Node, ParagraphNode
from app.markup.spans.math_delimiters import code_end, find_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import SpanReader
    from app.markup.markdown.tree import Tree

MAX_CELL = 4096
"""Characters; a longer table cell is shown as it was written."""
MAX_ROW = 16384
"""Characters; the cells of a longer row are shown as they were written."""
MAX_LINE = 4096
"""Characters of a header or delimiter row; a longer line is text. A longer row is not searched for
formulas and code."""
MAX_COLUMNS = 256
MAX_PADDED = 0x10000
"""Cells that short rows may lack in one table; markdown-it's limit against blown-up input."""

_DELIMITER_ROW = re.compile(r"[|:-][-|: \t]*$")
_CELL = re.compile(r":?-+:?$")
_PIPE = re.compile(r"\\?\|")
_ESCAPED_PIPE = re.compile(r"\\\|")
_HELD = re.compile(r"`+|\\?\||\\[(\[]|\\.|\$\$?")


@dataclass(frozen=True, slots=True)
class Table(Block):
    """A table; each row has exactly ``len(alignments)`` cells."""

    alignments: tuple[Align, ...]
    header: TableCells
    rows: tuple[TableCells, ...]
    span: Offsets = NOWHERE

    def plain(self) -> str:
        rows = (self.header, *self.rows)
        return "\n".join("\t".join(plain_spans(cell) for cell in row) for row in rows)

    def rich(self) -> str:

        def row(cells: TableCells, tag: str) -> str:
            written = ""
            for align, cell in zip(self.alignments, cells, strict=False):
                style = f' style="text-align:{align}"' if align else ""
                written += f"<{tag}{style}>{html_spans(cell)}</{tag}>"
            return f"<tr>{written}</tr>"

        head = f"<thead>{row(self.header, 'th')}</thead>"
        body = "".join(row(cells, "td") for cells in self.rows)
        return f'<table border="1">{head}<tbody>{body}</tbody></table>'  # not shown

    def page(self, page: HtmlPage) -> str:

        def row(cells: TableCells, tag: str) -> str:
            made = []
            for cell, align in zip(cells, self.alignments, strict=True):
                style = f' align="{align}"' if align else ""
                made.append(f"<{tag}{style}>{page.spans(cell)}</{tag}>")
            return f"<tr>{''.join(made)}</tr>\n"

        head = row(self.header, "th")
        size = page.rows or max(1, len(self.rows))
        parts = []
        for start in range(0, max(1, len(self.rows)), size):
            part = self.rows[start : start + size]
            body = "".join(row(cells, "td") for cells in part)
            parts.append(  # not shown: HTML
                '<div class="table"><table class="data" dir="auto" border="1" cellspacing="0" '
                f'cellpadding="5">\n<thead>{head}</thead>\n<tbody>\n{body}</tbody></table></div>\n'
            )
        return "".join(parts)

    def spelled(self, speller: Speller, _depth: int) -> str:
        rows = [self.header, *self.rows]
        return "\n".join(" | ".join(map(speller.spans, row)) for row in rows)


@dataclass(slots=True, eq=False)
class TableNode(Node):
    """A table; ``padded`` counts cells that short rows lack."""

    alignments: tuple[Align, ...] = ()
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    padded: int = 0
    parsed_header: TableCells | None = None
    header_version: int = 0
    parsed: list[TableCells] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    sent: int = 0

    keeps_lines = True

    def take(self, cursor: Cursor, _line: int) -> Line:
        return Line.NOT_ITS if cursor.blank else Line.GOES_ON

    def add(self, cursor: Cursor, line: int, end: int) -> bool:
        self.end, self.last_line = end, line
        if line - self.first_line == 1:
            return False  # the delimiter row
        columns = len(self.alignments)
        cells = _split_row(cursor.text[cursor.nonspace :], columns)
        self.padded += max(0, columns - len(cells))
        if self.padded > MAX_PADDED:
            return True
        self.rows.append(cells[:columns] + [""] * (columns - len(cells)))
        return False

    def build(self, reader: SpanReader) -> tuple[Block, ...]:
        return (self._from(reader, 0),)

    def take_news(self, reader: SpanReader) -> Block | None:
        if len(self.rows) == self.sent and self.shown:
            return None
        block = self._from(reader, self.sent)
        self.sent = len(self.rows)
        return block

    def unfinished(self, reader: SpanReader) -> Block | None:
        return self._from(reader, self.sent) if len(self.rows) > self.sent else None

    def texts(self) -> Iterable[str]:
        yield from self.header
        for row in self.rows:
            yield from row

    def refresh(self, reader: SpanReader) -> Iterable[bool]:
        return self._refresh(reader, 0)

    def _from(self, reader: SpanReader, first: int) -> Table:
        """The table with its rows from ``first`` on."""
        for _ in self._refresh(reader, first):
            pass
        header, rows = self.parsed_header or (), tuple(self.parsed[first:])
        return Table(self.alignments, header, rows, self.span)

    def _refresh(self, reader: SpanReader, first: int) -> Iterator[bool]:
        """Parse the header, then each row, if it is not or not with all definitions.

        Yields:
            Whether it was parsed before and is different now.
        """
        version = reader.references.version
        header = self.parsed_header
        if header is None or _stale(reader, self.header, self.header_version):
            self.parsed_header = _cells_of(reader, self.header)
            self.header_version = version
            yield header is not None and header != self.parsed_header
        for index in range(first, len(self.rows)):
            if index == len(self.parsed):
                self.parsed.append(_cells_of(reader, self.rows[index]))
                self.versions.append(version)
                yield False
            elif _stale(reader, self.rows[index], self.versions[index]):
                row = self.parsed[index]
                self.parsed[index] = _cells_of(reader, self.rows[index])
                self.versions[index] = version
                yield row != self.parsed[index]


def _stale(reader: SpanReader, cells: list[str], version: int) -> bool:
    return version != reader.references.version and any("[" in cell for cell in cells)


def _cells_of(reader: SpanReader, cells: list[str]) -> TableCells:
    if sum(map(len, cells)) > MAX_ROW:
        return tuple((Text(cell),) if cell else () for cell in cells)
    last = max((index for index, cell in enumerate(cells) if cell), default=0)
    return tuple(_cell(reader, cell, last=index == last) for index, cell in enumerate(cells))


def _cell(reader: SpanReader, text: str, *, last: bool) -> Spans:
    if not text:
        return ()
    if len(text) > MAX_CELL:
        return (Text(text),)
    return reader.spans(text, last=last)


def start(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """A table made of the last line of the paragraph above the delimiter row."""
    if not isinstance(container, ParagraphNode) or not tree.matched_all or container.segments:
        return None
    alignments = _alignments(cursor.text[cursor.nonspace :])
    if alignments is None:
        return None
    above, _, last = container.text.rpartition("\n")
    header = _header(last, len(alignments))
    if header is None:
        return None
    begin, line = container.places[-1][1], tree.line_number - 1
    table = TableNode(begin, line, alignments=alignments, header=header)
    if not above:
        return tree.add_leaf(container, cursor, table, replaces=True)
    container.text = above
    container.places.pop()
    container.last_line -= 1
    container.end = container.places[-1][1] + len(above.rpartition("\n")[2])
    return tree.add_leaf(container, cursor, table)


def _alignments(line: str) -> tuple[Align, ...] | None:
    """The alignments that a delimiter row gives, or None if ``line`` is none."""
    stripped = line.strip(" \t")
    if len(stripped) < 2 or len(stripped) > MAX_LINE or not _DELIMITER_ROW.match(stripped):
        return None
    if stripped[0] == "-" and stripped[1] in " \t":
        return None  # a list item
    columns = [column.strip() for column in stripped.split("|")]
    if columns[0] == "":
        columns.pop(0)
    if columns and columns[-1] == "":
        columns.pop()
    if not columns or len(columns) > MAX_COLUMNS:
        return None
    alignments: list[Align] = []
    for column in columns:
        if not _CELL.match(column):
            return None
        left, right = column.startswith(":"), column.endswith(":")
        alignments.append(
            "center" if left and right else "right" if right else "left" if left else None
        )
    return tuple(alignments)


def _split_row(line: str, columns: int) -> list[str]:
    r"""The texts of a row's cells; ``\|`` is a pipe inside a cell, even in code.

    GitHub parts a row at every other pipe. People and models write ``|x|`` in formulas and
    ``a | b`` in code, so a pipe in a whole formula or a whole run of code parts nothing, unless
    that leaves the row with another number of cells than the table has and parting gives that
    number.
    """
    stripped = line.strip(" \t")
    plain = _cells(stripped, _PIPE.finditer(stripped))
    if (len(plain) == columns and "\\|" not in stripped) or len(stripped) > MAX_LINE:
        return plain
    whole = _cells(stripped, _pipes(stripped))
    return plain if len(plain) == columns != len(whole) else whole


def _pipes(line: str) -> Iterator[re.Match[str]]:
    """The pipes and escaped pipes that stand in no formula, and the escaped ones in code."""
    pos = 0
    unclosed: set[str] = set()
    while (match := _HELD.search(line, pos)) is not None:
        sign, start, pos = match.group(), match.start(), match.end()
        if sign[0] == "`":
            end = code_end(line, pos, sign, unclosed)
            yield from _ESCAPED_PIPE.finditer(line, pos, end)
            pos = end
        elif sign in ("|", "\\|"):
            yield match
        elif (found := find_formula(line, start, len(line))) is not None:
            pos = found.end


def _cells(line: str, pipes: Iterator[re.Match[str]]) -> list[str]:
    """The cells between these pipes."""
    cells: list[str] = []
    current: list[str] = []
    done = 0
    for match in pipes:
        current.append(line[done : match.start()])
        done = match.end()
        if match.group() == "|":
            cells.append("".join(current))
            current = []
        else:
            current.append("|")
    cells.append("".join(current) + line[done:])
    if cells and cells[0] == "":
        cells.pop(0)
    if cells and cells[-1] == "":
        cells.pop()
    return [cell.strip(" \t") for cell in cells]


def _header(line: str, columns: int) -> list[str] | None:
    """The header's cells if ``line`` can stand above a delimiter row of so many columns."""
    if "|" not in line or len(line) > MAX_LINE:
        return None
    cells = _split_row(line, columns)
    return cells if len(cells) == columns else None
