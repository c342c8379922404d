"""Whether a value fits a JSON schema, for the words that grammars can be made of. Pure.

Written against the specification (JSON Schema 2020-12), not against the grammar: the two must not
share a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from app.domain.grammar.pattern_check import finds

_DEEPEST = 200


def fits(value: object, schema: object) -> bool:
    """Whether it does."""
    return _Check(schema).fits(value, schema, 0)


def properties_at(value: object, schema: object, way: Sequence[str | int]) -> Mapping[str, object]:
    """The members that an object within a value may have by a schema; empty where that is open.

    Args:
        value: The whole value, which fits.
        schema: The whole schema.
        way: The names of members, and numbers of items from 1, that lead to the object.
    """
    return _Check(schema).properties_at(value, schema, way)


class _Check:
    """A whole schema, into which references point."""

    def __init__(self, whole: object) -> None:
        self._whole = whole

    def fits(self, value: object, schema: object, depth: int) -> bool:
        """Whether a value fits a schema within the whole."""
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return False
        if "$ref" in schema and not self.fits(value, self._found(schema["$ref"]), depth + 1):
            return False
        if "enum" in schema and not any(_same(value, one) for one in schema["enum"]):
            return False
        if "const" in schema and not _same(value, schema["const"]):
            return False
        for word in ("anyOf", "oneOf"):
            if word in schema:
                fitting = sum(self.fits(value, one, depth + 1) for one in schema[word])
                if not fitting or (word == "oneOf" and fitting > 1):
                    return False
        kinds = schema.get("type")
        if kinds is not None and not _is_one_of(value, kinds):
            return False
        return self._within(value, schema, depth)

    def properties_at(
        self, value: object, schema: object, way: Sequence[str | int]
    ) -> Mapping[str, object]:
        """See :func:`properties_at`; of several schemas that one counts which the value fits."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, dict):
                return {}
            either = [one for word in ("anyOf", "oneOf") for one in schema.get(word, ())]
            fitting = next((one for one in either if self.fits(value, one, 0)), None)
            if "$ref" in schema:
                schema = self._found(schema["$ref"])
            elif fitting is not None and not {"properties", "items"} & schema.keys():
                schema = fitting
            elif not way:
                known: Mapping[str, object] = schema.get("properties", {})
                return known
            else:
                step, *way = way
                value, schema = _stepped(value, schema, step)
        return {}

    def _found(self, to: object) -> object:
        found = self._whole
        for step in str(to).removeprefix("#").split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key, False) if isinstance(found, dict) else False
        return found

    def _within(self, value: object, schema: Mapping[str, Any], depth: int) -> bool:
        match value:
            case bool() | None:
                return True
            case int() | float():
                return _in_bounds(value, schema)
            case str():
                return _text_fits(value, schema)
            case list():
                items = schema.get("items", True)
                return schema.get("minItems", 0) <= len(value) <= schema.get(
                    "maxItems", len(value)
                ) and all(self.fits(one, items, depth + 1) for one in value)
            case dict():
                return self._object_fits(value, schema, depth)
        return False

    def _object_fits(self, value: dict[str, object], schema: Mapping[str, Any], depth: int) -> bool:
        properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        if any(name not in value for name in schema.get("required", ())):
            return False
        return all(
            self.fits(one, properties.get(name, more), depth + 1) for name, one in value.items()
        )


def _stepped(value: object, schema: Mapping[str, Any], step: str | int) -> tuple[object, object]:
    """A member or an item of a value, and its schema; None where there is none."""
    if isinstance(value, dict) and isinstance(step, str):
        known = schema.get("properties", {})
        return value.get(step), known.get(step, schema.get("additionalProperties"))
    if isinstance(value, list) and isinstance(step, int) and 0 < step <= len(value):
        return value[step - 1], schema.get("items")
    return None, None


def _is_one_of(value: object, kinds: object) -> bool:
    return any(_is_a(value, kind) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _is_a(value: object, kind: object) -> bool:
    match kind:
        case "integer":
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return whole and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
    kinds = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}
    return isinstance(value, kinds.get(str(kind), ()))


def _same(one: object, other: object) -> bool:
    """Equal as JSON: true is not 1, in lists and objects neither."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _in_bounds(value: float, schema: Mapping[str, Any]) -> bool:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return not (
        (low is not None and value < low)
        or (high is not None and value > high)
        or (above is not None and value <= above)
        or (below is not None and value >= below)
    )


def _text_fits(value: str, schema: Mapping[str, Any]) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return False
    if "pattern" in schema and not finds(schema["pattern"], value):
        return False
    try:
        match schema.get("format"):
            case "date":
                date.fromisoformat(value)
            case "time":
                time.fromisoformat(value)
            case "date-time":
                day, _, clock = value.partition("T")
                date.fromisoformat(day)
                time.fromisoformat(clock)
    except ValueError:
        return False
    return True
