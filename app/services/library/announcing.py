"""Futures of the store that announce what was stored, or why it was not."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TypeVar

from app.domain.errors import KnownError
from app.services.core.events import ErrorReported, Event, EventBus
from app.services.core.serial_executor import tell_of_bug

T = TypeVar("T")


def announced(bus: EventBus, future: Future[T], *events: Event) -> Future[T]:
    """``future``, with ``events`` published once it succeeds, or its error once it fails."""

    def done(outcome: Future[T]) -> None:
        error = outcome.exception()
        if isinstance(error, KnownError):
            bus.publish(ErrorReported(error))
        elif error is not None:
            tell_of_bug(error)
        else:
            for event in events:
                bus.publish(event)

    future.add_done_callback(done)
    return future


def nothing_to_store() -> Future[None]:
    """A future that has succeeded already."""
    done: Future[None] = Future()
    done.set_result(None)
    return done
