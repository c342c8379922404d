"""How fast each model file answered on this machine, taken from the answers themselves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app.domain.errors import KnownError
from app.domain.generation import Timings
from app.services.core.events import AnswerEnded, Event, EventBus

if TYPE_CHECKING:
    from app.store import SpeedStore

ENOUGH_TOKENS = 16  # fewer say little about a rate
_log = logging.getLogger(__name__)


class SpeedRecorder:
    """Listens to answers and remembers their rates.

    Args:
        measurements: Where they are kept.
        bus: Publishes the end of answers.
    """

    def __init__(self, measurements: SpeedStore, bus: EventBus) -> None:
        self._measurements = measurements
        bus.subscribe(self._on_event)

    def speed_of(self, sha256: str) -> float:
        """Tokens a second that the file with this hash reached last; 0 before it ran."""
        if not sha256:
            return 0.0
        try:
            return self._measurements.get(sha256).completion_tokens_per_second
        except KnownError as error:
            _log.warning("The measured speeds cannot be read: %s", error.what)
            return 0.0

    def reading_seconds(self, sha256: str, tokens: int) -> float:
        """How long the file with this hash reads so many tokens; 0 before it ran."""
        if not sha256:
            return 0.0
        try:
            rate = self._measurements.get(sha256).prompt_tokens_per_second
        except KnownError as error:
            _log.warning("The measured speeds cannot be read: %s", error.what)
            return 0.0
        return tokens / rate if rate > 0 else 0.0

    def _on_event(self, event: Event) -> None:
        match event:
            case AnswerEnded(message) if message.model is not None and message.timings is not None:
                self._record(message.model.sha256, message.timings)

    def _record(self, sha256: str, timings: Timings) -> None:
        if not sha256 or timings.completion_tokens < ENOUGH_TOKENS:
            return
        prompt = 0.0
        if timings.evaluated_tokens >= ENOUGH_TOKENS and timings.prompt_seconds > 0:
            prompt = timings.evaluated_tokens / timings.prompt_seconds
        try:
            self._measurements.record(sha256, prompt, timings.tokens_per_second)
        except KnownError as error:
            _log.warning("A measured speed could not be kept: %s", error.what)
