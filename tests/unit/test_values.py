"""Value classes do what the library's do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from app.values import dataclass as ours

library = dataclasses.dataclass
MADE: list[Callable[..., Any]] = [library, ours]


def shapes(make: Any) -> dict[str, type]:
    @make(frozen=True, slots=True)
    class Point:
        x: int
        y: float = 0.5
        tags: list[str] = field(default_factory=list, compare=False)
        note: str = field(default="", repr=False)

    @make(frozen=True, slots=True)
    class Named(Point):
        name: str = "none"

    @make(slots=True)
    class Counter:
        start: int
        now: int = field(init=False)
        step: int = field(default=1, kw_only=True)
        log: list[int] = field(default_factory=list, init=False)

        def __post_init__(self) -> None:
            self.now = self.start

    @make(frozen=True, slots=True)
    class Nothing:
        pass

    @make(frozen=True, slots=True)
    class Own:
        x: float

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own) and round(other.x) == round(self.x)

        def __hash__(self) -> int:
            return round(self.x)

        def __repr__(self) -> str:
            return "own"

    @make(frozen=True, slots=True, eq=False)
    class Single:
        x: int

    @make(frozen=True, slots=True, order=True)
    class Ordered:
        x: int

    found = (Point, Named, Counter, Nothing, Own, Single, Ordered)
    return {one.__name__: one for one in found}


def seen(do: Callable[[], object]) -> object:
    """What came of it, without which of the two made it."""
    try:
        return str(do()).replace(":", "")
    except (TypeError, AttributeError) as error:
        return type(error).__name__, str(error)


CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Point", (1,), {}), ("Point", (1, 2.0), {"note": "n"}), ("Point", (), {"x": 3, "tags": ["a"]}),
    ("Point", (), {}), ("Point", (1,), {"z": 1}), ("Named", (1,), {"name": "n"}),
    ("Counter", (4,), {"step": 2}), ("Counter", (4, 2), {}), ("Nothing", (), {}),
    ("Own", (1.2,), {}), ("Single", (1,), {}), ("Ordered", (2,), {}), ("Nothing", (1,), {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "named"), CALLS)
def test_objects_are_as_the_librarys(
    name: str, values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    told = []
    for make in MADE:
        cls = shapes(make)[name]
        rows: list[object] = [seen(lambda cls=cls: cls(*values, **named))]
        if not isinstance(rows[0], tuple):
            one, same = cls(*values, **named), cls(*values, **named)
            other = shapes(make)[name](*values, **named)
            rows += [one == same, one != same, one == one, one == other, one == 1]
            rows += [one.__hash__ is None]
            if one.__hash__ is not None and name != "Single":
                rows.append(hash(one) == hash(same))
            rows.append([(f.name, f.init, f.repr, f.compare) for f in dataclasses.fields(one)])
            rows.append(dataclasses.asdict(one))
            rows.append(cls.__match_args__)
            rows.append(seen(lambda one=one: copy.copy(one)))
            if dataclasses.fields(one):  # else the library speaks of super()
                rows.append(seen(lambda one=one: setattr(one, "x", 9)))
                rows.append(seen(lambda one=one: delattr(one, "x")))
            rows.append(seen(lambda one=one: dataclasses.replace(one, x=5)))
            rows.append(hasattr(one, "__dict__"))
            rows.append(seen(lambda one=one, same=same: one < same))
        told.append(rows)
    assert told[0] == told[1]


@ours(frozen=True, slots=True)
class Sent:
    """At module level, as pickle needs it."""

    text: str
    number: float = float("nan")


def test_a_frozen_object_survives_a_pickle_and_is_equal_to_itself() -> None:
    one = Sent("a")
    assert pickle.loads(pickle.dumps(Sent("b", 2.0))) == Sent("b", 2.0)
    assert one == one
    assert Sent.__init__.__qualname__ == "Sent.__init__"
