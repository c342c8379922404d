"""Value classes as :func:`dataclasses.dataclass` makes them, in a quarter of the time.

A start makes some three hundred of them. The library writes the source of up to six methods for
each and compiles it, half a millisecond a class (CPython 3.11, on the machine of
``app/decisions/0037-the-start.md``), and most are never made an object of before the first frame.
Here comparing, hashing, showing and refusing to change are functions that need no source of their
own, and ``__init__`` is compiled when the first object is made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]  # not shown

_KNOWN = {"slots", "kw_only"}  # not shown

if TYPE_CHECKING:
    from dataclasses import dataclass  # type checkers know its ways
else:

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, **options: Any
    ) -> Any:
        """As :func:`dataclasses.dataclass`.

        Args:
            cls: The class; None where the decorator is called with options.
            frozen: Whether objects refuse to be changed.
            eq: Whether objects of equal fields are equal.
            options: Its other ones; with more than ``slots`` and ``kw_only`` the library does it.
        """

        def made(cls: type) -> type:
            if options.keys() - _KNOWN:
                return dataclasses.dataclass(frozen=frozen, eq=eq, **options)(cls)
            return _value_class(cls, frozen=frozen, eq=eq, **options)

        return made if cls is None else made(cls)


def _value_class(
    cls: type, *, frozen: bool, eq: bool, slots: bool = False, kw_only: bool = False
) -> type:
    own = set(vars(cls))
    plain: Any = dataclasses.dataclass(
        init=False, repr=False, eq=False, slots=slots, kw_only=kw_only
    )(cls)
    fields = dataclasses.fields(plain)
    methods: dict[str, Any] = {"__repr__": _shown}
    if eq:
        methods["__eq__"], hashed = _compared([one.name for one in fields if one.compare])
        # As the library does: what can change and is compared by its fields has no hash.
        methods["__hash__"] = hashed if frozen else None
        if "__eq__" in own and "__hash__" in own and vars(cls)["__hash__"] is None:
            own.remove("__hash__")  # Python put it there because of __eq__
    if frozen:
        names = frozenset(one.name for one in fields)
        methods["__setattr__"], methods["__delattr__"] = _refused(plain, names)
        if slots:
            methods["__getstate__"], methods["__setstate__"] = _state, _set_state
    for name, method in methods.items():
        if name not in own:
            setattr(plain, name, method)
    if "__init__" not in own:
        plain.__init__ = _first_init(plain, frozen, slots)
    return plain  # type: ignore[no-any-return]


# --- what needs no source of its own --------------------------------------------------------------


@recursive_repr()
def _shown(self: Any) -> str:
    told = (
        f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr
    )
    return f"{type(self).__qualname__}({', '.join(told)})"


def _compared(names: list[str]) -> tuple[Callable[..., Any], Callable[..., int]]:
    if len(names) > 1:
        key: Callable[[Any], tuple[Any, ...]] = attrgetter(*names)
    elif names:
        only = attrgetter(*names)

        def key(self: Any) -> tuple[Any, ...]:
            return (only(self),)  # as a tuple, an object is equal to itself whatever it says
    else:

        def key(_self: Any) -> tuple[Any, ...]:
            return ()

    def equal(self: Any, other: object) -> Any:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(key(self))

    return equal, hashed


def _refused(  # not shown: bugs of ours
    owner: type[Any], names: frozenset[str]
) -> tuple[Callable[[Any, str, object], None], Callable[[Any, str], None]]:
    def set_attribute(self: Any, name: str, value: object) -> None:
        if type(self) is owner or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(owner, self).__setattr__(name, value)

    def delete_attribute(self: Any, name: str) -> None:
        if type(self) is owner or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(owner, self).__delattr__(name)

    return set_attribute, delete_attribute


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


# --- __init__, compiled when it is first called ---------------------------------------------------


def _first_init(cls: Any, frozen: bool, slots: bool) -> Callable[..., None]:
    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807
        cls.__init__ = compiled = _compiled_init(cls, frozen, slots)
        compiled(self, *values, **named)

    return __init__


def _compiled_init(  # not shown: source
    cls: Any, frozen: bool, slots: bool
) -> Callable[..., None]:
    given: dict[str, Any] = {"_set": object.__setattr__, "_missing": dataclasses.MISSING}
    by_place: list[str] = []
    by_name: list[str] = []
    body: list[str] = []
    for one in dataclasses.fields(cls):
        value, default = one.name, ""
        if one.default_factory is not dataclasses.MISSING:
            given[f"_make_{one.name}"] = one.default_factory
            default, made = "=_missing", f"_make_{one.name}()"
            value = f"{made} if {one.name} is _missing else {one.name}" if one.init else made
        elif one.default is not dataclasses.MISSING:
            given[f"_default_{one.name}"] = one.default
            default = f"=_default_{one.name}"
            value = one.name if one.init else default[1:]
        if one.init:
            (by_name if one.kw_only else by_place).append(one.name + default)
        elif not default or (default.startswith("=_default") and not slots):
            continue  # set by __post_init__, or found in the class
        body.append(
            f"_set(self, {one.name!r}, {value})" if frozen else f"self.{one.name} = {value}"
        )
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    head = ", ".join(["self", *by_place, *(["*", *by_name] if by_name else [])])
    source = "\n  ".join([f"def __init__({head}):", *(body or ["pass"])])
    exec(source, given)  # noqa: S102 - of the names of fields alone, as the library does
    init: Callable[..., None] = given["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init
