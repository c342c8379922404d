r"""Owns environments: what latex2mathml lacks, tags in a column of their own, lines around arrays.

``\begin{align}`` and its kin become the few that the converter lays out; a row's ``\tag`` becomes
a cell at the end of the row, so that the numbers of a derivation stand under each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex_tokens import MathError, Reader

Rewrite: TypeAlias = Callable[[list[str]], str]

FRAME = "\ue000"
"""Begins a text that is no text: which sides of its table have a line (``l``, ``r``, ``t``, ``b``).
The converter forgets them; `mathml` takes the text out again."""

_UNWRAPPED = frozenset(("equation", "equation*", "displaymath", "math", "subequations"))
_ALIGNED = frozenset(
    f"{name}{star}"
    for name in ("align", "aligned", "alignat", "alignedat", "flalign", "split")
    for star in ("", "*")
)
_COUNTED = frozenset(("alignat", "alignat*", "alignedat"))
_COLUMNS = {
    "gather": "c",
    "gather*": "c",
    "gathered": "c",
    "multline": "c",
    "multline*": "c",
    "eqnarray": "rcl",
    "eqnarray*": "rcl",
}
_ENDS_ROW = frozenset(("\\\\", "\\\\*", "\\cr", "\\newline"))
_LINES = frozenset(("\\hline", "\\toprule", "\\midrule", "\\bottomrule"))
_REPEATED = re.compile(r"\*\{(\d{1,2})\}\{([^{}]*)\}")


def environment(reader: Reader, rewrite: Rewrite) -> str:
    r"""The environment whose ``\begin`` was just read.

    Raises:
        MathError: it has no end.
    """
    name = "".join(reader.argument())
    body = _body(reader, name)
    if name in _UNWRAPPED:
        return _unwrapped(body, rewrite)
    if name in _COLUMNS:
        if name.startswith("multline"):  # an atom before each row, as TeX has it: "+ b", not "+b"
            body = [part for row in rows_of(body) for part in ("{", "}", *row, "\\\\")]
        return _array(_COLUMNS[name], body, rewrite)
    if name in _ALIGNED:
        inner = Reader(body)
        if name in _COUNTED:
            inner.argument()
        else:
            inner.option()
        return aligned(body[inner.at :], rewrite)
    if name == "dcases":
        return f"\\begin{{cases}} {rewrite(body)} \\end{{cases}}"
    if name == "rcases":
        return f"\\left. \\begin{{array}}{{ll}} {rewrite(body)} \\end{{array}} \\right\\rbrace "
    if name == "array":
        return _framed(body, rewrite)
    return f"\\begin{{{name}}} {rewrite(body)} \\end{{{name}}}"


def aligned(body: list[str], rewrite: Rewrite) -> str:
    """Rows that stand under each other at their ampersands."""
    rows = rows_of(body)
    tags = [_take_tag(row) for row in rows]
    columns = max(_cells(row) for row in rows)
    columns += columns % 2
    return f"\\begin{{align*}} {_joined(rows, tags, columns, rewrite)} \\end{{align*}}"


def rows_of(body: list[str]) -> list[list[str]]:
    r"""The rows of an environment, without the ``\\`` between them; at least one."""
    rows: list[list[str]] = [[]]
    reader, depth = Reader(body), 0
    while reader.at < len(body):
        part = reader.next()
        depth += (part in ("{", "\\begin")) - (part in ("}", "\\end"))
        if depth == 0 and part in _ENDS_ROW:
            reader.option()
            rows.append([])
        else:
            rows[-1].append(part)
    while len(rows) > 1 and not "".join(rows[-1]).strip():
        rows.pop()
    return rows


def has_tag(row: list[str]) -> bool:
    """Whether a row says how it is numbered, or that it is not."""
    return any(part in ("\\tag", "\\tag*", "\\notag", "\\nonumber") for part in row)


def _take_tag(row: list[str]) -> str:
    """Take the tag out of a row; as text, empty without one."""
    for at, part in enumerate(row):
        if part in ("\\tag", "\\tag*"):
            reader = Reader(row, at + 1)
            label = "".join(reader.argument())
            del row[at : reader.at]
            return label if part == "\\tag*" else f"({label})"
    return ""


def _cells(row: list[str]) -> int:
    """How many cells a row has."""
    depth, count = 0, 1
    for part in row:
        depth += (part in ("{", "\\begin")) - (part in ("}", "\\end"))
        count += depth == 0 and part == "&"
    return count


def _joined(rows: list[list[str]], tags: list[str], columns: int, rewrite: Rewrite) -> str:
    """The rows, each with its tag in the column behind the others."""
    written = []
    for row, tag in zip(rows, tags, strict=True):
        text = rewrite(row)
        if tag:
            text += "&" * (columns - _cells(row) + 1) + f" \\text {{{tag}}}"
        written.append(text)
    return " \\\\ ".join(written)


def _array(columns: str, body: list[str], rewrite: Rewrite) -> str:
    rows = rows_of(body)
    tags = [_take_tag(row) for row in rows]
    text = _joined(rows, tags, len(columns), rewrite)
    return f"\\begin{{array}}{{{columns}{'r' if any(tags) else ''}}} {text} \\end{{array}}"


def _unwrapped(body: list[str], rewrite: Rewrite) -> str:
    """One formula, or several rows of them."""
    rows = rows_of(body)
    if len(rows) > 1:
        return aligned(body, rewrite) if _cells(rows[0]) > 1 else _array("c", body, rewrite)
    tag = _take_tag(rows[0])
    text = f"{{{rewrite(rows[0])}}}"
    return f"{text} \\qquad \\text {{{tag}}}" if tag else text


def _framed(body: list[str], rewrite: Rewrite) -> str:
    """An array, with the lines around it that the converter forgets."""
    inner = Reader(body)
    inner.option()
    columns = "".join(inner.argument())
    columns = _REPEATED.sub(lambda found: found.group(2) * int(found.group(1)), columns)
    columns = re.sub(r"[^lcr|]", "", re.sub(r"[@!>]\{[^{}]*\}|p\{[^{}]*\}", "", columns))
    rows = rows_of(body[inner.at :])
    sides = "l" * columns.startswith("|") + "r" * (columns.endswith("|") and len(columns) > 1)
    if _take_lines(rows[0]):
        sides += "t"
    if len(rows) > 1 and not "".join(p for p in rows[-1] if p not in _LINES).strip():
        rows.pop()
        sides += "b"
    text = " \\\\ ".join(rewrite(row) for row in rows)
    mark = f"\\text {{{FRAME}{sides}}}" if sides else ""
    columns = columns.strip("|") or "c"
    return f"\\begin{{array}}{{{columns}}} {mark}{text} \\end{{array}}"


def _take_lines(row: list[str]) -> bool:
    """Take the lines off the start of a row; whether there were any."""
    found = False
    while row and (row[0] in _LINES or row[0].isspace()):
        found |= row.pop(0) in _LINES
    return found


def _body(reader: Reader, name: str) -> list[str]:
    r"""The tokens up to the ``\end`` of this environment."""
    start, depth = reader.at, 1
    while reader.at < len(reader.tokens):
        here = reader.at
        part = reader.next()
        if part == "\\begin":
            depth += 1
        elif part == "\\end":
            depth -= 1
            ended = "".join(reader.argument())
            if depth == 0:
                if ended != name:
                    raise MathError(f"\\begin{{{name}}} ends with \\end{{{ended}}}")
                return reader.tokens[start:here]
    raise MathError(f"\\begin{{{name}}} has no end")
