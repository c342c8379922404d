"""How values become lines and lines values: one JSON object a line.

Frozen dataclasses are written with their type's name and rebuilt from their type hints. NUL, line
ends and lone surrogates in texts survive. A sentence goes as what it is made of.
"""

from __future__ import annotations

import json
import os
import types
import typing
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Union

from app.language.sentence import Sentence, sentence_from

MAX_LINE = 256 * 1024 * 1024  # bytes; a chat of 1 MB messages stays far below
_TYPE = "$"
_SENTENCE = "$sentence"
_SIMPLE = frozenset({str, int, float, bool, type(None)})


class FrameError(Exception):
    """A line that is no frame of ours: a bug, or another program's output."""


class FrameCodec:
    """Writes and reads the frames of one kind of process.

    Args:
        kinds: The dataclasses that may be sent; each is known by its name.
    """

    def __init__(self, kinds: Iterable[type]) -> None:
        self._known = {kind.__name__: kind for kind in kinds}
        self._names = {
            kind: tuple(field.name for field in fields(kind)) for kind in self._known.values()
        }

    def encode(self, message: object) -> bytes:
        """One line, with its line end.

        Raises:
            FrameError: It holds a value of a kind that is not known.
        """
        text = json.dumps(self._plain(message), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass") + b"\n"

    def decode(self, line: bytes) -> Any:
        """The message of one line.

        Raises:
            FrameError: It is too long, not JSON, or of an unknown type.
        """
        if len(line) > MAX_LINE:
            raise FrameError(f"a line of {len(line)} bytes")
        try:
            value = json.loads(line.decode("utf-8", "surrogatepass"))
            return self._rebuild(value, object)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            # Its length and no more: this is logged, and a line holds the words of an answer.
            raise FrameError(f"a line of {len(line)} bytes, {type(error).__name__}") from error

    def _plain(self, value: object) -> object:
        kind = type(value)
        if kind in _SIMPLE:
            return value
        if kind in self._names:
            named = {name: self._plain(getattr(value, name)) for name in self._names[kind]}
            return {_TYPE: kind.__name__, **named}
        if isinstance(value, Sentence):  # made anew in the other process, for its people
            return {_SENTENCE: value.data()}
        if isinstance(value, StrEnum):
            return str(value)
        if isinstance(value, Path):
            return os.fspath(value)
        if isinstance(value, tuple | list):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            return {str(key): self._plain(item) for key, item in value.items()}
        raise FrameError(f"cannot send a {type(value).__name__}")

    def _rebuild(self, value: Any, hint: Any) -> Any:
        if hint in _SIMPLE and type(value) in _SIMPLE:
            return value
        if isinstance(value, dict) and _TYPE not in value:
            if _SENTENCE in value:
                return sentence_from(value[_SENTENCE])
            return {key: self._rebuild(item, object) for key, item in value.items()}
        if isinstance(value, dict):
            kind = self._known[value[_TYPE]]
            hints = _hints(kind)
            del value[_TYPE]
            return kind(**{key: self._rebuild(item, hints[key]) for key, item in value.items()})
        return self._rebuild_plain(value, hint)

    def _rebuild_plain(self, value: Any, hint: Any) -> Any:
        origin = typing.get_origin(hint)
        if origin in {Union, types.UnionType}:
            choices = [choice for choice in typing.get_args(hint) if choice is not type(None)]
            return None if value is None else self._rebuild(value, choices[0])
        if origin is tuple:
            return tuple(self._rebuild(item, typing.get_args(hint)[0]) for item in value)
        if isinstance(hint, type) and issubclass(hint, StrEnum | Path):
            return hint(value)
        return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
