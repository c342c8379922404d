"""What the references in a JSON schema mean, and which of them come back to themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferredSchema:
    """What a reference means.

    Attributes:
        schema: Whatever stands there.
    """

    schema: object


class SchemaReferences:
    """The references of one schema.

    Args:
        whole: The schema.
    """

    def __init__(self, whole: object) -> None:
        self._whole = whole
        self._reached: dict[str, frozenset[str]] = {}

    def target(self, to: object) -> ReferredSchema | None:
        """What a reference means; None where it is none, or nothing stands there."""
        if not isinstance(to, str) or not to.startswith("#"):
            return None
        found = self._whole
        for step in to.removeprefix("#").split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or key not in found:
                return None
            found = found[key]
        return ReferredSchema(found)

    def holds_itself(self, to: str) -> bool:
        """Whether what fits a reference may hold what fits it again, and so on."""
        return to in self._from(to)

    def grows(self, to: str) -> bool:
        """Whether what fits a reference may nest without bounds."""
        reached = self._from(to)
        return to in reached or any(self.holds_itself(one) for one in reached)

    def _from(self, to: str) -> frozenset[str]:
        """The references that one leads to."""
        if to not in self._reached:
            found: set[str] = set()
            waiting = [to]
            while waiting:
                target = self.target(waiting.pop())
                for one in _named(target.schema) if target is not None else ():
                    if one not in found:
                        found.add(one)
                        waiting.append(one)
            self._reached[to] = frozenset(found)
        return self._reached[to]

    def endless(self, used: Set[str]) -> set[str]:
        """Those of the references that only something without an end would fit."""
        endless, before = set(used), -1
        while len(endless) != before:
            before = len(endless)
            targets = {to: self.target(to) for to in endless}
            endless = {
                to for to, found in targets.items() if found and not _can_end(found.schema, endless)
            }
        return endless


def _named(schema: object) -> Iterator[str]:
    """The references within a schema."""
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("$ref"), str):
                yield one["$ref"]
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _can_end(schema: object, endless: Set[str]) -> bool:
    """Whether something that ends fits a schema, where nothing does for some references."""
    if not isinstance(schema, dict) or "enum" in schema or "const" in schema:
        return True
    if "$ref" in schema:
        return str(schema["$ref"]) not in endless
    for word in ("anyOf", "oneOf"):
        if isinstance(schema.get(word), list):
            return any(_can_end(one, endless) for one in schema[word])
    properties, required = schema.get("properties"), schema.get("required")
    if schema.get("type") == "object" and isinstance(properties, dict):
        names = [one for one in required if isinstance(one, str)] if required else []
        return all(_can_end(properties.get(name), endless) for name in names)
    if schema.get("type") == "array" and schema.get("minItems"):
        return _can_end(schema.get("items", True), endless)
    return True
