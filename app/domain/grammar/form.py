"""The form in which an answer is asked for: a list, a table, fields, JSON, one of several. Pure.

A form is written in one line: ``list``, ``table:Name,Born:number``, ``fields:Name,Died:date?``,
``one_of:yes|no``, ``json`` with a schema beside it. That is what a terminal is given; the window's
dialog has a column, a field or a choice in each line. The words for forms and for kinds of values
are those of the language in force (``tabelle:Name,Geboren:zahl``); the English ones are understood
everywhere, so that a script runs in every language, and are what is stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.errors import InvalidValueError
from app.domain.grammar.written import MOST_CHARACTERS, grammar_of_choices
from app.domain.parts import FormPart
from app.language import tr, trc

MOST_COLUMNS = 24
MOST_CHOICES = 1_000
LONGEST_NAME = 80  # characters
LONGEST_SCHEMA = 200_000  # characters
DEEPEST_SCHEMA = 64  # brackets in one another; a schema may nest less


FREE = FormPart("free")
"""Said of a question that wants its answer in no form though its chat's preset has one."""


class FormKind(StrEnum):
    """What an answer is made as."""

    LIST = "list"
    TABLE = "table"
    FIELDS = "fields"
    JSON = "json"
    ONE_OF = "one_of"


class ValueKind(StrEnum):
    """What may stand in a column or a field."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    DATE = "date"
    YES_NO = "yes-no"


FORM_WORDS: Mapping[FormKind, str] = {
    FormKind.LIST: trc("typed, one word", "list"),
    FormKind.TABLE: trc("typed, one word", "table"),
    FormKind.FIELDS: trc("typed, one word", "fields"),
    FormKind.JSON: trc("typed, one word", "json"),
    FormKind.ONE_OF: trc("typed, one word", "one_of"),
}
"""What a form is called where one is typed, in the language in force."""
VALUE_WORDS: Mapping[ValueKind, str] = {
    ValueKind.TEXT: trc("typed, one word", "text"),
    ValueKind.NUMBER: trc("typed, one word", "number"),
    ValueKind.WHOLE: trc("typed, one word", "whole"),
    ValueKind.DATE: trc("typed, one word", "date"),
    ValueKind.YES_NO: trc("typed, one word", "yes-no"),
}
"""What a kind of value is called where one is typed, in the language in force."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A column of a table, or a field.

    Attributes:
        name: As it stands in the answer.
        kind: What may stand there.
        required: Whether it may not be left out; a cell of a table is a dash then.
    """

    name: str
    kind: ValueKind = ValueKind.TEXT
    required: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    Attributes:
        kind: What the answer is made as.
        fields: Of a table and of fields.
        choices: Of one of several.
        schema: A JSON schema, as text.

    Raises:
        InvalidValueError: Nothing could be made in this form; says why.
    """

    kind: FormKind
    fields: tuple[FormField, ...] = ()
    choices: tuple[str, ...] = ()
    schema: str = ""

    def __post_init__(self) -> None:
        match self.kind:
            case FormKind.TABLE | FormKind.FIELDS:
                _check_fields(self.fields)
            case FormKind.ONE_OF:
                _check_choices(self.choices)
            case FormKind.JSON:
                schema_grammar(self.schema)  # what is not supported is named here

    def part(self) -> FormPart:
        """As it is kept with a question."""
        return FormPart(self.kind.value, json.dumps(self._values(), ensure_ascii=False))

    def _values(self) -> dict[str, object]:
        match self.kind:
            case FormKind.TABLE | FormKind.FIELDS:
                rows = [[one.name, one.kind.value, one.required] for one in self.fields]
                return {"fields": rows}
            case FormKind.ONE_OF:
                return {"choices": list(self.choices)}
            case FormKind.JSON:
                return {"schema": self.schema}
            case FormKind.LIST:
                return {}


def form_of(part: FormPart) -> Form | None:
    """The form that a part tells of; None where it is one of another kind, or damaged."""
    try:
        values = json.loads(part.schema or "{}")
        rows = values.get("fields", [])
        fields = tuple(FormField(str(n), ValueKind(k), bool(must)) for n, k, must in rows)
        choices = tuple(map(str, values.get("choices", ())))
        return Form(FormKind(part.kind), fields, choices, str(values.get("schema", "")))
    except (ValueError, TypeError, AttributeError, RecursionError, InvalidValueError):
        return None


def parse_form(text: str, schema: str = "") -> Form:
    """The form that a line means.

    Args:
        text: Such as ``table:Name,Born:number``, in English or in the language in force.
        schema: Of ``json``.

    Raises:
        InvalidValueError: It means none; says why.
    """
    word, _, rest = text.strip().partition(":")
    kind = form_kind(word)
    if kind is None:
        known = ", ".join(FORM_WORDS.values())
        raise _refused(tr("There is no form “{word}”; there are {known}.", word=word, known=known))
    match kind:
        case FormKind.TABLE | FormKind.FIELDS:
            return Form(kind, parse_fields(rest))
        case FormKind.ONE_OF:
            return Form(kind, choices=parse_choices(rest))
        case FormKind.JSON:
            return Form(kind, schema=schema or rest or "{}")
        case FormKind.LIST:
            if rest.strip():
                raise _refused(
                    tr(
                        "“{rest}” behind “{word}” means nothing; a list takes no more words.",
                        word=word,
                        rest=rest,
                    )
                )
            return Form(kind)


def form_kind(word: str) -> FormKind | None:
    """The form that a word means, in English or in the language in force; None for none."""
    meant = word.strip().casefold()
    return next(
        (
            kind
            for kind, own in FORM_WORDS.items()
            if meant == own.casefold() or meant.replace("-", "_") == kind.value
        ),
        None,
    )


def _value_kind(word: str) -> ValueKind | None:
    meant = word.strip(" ?").casefold()
    return next(
        (kind for kind, own in VALUE_WORDS.items() if meant in {own.casefold(), kind.value}), None
    )


def form_line(form: Form) -> str:
    """A form in one line, as :func:`parse_form` reads it."""
    match form.kind:
        case FormKind.TABLE | FormKind.FIELDS:
            return f"{form.kind}:{','.join(map(field_line, form.fields))}"
        case FormKind.ONE_OF:
            return f"{form.kind}:{'|'.join(form.choices)}"
        case FormKind.JSON:
            return f"{form.kind}:{form.schema}"
        case FormKind.LIST:
            return form.kind.value


def form_of_line(text: str) -> Form | None:
    """The form that a line means; None where it means none, as of a newer Phial."""
    try:
        return parse_form(text) if text else None
    except InvalidValueError:
        return None


def field_line(one: FormField, words: Mapping[ValueKind, str] | None = None) -> str:
    """A column or field as it is typed.

    Args:
        one: The field.
        words: Of its kind in the reader's language; None writes what every language reads.
    """
    plain = one.kind is ValueKind.TEXT and not one.name.endswith("?") and ":" not in one.name
    kind = "" if plain else f": {words[one.kind] if words else one.kind}"
    return f"{one.name}{kind}{'' if one.required else '?'}"


def parse_fields(text: str) -> tuple[FormField, ...]:
    """Columns or fields, by commas or lines: a name, ``:number`` and the like, ``?`` for optional.

    Raises:
        InvalidValueError: A kind is not known.
    """
    return tuple(_field(one) for one in re.split(r"[,\n]", text) if one.strip())


def _field(text: str) -> FormField:
    name, _, word = text.strip().rpartition(":")
    if not name:
        return FormField(word.rstrip(" ?"), required=not word.endswith("?"))
    kind = _value_kind(word)
    if kind is None:
        known = ", ".join(VALUE_WORDS.values())
        raise _refused(
            tr("“{kind}” is no kind of value; there are {known}.", kind=word.strip(), known=known)
        )
    return FormField(name.strip(), kind, not word.rstrip().endswith("?"))


def parse_choices(text: str) -> tuple[str, ...]:
    """Choices, by upright strokes or lines."""
    return tuple(" ".join(one.split()) for one in re.split(r"[|\n]", text) if one.strip())


def read_schema(text: str) -> object:
    """A JSON schema.

    Raises:
        InvalidValueError: The text is no JSON, or far too large or deep.
    """
    depth = deepest = 0
    for character in text:  # brackets in texts count too: no schema has so many
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    if len(text) > LONGEST_SCHEMA or deepest > DEEPEST_SCHEMA:
        raise _refused(tr("The schema is too large for a grammar."))
    try:
        schema: object = json.loads(text)
    except ValueError as error:
        at = error if isinstance(error, json.JSONDecodeError) else None
        raise _refused(
            tr(
                "The schema is no JSON: it goes wrong in line {line}, at character {column}.",
                line=at.lineno if at else 1,
                column=at.colno if at else 1,
            )
        ) from error
    return schema


@lru_cache(maxsize=8)
def schema_grammar(schema: str, *, lines: bool = True) -> str:
    """GBNF of what fits a JSON schema.

    Args:
        schema: As it was typed.
        lines: A value may begin on a line of its own, for people.

    Raises:
        InvalidValueError: It is no JSON, or cannot be held to; says why.
    """
    from app.domain.grammar.json_schema import grammar_for  # not before there is a schema

    return grammar_for(read_schema(schema), lines=lines)


def _check_fields(fields: Sequence[FormField]) -> None:
    names = [one.name.lower() for one in fields]
    if not 1 <= len(fields) <= MOST_COLUMNS:
        raise _refused(tr("Name at least one column, and at most {most}.", most=MOST_COLUMNS))
    if len(set(names)) < len(names):
        raise _refused(tr("Two columns have the same name."))
    for one in fields:
        _check_name(one.name, "|*\\`")


def _check_choices(choices: Sequence[str]) -> None:
    if not 2 <= len(choices) <= MOST_CHOICES:
        raise _refused(tr("Name at least two choices, and at most {most}.", most=MOST_CHOICES))
    if len(set(choices)) < len(choices):
        raise _refused(tr("Two choices are the same."))
    for one in choices:
        _check_name(one, "")
    if len(grammar_of_choices(choices)) > MOST_CHARACTERS:
        raise _refused(tr("The choices are too long for a grammar."))


def _check_name(name: str, odd: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or set(name) & set(odd):
        raise _refused(
            tr(
                "“{name}” cannot be a name here: use up to {most} letters.",
                name=name[:LONGEST_NAME],
                most=LONGEST_NAME,
            )
        )


def _refused(what: str) -> InvalidValueError:
    return InvalidValueError(what, data="", action="")
