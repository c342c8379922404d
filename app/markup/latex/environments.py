r"""Environments: what latex2mathml lacks, tags in a column of their own, lines around arrays.

``\begin{align}`` and its kin become the few that the converter lays out; a row's ``\tag`` becomes
a cell at the end of the row, so that the numbers of a derivation stand under each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.tokens import ASIDE, FRAME, NUMBER, MathError, TokenReader, tokens_of

Rewrite: TypeAlias = Callable[[list[str]], str]

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
    "eqnarray": "rcl",
    "eqnarray*": "rcl",
}
_AS_NAMED = frozenset(f"{bracket}matrix" for bracket in ("", "p", "b", "B", "v", "V", "small")) | {
    "cases",
    "subarray",
}
"""What the converter lays out as it stands."""
_FENCED = {
    "pmatrix*": ("(", ")"),
    "bmatrix*": ("[", "]"),
    "Bmatrix*": ("\\{", "\\}"),
    "vmatrix*": ("|", "|"),
    "Vmatrix*": ("\\|", "\\|"),
    "matrix*": (".", "."),
}
_SHORT_ASIDE = 30
"""Characters of a text between rows that hardly reaches beyond them."""
_PLACES = frozenset((None, "t", "c", "b"))  # beside the line, which is not drawn
_ENDS_ROW = frozenset(("\\\\", "\\\\*", "\\cr", "\\newline"))
_LINES = frozenset(("\\hline", "\\toprule", "\\midrule", "\\bottomrule"))
_REPEATED = re.compile(r"\*\{(\d{1,2})\}\{([^{}]*)\}")


def environment(reader: TokenReader, rewrite: Rewrite) -> str:
    r"""The environment whose ``\begin`` was just read.

    Raises:
        MathError: it has no end, or is not known.
    """
    name = "".join(reader.argument())
    body = _body(reader, name)
    if name in _UNWRAPPED:
        return _unwrapped(body, rewrite)
    if name in _COLUMNS:
        return _array(_COLUMNS[name], body, rewrite)
    if name in ("multline", "multline*"):
        return _multline(rows_of(body), rewrite)
    if name in _ALIGNED:
        inner = TokenReader(body)
        if name in _COUNTED:
            inner.argument()
        elif inner.option() not in _PLACES:
            inner.at = 0
        return aligned(body[inner.at :], rewrite)
    if name == "dcases":
        return f"\\begin{{cases}} {_unoptioned(rewrite(body))} \\end{{cases}}"
    if name == "rcases":
        return f"\\left. \\begin{{array}}{{ll}} {rewrite(body)} \\end{{array}} \\right\\rbrace "
    if name in _FENCED:
        return _fenced(name, body, rewrite)
    if name in ("array", "darray"):
        return _framed(body, rewrite)
    if name not in _AS_NAMED:
        raise MathError(f"\\begin{{{name}}} is not drawn")
    return f"\\begin{{{name}}} {_unoptioned(rewrite(body))} \\end{{{name}}}"


def _unoptioned(inner: str) -> str:
    """Rows whose first bracket the converter does not take for an option: ``[A, B] &= 0``."""
    return f"{{}}{inner}" if inner.lstrip().startswith("[") else inner


def aligned(body: list[str], rewrite: Rewrite) -> str:
    """Rows that stand under each other at their ampersands."""
    rows = [part for row in rows_of(body) for part in _asides(row)]
    tags = [take_tag(row) for row in rows]
    columns = max(_cells(row) for row in rows)
    columns += columns % 2
    inner = _unoptioned(_joined(rows, tags, columns, rewrite))
    return f"\\begin{{align*}} {inner} \\end{{align*}}"


def rows_of(body: list[str]) -> list[list[str]]:
    r"""The rows of an environment, without the ``\\`` between them; at least one."""
    rows: list[list[str]] = [[]]
    reader, depth = TokenReader(body), 0
    while reader.at < len(body):
        part = reader.next()
        depth += (part in ("{", "\\begin")) - (part in ("}", "\\end"))
        if depth == 0 and part in _ENDS_ROW:
            reader.skip_gap(part)
            rows.append([])
        else:
            rows[-1].append(part)
    while len(rows) > 1 and not "".join(rows[-1]).strip():
        rows.pop()
    return rows


def has_tag(row: list[str]) -> bool:
    """Whether a row says how it is numbered, or that it is not."""
    return any(part in ("\\tag", "\\tag*", "\\notag", "\\nonumber") for part in row)


def take_tag(row: list[str]) -> str:
    """Take the tag out of a row; as text, empty without one."""
    depth = 0
    for at, part in enumerate(row):
        depth += (part in ("{", "\\begin")) - (part in ("}", "\\end"))
        if part in ("\\tag", "\\tag*") and depth == 0:
            reader = TokenReader(row, at + 1)
            label = tag_text(reader.argument())
            del row[at : reader.at]
            return label if part == "\\tag*" else f"({label})"
    return ""


def tag_text(tokens: list[str]) -> str:  # not shown
    r"""A tag as text: signs of mathematics between dollars, words without their commands.

    Raises:
        MathError: it holds a formula that is more than a few signs.
    """
    from latex2mathml.symbols_parser import convert_symbol

    text = "".join(tokens)
    text = re.sub(r"\\(?:text(?:bf|it|rm|tt|sf)?|mathrm|mathbf|mathit)\s*\{([^{}]*)\}", r"\1", text)
    written: list[str] = []
    after_command = False
    for part in tokens_of(text):
        if after_command and part.isspace():
            continue
        after_command = part.startswith("\\") and part[1:].isalpha()
        if after_command:
            sign = "2217" if part == "\\ast" else convert_symbol(part)
            if sign is None:
                raise MathError(f"{part} in a tag is not drawn")
            written.append(chr(int(sign, 16)))
        elif part in ("^", "_") and "$" in text:
            raise MathError("a formula in a tag is not drawn")
        else:
            written.append("\u2032" if part == "'" and "$" in text else part.removeprefix("\\"))
    return "".join(written).replace("$", "").replace("{", "").replace("}", "")


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
            text += "&" * (columns - _cells(row) + 1) + numbered_by(tag)
        written.append(text)
    return " \\\\ ".join(written)


def _asides(row: list[str]) -> list[list[str]]:
    r"""A row, and before it as a row of its own what ``\intertext`` says."""
    reader = TokenReader(row)
    reader.skip_spaces()
    if reader.peek() not in ("\\intertext", "\\shortintertext"):
        return [row]
    reader.next()
    words = [ASIDE, *reader.argument()]
    rest = row[reader.at :]
    shown = ["\\text", "{", *words, "}"]
    if len("".join(words)) <= _SHORT_ASIDE:  # it takes no width from the left side of the rows
        shown = ["\\mathrlap", "{", *shown, "}"]
    return [shown, *([rest] if "".join(rest).strip() else [])]


def _multline(rows: list[list[str]], rewrite: Rewrite) -> str:
    """One formula in rows: the first at the left, the last at the right, those between centred.

    Each row is wider by the same space, on its outer side, so that rows as long as each other are
    not flush. An atom stands before each, as TeX has it: "+ b", not "+b".
    """
    tag = next((tag for tag in map(take_tag, rows) if tag), "")
    last = len(rows) - 1
    written = []
    for index, row in enumerate(rows):
        text = f"{{}}{rewrite(row)}"
        before, behind = (1, 1) if 0 < index < last else (2 * (index == last), 2 * (index == 0))
        written.append("\\quad " * before * (last > 0) + text + "\\quad " * behind * (last > 0))
    if tag:
        written[-1] += f"&{numbered_by(tag)}"
    text = " \\\\ ".join(written)
    mark = f"\\text {{{FRAME}m}}" if last else ""
    return f"\\begin{{array}}{{c{'r' if tag else ''}}} {mark}{text} \\end{{array}}"


def _array(columns: str, body: list[str], rewrite: Rewrite) -> str:
    rows = rows_of(body)
    tags = [take_tag(row) for row in rows]
    text = _joined(rows, tags, len(columns), rewrite)
    return f"\\begin{{array}}{{{columns}{'r' if any(tags) else ''}}} {text} \\end{{array}}"


def _fenced(name: str, body: list[str], rewrite: Rewrite) -> str:
    r"""A matrix whose columns stand as its option says: ``\begin{pmatrix*}[r]``."""
    inner = TokenReader(body)
    side = inner.option() or "c"
    rows = rows_of(body[inner.at :])
    text = " \\\\ ".join(rewrite(row) for row in rows)
    columns = side[:1] * max(map(_cells, rows))
    left, right = _FENCED[name]
    return f"\\left{left} \\begin{{array}}{{{columns}}} {text} \\end{{array}} \\right{right} "


def _unwrapped(body: list[str], rewrite: Rewrite) -> str:
    """One formula, or several rows of them."""
    rows = rows_of(body)
    if len(rows) > 1:
        return aligned(body, rewrite) if _cells(rows[0]) > 1 else _array("c", body, rewrite)
    tag = take_tag(rows[0])
    text = f"{{{rewrite(rows[0])}}}"
    return f"{text} \\qquad {numbered_by(tag)}" if tag else text  # not shown


def numbered_by(tag: str) -> str:
    """The number of an equation, as it stands beside it."""
    return f"\\text {{{NUMBER}{tag}}}"


def _framed(body: list[str], rewrite: Rewrite) -> str:
    """An array, with the lines around it that the converter forgets."""
    inner = TokenReader(body)
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


def _body(reader: TokenReader, name: str) -> list[str]:
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
