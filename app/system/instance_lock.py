"""One running copy per data folder: a lock the operating system releases when we die."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from pathlib import Path
from types import TracebackType

from app.domain.private_files import FILE_MODE

_log = logging.getLogger(__name__)


class InstanceLock:
    """An exclusive lock on a data folder, held until closed or until the process ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "instance.lock"
        self._file: int | None = None

    @property
    def channel(self) -> str:
        """A name for the local channel on which a second start asks the first to come forward."""
        digest = hashlib.sha256(str(self._path.absolute()).encode()).hexdigest()[:16]
        return f"phial-{digest}"

    def acquire(self) -> bool:
        """Take the lock; False when another process holds it.

        Where the lock file cannot be made nothing else can be written either, and any number of
        copies may read: then there is nothing to hold, and the answer is True.
        """
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        except OSError as error:
            _log.warning("No lock can be held in %s: %s", self._path.parent, error)
            return True
        if not _lock(handle):
            os.close(handle)
            return False
        self._file = handle
        return True

    def release(self) -> None:
        """Give the lock back. May be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> InstanceLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
