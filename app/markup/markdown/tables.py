"""Reading table lines: the delimiter row and the cells of a row (GitHub's rules)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.markup.document.blocks import Align

MAX_LINE = 4096
"""Characters of a header or delimiter row; a longer line is text."""
MAX_COLUMNS = 256
MAX_PADDED = 0x10000
"""Cells that short rows may lack in one table; markdown-it's limit against blown-up input."""

_DELIMITER_ROW = re.compile(r"[|:-][-|: \t]*$")
_CELL = re.compile(r":?-+:?$")
_PIPE = re.compile(r"\\?\|")


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


def split_row(line: str) -> list[str]:
    r"""The texts of a row's cells; ``\|`` is a pipe inside a cell, even in code."""
    cells: list[str] = []
    current: list[str] = []
    done = 0
    for match in _PIPE.finditer(line.strip(" \t")):
        if match.group() == "|":
            current.append(match.string[done : match.start()])
            cells.append("".join(current))
            current, done = [], match.end()
        elif match.group() == "\\|":
            current.append(match.string[done : match.start()] + "|")
            done = match.end()
    stripped = line.strip(" \t")
    cells.append("".join(current) + stripped[done:])
    if cells and cells[0] == "":
        cells.pop(0)
    if cells and cells[-1] == "":
        cells.pop()
    return [cell.strip(" \t") for cell in cells]


def read_header(line: str, columns: int) -> list[str] | None:
    """The header's cells if ``line`` can stand above a delimiter row of so many columns."""
    if "|" not in line or len(line) > MAX_LINE:
        return None
    cells = split_row(line)
    return cells if len(cells) == columns else None
