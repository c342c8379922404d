"""The frames between client and engine process: one JSON object a line.

Frozen dataclasses are written with their type's name and rebuilt from their type hints. NUL, line
ends and lone surrogates in texts survive. A sentence goes as what it is made of.
"""

from __future__ import annotations

import json
import os
import types
import typing
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Union

import app.domain.errors
from app.domain import generation, model
from app.domain.errors import EngineError, KnownError
from app.engine.base import EngineOptions
from app.language.sentence import Sentence, sentence_from

MAX_LINE = 256 * 1024 * 1024  # bytes; a chat of 1 MB messages stays far below
_TYPE = "$"
_SENTENCE = "$sentence"


# --- commands -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConfigureCommand:
    """The first command, and whenever options change."""

    options: EngineOptions
    id: int = 0


@dataclass(frozen=True, slots=True)
class LoadCommand:
    """Load a model at a step of the ladder."""

    id: int
    request: model.LoadRequest
    step: int


@dataclass(frozen=True, slots=True)
class GenerateCommand:
    """Write an answer."""

    id: int
    request: generation.GenerationRequest


@dataclass(frozen=True, slots=True)
class CountTokensCommand:
    """Count tokens."""

    id: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListDevicesCommand:
    """List compute devices."""

    id: int


@dataclass(frozen=True, slots=True)
class SaveStateCommand:
    """A chat was left."""

    id: int
    conversation_id: str


@dataclass(frozen=True, slots=True)
class UnloadCommand:
    """Free the model."""

    id: int


@dataclass(frozen=True, slots=True)
class StopCommand:
    """Stop the request of that id; obeyed at once."""

    id: int


@dataclass(frozen=True, slots=True)
class QuitCommand:
    """Finish what must be finished, and end."""


# --- events ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadyReply:
    """The engine is up.

    Attributes:
        build: Identifies the engine's build.
        machine: Identifies the devices it runs on.
        seconds: Time since the process began.
    """

    build: str
    machine: str
    seconds: float


@dataclass(frozen=True, slots=True)
class LogLine:
    """A record for the app's log."""

    level: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PlanReply:
    """What llama.cpp is about to be asked for, and the ladder's useful steps."""

    id: int
    plan: model.LoadPlan
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProgressReply:
    """Loading went on."""

    id: int
    fraction: float


@dataclass(frozen=True, slots=True)
class EventReply:
    """An event of an answer."""

    id: int
    event: generation.GenerationEvent


@dataclass(frozen=True, slots=True)
class LoadedReply:
    """A model is ready."""

    id: int
    model: model.LoadedModel


@dataclass(frozen=True, slots=True)
class TokenCountsReply:
    """Tokens of each text."""

    id: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DevicesReply:
    """Compute devices."""

    id: int
    devices: tuple[model.Device, ...]


@dataclass(frozen=True, slots=True)
class DoneReply:
    """The command was carried out."""

    id: int


@dataclass(frozen=True, slots=True)
class FailedReply:
    """The command failed.

    Attributes:
        id: Which command.
        kind: Name of the error's type.
        values: Its attributes.
    """

    id: int
    kind: str
    values: dict[str, str | int]

    @classmethod
    def of(cls, number: int, error: KnownError) -> FailedReply:
        """Pack an error."""
        values = {key: value for key, value in vars(error).items() if isinstance(value, str | int)}
        return cls(number, type(error).__name__, values)

    def error(self) -> KnownError:
        """Unpack it as its own type."""
        kind = getattr(app.domain.errors, self.kind, EngineError)
        error: KnownError = kind.__new__(kind)
        error.args = (self.values.get("what", ""),)
        vars(error).update(self.values)
        return error


_MODULES = (generation, model)
_KNOWN: dict[str, type] = {
    name: kind
    for source in (*(vars(module) for module in _MODULES), dict(globals()))
    for name, kind in source.items()
    if isinstance(kind, type) and is_dataclass(kind)
}
_NAMES_OF = {kind: tuple(field.name for field in fields(kind)) for kind in _KNOWN.values()}
_SIMPLE = frozenset({str, int, float, bool, type(None)})


class FrameError(Exception):
    """A line that is no frame of ours: a bug, or another program's output."""


def encode(message: object) -> bytes:
    """One line, with its line end."""
    text = json.dumps(_plain(message), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"


def decode(line: bytes) -> Any:
    """The message of one line.

    Raises:
        FrameError: It is too long, not JSON, or of an unknown type.
    """
    if len(line) > MAX_LINE:
        raise FrameError(f"a line of {len(line)} bytes")
    try:
        value = json.loads(line.decode("utf-8", "surrogatepass"))
        return _rebuild(value, object)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        # Its length and no more: this is logged, and a line holds the words of an answer.
        raise FrameError(f"a line of {len(line)} bytes, {type(error).__name__}") from error


def _plain(value: object) -> object:
    kind = type(value)
    if kind in _SIMPLE:
        return value
    if kind in _NAMES_OF:
        named = {name: _plain(getattr(value, name)) for name in _NAMES_OF[kind]}
        return {_TYPE: kind.__name__, **named}
    if isinstance(value, Sentence):  # made anew in the other process, for its people
        return {_SENTENCE: value.data()}
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, Path):
        return os.fspath(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    raise FrameError(f"cannot send a {type(value).__name__}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _rebuild(value: Any, hint: Any) -> Any:
    if hint in _SIMPLE and type(value) in _SIMPLE:
        return value
    if isinstance(value, dict) and _TYPE not in value:
        if _SENTENCE in value:
            return sentence_from(value[_SENTENCE])
        return {key: _rebuild(item, object) for key, item in value.items()}
    if isinstance(value, dict):
        kind = _KNOWN[value[_TYPE]]
        hints = _hints(kind)
        del value[_TYPE]
        return kind(**{key: _rebuild(item, hints[key]) for key, item in value.items()})
    origin = typing.get_origin(hint)
    if origin in {Union, types.UnionType}:
        choices = [choice for choice in typing.get_args(hint) if choice is not type(None)]
        return None if value is None else _rebuild(value, choices[0])
    if origin is tuple:
        return tuple(_rebuild(item, typing.get_args(hint)[0]) for item in value)
    if isinstance(hint, type) and issubclass(hint, StrEnum | Path):
        return hint(value)
    return value
