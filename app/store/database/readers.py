"""A pool of read-only connections, so that reading never waits for the writer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

from app.domain.errors import StoreError
from app.language import tr
from app.store.database.failures import typed_errors


class ReaderPool:
    """Lends connections; each is used by one thread at a time, and as many exist as are needed.

    Args:
        connect: Makes a read-only connection.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def borrow(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for the block; SQLite's errors leave it typed.

        Raises:
            StoreError: The store was closed, or reading failed.
        """
        with typed_errors(), ExitStack() as undo:
            # A damaged file or an interrupted query may leave a statement open: then it is closed.
            connection = undo.enter_context(closing(self._take()))
            yield connection
            undo.pop_all()
            self._give(connection)

    def close(self) -> None:
        """Close the idle connections; those on loan are closed when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise StoreError(
                    tr("The conversations are already closed."), action=tr("Start Phial again.")
                )
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()
