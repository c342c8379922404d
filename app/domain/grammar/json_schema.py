"""A JSON schema as a GBNF grammar, so that an answer can only be what the schema allows. Pure.

What the grammar cannot hold a model to is refused, never ignored: whoever sends a schema relies on
every word of it. One word is held in part: ``oneOf`` is read as ``anyOf``, so an answer fits one of
its schemas at least, and exactly one where they exclude each other, as they usually do.
GBNF: llama.cpp's ``grammars/README.md``; JSON: RFC 8259.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain.errors import InvalidValueError
from app.domain.grammar import primitives
from app.domain.grammar.number_bounds import BOUNDS, NoNumberError, numbers_within
from app.domain.grammar.primitives import LONGEST_TEXT, MOST_ITEMS, MOST_NESTED, ONE_BLANK
from app.domain.grammar.readings import MOST_READINGS, most_readings
from app.domain.grammar.references import SchemaReferences
from app.domain.grammar.written import MOST_CHARACTERS, literal, repeated, text_rules
from app.language import tr

DEEPEST = 32  # schemas in one another
MOST_REPEATED = 1_000  # repetitions that a bound may name: llama.cpp writes out each
MOST_WRITTEN_OUT = 30_000  # of all bounds of a grammar

_FORMATS = {  # not shown: GBNF
    "date": r'"\"" date "\""',
    "time": r'"\"" time "\""',
    "date-time": r'"\"" date "T" time "\""',
}
_SIMPLE = ("integer", "number", "boolean", "null")
_TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: type(value) is int or (type(value) is float and value.is_integer()),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_NOTES = {  # say something to people and forbid nothing
    "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default",
    "examples", "deprecated", "readOnly", "writeOnly",
}  # fmt: skip
_OF_TYPE = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"format", "pattern", "minLength", "maxLength"},
    "integer": set(BOUNDS),
    "number": set(BOUNDS),
}


def grammar_for(schema: object, *, lines: bool = False) -> str:
    """The grammar of texts that are JSON and fit ``schema``.

    Args:
        schema: The schema.
        lines: A value may begin on a line of its own, for people.

    Raises:
        InvalidValueError: It is no schema, or says something that no grammar of ours can hold an
            answer to; the sentence names it and where it stands.
    """
    return _Grammar(schema).text(lines)


def any_object() -> str:
    """The grammar of any JSON object."""
    return grammar_for({"type": "object"})


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a schema stands.

    Attributes:
        at: In the whole one, as people are told.
        depth: Schemas around it.
        level: Objects and arrays around what fits it.
    """

    at: str
    depth: int = 0
    level: int = 0

    def beside(self, at: str) -> _Spot:
        """Of a schema for the same value."""
        return replace(self, at=at, depth=self.depth + 1)

    def inside(self, at: str) -> _Spot:
        """Of a schema for what stands in the value."""
        return _Spot(at, self.depth + 1, self.level + 1)


class _TooDeepError(Exception):
    """What fits a schema would nest deeper than a value may."""


class _Grammar:
    """Rules by name, made of one schema. Equal expressions are one rule.

    Args:
        schema: The whole of it; references point into it.
    """

    def __init__(self, schema: object) -> None:
        self._schema = schema
        self._rules: dict[str, str] = {}
        self._names: dict[str, str] = {}  # by expression
        self._references: dict[tuple[str, int], str] = {}  # empty for what would nest too deep
        self._count = 0
        self._in_patterns = 0  # characters
        self._found = SchemaReferences(schema)

    def text(self, lines: bool) -> str:
        """The grammar, its root first."""
        try:
            root = self._expression(self._schema, _Spot("#"))
        except _TooDeepError as error:
            self._refuse_endless()
            raise _too_deep("#", MOST_NESTED) from error
        self._refuse_endless()
        rules = {"root": root, **(self._rules if lines else primitives.in_one_line(self._rules))}
        text = "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())
        if len(text) > MOST_CHARACTERS or sum(map(repeated, rules.values())) > MOST_WRITTEN_OUT:
            raise _too_large()
        if most_readings(self._schema, self._found) > MOST_READINGS:
            raise _refused("#", tr("too many of its alternatives begin alike"))
        return text

    # --- rules ------------------------------------------------------------------------------

    def _primitive(self, name: str) -> str:
        if name not in self._rules:
            self._rules |= primitives.rules_for(name)
        return name

    def _blanks(self, level: int) -> str:
        return self._primitive(primitives.blanks(level))

    def _rule(self, expression: str) -> str:
        """A rule of its own for ``expression``; a name is one already."""
        if expression in self._rules:
            return expression
        if expression not in self._names:
            self._names[expression] = name = self._new_name("r")
            self._rules[name] = expression
        return self._names[expression]

    def _new_name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    # --- schemas ----------------------------------------------------------------------------

    def _expression(self, schema: object, spot: _Spot) -> str:
        """What fits ``schema``."""
        if spot.depth > DEEPEST:
            raise _too_deep(spot.at, DEEPEST)
        if schema is True or (isinstance(schema, dict) and schema.keys() <= _NOTES):
            return self._primitive(primitives.value(spot.level))
        if not isinstance(schema, dict):
            raise _refused(spot.at, tr("a schema is an object"))
        if "$ref" in schema:
            _only(schema, {"$ref"}, spot.at)
            return self._reference(schema["$ref"], spot)
        for word in ("enum", "const"):
            if word in schema:
                return self._one_of(_chosen(schema, word, spot.at))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                _only(schema, {word}, spot.at)
                return self._either(schema[word], replace(spot, at=f"{spot.at}/{word}"))
        return self._typed(schema, spot)

    def _typed(self, schema: Mapping[str, Any], spot: _Spot) -> str:
        """What fits a schema that names a type."""
        kind, at = schema.get("type"), spot.at
        if isinstance(kind, list) and kind:
            return self._either(_each_type(kind, schema, at), spot)
        if kind == "object":
            return self._object(schema, spot)
        if kind == "array":
            return self._array(schema, spot)
        if kind == "string":
            return self._string(schema, at)
        if kind in ("integer", "number") and schema.keys() & BOUNDS:
            return self._number(schema, at)
        _only(schema, {"type"} if "type" in schema else set().union(*_OF_TYPE.values()), at)
        if kind not in _SIMPLE:
            named = tr("its type is not one that JSON has")
            raise _refused(at, named if kind else tr("it names no type"))
        return self._primitive(str(kind))

    def _reference(self, to: object, spot: _Spot) -> str:
        """What fits the schema that a reference means; once a level where it holds itself."""
        target = self._found.target(to)
        if not isinstance(to, str) or not to.startswith("#"):
            raise _refused(spot.at, tr("a reference must point into the schema itself"))
        if target is None:
            raise _refused(spot.at, tr("{reference} is not in the schema", reference=to))
        endless = self._found.holds_itself(to)
        if endless and spot.level > MOST_NESTED:
            raise _TooDeepError
        key = to, spot.level if self._found.grows(to) else 0
        if key in self._references:
            name = self._references[key]
            if not name:
                raise _TooDeepError
            if not self._rules[name]:  # it is still being made, and nothing stands before it
                raise _refused(to, tr("it refers to nothing but itself"))
            return name
        name = self._references[key] = self._new_name("r")
        self._rules[name] = ""
        depth = 0 if endless else spot.depth + 1  # whose levels are counted
        try:
            self._rules[name] = self._expression(target.schema, _Spot(to, depth, spot.level))
        except _TooDeepError:
            self._references[key] = ""
            del self._rules[name]
            raise
        return name

    def _refuse_endless(self) -> None:
        """Refuse a schema that must hold itself, and so on: nothing that ends fits it."""
        endless = self._found.endless({to for to, _level in self._references})
        if endless:
            raise _refused(
                min(endless), tr("what fits it would have no end, since it must hold itself")
            )

    def _one_of(self, texts: Sequence[str]) -> str:
        name = self._new_name("r")
        made = text_rules(texts, name)
        known = self._names.setdefault(made[name], name)
        if known == name:
            self._rules |= made
        return known

    def _either(self, choices: object, spot: _Spot) -> str:
        """What fits at least one of the schemas.

        ``oneOf`` is read as ``anyOf``: a grammar offers choices and cannot count how many of them
        a text fits, so an answer that fits two of them is let pass.
        """
        if not isinstance(choices, list) or not choices:
            raise _refused(spot.at, tr("it is a list with something in it"))
        found: list[str] = []
        texts: list[str] = []
        for index, one in enumerate(choices):
            inner = spot.beside(f"{spot.at}/{index}")
            word = next((w for w in ("enum", "const") if isinstance(one, dict) and w in one), None)
            if word is not None and "$ref" not in one:
                texts += _chosen(one, word, inner.at)  # all of them are one tree
                continue
            try:
                found.append(self._expression(one, inner))
            except _TooDeepError:
                continue
        if texts:
            found.append(self._one_of(texts))
        if not found:
            raise _TooDeepError
        return self._rule(" | ".join(dict.fromkeys(found)))

    def _string(self, schema: Mapping[str, Any], at: str) -> str:
        _only(schema, {"type", *_OF_TYPE["string"]}, at)
        if "format" in schema:
            _only(schema, {"type", "format"}, at)
            rule = _FORMATS.get(str(schema["format"]))
            if rule is None:
                raise _refused(at, tr("{word} is not supported", word="format"))
            for needed in ("date", "time"):
                if f" {needed} " in rule:
                    self._primitive(needed)
            return self._rule(rule)
        least, most = _range(schema, "minLength", "maxLength", at)
        if "pattern" in schema:
            return self._pattern(schema["pattern"], least, most, at)
        if not least and most is None:
            return self._primitive("string")
        self._primitive("char")
        most = max(LONGEST_TEXT, least) if most is None else most
        return self._rule(rf'"\"" char{{{least},{most}}} "\""')

    def _number(self, schema: Mapping[str, Any], at: str) -> str:
        _only(schema, {"type", *BOUNDS}, at)
        try:
            return self._rule(numbers_within(schema))
        except NoNumberError as error:
            raise _refused(at, str(error)) from error

    def _pattern(self, pattern: object, least: int, most: int | None, at: str) -> str:
        from app.domain.grammar.pattern_grammar import pattern_rules
        from app.domain.grammar.patterns import PatternError

        if not isinstance(pattern, str):
            raise _refused(at, tr("a pattern is a text"))
        self._primitive("char")
        try:
            rules = pattern_rules(pattern, least, most, self._new_name("p"))
        except PatternError as error:
            raise _refused(at, tr("its pattern cannot be used: {why}", why=str(error))) from error
        self._rules |= rules
        self._in_patterns += sum(map(len, rules.values()))
        if self._in_patterns > MOST_CHARACTERS:  # before the other ones are looked at
            raise _too_large()
        return next(iter(rules))

    def _array(self, schema: Mapping[str, Any], spot: _Spot) -> str:
        at, ws, end = spot.at, self._blanks(spot.level + 1), self._blanks(spot.level)
        _only(schema, {"type", *_OF_TYPE["array"]}, at)
        low, high = _range(schema, "minItems", "maxItems", at)
        try:
            inner = self._expression(schema.get("items", True), spot.inside(f"{at}/items"))
        except _TooDeepError:
            if low:
                raise
            high = 0
        if high == 0:
            return self._rule(f'"[" {ws} "]"')
        item, high = self._rule(inner), max(MOST_ITEMS, low) if high is None else high
        more = f"{{{max(low - 1, 0)},{high - 1}}}"
        items = f'{item} ("," {ws} {item}){more}'  # not shown
        items = items if low else f"({items})?"
        return self._rule(f'"[" {ws} {items} {end} "]"')  # not shown

    def _object(self, schema: Mapping[str, Any], spot: _Spot) -> str:
        at = spot.at
        _only(schema, {"type", *_OF_TYPE["object"]}, at)
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        if not isinstance(properties, dict) or not isinstance(required, list):
            raise _refused(at, tr("properties are an object, and required is a list"))
        if missing := [name for name in map(str, required) if name not in properties]:
            raise _refused(at, tr("{name} is required and not described", name=repr(missing[0])))
        more = schema.get("additionalProperties", not properties)
        if more not in (False, True) and (properties or more != {}):
            raise _refused(at, tr("{word} is not supported", word="additionalProperties"))
        if not properties and more is not False:
            if spot.level >= MOST_NESTED:
                raise _TooDeepError
            return self._primitive(f"object{spot.level}")
        ws, end = self._blanks(spot.level + 1), self._blanks(spot.level)
        members, needed = [], []
        for name, one in properties.items():
            try:
                inner = self._expression(one, spot.inside(f"{at}/properties/{name}"))
            except _TooDeepError:
                if name in required:
                    raise
                continue  # it may be left out
            member = f'{literal(_written(name, at))} ":" {ONE_BLANK} {inner}'  # not shown
            members.append(self._rule(member))
            needed.append(name in required)
        inside = self._in_order(members, needed, ws)
        return self._rule(f'"{{" {ws} {inside} {end} "}}"')  # not shown

    def _in_order(self, members: Sequence[str], needed: Sequence[bool], ws: str) -> str:
        """The members in the schema's order, with those left out that may be.

        For each place two rules say what may still come: after the first member a comma stands
        before the next one.
        """
        first, later = '""', '""'
        for member, must in zip(reversed(members), reversed(needed), strict=True):
            after = later
            more = f'"," {ws} {member}'  # not shown
            later = self._rule(f"{more} {after}" if must else f"({more})? {after}")
            first = self._rule(f"{member} {after}" if must else f"{member} {after} | {first}")
        return first


def _each_type(kinds: list[Any], schema: Mapping[str, Any], at: str) -> list[dict[str, Any]]:
    """A schema for each of the types, with the words that are about it: a number or null."""
    about = [{"type"} | _OF_TYPE.get(str(one), set()) for one in kinds]
    _only(schema, set().union(*about), at)
    known = [{word: schema[word] for word in words & schema.keys()} for words in about]
    return [one | {"type": kind} for one, kind in zip(known, kinds, strict=True)]


def _chosen(schema: Mapping[str, Any], word: str, at: str) -> list[str]:
    """The values of an ``enum`` or ``const`` as JSON."""
    _only(schema, {word, "type"}, at)
    values = schema[word] if word == "enum" else [schema[word]]
    if not isinstance(values, list) or not values:
        raise _refused(at, tr("an enum is a list with something in it"))
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not kinds or not all(isinstance(kind, str) and kind in _TYPES for kind in kinds):
            raise _refused(at, tr("its type is not one that JSON has"))
        values = [value for value in values if any(_TYPES[kind](value) for kind in kinds)]
        if not values:
            raise _refused(at, tr("none of its values is of its type"))
    texts = [_written(value, at) for value in values]
    if sum(map(len, texts)) > MOST_CHARACTERS:
        raise _too_large()
    return texts


def _only(schema: Mapping[str, Any], known: set[str], at: str) -> None:
    if unknown := sorted(schema.keys() - known - _NOTES):
        raise _refused(at, tr("{word} is not supported", word=str(unknown[0])))


def _range(schema: Mapping[str, Any], low: str, high: str, at: str) -> tuple[int, int | None]:
    least, most = schema.get(low, 0), schema.get(high)
    for value in (least, most if most is not None else 0):
        if type(value) is not int or not 0 <= value <= MOST_REPEATED:
            raise _refused(
                at,
                tr("{low} and {high} go from 0 to {most}", low=low, high=high, most=MOST_REPEATED),
            )
    if most is not None and most < least:
        raise _refused(at, tr("{high} is smaller than {low}", low=low, high=high))
    return least, most


def _written(value: object, at: str) -> str:
    """A value as JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    except ValueError as error:
        raise _refused(at, tr("a value in it is not JSON")) from error
    if any("\ud800" <= character <= "\udfff" for character in text):
        return json.dumps(value)  # half a character is written as its escape
    return text


def _too_large() -> InvalidValueError:
    return InvalidValueError(tr("The schema is too large for a grammar."), data="", action="")


def _too_deep(at: str, most: int) -> InvalidValueError:
    return _refused(at, tr("it nests more than {most} deep", most=most))


def _refused(at: str, why: str) -> InvalidValueError:
    return InvalidValueError(
        tr("The schema cannot be used at {place}: {why}.", place=at, why=why), data="", action=""
    )
