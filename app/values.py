"""Classes of values, whose methods are made when they are first needed.

:func:`dataclass` takes the place of the library's. That compiles up to six functions for each class
while its module is imported, which was a quarter of the window's start; of most classes a start
makes no object. Here the library still reads the fields and makes the class (slots, defaults,
``__match_args__``, :func:`dataclasses.fields`, :func:`dataclasses.replace`), its comparing methods
are closures over the fields' names, and ``__init__`` is compiled with the first object.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]  # not shown

_LATER = object()
"""What stands for an argument that was left out and is made anew for each object."""


def lazy_dataclass(
    *, frozen: bool = False, eq: bool = True, order: bool = False, **others: Any
) -> Callable[[type], type]:
    """The decorator; see :func:`dataclasses.dataclass` for what its words mean.

    A class with an order gets the library's methods at once. There is no ``InitVar``, and a frozen
    class and one that is not may not inherit each other, which only the type checker sees.
    """
    if order:
        return dataclasses.dataclass(frozen=frozen, eq=eq, order=True, **others)

    def decorate(cls: type) -> type:
        if not cls.__doc__:
            cls.__doc__ = cls.__name__  # else the library asks for a signature to put there
        made: type = dataclasses.dataclass(init=False, repr=False, eq=False, **others)(cls)
        _add_methods(made, frozen=frozen, eq=eq)
        return made

    return decorate


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = lazy_dataclass


def _add_methods(made: type, *, frozen: bool, eq: bool) -> None:
    """Give a class the methods that it does not define itself."""
    fields = dataclasses.fields(made)
    own = dict(vars(made))
    hashed = own.get("__hash__") is not None or ("__hash__" in own and "__eq__" not in own)
    methods: dict[str, Any] = {
        "__init__": _first_init(made, frozen=frozen),
        "__repr__": _represented,
    }
    if eq:
        methods["__eq__"] = _equal(_values([one.name for one in fields if one.compare]))
    if frozen:
        names = frozenset(one.name for one in fields)
        methods |= {
            "__setattr__": _refused_set(made, names),
            "__delattr__": _refused_delete(made, names),
            "__getstate__": _state,
            "__setstate__": _restore,
        }
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    if eq and not hashed:
        counted = [one.name for one in fields if (one.compare if one.hash is None else one.hash)]
        made.__hash__ = _hashed(_values(counted)) if frozen else None  # type: ignore[method-assign, assignment]


def _values(names: Sequence[str]) -> Callable[[object], tuple[object, ...]]:
    """What reads these attributes of an object."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _of: ()
    read = attrgetter(names[0])
    return lambda of: (read(of),)


def _equal(values: Callable[[object], object]) -> Callable[[Any, object], Any]:
    def equal(self: Any, other: object) -> Any:
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    return equal


def _hashed(values: Callable[[object], object]) -> Callable[[Any], int]:
    return lambda self: hash(values(self))


def _refused_set(made: Any, names: frozenset[str]) -> Callable[[Any, str, object], None]:
    def refuse(self: Any, name: str, value: object) -> None:
        if type(self) is made or name in names:
            told = f"cannot assign to field {name!r}"  # not shown
            raise dataclasses.FrozenInstanceError(told)
        super(made, self).__setattr__(name, value)

    return refuse


def _refused_delete(made: Any, names: frozenset[str]) -> Callable[[Any, str], None]:
    def refuse(self: Any, name: str) -> None:
        if type(self) is made or name in names:
            told = f"cannot delete field {name!r}"  # not shown
            raise dataclasses.FrozenInstanceError(told)
        super(made, self).__delattr__(name)

    return refuse


@recursive_repr()
def _represented(self: Any) -> str:
    shown = (
        f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr
    )
    return f"{self.__class__.__qualname__}({', '.join(shown)})"  # not shown


def _state(self: Any) -> list[object]:
    """What :mod:`copy` keeps of an object that cannot be assigned to."""
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _restore(self: Any, state: Sequence[object]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


def _first_init(made: type, *, frozen: bool) -> Callable[..., None]:
    """The ``__init__`` of a class without an object yet: it puts the real one in its place."""

    def first(self: Any, *values: object, **named: object) -> None:
        made.__init__ = init = _init_of(made, frozen=frozen)  # type: ignore[misc]
        init(self, *values, **named)

    return first


def _init_of(made: type, *, frozen: bool) -> Callable[..., None]:
    """The ``__init__`` of a class: takes its fields, and lets it see to them at the end."""
    known: dict[str, Any] = {"_later": _LATER, "_set": object.__setattr__}
    in_order: list[str] = ["self"]
    by_name: list[str] = []
    body: list[str] = []
    for one in dataclasses.fields(made):
        name, value = one.name, one.name
        default = ""
        if one.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = one.default
            default = f"_default_{name}"
            value = name if one.init else default
        elif one.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = one.default_factory
            default = "_later"
            made_anew = f"_make_{name}()"
            value = f"{made_anew} if {name} is _later else {name}"  # not shown
            if not one.init:
                value = made_anew
        elif not one.init:
            continue
        if one.init:
            (by_name if one.kw_only else in_order).append(f"{name}={default}" if default else name)
        put = f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}"  # not shown
        body.append(put)
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    words = ", ".join([*in_order, *(["*", *by_name] if by_name else [])])
    text = f"def __init__({words}):\n " + "\n ".join(body or ["pass"])
    exec(text, known)  # noqa: S102 - of names of fields alone
    init: Callable[..., None] = known["__init__"]
    init.__qualname__, init.__module__ = f"{made.__qualname__}.__init__", made.__module__
    return init
