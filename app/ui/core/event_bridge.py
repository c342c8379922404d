"""Events of the services brought to the GUI thread, at most one batch a frame, in order.

Of an answer that grows a batch may have some tokens; `pace` says how many.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.domain.generation import PromptProgress
from app.services.core.events import (
    AnswerProgressed,
    AnswerReasoningAdded,
    AnswerTextAdded,
    Event,
    EventBus,
    LibraryChanged,
    ModelPhase,
    ModelStateChanged,
    ServingChanged,
    SettingsChanged,
)
from app.ui.core.update_throttle import MANY, UpdateThrottle


def merge_events(last: Event, event: Event) -> Event | None:
    """One event that says what ``last`` and then ``event`` said, or None if both are needed."""
    match last, event:
        case AnswerTextAdded(), AnswerTextAdded() if last.message_id == event.message_id:
            return replace(event, text=last.text + event.text, tokens=last.tokens + event.tokens)
        case AnswerReasoningAdded(), AnswerReasoningAdded() if last.message_id == event.message_id:
            return replace(event, text=last.text + event.text, tokens=last.tokens + event.tokens)
        case AnswerProgressed(step=PromptProgress()), AnswerProgressed(step=PromptProgress()) if (
            last.message_id == event.message_id
        ):
            return event
        case ModelStateChanged(), ModelStateChanged() if (
            last.state.phase is event.state.phase is ModelPhase.LOADING
        ):
            return event
        case LibraryChanged(earlier), LibraryChanged(later):
            if earlier is None or later is None:
                return LibraryChanged()
            return LibraryChanged(tuple(dict.fromkeys((*earlier, *later))))
        case ServingChanged(), ServingChanged():
            return event
        case SettingsChanged(), SettingsChanged():
            return replace(event, before=last.before)
        case _:
            return None


class EventBridge(QObject):
    """Brings events from any thread to the thread this object lives on.

    Events that say more of the same are joined while they wait, so that a fast engine costs the
    window one update a frame. Everything else arrives as it was published, in order.

    Args:
        bus: Where events are published.
        parent: Qt's parent.
        pace: How often an answer that grows is shown.
    """

    arrived = Signal(object)  # an app.services.core.events.Event
    _woken = Signal()

    def __init__(
        self, bus: EventBus, parent: QObject | None = None, pace: UpdateThrottle | None = None
    ) -> None:
        super().__init__(parent)
        self._pace = pace or UpdateThrottle()
        self._lock = threading.Lock()
        self._waiting: deque[Event] = deque()
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.deliver)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = bus.subscribe(self.publish)

    def publish(self, event: Event) -> None:
        """Take one event, from any thread."""
        with self._lock:
            before = self._tokens()
            first = not self._waiting
            together = None if first else merge_events(self._waiting[-1], event)
            if together is not None:
                self._waiting[-1] = together
            else:
                self._waiting.append(event)
            sooner = before < MANY <= self._tokens()
        if first or sooner:
            self._woken.emit()

    def _tokens(self) -> int:
        """How many tokens wait; `MANY` where something else does, which is not to wait longer."""
        tokens = 0
        for event in self._waiting:
            if not isinstance(event, AnswerTextAdded | AnswerReasoningAdded):
                return MANY
            tokens += event.tokens
        return tokens

    @Slot()
    def _wake(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            wait = round(1000 * self._pace.seconds_until_due(self._tokens()))
        if not self._timer.isActive() or self._timer.remainingTime() > wait:
            self._timer.start(wait)

    @Slot()
    def deliver(self) -> None:
        """Hand over everything that waits, now. On the GUI thread only."""
        self._pace.record_update()
        with self._lock:
            events = list(self._waiting)
            self._waiting.clear()
        for event in events:
            self.arrived.emit(event)

    def close(self) -> None:
        """Hear no more; what waits is delivered first."""
        self._unsubscribe()
        self._timer.stop()
        self.deliver()
