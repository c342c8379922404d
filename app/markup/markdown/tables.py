"""Table lines: the delimiter row and the cells of a row (GitHub's rules)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.markup.markdown.math_delimiters import code_end, find_formula

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.markup.document.blocks import Align

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


def read_alignments(line: str) -> tuple[Align, ...] | None:
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


def split_row(line: str, columns: int) -> list[str]:
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


def read_header(line: str, columns: int) -> list[str] | None:
    """The header's cells if ``line`` can stand above a delimiter row of so many columns."""
    if "|" not in line or len(line) > MAX_LINE:
        return None
    cells = split_row(line, columns)
    return cells if len(cells) == columns else None
