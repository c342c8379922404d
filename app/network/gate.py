"""The one door to every connection: it refuses while Offline is on, and has each written down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from app.domain.errors import OfflineError
from app.domain.network.connections import Connection, Outcome
from app.language import tr
from app.network.connection_log import ConnectionLog, OpenConnection

_PORTS = {"http": 80, "https": 443}


class NetworkGate:
    """Refuses every connection while Offline is on, and notes each. Thread-safe.

    Whatever opens a connection asks for it here first, with its address and its reason, and a
    running transfer asks between two reads, so that the switch works at once.

    Args:
        offline: Whether connections are refused.
        log: Where they are noted; None for nowhere.
    """

    def __init__(self, *, offline: bool = False, log: ConnectionLog | None = None) -> None:
        self._lock = threading.Lock()
        self._offline = offline
        self._log = log
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

    def check(self, url: str = "", reason: str = "") -> None:
        """Pass, or refuse.

        Args:
            url: Whom somebody wants to ask; a refusal is noted where it is said.
            reason: What for.

        Raises:
            OfflineError: Offline is on.
        """
        if not self._offline:
            return
        if url and self._log is not None:
            self._log.begin(_connection(url, reason, "", Outcome.REFUSED))
        raise OfflineError(tr("Phial is set to Offline, so it did not connect."))

    def connection(self, url: str, reason: str, *, via: str = "") -> OpenConnection:
        """Ask for a connection, which is noted before anything is sent.

        Args:
            url: Whom to.
            reason: What for: a noun, as "download of phi-4-Q4_K_M.gguf".
            via: The proxy's address; empty without one.

        Raises:
            OfflineError: Offline is on; the refusal is noted.
        """
        self.check(url, reason)
        return OpenConnection(_connection(url, reason, via, Outcome.OPEN), self._log)

    def on_offline(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` when Offline goes on; the returned function ends that."""
        with self._lock:
            self._listeners.append(listener)

        def forget() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return forget


def _connection(url: str, reason: str, via: str, outcome: Outcome) -> Connection:
    host, port = _host(url)
    through = "{}:{}".format(*_host(via)) if via else ""
    return Connection(time.time(), host, port, reason, through, outcome=outcome)


def _host(url: str) -> tuple[str, int]:
    """Host and port of an address; what is none is shown as it is, without what may be secret."""
    try:
        split = urlsplit(url)
        return split.hostname or "", split.port or _PORTS.get(split.scheme, 0)
    except ValueError:
        return "", 0
