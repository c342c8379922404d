"""One database with one writer and many readers, on which the repositories stand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from app.domain.errors import KnownError
from app.store.database.connect import pragma_int
from app.store.database.readers import ReaderPool
from app.store.database.writer import DatabaseWriter

T = TypeVar("T")


class Database:
    """Reads on the caller's thread, writes in order on a thread of its own.

    Args:
        writer: The one thread that writes.
        readers: Read-only connections; None to read on the writer's connection, for a database
            that has only one.
        private: Whether this is the library that lives in memory. Its conversations say so, and
            no other library takes them.
    """

    def __init__(
        self, writer: DatabaseWriter, readers: ReaderPool | None, *, private: bool = False
    ) -> None:
        self._after_close: Callable[[], None] | None = None
        self._writer = writer
        self._readers = readers
        self.private = private

    @property
    def refusal(self) -> KnownError | None:
        """What every change fails with, where nothing can be written; None otherwise."""
        return self._writer.refusal

    def close(self) -> None:
        """Finish every queued write, then close. May be called twice.

        The writer goes last: SQLite removes the WAL with its last connection, and a read-only one
        may not.
        """
        self._writer.finish_queued()
        if self._readers is not None:
            self._readers.close()
        self._writer.close()
        if self._after_close is not None:
            self._after_close()

    def call_after_close(self, call: Callable[[], None]) -> None:
        """Have ``call`` made each time everything has been closed."""
        self._after_close = call

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query on a read-only connection, on the calling thread.

        The database in memory has one connection only: there it waits its turn with the writes.
        """
        if self._readers is None:
            return self._writer.submit_bare(work).result()
        with self._readers.borrow() as connection:
            return work(connection)

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a change, in a transaction of its own."""
        return self._writer.submit(work)

    def others_wrote(self) -> Future[int]:
        """A number that changes whenever another process has written; SQLite's data_version."""
        return self._writer.submit_bare(lambda c: pragma_int(c, "data_version"))

    def submit_bare(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue work outside any transaction, such as restoring a backup."""
        return self._writer.submit_bare(work)
