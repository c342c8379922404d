"""The requests of other programs, as they are listed: who, when and how much, never what."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from app.domain.network.serving import ServedRequest, ServedStatus
from app.services.core.ids import utc_now

LISTED = 100  # requests that are remembered
LONGEST_NAME = 80  # characters of a client's name


class RequestList:
    """The newest requests. Thread-safe.

    Args:
        changed: Called on any thread when there is something new.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._listed: deque[ServedRequest] = deque(maxlen=LISTED)
        self._count = 0

    @property
    def newest(self) -> tuple[ServedRequest, ...]:
        """The requests, newest first."""
        with self._lock:
            return tuple(reversed(self._listed))

    def add(
        self, client: str, path: str, status: ServedStatus = ServedStatus.WAITING
    ) -> ServedRequest:
        """List a request that came just now."""
        with self._lock:
            self._count += 1
            request = ServedRequest(
                self._count,
                utc_now(),
                client=_printable(client),
                path=_printable(path),
                status=status,
            )
            self._listed.append(request)
        self._changed()
        return request

    def add_answered(self, client: str, path: str) -> None:
        """List a question that was answered at once; one asked again and again has one row."""
        client, path = _printable(client), _printable(path)
        with self._lock:
            last = self._listed[-1] if self._listed else None
            again = last is not None and not last.model and last.status is ServedStatus.DONE
            if last is not None and again and (last.client, last.path) == (client, path):
                self._listed[-1] = replace(last, began=utc_now())
            else:
                self._count += 1
                self._listed.append(
                    ServedRequest(self._count, utc_now(), client, path, status=ServedStatus.DONE)
                )
        self._changed()

    def update(self, request: ServedRequest) -> None:
        """A request went on; one that is no longer listed is let go."""
        with self._lock:
            for index, listed in enumerate(self._listed):
                if listed.number == request.number:
                    self._listed[index] = request
        self._changed()


def _printable(text: str) -> str:
    """What a client says of itself, as far as it can be shown in a line."""
    return "".join(c for c in text if c.isprintable())[:LONGEST_NAME]
