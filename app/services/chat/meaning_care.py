"""When passages are made found by meaning: not while an answer is written or the battery is low."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.domain.embedding import MeaningCare
from app.domain.settings import ReadAheadWhen
from app.services.chat.read_ahead import may_read
from app.services.core.events import (
    AnswerEnded,
    AnswerStarted,
    Event,
    EventBus,
    MeaningChanged,
)
from app.system.hardware import PowerSource


class AnswersUnderWay:
    """Counts the answers that are being written.

    Args:
        bus: Tells of them.
    """

    def __init__(self, bus: EventBus) -> None:
        self._lock = threading.Lock()
        self._ids: set[str] = set()
        bus.subscribe(self._on_event)

    def any(self) -> bool:
        """Whether there is one."""
        with self._lock:
            return bool(self._ids)

    def _on_event(self, event: Event) -> None:
        match event:
            case AnswerStarted(message_id=message):
                with self._lock:
                    self._ids.add(message)
            case AnswerEnded(message=message):
                with self._lock:
                    self._ids.discard(message.id)


def meaning_care(bus: EventBus, power: Callable[[], PowerSource]) -> MeaningCare:
    """What decides, and who is told.

    Args:
        bus: Tells of answers, and is told how far it is.
        power: Where the computer's power comes from.
    """
    under_way = AnswersUnderWay(bus)
    return MeaningCare(
        busy=lambda: under_way.any() or not may_read(ReadAheadWhen.ALWAYS, power()),
        tell=lambda state: bus.publish(MeaningChanged(state)),
    )
