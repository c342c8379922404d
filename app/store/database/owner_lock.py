"""The lock of the data folder's owner: one process repairs and migrates, others only use it.

The lock is SQLite's own, held on a small file of its own, so it works alike on every system and
is gone with its process, however that ended.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.domain.private_files import make_file
from app.store.database.failures import file_error, is_damage, primary_code

LOCK_NAME = "phial.lock"
_TAKEN = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class OwnerLock:
    """Held from :meth:`take` to :meth:`release`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def acquire(cls, folder: Path) -> OwnerLock | None:
        """Become the owner of ``folder``; None while another process (or library) is.

        Raises:
            KnownError: The lock file cannot be made, as in a read-only folder.
            sqlite3.Error: It cannot be locked.
        """
        try:
            make_file(folder / LOCK_NAME)
        except OSError as error:
            raise file_error(error, LOCK_NAME) from error
        connection = sqlite3.connect(
            folder / LOCK_NAME, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            connection.close()
            if primary_code(error) in _TAKEN:
                return None
            if is_damage(error):  # nothing of worth is ever in it
                (folder / LOCK_NAME).unlink()
                return cls.acquire(folder)
            raise
        return cls(connection)

    def release(self) -> None:
        """Let another process be the owner. May be called twice."""
        self._connection.close()
