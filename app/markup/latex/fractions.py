r"""TeX's older way to write fractions: ``a \over b`` parts the group or the cell around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.command_names import DELIMITERS
from app.markup.latex.tokens import MathError, TokenReader

Rewrite: TypeAlias = Callable[[list[str]], str]

_BRACKETS = {
    "\\over": ("", ""),
    "\\atop": ("", ""),
    "\\above": ("", ""),
    "\\choose": ("(", ")"),
    "\\brack": ("[", "]"),
    "\\brace": ("\\{", "\\}"),
    "\\overwithdelims": ("", ""),
    "\\atopwithdelims": ("", ""),
    "\\abovewithdelims": ("", ""),
}
_NAMES = frozenset(_BRACKETS)
_LINED = frozenset(("\\over", "\\above", "\\overwithdelims", "\\abovewithdelims"))
_BREAKS = frozenset(("&", "\\\\", "\\\\*", "\\cr", "\\newline", "\\hline"))


def has_fraction(tokens: list[str]) -> bool:
    """Whether any of these commands is among the tokens."""
    return not _NAMES.isdisjoint(tokens)


def with_fractions(tokens: list[str], rewrite: Rewrite, stack: Rewrite) -> str:
    """A group, or a row of cells, with its fractions written as plain LaTeX.

    Args:
        tokens: of the group.
        rewrite: writes what holds no such command outside its own groups.
        stack: writes the same in braces of its own.

    Raises:
        MathError: a cell has two such commands, or nothing above or below one.
    """
    written: list[str] = []
    for cell, end in _cells(tokens):
        places = [at for at, depth in _places(cell) if depth == 0 and cell[at] in _BRACKETS]
        if len(places) > 1:
            raise MathError("two fractions in one group")  # not shown
        written.append(_fraction(cell, places[0], stack) if places else rewrite(cell))
        written.append(rewrite(end))
    return "".join(written)


def _places(tokens: list[str]) -> list[tuple[int, int]]:
    """Each place with how many groups are open there."""
    found: list[tuple[int, int]] = []
    depth = 0
    for at, part in enumerate(tokens):
        depth -= part in ("}", "\\right", "\\end")
        found.append((at, depth))
        depth += part in ("{", "\\left", "\\begin")
    return found


def _cells(tokens: list[str]) -> list[tuple[list[str], list[str]]]:
    """The cells, each with what ends it."""
    cells: list[tuple[list[str], list[str]]] = []
    start = 0
    for at, depth in _places(tokens):
        if depth == 0 and tokens[at] in _BREAKS:
            reader = TokenReader(tokens, at + 1)
            if tokens[at].startswith("\\\\"):
                reader.option()
            cells.append((tokens[start:at], tokens[at : reader.at]))
            start = reader.at
    return [*cells, (tokens[start:], [])]


def _fraction(cell: list[str], at: int, stack: Rewrite) -> str:  # not shown
    name = cell[at]
    reader = TokenReader(cell, at + 1)
    left, right = _BRACKETS[name]
    if name.endswith("withdelims"):
        left, right = _delimiter(reader), _delimiter(reader)
    if name.startswith("\\above"):
        reader.dimension()
    above, below = cell[:at], cell[reader.at :]
    if not "".join(above).strip() or not "".join(below).strip():
        raise MathError(f"{name} has nothing on one side")
    if name in _LINED:
        written = f"\\frac {stack(above)}{stack(below)}"
    else:
        written = f"{{{stack(above)} \\atop {stack(below)}}}"
    return f"\\left{left} {written} \\right{right} " if left else written


def _delimiter(reader: TokenReader) -> str:
    reader.skip_spaces()
    part = reader.next() or "."
    return DELIMITERS.get(part, part)
