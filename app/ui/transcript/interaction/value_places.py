"""Where the values of an answer in a form stand in its rows. Without Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.domain.conversation import Message
from app.domain.generation import Role
from app.domain.grammar.form import Form, FormKind, form_of
from app.domain.grammar.form_check import OutOfFormError, json_span
from app.domain.grammar.form_values import FormValue, values_in
from app.domain.parts import FormPart
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import TableRow, TextRow
from app.ui.transcript.content.runs import text_of, to_units
from app.ui.transcript.content.wide_blocks import CodeRow


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """A value in the rows of its message.

    Attributes:
        row: The row's number.
        start: Where it begins in the row's text, as Qt counts.
        end: Behind its last character.
        column: Of a table, from 0; None elsewhere.
        rows: How many rows further down it would stand, for a field that was left out; 0 for what
            is there.
    """

    row: int
    start: int
    end: int
    column: int | None = None
    rows: int = 0


def form_answered(message: Message) -> Form | None:
    """The form that an answer was asked for in; None for any, and for a question."""
    if message.role is not Role.ASSISTANT:
        return None
    parts = (one.part for one in message.placed if isinstance(one.part, FormPart))
    part = next(parts, None)
    return form_of(part) if part is not None else None


def values_of(form: Form, text: str) -> tuple[FormValue, ...]:
    """The values that can be changed; none where the text does not keep to the form."""
    try:
        return values_in(form, text)
    except OutOfFormError:
        return ()


def place_of(rows: Sequence[Row], form: Form, text: str, value: FormValue) -> ValuePlace | None:
    """Where a value of an answer stands; None where its rows do not show it."""
    match form.kind:
        case FormKind.TABLE:
            column = next(at for at, one in enumerate(form.fields) if one is value.field)
            return _in_table(rows, value.row, column)
        case FormKind.JSON:
            start, _ = json_span(text)
            line = text.count("\n", start, value.start)
            first = text.rfind("\n", start, value.start) + 1 or start
            if value.left_out:
                written = text[max(first, start) : value.start]
                place = _in_code(rows, line, len(written) - len(written.lstrip()), 0)
                return None if place is None else replace(place, rows=1)
            return _in_code(rows, line, value.start - max(first, start), value.end - value.start)
    number = max(value.row, 1)
    before = 0
    if form.kind is FormKind.FIELDS:
        number = 1 + text.count("\n", len(text) - len(text.lstrip()), value.start)
        before = len(value.name) + 2  # a colon and a space
    shown = [
        one for one in _own(rows) if isinstance(one[1], TextRow) and not _goes_on(rows, one[0])
    ]
    if number > len(shown):
        return None
    at, row = shown[number - 1]
    if value.left_out:
        return ValuePlace(at, 0, 0, rows=1 if text[: value.start].strip() else -1)
    drawn = row.drawn_text()
    return ValuePlace(at, to_units(drawn, min(before, len(drawn))), to_units(drawn, len(drawn)))


def _own(rows: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """The rows of the text itself."""
    return ((at, row) for at, row in enumerate(rows) if not row.place.beside)


def _goes_on(rows: Sequence[Row], at: int) -> bool:
    """Whether a row goes on with a paragraph that is cut into several."""
    before = rows[at - 1] if at else None
    return isinstance(before, TextRow) and before.cut


def _in_table(rows: Sequence[Row], wanted: int, column: int) -> ValuePlace | None:
    line = 0  # of the table; the head is the first
    for at, row in _own(rows):
        if not isinstance(row, TableRow):
            continue
        inside = wanted - line
        line += len(row.lines)
        if inside >= len(row.lines):
            continue
        cells = [text_of(cell) for one in row.lines[: inside + 1] for cell in one]
        number = len(cells) - len(row.lines[inside]) + column
        start = sum(len(cell) + 1 for cell in cells[:number])
        drawn = row.drawn_text()
        end = start + len(cells[number])
        return ValuePlace(at, to_units(drawn, start), to_units(drawn, end), column)
    return None


def _in_code(rows: Sequence[Row], line: int, column: int, length: int) -> ValuePlace | None:
    for at, row in _own(rows):
        if not isinstance(row, CodeRow) or row.cut:
            continue
        lines = row.text.split("\n")
        inside = line - row.first
        if 0 <= inside < len(lines):
            start = sum(len(one) + 1 for one in lines[:inside]) + column
            drawn = row.drawn_text()
            last = min(start + length, len(drawn))
            return ValuePlace(at, to_units(drawn, min(start, last)), to_units(drawn, last))
    return None
