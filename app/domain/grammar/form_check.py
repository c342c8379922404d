"""Whether an answer keeps to its form, and what stands in it.

Reads the answer anew, and knows nothing of the grammar by which it was drawn.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import date
from unicodedata import category

from app.domain.grammar.form import Form, FormField, FormKind, ValueKind, read_schema
from app.domain.grammar.schema_check import fits
from app.language import tr

_FORMULA = frozenset("=+-@\t\r")  # what a formula begins with in some spreadsheet
_MARKED = re.compile(r"(?:^|[,\n])\"?'[=+\-@\t\r]")
_SIGNED = re.compile(r"[+-]\d[\d.,]*%?")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FENCE = re.compile(r"```json\n(.*)\n```", re.DOTALL)
_ITEM = re.compile(r"- [^\s\x00-\x1f][^\x00-\x1f]*")
LINE = re.compile(r"- \*\*(.+?):\*\* (.+)")
"""A field and its value."""
_BROKEN = {"Cc", "Cs", "Zl", "Zp"}  # not shown: Unicode's control characters and line ends
_LEFT_OUT = {"-", ""}
APOSTROPHES = tr("What a spreadsheet would take for a formula has an apostrophe before it.")
"""Said where :func:`holds_formulas`."""


class OutOfFormError(ValueError):
    """The answer does not keep to its form."""


def value_of(form: Form, text: str) -> object:
    """What an answer says, as JSON has it: a list, rows, an object, a text.

    Raises:
        OutOfFormError: It does not keep to the form.
    """
    lines = [line.removesuffix("\r") for line in text.strip().split("\n")]
    match form.kind:
        case FormKind.LIST:
            if not lines or not all(map(_ITEM.fullmatch, lines)):
                raise OutOfFormError
            return [line.removeprefix("- ").strip() for line in lines]
        case FormKind.TABLE:
            return _rows(form.fields, lines)
        case FormKind.FIELDS:
            return _object(form.fields, lines)
        case FormKind.ONE_OF:
            if text not in form.choices:
                raise OutOfFormError
            return text
        case FormKind.JSON:
            return _json(form, text)


def keeps_to(form: Form, text: str) -> bool:
    """Whether an answer keeps to its form."""
    try:
        value_of(form, text)
    except OutOfFormError:
        return False
    return True


def _cells(line: str) -> list[str]:
    if not (line.startswith("|") and line.endswith("|") and len(line) > 1):
        raise OutOfFormError
    return [cell.strip() for cell in line[1:-1].split("|")]


def _rows(fields: Sequence[FormField], lines: Sequence[str]) -> list[dict[str, object]]:
    if len(lines) < 3 or _cells(lines[0]) != [one.name for one in fields]:
        raise OutOfFormError
    if any(not re.fullmatch(r":?-{3,}:?", cell) for cell in _cells(lines[1])):
        raise OutOfFormError
    rows = []
    for line in lines[2:]:
        cells = _cells(line)
        if len(cells) != len(fields):
            raise OutOfFormError
        pairs = zip(fields, cells, strict=True)
        rows.append({one.name: _value(one, cell) for one, cell in pairs})
    return rows


def _object(fields: Sequence[FormField], lines: Sequence[str]) -> dict[str, object]:
    known = {one.name: one for one in fields}
    found: dict[str, object] = {}
    for line in lines:
        match = LINE.fullmatch(line)
        if match is None or match[1] not in known or match[1] in found:
            raise OutOfFormError
        found[match[1]] = _value(known[match[1]], match[2].strip())
    if any(one.required and one.name not in found for one in fields):
        raise OutOfFormError
    return found


def _value(field: FormField, text: str) -> object:
    if not field.required and text in _LEFT_OUT:
        return None
    match field.kind:
        case ValueKind.TEXT if text and all(category(one) not in _BROKEN for one in text):
            return text
        case ValueKind.NUMBER if _NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
        case ValueKind.WHOLE if _NUMBER.fullmatch(text) and "." not in text:
            return int(text)
        case ValueKind.YES_NO if text in {"yes", "no"}:
            return text == "yes"
        case ValueKind.DATE if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError as error:
                raise OutOfFormError from error
    raise OutOfFormError


def json_span(text: str) -> tuple[int, int]:
    """Where the JSON of an answer begins and ends: inside a block of code, or all of it."""
    fenced = _FENCE.fullmatch(text.strip())
    if fenced is None:
        return 0, len(text)
    before = len(text) - len(text.lstrip())
    return before + fenced.start(1), before + fenced.end(1)


def _json(form: Form, text: str) -> object:
    start, end = json_span(text)
    try:
        value: object = json.loads(text[start:end], parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise OutOfFormError from error
    if not fits(value, read_schema(form.schema)):
        raise OutOfFormError
    return value


def _no_constant(name: str) -> object:
    raise ValueError(name)  # NaN and its kin are no JSON


def as_csv(value: object) -> str:
    """What an answer in a form says as comma-separated lines (RFC 4180), names first."""
    rows = value if isinstance(value, list) else [value]
    names = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    file = io.StringIO()
    writer = csv.writer(file)
    if names:
        writer.writerow([sheet_cell(name) for name in names])
    for row in rows:
        cells = [row.get(name) for name in names] if isinstance(row, dict) else [row]
        writer.writerow([_cell(one) for one in cells])
    return file.getvalue()


def sheet_cell(text: str) -> str:
    """A cell's text that no spreadsheet takes for a formula: with an apostrophe where one would."""
    harmless = text[:1] not in _FORMULA or _SIGNED.fullmatch(text) is not None
    return text if harmless else f"'{text}"


def holds_formulas(written: str) -> bool:
    """Whether lines of :func:`as_csv` have a cell with an apostrophe before what would be one."""
    return _MARKED.search(written) is not None


def _cell(value: object) -> str:
    if value is None or isinstance(value, str):
        return sheet_cell(value or "")
    return json.dumps(value, ensure_ascii=False)
