"""What clients are sent: OpenAI's objects, whole or in chunks, and llama-server's timings. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.domain.generation import (
    Finished,
    GenerationEvent,
    ReasoningDelta,
    StopReason,
    TextDelta,
    Timings,
)
from app.domain.network.serving import ServedModel

Json = dict[str, object]
_ENDS = {StopReason.MAX_TOKENS: "length", StopReason.CONTEXT_FULL: "length"}


@dataclass(frozen=True, slots=True)
class AnswerFrame:
    """The frame of one answer.

    Attributes:
        chat: Whether it answers messages, or goes on with a text.
        model: Which model answers.
        created: When, in seconds of Unix time.
        usage: Whether a stream tells at its end what it cost.
        number: Tells it from others.
    """

    chat: bool
    model: str
    created: int
    usage: bool = False
    number: str = field(default_factory=lambda: secrets.token_hex(12))

    def opening(self) -> Json | None:
        """The first chunk, where there is one before any text."""
        return self._chunk(delta={"role": "assistant", "content": ""}) if self.chat else None

    def chunk(self, event: GenerationEvent) -> Json | None:
        """The chunk of an event; None where it has none."""
        match event:
            case TextDelta(text) if text:
                return self._chunk(delta={"content": text}, text=text)
            case ReasoningDelta(text) if text:
                return self._chunk(delta={"reasoning_content": text}, text=text)
        return None

    def closing(self, finished: Finished) -> Iterator[Json]:
        """The last chunks."""
        last = self._chunk(delta={}, end=_end(finished))
        last["timings"] = timings_of(finished.timings)
        yield last
        if self.usage:
            yield {**self._frame(stream=True), "choices": [], "usage": usage_of(finished.timings)}

    def whole(self, events: Iterable[GenerationEvent], finished: Finished) -> Json:
        """The answer in one object."""
        text = thoughts = ""
        for event in events:
            match event:
                case TextDelta():
                    text += event.text
                case ReasoningDelta() if self.chat:
                    thoughts += event.text
                case ReasoningDelta():  # a text that is gone on with has no thoughts of its own
                    text += event.text
        choice: Json = {"index": 0, "finish_reason": _end(finished), "logprobs": None}
        if self.chat:
            message = {"role": "assistant", "content": text, "refusal": None}
            choice["message"] = {**message, "reasoning_content": thoughts} if thoughts else message
        else:
            choice["text"] = text
        return {
            **self._frame(stream=False),
            "choices": [choice],
            "usage": usage_of(finished.timings),
            "timings": timings_of(finished.timings),
        }

    def _chunk(self, *, delta: Json, text: str = "", end: str | None = None) -> Json:
        choice: Json = {"index": 0, "finish_reason": end, "logprobs": None}
        choice |= {"delta": delta} if self.chat else {"text": text}
        chunk: Json = {**self._frame(stream=True), "choices": [choice]}
        return {**chunk, "usage": None} if self.usage else chunk

    def _frame(self, *, stream: bool) -> Json:
        name, kind = ("cmpl", "text_completion")
        if self.chat:
            name, kind = "chatcmpl", "chat.completion.chunk" if stream else "chat.completion"
        return {
            "id": f"{name}-{self.number}",
            "object": kind,
            "created": self.created,
            "model": self.model,
        }


def _end(finished: Finished) -> str:
    return _ENDS.get(finished.reason, "stop")


def usage_of(timings: Timings) -> Json:
    """Tokens read and written."""
    return {
        "prompt_tokens": timings.prompt_tokens,
        "completion_tokens": timings.completion_tokens,
        "total_tokens": timings.prompt_tokens + timings.completion_tokens,
        "prompt_tokens_details": {
            "cached_tokens": max(0, timings.prompt_tokens - timings.evaluated_tokens)
        },
    }


def timings_of(timings: Timings) -> Json:
    """What the answer cost, in llama-server's words; times are milliseconds."""
    read, write = timings.prompt_seconds, timings.completion_seconds
    return {
        "prompt_n": timings.evaluated_tokens,
        "prompt_ms": round(1000 * read, 3),
        "prompt_per_second": round(timings.evaluated_tokens / read, 3) if read > 0 else 0.0,
        "predicted_n": timings.completion_tokens,
        "predicted_ms": round(1000 * write, 3),
        "predicted_per_second": round(timings.completion_tokens / write, 3) if write > 0 else 0.0,
    }


def model_object(model: ServedModel, created: int) -> Json:
    """An entry of the list of models; the context is told under the names that clients look for."""
    meta = {
        "n_ctx": model.context_size,
        "n_ctx_train": model.trained_context,
        "n_params": model.parameters,
        "size": model.size or None,
    }
    return {
        "id": model.id,
        "object": "model",
        "created": created,
        "owned_by": "phial",
        "max_model_len": model.context_size,
        "meta": {name: value for name, value in meta.items() if value is not None},
    }
