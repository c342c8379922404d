"""The values that stand in an answer in a form: where each is written, and the text with another.

Read from the answer's text, as :mod:`app.domain.grammar.form_check` reads it: cells of a table, the
values of fields, items of a list, the texts and numbers in JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.errors import InvalidValueError
from app.domain.grammar.form import Form, FormField, FormKind, ValueKind, read_schema
from app.domain.grammar.form_check import LINE, OutOfFormError, json_span, keeps_to
from app.domain.grammar.form_grammar import NOTHING, field_head
from app.domain.grammar.schema_check import properties_at
from app.language import tr

_OPENING = ("{", "[")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[\[\]{},]')
_NAME = re.compile(r'[\s,]*("(?:[^"\\]|\\.)*")\s*:\s*')
_BLANKS = re.compile(r"\s*")
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class FormValue:
    """One value of an answer in a form.

    Attributes:
        start: Characters of the answer's text before it.
        end: Behind its last character.
        shown: The value as a person types it.
        name: Of its column, its field, or the way to it in JSON; empty in a list.
        row: Of a table or list, from 1; 0 elsewhere.
        field: Which column or field it is, where the form names them.
        left_out: Whether the answer has no line for this field, or no such member, which may be so;
            the value stands where that would.
        member: What stands around what is typed for a member of JSON that was left out.
    """

    start: int
    end: int
    shown: str
    name: str = ""
    row: int = 0
    field: FormField | None = None
    left_out: bool = False
    member: tuple[str, str] = ("", "")

    @property
    def said(self) -> str:
        """What it is called, for people."""
        if self.left_out:
            return tr("{name}, left out", name=self.name)
        if self.name and self.row:
            return tr("{name}, row {row}", name=self.name, row=self.row)
        return self.name or (tr("Item {row}", row=self.row) if self.row else tr("The answer"))


def values_in(form: Form, text: str) -> tuple[FormValue, ...]:
    """The values of an answer, in their order.

    Raises:
        OutOfFormError: The answer does not keep to the form.
    """
    if not keeps_to(form, text):
        raise OutOfFormError
    match form.kind:
        case FormKind.TABLE:
            return tuple(_cells(form, text))
        case FormKind.FIELDS:
            return _with_left_out(form, text, list(_lines(form, text)))
        case FormKind.LIST:
            return tuple(_lines(form, text))
        case FormKind.ONE_OF:
            return (FormValue(0, len(text), text),)
        case FormKind.JSON:
            left_out = _members_left_out(text, read_schema(form.schema))
            return tuple(sorted((*_scalars(text), *left_out), key=lambda one: one.start))


def _written_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of an answer that are not blank, and where each begins."""
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield at, line
        at += len(line) + 1


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    cut = text[start:end]
    return start + len(cut) - len(cut.lstrip()), end - len(cut) + len(cut.rstrip())


def _cells(form: Form, text: str) -> Iterator[FormValue]:
    for row, (at, line) in enumerate(list(_written_lines(text))[2:], 1):
        bars = [found.start() for found in re.finditer(r"\|", line)]
        for field, first, last in zip(form.fields, bars, bars[1:], strict=False):
            start, end = _trimmed(text, at + first + 1, at + last)
            yield FormValue(start, end, _shown(field, text[start:end]), field.name, row, field)


def _lines(form: Form, text: str) -> Iterator[FormValue]:
    known = {one.name: one for one in form.fields}
    for row, (at, line) in enumerate(_written_lines(text), 1):
        found = LINE.fullmatch(line)
        if form.kind is FormKind.LIST or found is None:
            start, end = _trimmed(text, at + 2, at + len(line))
            yield FormValue(start, end, text[start:end], row=row)
            continue
        start, end = _trimmed(text, at + found.start(2), at + found.end(2))
        field = known[found[1]]
        yield FormValue(start, end, _shown(field, text[start:end]), field.name, field=field)


def _with_left_out(form: Form, text: str, found: list[FormValue]) -> tuple[FormValue, ...]:
    """The values with those that were left out, each behind that of the field before it."""
    first = found[0].start if found else 0
    begins = text.rfind("\n", 0, first) + 1
    at = 0
    for field in form.fields:
        place = next((n for n, one in enumerate(found) if one.name == field.name), None)
        if place is not None:
            at = place + 1
            continue
        start = begins
        if at:
            end = text.find("\n", found[at - 1].end)
            start = len(text) if end < 0 else end
        found.insert(at, FormValue(start, start, "", field.name, field=field, left_out=True))
        at += 1
    return tuple(found)


def _shown(field: FormField, text: str) -> str:
    return "" if text == NOTHING and not field.required else text


def _scalars(text: str) -> Iterator[FormValue]:
    """The texts, numbers and the like in JSON; the names of members are none."""
    for token, way in _values(text, *json_span(text)):
        if token[0] not in _OPENING:
            name = " \u203a ".join(map(str, way))
            yield FormValue(token.start(), token.end(), _shown_scalar(token[0]), name)


def _values(
    text: str, first: int, last: int
) -> Iterator[tuple[re.Match[str], tuple[str | int, ...]]]:
    """Where each value in JSON begins, and the way to it: names of members, numbers of items."""
    way: list[str | int] = []
    for token in _TOKEN.finditer(text, first, last):
        said = token[0]
        if said in "]}":
            way.pop()
        elif said == ",":
            top = way[-1]
            way[-1] = top + 1 if isinstance(top, int) else ""
        elif way and way[-1] == "" and text[token.end() : last].lstrip().startswith(":"):
            way[-1] = str(json.loads(said))
        else:
            yield token, tuple(way)
            if said in _OPENING:
                way.append("" if said == "{" else 1)


def _members_left_out(text: str, schema: object) -> Iterator[FormValue]:
    """The members that objects in JSON may have and do not, each behind the one before it."""
    first, last = json_span(text)
    whole = json.loads(text[first:last])
    for way, start, end, value in _objects(text, first, last):
        known = properties_at(whole, schema, way)
        if all(name in value for name in known):
            continue
        members = list(_members(text, start, end))
        gap = _gap(text, start, end)
        for at, name in enumerate(known):
            if name in value:
                continue
            earlier = [one for one in members if one[0] in list(known)[:at]]
            written = f"{json.dumps(name, ensure_ascii=False)}: "
            called = " \u203a ".join(map(str, (*way, name)))
            if earlier:
                place = earlier[-1][1]
                around = f",{gap}{written}", ""
            else:
                place = start + 1
                lead = gap if "\n" in gap else ""
                around = f"{lead}{written}", "," + ("" if lead else " ") if members else ""
            yield FormValue(place, place, "", called, left_out=True, member=around)


def _objects(
    text: str, first: int, last: int
) -> Iterator[tuple[tuple[str | int, ...], int, int, dict[str, object]]]:
    """The objects in JSON: the way to each, where it stands, and what it says."""
    decoder = json.JSONDecoder()
    for token, way in _values(text, first, last):
        if token[0] == "{":
            value, end = decoder.raw_decode(text, token.start())
            yield way, token.start(), end, value


def _members(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The members of one object: each name, and where its value ends."""
    decoder = json.JSONDecoder()
    at = start + 1
    while name := _NAME.match(text, at, end):
        _, at = decoder.raw_decode(text, name.end())
        yield json.loads(name[1]), at


def _gap(text: str, start: int, end: int) -> str:
    """What stands between the members of an object: a blank, or a line end and its blanks."""
    blanks = _BLANKS.match(text, start + 1, end)
    return blanks[0] if blanks is not None and "\n" in blanks[0] and blanks.end() < end - 1 else " "


def _shown_scalar(written: str) -> str:
    """A text without its marks where all of it can be typed in one line."""
    value = json.loads(written)
    if isinstance(value, str) and not _UNREADABLE.search(value):
        return value
    return written


def with_value(form: Form, text: str, value: FormValue, typed: str) -> str:
    """The answer with another value in the place of one.

    Args:
        form: What the answer keeps to.
        text: The answer.
        value: The one that is replaced.
        typed: As a person typed it.

    Raises:
        InvalidValueError: The form has no place for it; says what it has a place for.
    """
    for written in _ways_to_write(form, text, value, typed):
        changed = text[: value.start] + written + text[value.end :]
        if keeps_to(form, changed):
            return changed
    raise InvalidValueError(_why_not(form, value, typed.strip()), data="", action="")


def _ways_to_write(form: Form, text: str, value: FormValue, typed: str) -> Iterator[str]:
    if form.kind is FormKind.JSON and value.left_out:
        lead, behind = value.member
        given = (typed.strip(), json.dumps(typed, ensure_ascii=False)) if typed.strip() else ()
        yield from (f"{lead}{one}{behind}" for one in given)
        if not given:
            yield ""
        return
    if form.kind is FormKind.JSON:
        was = text[value.start : value.end]
        as_text = json.dumps(typed, ensure_ascii=False)
        marked = was.startswith('"') and was != value.shown
        yield from (as_text, typed.strip()) if marked else (typed.strip(), as_text)
        return
    tidy = " ".join(typed.split())
    if value.left_out and value.field is not None:
        line = f"{field_head(value.field)}{tidy}" if tidy else ""
        before = value.start > 0 and text[value.start - 1] != "\n"
        yield (f"\n{line}" if before else f"{line}\n") if line else ""
        return
    optional = value.field is not None and not value.field.required
    yield tidy or (NOTHING if optional else "")


_WANTED = {
    ValueKind.TEXT: tr("The form has no place for that: a value is one line without “|” and “\\”."),
    ValueKind.NUMBER: tr("Here stands a number, such as -3 or 2.5."),
    ValueKind.WHOLE: tr("Here stands a whole number."),
    ValueKind.YES_NO: tr("Here stands yes or no."),
    ValueKind.DATE: tr("Here stands a date, such as 2026-11-30."),
}


def _why_not(form: Form, value: FormValue, typed: str) -> str:
    if form.kind is FormKind.JSON:
        return tr("The schema has no place for “{text}” here.", text=typed)
    if form.kind is FormKind.ONE_OF:
        return tr("Here stands one of: {choices}.", choices=" | ".join(form.choices))
    if not typed:
        return tr("This value cannot be empty.")
    return _WANTED[value.field.kind if value.field is not None else ValueKind.TEXT]
