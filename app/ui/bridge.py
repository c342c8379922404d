"""The only thread crossing of the window: service events, at most one batch a frame, in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from app.domain.generation import PromptProgress
from app.services.events import (
    AnswerGrew,
    AnswerProgressed,
    Event,
    EventBus,
    LibraryChanged,
    ModelPhase,
    ModelStateChanged,
    SettingsChanged,
)

FRAME_MS = 16
T = TypeVar("T")


def joined(last: Event, event: Event) -> Event | None:
    """One event that says what ``last`` and then ``event`` said, or None if both are needed."""
    match last, event:
        case AnswerGrew(), AnswerGrew() if last.message_id == event.message_id:
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
        case SettingsChanged(), SettingsChanged():
            return replace(event, before=last.before)
        case _:
            return None


def _owner(callback: object) -> object:
    """Whose method it is; None for a plain function."""
    while isinstance(callback, partial):
        callback = callback.func
    return getattr(callback, "__self__", None)


class EventBridge(QObject):
    """Brings events from any thread to the thread this object lives on.

    Events that say more of the same are joined while they wait, so that a fast engine costs the
    window one update a frame. Everything else arrives as it was published, in order.
    """

    arrived = Signal(object)  # an app.services.events.Event
    _woken = Signal()
    _called = Signal(object)

    def __init__(self, bus: EventBus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: deque[Event] = deque()
        self._timer = QTimer(self, interval=FRAME_MS, singleShot=True)
        self._timer.timeout.connect(self.deliver)
        self._woken.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)
        self._called.connect(self._call, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = bus.subscribe(self.publish)

    def on_gui(self, callback: Callable[[T], object]) -> Callable[[T], None]:
        """A function for other threads: what it is called with goes to ``callback`` over here.

        A method of a widget that is gone by then (a dialog that was closed) is not called.
        """

        def call(value: T) -> None:
            self._called.emit(partial(callback, value))

        return call

    @Slot(object)
    def _call(self, callback: Callable[[], object]) -> None:
        owner = _owner(callback)
        if not isinstance(owner, QObject) or isValid(owner):
            callback()

    def publish(self, event: Event) -> None:
        """Take one event, from any thread."""
        with self._lock:
            first = not self._waiting
            together = None if first else joined(self._waiting[-1], event)
            if together is not None:
                self._waiting[-1] = together
            else:
                self._waiting.append(event)
        if first:
            self._woken.emit()

    @Slot()
    def deliver(self) -> None:
        """Hand over everything that waits, now. On the GUI thread only."""
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
