"""Short ways to ask an engine, for tests."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.endpoints.source import FileSource
from app.domain.generation import (
    GREEDY,
    ContextFitted,
    Finished,
    GenerationEvent,
    GenerationRequest,
    Role,
    Sampling,
    TextDelta,
    Turn,
)
from app.domain.model import LoadedModel, LoadRequest
from app.engine.base import Engine


def never() -> threading.Event:
    """A cancel flag that nobody sets."""
    return threading.Event()


def load(engine: Engine, path: Path, **changes: Any) -> LoadedModel:
    """Load ``path`` without watching."""
    return engine.load(LoadRequest(FileSource(path), **changes), lambda _fraction: None, never())


def turns(*texts: str, system: str = "") -> tuple[Turn, ...]:
    """Questions and answers in turn, the first a question."""
    roles = (Role.USER, Role.ASSISTANT)
    chat = [Turn(roles[i % 2], text, f"m{i}") for i, text in enumerate(texts)]
    return ((Turn(Role.SYSTEM, system),) if system else ()) + tuple(chat)


def request(
    chat: Sequence[Turn] | str = "Hi",
    *,
    sampling: Sampling = GREEDY,
    conversation: str = "chat",
    **changes: Any,
) -> GenerationRequest:
    """A greedy request."""
    if isinstance(chat, str):
        chat = turns(chat)
    return GenerationRequest(conversation, tuple(chat), sampling, **changes)


@dataclass(frozen=True)
class Said:
    """A whole answer."""

    text: str
    events: tuple[GenerationEvent, ...]

    @property
    def finished(self) -> Finished:
        """Its end."""
        last = self.events[-1]
        assert isinstance(last, Finished)
        return last

    @property
    def fitted(self) -> ContextFitted:
        """What was chosen."""
        return next(event for event in self.events if isinstance(event, ContextFitted))

    def of(self, kind: type[Any]) -> list[Any]:
        """Events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]


def ask(engine: Engine, asked: GenerationRequest | str = "Hi") -> Said:
    """Let it answer to the end."""
    if isinstance(asked, str):
        asked = request(asked)
    events = tuple(engine.generate(asked, never()))
    return Said("".join(e.text for e in events if isinstance(e, TextDelta)), events)
