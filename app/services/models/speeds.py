"""How fast each model file answered on this machine, taken from the answers themselves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app.domain.errors import KnownError
from app.domain.generation import Timings
from app.services.core.events import AnswerEnded, Event, EventBus

if TYPE_CHECKING:
    from app.services.models.bench import BenchReport
    from app.store import ModelSpeeds, SpeedStore

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
        found = self.measured(sha256)
        return found.completion_tokens_per_second if found is not None else 0.0

    def reading_seconds(self, sha256: str, tokens: int) -> float:
        """How long the file with this hash reads so many tokens; 0 before it ran."""
        found = self.measured(sha256)
        rate = found.prompt_tokens_per_second if found is not None else 0.0
        return tokens / rate if rate > 0 else 0.0

    def measured(self, sha256: str) -> ModelSpeeds | None:
        """What was measured of the file with this hash; None where it cannot be told."""
        if not sha256:
            return None
        try:
            return self._measurements.get(sha256)
        except KnownError as error:
            _log.warning("The measured speeds cannot be read: %s", error.what)
            return None

    def take_report(self, sha256: str, report: BenchReport) -> None:
        """Keep what a measurement of the file with this hash showed."""
        for one in report.depths:
            self._keep(sha256, one.prompt_rate, one.answer_rate, one.prompt_tokens)

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
        depth = timings.prompt_tokens + timings.completion_tokens / 2
        self._keep(sha256, prompt, timings.tokens_per_second, depth)

    def _keep(self, sha256: str, reading: float, writing: float, depth: float) -> None:
        if not sha256:
            return
        try:
            self._measurements.record(sha256, reading, writing, depth)
        except KnownError as error:
            _log.warning("A measured speed could not be kept: %s", error.what)
