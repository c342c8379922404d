"""A JSON schema as a GBNF grammar, so that an answer can only be what the schema allows. Pure.

What the grammar cannot hold a model to is refused, never ignored: whoever sends a schema relies on
every word of it. One word is held in part: ``oneOf`` is read as ``anyOf``, so an answer fits one of
its schemas at least, and exactly one where they exclude each other, as they usually do.
GBNF: llama.cpp's ``grammars/README.md``; JSON: RFC 8259.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from decimal import Decimal
from math import ceil, floor
from typing import Any

from app.domain.errors import InvalidValueError
from app.domain.grammar.whole_numbers import MOST_DIGITS, whole_numbers
from app.language import tr

MOST_CHARACTERS = 60_000  # of a grammar; the engine takes 64 KiB
DEEPEST = 32  # schemas in one another
MOST_REPEATED = 1_000  # repetitions that a bound may name: llama.cpp writes out each
LONGEST_TEXT = 1_000  # characters of a text, where the schema names no bound
MOST_ITEMS = 100  # of an array or object, likewise

_PRIMITIVES = {  # not shown: GBNF
    "ws": r'| " " | "\n" [ \t]{0,20}',
    "char": r'[^"\\\x00-\x1f\x7f] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] '
    r"[0-9a-fA-F] [0-9a-fA-F])",
    "string": rf'"\"" char{{0,{LONGEST_TEXT}}} "\""',
    "integer": r'"-"? ("0" | [1-9] [0-9]{0,15})',
    "number": r'integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?',
    "boolean": r'"true" | "false"',
    "null": r'"null"',
    "value": "object | array | string | number | boolean | null",
    "object": rf'"{{" ws (member ("," ws member){{0,{MOST_ITEMS - 1}}})? "}}"',
    "member": r'string ":" ws value ws',
    "array": rf'"[" ws (value ws ("," ws value ws){{0,{MOST_ITEMS - 1}}})? "]"',
    "date": r'[12] [0-9] [0-9] [0-9] "-" ('
    r'("0" [13578] | "1" [02]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])'
    r' | ("0" [469] | "11") "-" ("0" [1-9] | [12] [0-9] | "30")'
    r' | "02-" ("0" [1-9] | "1" [0-9] | "2" [0-8]))'
    r' | [12] [0-9] ("0" [48] | [2468] [048] | [13579] [26]) "-02-29"',
    "time": r'([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,9})? '
    r'("Z" | [-+] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])',
}
DATE = _PRIMITIVES["date"]
"""GBNF of the days from 1000 to 2999, as YYYY-MM-DD."""
_NEEDS = {
    "string": ("char",),
    "number": ("integer",),
    "value": ("object", "array", "string", "number", "boolean", "null"),
    "object": ("ws", "member"),
    "member": ("string", "ws", "value"),
    "array": ("ws", "value"),
}
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
_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_OF_TYPE = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"format", "pattern", "minLength", "maxLength"},
}


def grammar_for(schema: object) -> str:
    """The grammar of texts that are JSON and fit ``schema``.

    Raises:
        InvalidValueError: It is no schema, or says something that no grammar of ours can hold an
            answer to; the sentence names it and where it stands.
    """
    return _Grammar(schema).text()


def any_object() -> str:
    """The grammar of any JSON object."""
    return grammar_for({"type": "object"})


class _Grammar:
    """Rules by name, made of one schema.

    Args:
        schema: The whole of it; references point into it.
    """

    def __init__(self, schema: object) -> None:
        self._schema = schema
        self._rules: dict[str, str] = {}
        self._references: dict[str, str] = {}
        self._count = 0

    def text(self) -> str:
        """The grammar, its root first."""
        root = self._expression(self._schema, "#", 0)
        self._refuse_endless()
        rules = {"root": root, **self._rules}
        text = "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())
        if len(text) > MOST_CHARACTERS:
            raise InvalidValueError(tr("The schema is too large for a grammar."))
        return text

    # --- rules ------------------------------------------------------------------------------

    def _primitive(self, name: str) -> str:
        if name not in self._rules:
            self._rules[name] = _PRIMITIVES[name]
            for needed in _NEEDS.get(name, ()):
                self._primitive(needed)
        return name

    def _rule(self, expression: str) -> str:
        """A rule of its own for ``expression``; a name is one already."""
        if expression in self._rules:
            return expression
        self._count += 1
        name = f"r{self._count}"
        self._rules[name] = expression
        return name

    # --- schemas ----------------------------------------------------------------------------

    def _expression(self, schema: object, at: str, depth: int) -> str:
        """What fits ``schema``, which stands at ``at`` of the whole."""
        if depth > DEEPEST:
            raise _refused(at, tr("it nests more than {most} deep", most=DEEPEST))
        if schema is True or schema == {}:
            return self._primitive("value")
        if not isinstance(schema, dict):
            raise _refused(at, tr("a schema is an object"))
        if "$ref" in schema:
            _only(schema, {"$ref"}, at)
            return self._reference(schema["$ref"], at, depth)
        for word in ("enum", "const"):
            if word in schema:
                return self._chosen(schema, word, at)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                _only(schema, {word}, at)
                return self._either(schema[word], f"{at}/{word}", depth)
        return self._typed(schema, at, depth)

    def _typed(self, schema: Mapping[str, Any], at: str, depth: int) -> str:
        """What fits a schema that names a type."""
        kind = schema.get("type")
        if isinstance(kind, list) and kind and len(schema.keys() - _NOTES) == 1:
            return self._either([{"type": one} for one in kind], at, depth)
        if kind == "object":
            return self._object(schema, at, depth)
        if kind == "array":
            return self._array(schema, at, depth)
        if kind == "string":
            return self._string(schema, at)
        if kind in ("integer", "number") and schema.keys() & _BOUNDS:
            return self._rule(_whole(schema, at) if kind == "integer" else _number(schema, at))
        _only(schema, {"type"}, at)
        if kind not in _SIMPLE:
            raise _refused(at, tr("its type is not one that JSON has"))
        return self._primitive(str(kind))

    def _reference(self, to: object, at: str, depth: int) -> str:
        if not isinstance(to, str) or not to.startswith("#"):
            raise _refused(at, tr("a reference must point into the schema itself"))
        if to not in self._references:
            self._count += 1
            name = self._references[to] = f"r{self._count}"
            found = self._target(to, at)
            self._rules[name] = ""  # it may refer to itself
            self._rules[name] = expression = self._expression(found, to, depth + 1)
            if expression == name:
                raise _refused(to, tr("it refers to nothing but itself"))
        return self._references[to]

    def _target(self, to: str, at: str) -> object:
        """The schema that a reference means."""
        found = self._schema
        for step in to.removeprefix("#").split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or key not in found:
                raise _refused(at, tr("{reference} is not in the schema", reference=to))
            found = found[key]
        return found

    def _refuse_endless(self) -> None:
        """Refuse a schema that must hold itself, and so on: nothing that ends fits it."""
        endless, before = set(self._references), -1
        while len(endless) != before:
            before = len(endless)
            endless = {to for to in endless if not _can_end(self._target(to, to), endless)}
        if endless:
            to = min(endless)
            raise _refused(to, tr("what fits it would have no end, since it must hold itself"))

    def _chosen(self, schema: Mapping[str, Any], word: str, at: str) -> str:
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
        return self._rule(" | ".join(literal(_written(value, at)) for value in values))

    def _either(self, choices: object, at: str, depth: int) -> str:
        """What fits at least one of the schemas.

        ``oneOf`` is read as ``anyOf``: a grammar offers choices and cannot count how many of them
        a text fits, so an answer that fits two of them is let pass.
        """
        if not isinstance(choices, list) or not choices:
            raise _refused(at, tr("it is a list with something in it"))
        found = [
            self._expression(one, f"{at}/{index}", depth + 1) for index, one in enumerate(choices)
        ]
        return self._rule(" | ".join(found))

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

    def _pattern(self, pattern: object, least: int, most: int | None, at: str) -> str:
        from app.domain.grammar.pattern_grammar import pattern_rules
        from app.domain.grammar.patterns import PatternError

        if not isinstance(pattern, str):
            raise _refused(at, tr("a pattern is a text"))
        self._primitive("char")
        self._count += 1
        try:
            rules = pattern_rules(pattern, least, most, f"p{self._count}")
        except PatternError as error:
            raise _refused(at, tr("its pattern cannot be used: {why}", why=str(error))) from error
        self._rules |= rules
        return next(iter(rules))

    def _array(self, schema: Mapping[str, Any], at: str, depth: int) -> str:
        _only(schema, {"type", *_OF_TYPE["array"]}, at)
        low, high = _range(schema, "minItems", "maxItems", at)
        item = self._rule(self._expression(schema.get("items", True), f"{at}/items", depth + 1))
        self._primitive("ws")
        if high == 0:
            return self._rule('"[" ws "]"')
        high = max(MOST_ITEMS, low) if high is None else high
        more = f"{{{max(low - 1, 0)},{high - 1}}}"
        items = f'{item} ws ("," ws {item} ws){more}'  # not shown
        return self._rule(f'"[" ws {items} "]"' if low else f'"[" ws ({items})? "]"')  # not shown

    def _object(self, schema: Mapping[str, Any], at: str, depth: int) -> str:
        _only(schema, {"type", *_OF_TYPE["object"]}, at)
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        if not isinstance(properties, dict) or not isinstance(required, list):
            raise _refused(at, tr("properties are an object, and required is a list"))
        if missing := [name for name in required if name not in properties]:
            raise _refused(at, tr("{name} is required and not described", name=repr(missing[0])))
        if not properties:
            if schema.get("additionalProperties", True) is False:
                self._primitive("ws")
                return self._rule('"{" ws "}"')
            return self._primitive("object")
        if schema.get("additionalProperties", False) not in (False, True):
            raise _refused(at, tr("{word} is not supported", word="additionalProperties"))
        self._primitive("ws")
        members = [
            self._rule(  # not shown
                f'{literal(_written(name, at))} ":" ws '  # not shown
                f"{self._expression(one, f'{at}/properties/{name}', depth + 1)} ws"
            )
            for name, one in properties.items()
        ]
        needed = [name in required for name in properties]
        return self._rule(f'"{{" ws {self._in_order(members, needed)} "}}"')  # not shown

    def _in_order(self, members: Sequence[str], needed: Sequence[bool]) -> str:
        """The members in the schema's order, with those left out that may be.

        For each place two rules say what may still come: after the first member a comma stands
        before the next one.
        """
        first, later = '""', '""'
        for member, must in zip(reversed(members), reversed(needed), strict=True):
            after = later
            more = f'"," ws {member}'  # not shown
            later = f"{more} {after}" if must else f"({more})? {after}"
            later = self._rule(later)
            first = f"{member} {after}" if must else f"{member} {after} | {first}"
            first = self._rule(first)
        return first


def _can_end(schema: object, endless: Set[str]) -> bool:
    """Whether something that ends fits a schema, where nothing does for some references."""
    if not isinstance(schema, dict) or "enum" in schema or "const" in schema:
        return True
    if "$ref" in schema:
        return schema["$ref"] not in endless
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return any(_can_end(one, endless) for one in schema[word])
    if schema.get("type") == "object":
        inside = [schema["properties"][name] for name in schema.get("required", [])]
        return all(_can_end(one, endless) for one in inside)
    if schema.get("type") == "array" and schema.get("minItems"):
        return _can_end(schema.get("items", True), endless)
    return True


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


def _whole(schema: Mapping[str, Any], at: str) -> str:
    """Whole numbers within the bounds of a schema."""
    _only(schema, {"type", *_BOUNDS}, at)
    given = _limits(schema, at)
    lows = [ceil(given["minimum"])] if "minimum" in given else []
    lows += [floor(given["exclusiveMinimum"]) + 1] if "exclusiveMinimum" in given else []
    highs = [floor(given["maximum"])] if "maximum" in given else []
    highs += [ceil(given["exclusiveMaximum"]) - 1] if "exclusiveMaximum" in given else []
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and high < low:
        raise _refused(at, tr("no number is within its bounds"))
    return whole_numbers(low, high)


def _number(schema: Mapping[str, Any], at: str) -> str:
    """Numbers within the bounds of a schema."""
    from app.domain.grammar.decimals import BoundsError, decimals

    _only(schema, {"type", *_BOUNDS}, at)
    given = _limits(schema, at)
    lows = [(given[n], n != "minimum") for n in ("minimum", "exclusiveMinimum") if n in given]
    highs = [(-given[n], n != "maximum") for n in ("maximum", "exclusiveMaximum") if n in given]
    low, above = max(lows, default=(None, False))
    high, below = max(highs, default=(None, False))
    try:
        return decimals(low, None if high is None else -high, above=above, below=below)
    except BoundsError as error:
        raise _refused(at, tr("no number is within its bounds")) from error


def _limits(schema: Mapping[str, Any], at: str) -> dict[str, Decimal]:
    """The bounds of a number by their names."""
    found = {}
    for name in sorted(_BOUNDS & schema.keys()):
        value = schema[name]
        bound = Decimal(repr(value)) if type(value) in {int, float} else Decimal("NaN")
        digits = len(bound.normalize().as_tuple().digits)
        if not bound.is_finite() or digits > MOST_DIGITS or abs(bound.adjusted()) >= MOST_DIGITS:
            raise _refused(at, tr("a bound is a number of at most {most} digits", most=MOST_DIGITS))
        found[name] = bound
    return found


def _written(value: object, at: str) -> str:
    """A value as JSON."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    except ValueError as error:
        raise _refused(at, tr("a value in it is not JSON")) from error


def literal(text: str) -> str:
    """A text of GBNF that stands for ``text`` itself."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        text = json.dumps(json.loads(text))  # half a character is written as its escape
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escape(character) for character in escaped) + '"'


def _escape(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def _refused(at: str, why: str) -> InvalidValueError:
    return InvalidValueError(
        tr("The schema cannot be used at {place}: {why}.", place=at, why=why), data="", action=""
    )
