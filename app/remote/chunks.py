"""What the pieces of a streamed answer say, read without trust from their JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DONE = "[DONE]"  # not shown: of the protocol


class NoChunkError(ValueError):
    """A piece is no JSON, or not of the protocol."""


@dataclass(frozen=True, slots=True)
class ServerUsage:
    """What a server says an answer took; zeros where it does not.

    Attributes:
        prompt_tokens: Tokens it read.
        completion_tokens: Tokens it wrote.
        cached_tokens: Tokens of the prompt that it knew from before.
        prompt_seconds: Time to read, by its own clock.
        completion_seconds: Time to write, by its own clock.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    prompt_seconds: float = 0.0
    completion_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CallPiece:
    """More of a tool's call.

    Attributes:
        number: Which of the answer's calls it belongs to, from 0.
        name: The tool's, in the first piece.
        arguments: More of what the tool is given.
        id: Of the call, in the first piece.
    """

    number: int
    name: str = ""
    arguments: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class AnswerChunk:
    """One piece.

    Attributes:
        text: More of the answer.
        reasoning: More of what the model thinks.
        finish: Why it ended, in the protocol's words; empty while it goes on.
        usage: What it took, where the piece says so.
        read: Tokens of the prompt read so far, and in all, where the piece says so.
        error: What the server says went wrong in the middle; None where nothing did.
        chosen: It is of an answer, which may be of no words; else it tells of something else.
        calls: More of the tools that the model asks for, though it was offered none.
    """

    text: str = ""
    reasoning: str = ""
    finish: str = ""
    usage: ServerUsage | None = None
    read: tuple[int, int] | None = None
    error: object = None
    chosen: bool = False
    calls: tuple[CallPiece, ...] = ()


def read_chunks(data: str) -> Iterator[AnswerChunk]:
    """The pieces of one event's data: one, unless the server forgot the blank lines between.

    Raises:
        NoChunkError: It is something else.
    """
    try:
        yield _chunk(json.loads(data, strict=False))  # a control character harms nobody
    except (ValueError, RecursionError):
        lines = data.splitlines()
        if len(lines) < 2:
            raise NoChunkError(data[:80]) from None
        for line in lines:
            if line != DONE:
                yield from read_chunks(line)


def _chunk(value: Any) -> AnswerChunk:
    if not isinstance(value, dict):
        raise NoChunkError(type(value).__name__)
    if value.get("error") is not None:
        return AnswerChunk(error=value["error"])
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    if not isinstance(choice, dict):
        raise NoChunkError(type(choice).__name__)
    said = choice.get("delta") or choice.get("message") or {}
    if not isinstance(said, dict):
        raise NoChunkError(type(said).__name__)
    return AnswerChunk(
        text=_text(said.get("content")) or _text(choice.get("text")) or _text(said.get("refusal")),
        reasoning=_text(said.get("reasoning_content")) or _text(said.get("reasoning")),
        finish=_text(choice.get("finish_reason")),
        usage=_usage(value.get("usage"), value.get("timings")),
        read=_progress(value.get("prompt_progress")),
        chosen=bool(choice),
        calls=tuple(_calls(said)),
    )


def _calls(said: dict[str, Any]) -> Iterator[CallPiece]:
    """The pieces of calls, also in the field that came before ``tool_calls``."""
    listed = said.get("tool_calls")
    for place, call in enumerate(listed if isinstance(listed, list) else ()):
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            number = call.get("index")
            number = number if type(number) is int and number >= 0 else place
            yield _call(number, function, _text(call.get("id")))
    older = said.get("function_call")
    if not listed and isinstance(older, dict):
        yield _call(0, older)


def _call(number: int, function: dict[str, Any], key: str = "") -> CallPiece:
    arguments = function.get("arguments")
    if isinstance(arguments, dict):  # Ollama's, which are no text
        arguments = json.dumps(arguments, ensure_ascii=False)
    return CallPiece(number, _text(function.get("name")), _text(arguments), key)


def _text(value: Any) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return ""


def _usage(usage: Any, timings: Any) -> ServerUsage | None:
    """From the protocol's ``usage``, and from llama-server's ``timings``, which know more."""
    known = usage if isinstance(usage, dict) else {}
    clock = timings if isinstance(timings, dict) else {}
    if not known and not clock:
        return None
    details = known.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else clock.get("cache_n")
    read = _count(clock.get("prompt_n")) + _count(clock.get("cache_n"))
    return ServerUsage(
        _count(known.get("prompt_tokens")) or read,
        _count(known.get("completion_tokens")) or _count(clock.get("predicted_n")),
        _count(cached),
        _seconds(clock.get("prompt_ms")),
        _seconds(clock.get("predicted_ms")),
    )


def _progress(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, dict):
        return None
    return _count(value.get("processed")), _count(value.get("total"))


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 2**31 else 0


def _seconds(milliseconds: Any) -> float:
    usual = type(milliseconds) in {int, float} and 0 <= milliseconds < 1e9
    return milliseconds / 1000 if usual else 0.0
