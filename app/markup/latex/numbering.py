r"""The numbers of equations: which rows LaTeX numbers, and the source with the numbers in it.

``equation``, ``align``, ``gather`` and their kin number their rows unless they are starred; a row
with ``\tag``, ``\notag`` or ``\nonumber`` is left alone, and ``multline`` is numbered once.
"""

from __future__ import annotations

from app.markup.latex.environments import has_tag, rows_of
from app.markup.latex.tokens import MathError, TokenReader, tokens_of

_ONCE = frozenset(("equation", "multline"))
_EACH_ROW = frozenset(("align", "alignat", "eqnarray", "flalign", "gather"))
NUMBERED = _ONCE | _EACH_ROW


def numbers_in(source: str, environment: str | None) -> int:
    """How many numbers a formula takes; none if it will not be drawn."""
    return sum(_numbered_rows(source, environment)[1]) if environment in NUMBERED else 0


def add_numbers(source: str, environment: str | None, first: int) -> str:
    r"""The source with a ``\tag`` in each numbered row, counted from ``first``."""
    name = environment or ""
    rows, wanted = _numbered_rows(source, name)
    written = []
    for row, number in zip(rows, wanted, strict=True):
        written.append("".join(row) + (f"\\tag{{{first}}}" if number else ""))
        first += number
    return f"\\begin{{{name}}}" + "\\\\".join(written) + f"\\end{{{name}}}"


def _numbered_rows(source: str, environment: str | None) -> tuple[list[list[str]], list[bool]]:
    """The rows of an environment, and which of them take a number."""
    try:
        tokens = tokens_of(source.strip())
    except MathError:
        return [], []
    reader = TokenReader(tokens, 1)
    reader.argument()
    end = len(tokens) - 1 - tokens[::-1].index("\\end") if "\\end" in tokens else len(tokens)
    body = tokens[reader.at : end]
    if environment in _ONCE:
        whole = environment == "equation"
        rows = [body] if whole else rows_of(body)
        wanted = [False] * (len(rows) - 1) + [not any(map(has_tag, rows))]
        return rows, wanted
    rows = rows_of(body)
    return rows, [not has_tag(row) and bool("".join(row).strip()) for row in rows]
