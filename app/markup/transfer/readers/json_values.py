"""The checked reading of JSON that others wrote: every value is what it should be, or told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from app.language import tr

Json: TypeAlias = "Mapping[str, object]"  # not shown

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NESTED = tr("It is nested too deeply to be a chat.")
NOT_TEXT = tr("It is not UTF-8 text.")
_MILLISECONDS_FROM = 1e11  # the year 5138 in seconds, 1973 in milliseconds


class ShapeError(ValueError):
    """A file is not of the shape its format has.

    Attributes:
        told: What is wrong, for people.
    """

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


class EmptyChatError(ShapeError):
    """A chat in which nothing was said yet."""


def parse_json(data: bytes | str) -> object:
    """The value of a JSON text.

    Raises:
        ShapeError: It is not JSON, is nested without end, or not UTF-8.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise ShapeError(NESTED) from None
    except ValueError as error:
        raise ShapeError(tr("It is not sound JSON ({error}).", error=str(error))) from error


def as_map(value: object, what: str) -> Json:
    """``value`` as an object.

    Raises:
        ShapeError: It is something else.
    """
    if not isinstance(value, dict):
        raise ShapeError(tr("{what} is not an object.", what=what))
    return value


def as_list(value: object, what: str) -> list[object]:
    """``value`` as a list.

    Raises:
        ShapeError: It is something else.
    """
    if not isinstance(value, list):
        raise ShapeError(tr("{what} is not a list.", what=what))
    return value


def text(value: object) -> str:
    """``value`` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def strings(value: object) -> list[str]:
    """The texts of a list; empty if it is none."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def maps(value: object) -> list[Json]:
    """The objects of a list; empty if it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def moment(value: object) -> datetime | None:
    """A time as others write it: seconds or milliseconds since 1970, or ISO 8601."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, int | float):
            seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
            return EPOCH + timedelta(seconds=seconds)
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None
