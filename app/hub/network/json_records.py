"""Small JSON files of our own, read without trust: something else may stand there."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

MOST = 2**63  # bytes, tokens, nanoseconds: nothing that is counted is more

T = TypeVar("T")


def parse(text: str | bytes) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: It is no JSON, or nested without end.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def build(kind: type[T], values: Mapping[str, Any]) -> T:
    """A dataclass of its fields' values, each of its field's type.

    Raises:
        ValueError: A value is of another type, or a number beyond anything that is counted.
        TypeError: A value is missing.
    """
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]  # it is one
    known = {name: values[name] for name in names if name in values}
    for name, value in known.items():
        if not _is(value, hints[name]):
            raise ValueError(f"{name} is not what it should be")
    return kind(**known)


def _is(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        return any(_is(value, one) for one in get_args(hint))
    if origin is tuple:
        return isinstance(value, tuple) and all(_is(one, get_args(hint)[0]) for one in value)
    if hint is int:
        return type(value) is int and abs(value) < MOST
    if hint is float:
        return type(value) in {int, float} and abs(value) < MOST and math.isfinite(value)
    if hint is type(None):
        return value is None
    if hint in {str, bool, Path} or issubclass(hint, StrEnum):
        return isinstance(value, hint)
    raise AssertionError(f"no rule for {hint}")
