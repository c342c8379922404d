"""A schema becomes a grammar, or is refused by name."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from app.domain.errors import InvalidValueError
from app.domain.grammar.json_schema import any_object, grammar_for
from app.domain.grammar.written import MOST_CHARACTERS

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "As on the passport."},
        "age": {"type": "integer"},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3},
    },
    "required": ["name"],
    "additionalProperties": False,
}


def either(*objects: dict[str, Any]) -> dict[str, Any]:
    """Objects with these members, all of which must be there."""
    return {
        "anyOf": [{"type": "object", "properties": one, "required": list(one)} for one in objects]
        + [{"type": "null"}]
    }


def rules(schema: object, *, lines: bool = False) -> dict[str, str]:
    """The grammar's rules by name."""
    written = grammar_for(schema, lines=lines).splitlines()
    return dict(line.split(" ::= ", 1) for line in written)  # type: ignore[misc]


def test_every_rule_that_is_named_is_there_and_the_root_comes_first() -> None:
    found = rules(PERSON)
    assert next(iter(found)) == "root"
    named = {"name", "ws0", "string", "integer", "char"} & set(found)
    assert named == {"ws0", "string", "integer", "char"}
    for rule in found.values():
        assert rule


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "minLength": 1, "maxLength": 5},
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
        {"type": "integer"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
        {"type": ["string", "null"]},
        {"type": ["string", "null"], "maxLength": 5},
        {"type": ["number", "null"], "minimum": 0.5, "maximum": 1.25},
        {"const": {"a": [1, None, "é\u200b"]}},
        {"enum": ["yes", 1, None, True, 0.5, 'a "quoted" \\ one\n']},
        {"type": "string", "enum": ["yes", "no"]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"type": "array"},
        {"type": "array", "items": {"type": "number"}, "minItems": 2},
        {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 1},
        {"type": "array", "maxItems": 0},
        {"type": "object"},
        {"type": "object", "properties": {}, "additionalProperties": False},
        {"type": "object", "properties": {"a": {}, "b": {"type": "null"}}},
        {"type": "object", "additionalProperties": {}},
        {"title": "Anything", "default": 3},
        {},
        True,
        PERSON,
        {
            "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
            "$ref": "#/$defs/node",
        },
    ],
)
def test_what_can_be_held_to_becomes_a_grammar(schema: object) -> None:
    assert grammar_for(schema).startswith("root ::= ")


def test_of_several_types_each_has_the_words_that_are_about_it() -> None:
    both = grammar_for({"type": ["integer", "null"], "minimum": 3, "maximum": 5})
    apart = {"anyOf": [{"type": "integer", "minimum": 3, "maximum": 5}, {"type": "null"}]}
    assert both == grammar_for(apart)


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        (7, "a schema is an object"),
        (None, "a schema is an object"),
        ({"type": "date"}, "type"),
        ({"type": []}, "type"),
        ({"type": "number", "multipleOf": 2}, "multipleOf is not supported"),
        ({"type": "string", "pattern": r"(a)\1"}, r"\1 is not supported"),
        ({"type": "string", "pattern": 5}, "a pattern is a text"),
        ({"type": "string", "format": "email"}, "format is not supported"),
        ({"type": ["string", "null"], "multipleOf": 2}, "multipleOf is not supported"),
        ({"type": ["boolean", "null"], "minimum": 2}, "minimum is not supported"),
        ({"type": "string", "minLength": -1}, "minLength and maxLength"),
        ({"type": "string", "minLength": True}, "minLength and maxLength"),
        ({"type": "string", "maxLength": 10**9}, "minLength and maxLength"),
        ({"type": "array", "minItems": 3, "maxItems": 2}, "maxItems is smaller"),
        ({"type": "array", "items": {"type": "array", "uniqueItems": True}}, "uniqueItems"),
        ({"type": "object", "properties": {"a": {"not": {}}}}, "#/properties/a"),
        ({"type": "object", "properties": []}, "properties"),
        ({"type": "object", "required": ["a"]}, "required and not described"),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": {}}, "additional"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "additional"),
        ({"properties": {"a": {}}, "required": ["a"]}, "it names no type"),
        ({"type": "object", "patternProperties": {}}, "patternProperties"),
        ({"enum": []}, "enum"),
        ({"enum": "ab"}, "enum"),
        ({"const": float("nan")}, "not JSON"),
        ({"anyOf": []}, "list"),
        ({"anyOf": [{"type": "null"}], "type": "object"}, "type is not supported"),
        ({"allOf": [{}]}, "allOf"),
        ({"$ref": "#/$defs/none"}, "not in the schema"),
        ({"$ref": "https://example.org/schema"}, "into the schema itself"),
        ({"$ref": 5}, "into the schema itself"),
        ({"$ref": "#"}, "nothing but itself"),
        (
            {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]},
            "would have no end",
        ),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "nothing but itself"),
        ({"anyOf": [{"$ref": "#"}, {"type": "null"}]}, "nothing but itself"),
        ({"type": "object", "required": [[]]}, "required and not described"),
        (either({"a": {"$ref": "#"}}, {"a": {"$ref": "#"}, "b": {}}), "begin alike"),
        (
            {
                "type": "object",
                "properties": {str(n): {"type": "string", "maxLength": 900 + n} for n in range(60)},
            },
            "too large",
        ),
    ],
)
def test_what_cannot_be_held_to_is_refused_by_name(schema: object, part: str) -> None:
    began = time.process_time()
    with pytest.raises(InvalidValueError, match=r".*") as refused:
        grammar_for(schema)
    assert part in refused.value.what
    assert time.process_time() - began < 2


def test_what_holds_itself_nests_so_deep_and_no_deeper() -> None:
    """Alternatives that are told apart at once are no danger, however deep they stand."""
    tree = either(
        {"is": {"const": "leaf"}, "text": {"type": "string"}},
        {"is": {"const": "fork"}, "parts": {"type": "array", "items": {"$ref": "#"}}},
    )
    found = rules(tree)
    assert {"ws0", "ws8"} <= set(found)
    assert "ws9" not in found
    assert {found[name] for name in found if name[:2] == "ws"} == {'" "?'}, "small models like them"
    indented = rules(tree, lines=True)
    assert indented.keys() == found.keys()
    assert indented["ws2"] == r'(" " | "\n    ")?'


def test_a_schema_has_a_depth_and_a_size() -> None:
    deep: Any = {"type": "null"}
    for _ in range(50):
        deep = {"type": "array", "items": deep}
    with pytest.raises(InvalidValueError, match="deep"):
        grammar_for(deep)
    with pytest.raises(InvalidValueError, match="too large"):
        grammar_for({"enum": ["x" * MOST_CHARACTERS]})


def test_a_text_in_the_schema_is_never_read_as_a_grammar() -> None:
    evil = '" | "anything\n::= root'
    assert rules({"const": evil})["r1"].count("|") == json.dumps(evil).count("|")
    assert len(rules({"const": evil})) == 2


def test_any_object_is_an_object() -> None:
    assert "root ::= object" in any_object()


@pytest.mark.parametrize(
    ("schema", "allowed"),
    [
        ({"type": "string", "enum": ["a", 1, None]}, ['"a"']),
        ({"type": ["string", "null"], "enum": ["a", 1, None]}, ['"a"', "null"]),
        ({"type": "integer", "enum": [1, 1.5, 2.0, True]}, ["1", "2.0"]),
        ({"type": "number", "enum": [1, True, 2.5]}, ["1", "2.5"]),
        ({"type": "boolean", "enum": [0, False]}, ["false"]),
        ({"type": "object", "const": {"a": 1}}, ['{"a": 1}']),
        ({"enum": ["a", 1]}, ['"a"', "1"]),
    ],
)
def test_of_an_enum_only_values_of_its_type_are_allowed(
    schema: dict[str, object], allowed: list[str]
) -> None:
    found = rules(schema)
    quoted = ['"' + one.replace('"', '\\"') + '"' for one in allowed]
    assert " | ".join(quoted) in found.values()


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "string", "enum": [1, 2]}, "none of its values is of its type"),
        ({"type": "integer", "const": True}, "none of its values is of its type"),
        ({"type": "text", "enum": ["a"]}, "not one that JSON has"),
        ({"type": [], "enum": ["a"]}, "not one that JSON has"),
        ({"type": {}, "enum": ["a"]}, "not one that JSON has"),
    ],
)
def test_an_enum_without_a_value_of_its_type_is_refused(schema: object, why: str) -> None:
    with pytest.raises(InvalidValueError, match=why):
        grammar_for(schema)
