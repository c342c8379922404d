"""In how many ways the sampler may have to read a text at once that fits a JSON schema. Pure.

llama.cpp follows all alternatives that begin alike side by side. Where such stand in one another
their number is multiplied, and each answer would be slower than the one before until nothing moves.
Counted for schemas that became a grammar: whatever is odd in them has been refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.grammar.primitives import MOST_NESTED
from app.domain.grammar.references import SchemaReferences

MOST_READINGS = 64
"""Ways in which the sampler may have to read a text at once."""
_MOST = 10**6  # counted no further
_ANY = '{["-tfn'
_BEGINNINGS = {
    "object": "{", "array": "[", "string": '"', "integer": "-", "number": "-", "boolean": "tf",
    "null": "n",
}  # fmt: skip


def most_readings(schema: object, references: SchemaReferences) -> int:
    """The greatest number of ways in which the beginning of a text can be read."""
    return _Readings(references).most(schema, 0)


class _Readings:
    def __init__(self, references: SchemaReferences) -> None:
        self._references = references
        self._known: dict[tuple[int, int], int] = {}

    def most(self, schema: object, level: int) -> int:
        """Of what fits a schema inside so many objects and arrays."""
        key = id(schema), level
        if key not in self._known:
            self._known[key] = 1  # what holds itself further in is counted at its own level
            self._known[key] = self._counted(schema, level)
        return self._known[key]

    def _counted(self, schema: object, level: int) -> int:
        if level > MOST_NESTED + 32:  # a schema itself nests less
            return 1
        alike: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in self._alternatives(schema, level, set()):
            for beginning in _beginnings(one):
                alike[beginning].append(one)
        return max((self._of_group(group, level) for group in alike.values()), default=1)

    def _of_group(self, group: Sequence[dict[str, Any]], level: int) -> int:
        """Of alternatives that begin with the same character."""
        if len(group) > MOST_READINGS:
            return len(group)
        each = [self._inside(one, level) for one in group]
        together = 0
        for one, inside in zip(group, each, strict=True):
            others = (
                count
                for other, count in zip(group, each, strict=True)
                if other is not one and not self._told_apart(one, other)
            )
            together = max(together, inside + sum(others))
        return min(max(together, len(group)), _MOST)

    def _inside(self, schema: Mapping[str, Any], level: int) -> int:
        kind = schema.get("type")
        if kind == "object":
            inner = schema.get("properties", {}).values()
            return max((self.most(one, level + 1) for one in inner), default=1)
        if kind == "array":
            return self.most(schema.get("items", True), level + 1)
        return 1

    def _alternatives(self, schema: object, level: int, seen: set[str]) -> Iterator[dict[str, Any]]:
        """What a schema offers, where it stands: references and choices in it followed."""
        if not isinstance(schema, dict) or not schema:
            yield {}
            return
        if "$ref" in schema:
            to = schema["$ref"]
            target = self._references.target(to)
            deep = level > MOST_NESTED and self._references.holds_itself(to)
            if target is not None and to not in seen and not deep:
                seen.add(to)  # what it offers is offered once
                yield from self._alternatives(target.schema, level, seen)
            return
        for word in ("anyOf", "oneOf"):
            if word in schema:
                for one in schema[word]:
                    yield from self._alternatives(one, level, seen)
                return
        if isinstance(schema.get("type"), list) and not schema.keys() & {"enum", "const"}:
            yield from ({"type": one} for one in schema["type"])
            return
        yield schema

    def _told_apart(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        """Whether two objects differ before anything that nests."""
        mine, others = one.get("properties"), other.get("properties")
        if not mine or not others:
            return False
        for (name, inner), (name_2, inner_2) in zip(mine.items(), others.items(), strict=False):
            if name not in one.get("required", ()) or name_2 not in other.get("required", ()):
                return False
            if name != name_2:
                return True
            first, second = _values(inner), _values(inner_2)
            if first is not None and second is not None and not first & second:
                return True
            if _nests(inner) or _nests(inner_2):
                return False
        return len(mine) != len(others)


def _beginnings(schema: Mapping[str, Any]) -> str:
    if schema.keys() & {"enum", "const"}:
        return ""  # all of them are one tree
    return _BEGINNINGS.get(str(schema.get("type")), _ANY)


def _values(schema: object) -> set[str] | None:
    """The values that are named, None where others fit."""
    if isinstance(schema, dict) and "const" in schema:
        return {repr(schema["const"])}
    if isinstance(schema, dict) and "enum" in schema:
        return set(map(repr, schema["enum"]))
    return None


def _nests(schema: object) -> bool:
    """Whether an object or array may fit."""
    if not isinstance(schema, dict) or not schema:
        return True
    if schema.keys() & {"enum", "const"}:
        return False
    kinds = schema.get("type")
    return not set(kinds if isinstance(kinds, list) else [kinds]) <= {
        "string", "integer", "number", "boolean", "null",
    }  # fmt: skip
