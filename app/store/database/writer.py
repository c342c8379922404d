"""The one thread that writes: a queue of transactions in front of one connection."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TypeVar

from app.domain.errors import KnownError, StoreError
from app.language import tr
from app.store.database.connect import transaction
from app.store.database.failures import is_index_damage, typed_errors

T = TypeVar("T")
_log = logging.getLogger(__name__)


class DatabaseWriter:
    """Runs closures one after another, each in a transaction of its own.

    A future resolves after COMMIT returned: with ``synchronous=FULL`` what it acknowledges is on
    the disk. It fails with a typed error of ``failures``, or with whatever the
    closure raised; either way the database is as it was before.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        heal: Callable[[sqlite3.Connection], None] | None = None,
        *,
        refuse: KnownError | None = None,
    ) -> None:
        """Open the connection on the new thread.

        Args:
            connect: Makes the connection; it belongs to the writer from then on.
            heal: Run inside a transaction when one failed because of damage, which is then tried
                once more: a damaged search index must not keep a message from being saved.
            refuse: What every change fails with, where nothing can be written.

        Raises:
            KnownError: The database could not be opened.
        """
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")
        self._closed = False
        self._heal = heal
        self.refusal = refuse
        with ExitStack() as undo:
            undo.callback(self._executor.shutdown)
            self._connection = self._executor.submit(self._open, connect).result()
            undo.pop_all()

    @staticmethod
    def _open(connect: Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
        with typed_errors():
            return connect()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue ``work``; order is kept. Never blocks.

        Raises:
            StoreError: The store was closed.
        """
        return self._queue(self._transaction, work)

    def submit_bare(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue ``work`` outside any transaction, for backups, checkpoints and reads.

        Raises:
            StoreError: The store was closed.
        """
        return self._queue(self._bare, work)

    def finish_queued(self) -> None:
        """Wait for what is queued so far; nothing to wait for once it is closed."""
        if not self._closed:
            self._executor.submit(lambda: None).result()

    def close(self) -> None:
        """Finish everything queued, move the WAL into the database, and close. Repeatable."""
        if self._closed:
            return
        self._closed = True
        self._executor.submit(self._finish).result()
        self._executor.shutdown()

    def _queue(
        self,
        run: Callable[[Callable[[sqlite3.Connection], T]], T],
        work: Callable[[sqlite3.Connection], T],
    ) -> Future[T]:
        if self._closed:
            raise StoreError(
                tr("The conversations are already closed; the change was not saved."),
                action=tr("Start Phial again."),
            )
        return self._executor.submit(run, work)

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self.refusal is not None:
            raise self.refusal
        with typed_errors():
            try:
                return self._run(work)
            except sqlite3.Error as error:
                if self._heal is None or not is_index_damage(error):
                    raise
                self._run(self._heal)
                return self._run(work)

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with transaction(self._connection):
            return work(self._connection)

    def _bare(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with typed_errors():
            return work(self._connection)

    def _finish(self) -> None:
        try:
            if self.refusal is None:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            # No harm: the WAL stays beside the database and is found at the next start.
            _log.info("The WAL could not be moved into the database: %s", error)
        finally:
            self._connection.close()
