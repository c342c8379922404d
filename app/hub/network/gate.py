"""The one switch in front of every connection."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.domain.errors import OfflineError
from app.language import tr


class NetworkGate:
    """Refuses every connection while Offline is on. Thread-safe.

    Everything in this package that opens a connection asks the gate first, and a running transfer
    asks it between two reads, so that the switch works at once.
    """

    def __init__(self, *, offline: bool = False) -> None:
        self._lock = threading.Lock()
        self._offline = offline
        self._listeners: list[Callable[[], None]] = []

    @property
    def offline(self) -> bool:
        """Whether connections are refused."""
        return self._offline

    def set_offline(self, offline: bool) -> None:
        """Turn the switch; running transfers are interrupted when it goes on."""
        with self._lock:
            self._offline = offline
            listeners = list(self._listeners) if offline else []
        for listener in listeners:
            listener()

    def check(self) -> None:
        """Pass, or refuse.

        Raises:
            OfflineError: Offline is on.
        """
        if self._offline:
            raise OfflineError(tr("Phial is set to Offline, so it did not connect."))

    def on_offline(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` when Offline goes on; the returned function ends that."""
        with self._lock:
            self._listeners.append(listener)

        def forget() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return forget
