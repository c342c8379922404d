"""A form is read from a line, kept with a question, told to the model, and checked on its own."""

from __future__ import annotations

import json
import time

import pytest

from app.domain.errors import InvalidValueError
from app.domain.grammar.form import Form, FormKind, form_of, parse_form
from app.domain.grammar.form_check import as_csv, holds_formulas, keeps_to, value_of
from app.domain.grammar.form_grammar import form_grammar, form_told
from app.domain.grammar.form_values import values_in, with_value
from app.domain.grammar.schema_check import fits

TABLE = parse_form("table:Name,Born:whole,Died:date?")
FIELDS = parse_form("fields:Name\nOld:number?\nKind:yes-no")
SCHEMA = '{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}'


@pytest.mark.parametrize(
    ("form", "good", "value"),
    [
        (Form(FormKind.LIST), "- one\n- two", ["one", "two"]),
        (TABLE, "| Name | Born | Died |\n| --- | --- | --- |\n| Ada | 1815 | - |",
         [{"Name": "Ada", "Born": 1815, "Died": None}]),
        (FIELDS, "- **Name:** Ada\n- **Kind:** yes\n", {"Name": "Ada", "Kind": True}),
        (parse_form("one-of:yes|no"), "no", "no"),
        (parse_form("json", SCHEMA), '```json\n{"a": 3}\n```', {"a": 3}),
        (parse_form("json", SCHEMA), '{"a": 3}', {"a": 3}),
    ],
)  # fmt: skip
def test_what_keeps_to_a_form_is_read_and_what_does_not_is_not_valid(
    form: Form, good: str, value: object
) -> None:
    assert value_of(form, good) == value
    assert form_of(form.part()) == form
    assert form_told(form)
    assert form_grammar(form).startswith("root ::= ")
    for bad in ("", good[:-1] + "\x00x|", "Sure! " + good, good + "\nHope that helps."):
        assert not keeps_to(form, bad)


def test_cells_and_fields_are_of_their_kind() -> None:
    head = "| Name | Born | Died |\n| --- | --- | --- |\n"
    for row in (
        "| Ada | old | - |",
        "| Ada | 1.5 | - |",
        "| Ada | 1 | 2026-02-30 |",
        "| Ada | 1 |",
    ):
        assert not keeps_to(TABLE, head + row)
    assert not keeps_to(TABLE, head + "| Ada | 1 | 20260228 |"), "a date is written in one way"
    assert not keeps_to(FIELDS, "- **Kind:** yes\n")
    assert not keeps_to(FIELDS, "- **Name:** x\n- **Kind:** maybe\n")
    assert not keeps_to(FIELDS, "- **Name:** x\n- **Name:** y\n- **Kind:** no\n")


def test_members_of_json_that_were_left_out_have_places() -> None:
    either = {"type": ["string", "null"]}
    kinds = {"a": {"type": "integer"}, "b": either, "c": {"$ref": "#/$defs/it"}}
    one = {"type": "object", "required": ["a"], "properties": kinds}
    schema = {"$defs": {"it": {"type": "boolean"}}, "type": "array", "items": {"anyOf": [one]}}
    form = Form(FormKind.JSON, schema=json.dumps(schema))
    text = '[{"a": 1}, {"c": true, "a": 2}, {\n  "c": false,\n  "a": 3\n}]'
    places = {one.name: one for one in values_in(form, text) if one.left_out}
    assert list(places) == ["1 \u203a b", "1 \u203a c", "2 \u203a b", "3 \u203a b"]
    typed = {
        "1 \u203a c": ("true", '{"a": 1, "c": true}'),
        "2 \u203a b": ("x", '{"c": true, "a": 2, "b": "x"}'),
        "3 \u203a b": ("null", '"a": 3,\n  "b": null\n}'),
        "1 \u203a b": ("", '[{"a": 1}, {'),
    }
    for name, (said, wanted) in typed.items():
        assert wanted in with_value(form, text, places[name], said)
    with pytest.raises(InvalidValueError):
        with_value(form, text, places["1 \u203a c"], "perhaps")
    empty = Form(FormKind.JSON, schema='{"type": "object", "properties": {"a": {}, "b": {}}}')
    (first, *_) = values_in(empty, '{"b": 1}')
    assert with_value(empty, '{"b": 1}', first, "2") == '{"a": 2, "b": 1}'
    (first, *_) = values_in(empty, "{}")
    assert with_value(empty, "{}", first, "2") == '{"a": 2}'


def test_what_is_said_is_copied_as_csv() -> None:
    rows = value_of(TABLE, '| Name | Born | Died |\n| --- | --- | --- |\n| A, "B" | 1 | - |')
    assert as_csv(rows) == 'Name,Born,Died\r\n"A, ""B""",1,\r\n'
    assert as_csv(["one", "two"]) == "one\r\ntwo\r\n"
    # What a spreadsheet would take for a formula stays text.
    formulas = ["=1+1", "@SUM(A1)", "+cmd", "-2+3", "-5", "+1,5%", "\t=1"]
    marked = "'=1+1\r\n'@SUM(A1)\r\n'+cmd\r\n'-2+3\r\n-5\r\n"
    assert as_csv(formulas).startswith(marked)
    assert as_csv(formulas).endswith("'\t=1\r\n")
    assert holds_formulas(as_csv(formulas))
    assert not holds_formulas(as_csv(rows))


@pytest.mark.parametrize(
    ("asked", "schema", "why"),
    [
        ("poem", "", "no form"),
        ("list:3", "", "takes no more"),
        ("table:", "", "at least one column"),
        ("table:A,a", "", "same name"),
        ("table:A|B", "", "cannot be a name"),
        ("table:Born:colour", "", "no kind of value"),
        ("table:" + ",".join(f"c{n}" for n in range(99)), "", "at most"),
        ("one_of:yes", "", "at least two"),
        ("one_of:a|a", "", "the same"),
        ("one_of:" + "|".join(map(str, range(10_000))), "", "at most"),
        ("one_of:" + "|".join(f"{n:x<80}" for n in range(999)), "", "too long"),
        ("json", "{", "no JSON"),
        ("json", "[" * 100_000, "too large"),
        ("json", '{"type": "object", "patternProperties": {}}', "patternProperties"),
        ("json", '{"$ref": "http://example.org"}', "into the schema itself"),
        ("json", json.dumps({"enum": ["x" * 99] * 10_000}), "too large"),
    ],
)
def test_what_cannot_be_promised_is_named_at_once(asked: str, schema: str, why: str) -> None:
    began = time.process_time()
    with pytest.raises(InvalidValueError, match=why):
        parse_form(asked, schema)
    assert time.process_time() - began < 2


def test_damaged_parts_are_no_forms() -> None:
    part = TABLE.part()
    for schema in ("{", "[]", '{"fields": 3}', '{"fields": [["x"]]}'):
        assert form_of(type(part)(part.kind, schema)) is None
    assert form_of(type(part)("quote", "{}")) is None


def test_the_check_of_schemas_is_strict() -> None:
    assert not fits(True, {"type": "integer"})
    assert not fits(1, {"const": True})
    assert not fits("2026-02-30", {"type": "string", "format": "date"})
    assert not fits({"a": 1}, {"type": "object", "additionalProperties": False})
    assert not fits([1], {"type": "array", "minItems": 2})
    assert not fits(3, {"anyOf": [{"type": "string"}, {"maximum": 2}]})
    assert fits({"x": [1, None]}, {"properties": {"x": {"items": {"type": ["integer", "null"]}}}})
