"""An unfinished file on disk: its bytes, and a journal that says which of them can be trusted.

``X.part`` holds the bytes, ``X.part.journal`` (:mod:`app.hub.download.journal`) four lines for each
:data:`CHUNK` of them with a copy of the running hash, which costs nothing. On resume the part is
read once, because a running hash cannot be stored, and compared line by line: whatever a crash, a
power cut or a bad disk did to it, the bytes up to the last line that agrees are right. After a
crash at most one chunk is fetched twice: a quarter of it is not in the journal yet, and three
quarters may wait for the hash. No fsync is needed for that to hold.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from app.domain.download import ModelFolderError
from app.domain.private_files import make_file, make_folder
from app.hub.download.disk import disk_error, sync_folder
from app.hub.download.hashing import BUFFERS, HashThread, hash_bytes
from app.hub.download.journal import DownloadJournal, JournalEntry, JournalHead, fresh_path
from app.language import tr

# Bytes that are fetched twice after a crash, at most. A quarter of them is one read: 2 MiB reach
# curl's speed on a loopback, because they wake the hash's thread seldom; 512 KiB reach 0.8 of it.
CHUNK = 8 * 1024 * 1024
SYNC_SECONDS = 15.0  # between two fsyncs, which bound what a power cut costs


def partial_path(destination: Path) -> Path:
    """Where the bytes of an unfinished file lie."""
    return destination.with_name(destination.name + ".part")


def journal_path(destination: Path) -> Path:
    """Where the journal of an unfinished file lies."""
    return destination.with_name(destination.name + ".part.journal")


def unfinished_files(destination: Path) -> tuple[Path, ...]:
    """Everything that an unfinished file may have left on disk."""
    journal = journal_path(destination)
    return partial_path(destination), journal, fresh_path(journal)


class PartialFile:
    """The unfinished bytes of one file.

    Appending happens on the caller's thread, hashing on one beside it.
    """

    def __init__(
        self,
        destination: Path,
        *,
        chunk: int = CHUNK,
        reserve: Callable[[int, int], bool] = lambda _handle, _size: False,
    ) -> None:
        self.destination = destination
        self.path = partial_path(destination)
        self._journal = DownloadJournal(journal_path(destination))
        self._piece = max(1, chunk // (BUFFERS + 1))  # of one read, and between two journal lines
        self._reserve = reserve
        self._file: BinaryIO | None = None
        self._hash = hashlib.sha256()
        self._hashed = 0
        self._worker: HashThread | None = None
        self._synced = time.monotonic()
        self.offset = 0

    # --- beginning ----------------------------------------------------------------------------

    def head(self) -> JournalHead | None:
        """What the journal on disk says; None when there is none that can be read."""
        found = self._journal.read()
        return found[0] if found else None

    def start(self, head: JournalHead) -> None:
        """Begin with no bytes, forgetting whatever was there.

        Raises:
            ModelFolderError: The folder cannot be written to.
            DiskFullError: No room.
        """
        self.close()
        try:
            make_folder(self.destination.parent)
            # The old journal goes first: it must never describe new bytes.
            self._journal.delete()
            make_file(self.path)
            self._file = self.path.open("wb", buffering=0)
            self._reserve(self._file.fileno(), head.size)
            self._journal.begin(head)
        except OSError as error:
            self._close_files()
            raise disk_error(error, self.path) from error
        self._seek_to(hashlib.sha256(), 0)

    def resume(self, stopped: Callable[[], bool], report: Callable[[int, int], None]) -> bool:
        """Read the part again, keep what the journal confirms, and stand behind it.

        Args:
            stopped: Asked between reads; True ends the reading.
            report: Given bytes read and bytes to read.

        Returns:
            False when ``stopped`` said so; nothing was changed then.

        Raises:
            ModelFolderError: The part cannot be read or cut.
        """
        found = self._journal.read()
        if found is None:
            raise ModelFolderError(tr("{name} is missing.", name=self._journal.path.name))
        head, marks = found
        try:
            good, kept = self._confirmed(head, marks, stopped, report)
            if stopped():
                return False
            end = kept[-1].end if kept else 0
            self._journal.begin(head, kept)
            self._file = self.path.open("r+b", buffering=0)
            self._file.truncate(end)
            self._file.seek(end)
            self._reserve(self._file.fileno(), head.size)
        except FileNotFoundError:
            self.start(head)
            return True
        except OSError as error:
            self._close_files()
            raise disk_error(error, self.path) from error
        self._seek_to(good, end)
        return True

    def _confirmed(
        self,
        head: JournalHead,
        marks: list[JournalEntry],
        stopped: Callable[[], bool],
        report: Callable[[int, int], None],
    ) -> tuple[hashlib._Hash, list[JournalEntry]]:
        """The hash and the marks of the bytes that are what the journal says."""
        good, good_end = hashlib.sha256(), 0
        kept: list[JournalEntry] = []
        total = min(marks[-1].end if marks else 0, head.size)
        with self.path.open("rb", buffering=0) as file:
            for mark in marks:
                running, count = good.copy(), mark.end - good_end
                if mark.end > head.size or not hash_bytes(
                    file, running, count, stopped, lambda done: report(done, total)
                ):
                    break
                if running.hexdigest() != mark.digest:
                    break
                good, good_end = running, mark.end
                kept.append(mark)
        return good, kept

    def _seek_to(self, running: hashlib._Hash, end: int) -> None:
        self._hash, self._hashed, self.offset = running, end, end
        self._worker = HashThread(self._write_hashed, self._journal.path, self._piece)

    # --- filling ------------------------------------------------------------------------------

    def buffer(self) -> bytearray:
        """A free buffer for one piece; waits while the hash lags behind."""
        return self._open_worker().buffer()

    def append(self, data: bytes | memoryview, recycle: bytearray | None = None) -> None:
        """Write ``data`` and hand it to the hash.

        Args:
            data: Bytes, or a view of a buffer from :meth:`buffer`.
            recycle: That buffer; it is free again when it has been hashed.

        Raises:
            DiskFullError: No room; what is confirmed stays good.
            ModelFolderError: Any other failure to write.
        """
        worker, view, done = self._open_worker(), memoryview(data), 0
        try:
            while self._file is not None and done < len(view):
                done += self._file.write(view[done:]) or 0
        except OSError as error:
            raise disk_error(error, self.path) from error
        finally:
            self.offset += done
            worker.put(view[:done], recycle)

    def held(self, start: int, count: int) -> bytes:
        """``count`` bytes that are here, from ``start`` on.

        Raises:
            ModelFolderError: They cannot be read.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(start)
                return file.read(count)
        except OSError as error:
            raise disk_error(error, self.path) from error

    def _open_worker(self) -> HashThread:
        if self._worker is None:
            raise ValueError("The part is not open.")
        return self._worker

    def _write_hashed(self, view: memoryview) -> None:
        """On the hash's thread: hash ``view``, with a journal line at each chunk's end."""
        while view:
            room = self._piece - self._hashed % self._piece
            piece = view[:room]
            self._hash.update(piece)
            self._hashed += len(piece)
            view = view[room:]
            if len(piece) == room:
                self._mark()

    def _mark(self) -> None:
        self._journal.add(JournalEntry(self._hashed, self._hash.hexdigest()))
        now = time.monotonic()
        if self._file is not None and now - self._synced > SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = now

    # --- ending -------------------------------------------------------------------------------

    def flush(self) -> None:
        """Wait for the hash to catch up and confirm every byte, so that a pause loses none.

        Raises:
            DiskFullError, ModelFolderError: The journal could not be written.
        """
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.finish()
        try:
            if self._hashed % self._piece:
                self._mark()
        except OSError as error:
            raise disk_error(error, self._journal.path) from error

    def digest(self) -> str:
        """SHA-256 of all bytes so far; call :meth:`settle` first."""
        return self._hash.hexdigest()

    def publish(self) -> None:
        """Give the finished bytes their name, durably. The caller has compared the hash.

        Raises:
            ModelFolderError, DiskFullError: The disk refused; the part is kept.
        """
        try:
            if self._file is not None:
                os.fsync(self._file.fileno())
            self._close_files()
            self.path.rename(self.destination)
            self._journal.delete()
            sync_folder(self.destination.parent)
        except OSError as error:
            raise disk_error(error, self.destination) from error

    def discard(self) -> None:
        """Delete the part and its journal.

        Raises:
            ModelFolderError: They cannot be deleted.
        """
        self.close()
        try:
            self.path.unlink(missing_ok=True)
            self._journal.delete()
        except OSError as error:
            raise disk_error(error, self.path) from error

    def close(self) -> None:
        """Stop the hash and close the files, keeping what is there. May be called twice."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()
        if self._file is not None:
            with suppress(OSError):  # gives back what was reserved and not used
                self._file.truncate(self.offset)
        self._close_files()

    def _close_files(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._journal.close()
