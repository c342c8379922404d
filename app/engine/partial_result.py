"""Small parts of the engine's client: what was seen of an answer, flags, monotone progress."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationEvent,
    ReasoningDelta,
    StopReason,
    TextDelta,
    Timings,
)
from app.engine.base import LoadProgressCallback


class HungError(Exception):
    """The process lives and does not answer: it has to be replaced."""


@dataclass(slots=True)
class PartialResult:
    """The events of an answer so far, in case its end never comes."""

    seed: int
    prompt_tokens: int = 0
    tokens: int = 0

    def note(self, event: GenerationEvent) -> None:
        """Count what came."""
        if isinstance(event, ContextFitted):
            self.prompt_tokens = event.prompt_tokens
        elif isinstance(event, TextDelta | ReasoningDelta):
            self.tokens += event.tokens

    def as_finished(self, reason: StopReason) -> Finished:
        """The end of an answer that was cut here."""
        timings = Timings(prompt_tokens=self.prompt_tokens, completion_tokens=self.tokens)
        return Finished(reason, timings, self.seed)


class MonotonicProgress:
    """Passes fractions on that never decrease, also over a restart."""

    def __init__(self, progress: LoadProgressCallback) -> None:
        self._progress = progress
        self._top = -1.0

    def __call__(self, fraction: float) -> None:
        """Pass ``fraction`` on if it is more than before."""
        if fraction > self._top:
            self._top = fraction
            self._progress(min(1.0, fraction))


class NeverCancelled:
    """A flag that is never set."""

    def is_set(self) -> bool:
        """Never."""
        return False

    def wait(self, timeout: float | None = None) -> bool:
        """Not used: there is nothing to wait for."""
        raise NotImplementedError


NEVER_CANCELLED = NeverCancelled()
