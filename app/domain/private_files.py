"""Files and folders that are their user's alone, from the moment they are made.

The mode is given when they are made, so there is no moment at which others can open them, whatever
the umask. On Windows the access control list of the user's profile says the same, and modes say
nothing. Exports are the user's own files and follow the umask.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
OTHERS = 0o077  # the bits of a mode that are not the owner's


class NotAFileError(OSError):
    """A pipe, a folder or a device stands where a file of Phial's own belongs."""


def make_folder(folder: Path, mode: int = FOLDER_MODE) -> tuple[Path, ...]:
    """Make a folder and those above it that are missing; it may be there already.

    Returns:
        The folders that were missing, the innermost first.

    Raises:
        OSError: One cannot be made, or is a file.
    """
    missing = tuple(one for one in (folder, *folder.parents) if not one.exists())
    for one in reversed(missing):
        one.mkdir(mode=mode, exist_ok=True)
    folder.mkdir(mode=mode, exist_ok=True)
    return missing


def make_file(path: Path) -> None:
    """Make an empty file, to be opened by its name afterwards; it may be there already.

    A file that is there is not opened: closing it would take SQLite's locks off it, see
    https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_

    Raises:
        OSError: It cannot be made.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        return


def read_file(path: Path) -> bytes:
    """All of a small file of Phial's own. A pipe or a device in its place is not waited for.

    Raises:
        OSError: It is not there, cannot be read, or is no file (:class:`NotAFileError`).
    """
    with open_file(path) as file:
        return file.read()


def open_file(path: Path) -> BufferedReader:
    """A file to be read. A pipe or a device in its place is not waited for.

    Raises:
        OSError: It is not there, cannot be read, or is no file (:class:`NotAFileError`).
    """
    return os.fdopen(_opened(path, os.O_RDONLY), "rb")


def append_lines(path: Path, lines: bytes) -> None:
    """Write lines behind those of a small file of Phial's own, which is made where it is missing.

    What was written there last may have been torn by a loss of power: the lines begin a new one.

    Raises:
        OSError: It cannot be written, or is no file (:class:`NotAFileError`).
    """
    make_file(path)
    with os.fdopen(_opened(path, os.O_RDWR | os.O_APPEND), "r+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            lines = lines if file.read(1) == b"\n" else b"\n" + lines
        file.write(lines)


def _opened(path: Path, how: int) -> int:
    """The handle of a file, without waiting for whoever is at the other end of a pipe.

    Raises:
        OSError: It cannot be opened, or is no file (:class:`NotAFileError`).
    """
    handle = os.open(path, how | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotAFileError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return handle
