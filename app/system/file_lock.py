"""Locks on files that the operating system releases when the process ends."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.private_files import FILE_MODE

_log = logging.getLogger(__name__)

if sys.platform == "win32":
    import msvcrt

    def lock_file(handle: int, *, wait: bool = False) -> bool:
        """Lock an open file; False when another process holds it, with ``wait`` for 10 s."""
        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def lock_file(handle: int, *, wait: bool = False) -> bool:
        """Lock an open file; False when another process holds it, unless ``wait``."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The block runs in one process at a time; each waits until the one before it is done.

    Where the file cannot be made, nothing beside it can be written either, and the block says so.

    Args:
        path: A file that is made for this and stays.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    except OSError as error:
        _log.info("No lock can be held at %s: %s", path, error)
        yield
        return
    try:
        lock_file(handle, wait=True)
        yield
    finally:
        os.close(handle)
