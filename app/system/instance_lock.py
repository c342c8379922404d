"""One running copy per data folder: a lock the operating system releases when we die.

Whoever holds it names the channel on which a second start asks it to come forward. The name is
one that nobody else can take first: in a folder of the user's alone, or one that cannot be guessed.
It is written in the data folder, where the second start reads it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import sys
import tempfile
import zlib
from pathlib import Path
from types import TracebackType

from app.domain.private_files import FILE_MODE, make_folder, read_file

_log = logging.getLogger(__name__)


class InstanceLock:
    """An exclusive lock on a data folder, held until closed or until the process ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "instance.lock"
        self._channel = folder / "instance.channel"
        self._file: int | None = None

    @property
    def channel(self) -> str:
        """The name of the running copy's channel; empty where there is none that can be trusted."""
        try:
            name = read_file(self._channel).decode()
        except (OSError, ValueError):
            return ""
        return name if self._file is not None or _is_ours(name) else ""

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
        try:
            self._channel.unlink(missing_ok=True)  # it may be somebody's link
            handle = os.open(self._channel, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(_new_channel(self._path.parent))
        except OSError as error:  # a second start says then that this one does not answer
            _log.warning("No channel can be named in %s: %s", self._path.parent, error)
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


def _secret_channel() -> str:
    return f"phial-{os.urandom(16).hex()}"


if sys.platform == "win32":
    import msvcrt

    def _new_channel(_folder: Path) -> str:
        """A pipe's name; all of them share one space, so it is one that cannot be guessed."""
        return _secret_channel()

    def _is_ours(_name: str) -> bool:
        """Whether a channel of that name was opened by this user: who else knew it?"""
        return True

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    _LONGEST = 80  # bytes of a socket's path; 104 fit, and Qt makes it under a longer name first

    def _new_channel(folder: Path) -> str:
        """A socket's path in a folder that only this user reaches into."""
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        # It only has to tell the user's own folders apart, and OpenSSL is loaded for a better one.
        name = os.fsencode(folder.absolute())
        digest = f"{zlib.crc32(name):08x}{zlib.adler32(name):08x}"
        places = [Path(runtime) / f"phial-{digest}"] if runtime else []
        own = folder.absolute() / "instance"
        with contextlib.suppress(FileExistsError):  # a file of that name: another place is taken
            make_folder(own)
        for place in (*places, own / "window"):
            if len(os.fsencode(place)) <= _LONGEST and _is_private(place.parent):
                return str(place)
        return _secret_channel()  # in the folder for temporary files, whose names anyone may take

    def _is_private(folder: Path) -> bool:
        """Whether a folder belongs to this user, and nobody else may make files in it."""
        try:
            found = folder.lstat()
        except OSError:
            return False
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        return ours and not found.st_mode & 0o077

    def _is_ours(name: str) -> bool:
        """Whether the socket of that name was made by this user."""
        try:
            found = Path(tempfile.gettempdir(), name).lstat()
        except (OSError, ValueError):
            return False
        return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
