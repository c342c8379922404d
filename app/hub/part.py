"""An unfinished file on disk: its bytes, and a journal that says which of them can be trusted.

``X.part`` holds the bytes. ``X.part.journal`` begins with one line of JSON (address, commit, ETag,
SHA-256, size) and gets one short line for each :data:`CHUNK` that was written: its end, and the
SHA-256 of everything up to there (a copy of the running hash, so it costs nothing). On resume the
part is read once, because a running hash cannot be stored, and compared line by line: whatever a
crash, a power cut or a bad disk did to it, the bytes up to the last line that agrees are right,
and at most :data:`MOST_TWICE` bytes are fetched twice. No fsync is needed for that to hold.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.domain.download import ModelFolderError
from app.domain.errors import DiskFullError, HubError

CHUNK = 2 * 1024 * 1024  # bytes between two journal lines
# Large pieces wake the other thread seldom: 2 MiB reach curl's speed on a loopback, 512 KiB 0.8.
PIECE = 2 * 1024 * 1024  # bytes of one read, at most
BUFFERS = 3  # pieces the hash may lag behind
MOST_TWICE = CHUNK + BUFFERS * PIECE  # 8 MiB
SYNC_SECONDS = 15.0  # between two fsyncs, which bound what a power cut costs
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORMAT = 1


def disk_error(error: OSError, path: Path) -> HubError | DiskFullError:
    """The typed error for a write that failed at ``path``."""
    if error.errno in _FULL:
        return DiskFullError(
            f"The disk that holds {path.parent} is full.",
            data="The part that was fetched is kept.",
            action="Free some space and choose Resume.",
            detail=repr(error),
        )
    return ModelFolderError(
        f"{path.parent} cannot be written to: {error.strerror or error}.", detail=repr(error)
    )


@dataclass(frozen=True, slots=True)
class JournalHead:
    """What the bytes of a part belong to."""

    url: str
    commit: str
    etag: str
    sha256: str
    size: int


class PartFile:
    """The unfinished bytes of one file.

    Appending happens on the caller's thread, hashing on a worker; a few buffers go round between
    them, so that memory stays flat.
    """

    def __init__(
        self,
        destination: Path,
        *,
        chunk: int = CHUNK,
        piece: int = PIECE,
        reserve: Callable[[int, int], bool] = lambda _handle, _size: False,
    ) -> None:
        self.destination = destination
        self.path = destination.with_name(destination.name + ".part")
        self.journal = destination.with_name(destination.name + ".part.journal")
        self._chunk = chunk
        self.piece = piece
        self._reserve = reserve
        self._file: BinaryIO | None = None
        self._log: BinaryIO | None = None
        self._hash = hashlib.sha256()
        self._hashed = 0
        self._worker: _HashWorker | None = None
        self._synced = time.monotonic()
        self.offset = 0

    # --- beginning ----------------------------------------------------------------------------

    def head(self) -> JournalHead | None:
        """What the journal on disk says; None when there is none that can be read."""
        lines = self._lines()
        return lines[0] if lines else None

    def _lines(self) -> tuple[JournalHead, list[tuple[int, str]]] | None:
        try:
            raw = self.journal.read_bytes().split(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise disk_error(error, self.journal) from error
        try:
            first = json.loads(raw[0])
            if first.get("format") != FORMAT:
                return None
            head = JournalHead(
                str(first["url"]),
                str(first["commit"]),
                str(first["etag"]),
                str(first["sha256"]),
                int(first["size"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        marks = []
        for line in raw[1:-1]:  # what follows the last newline was torn by a crash
            end, _, digest = line.decode("ascii", "replace").partition(" ")
            if not end.isdigit() or len(digest) != 64:
                break
            marks.append((int(end), digest))
        return head, marks

    def start(self, head: JournalHead) -> None:
        """Begin with no bytes, forgetting whatever was there.

        Raises:
            ModelFolderError: The folder cannot be written to.
            DiskFullError: No room.
        """
        self.close()
        self._hash, self._hashed, self.offset = hashlib.sha256(), 0, 0
        try:
            self.destination.parent.mkdir(parents=True, exist_ok=True)
            # The old journal goes first: it must never describe new bytes.
            self.journal.unlink(missing_ok=True)
            self._file = self.path.open("wb", buffering=0)
            self._reserve(self._file.fileno(), head.size)
            self._write_head(head)
            self._log = self.journal.open("ab", buffering=0)
        except OSError as error:
            self._close_files()
            raise disk_error(error, self.path) from error
        self._worker = _HashWorker(self)

    def _write_head(self, head: JournalHead) -> None:
        record = {
            "format": FORMAT,
            "url": head.url,
            "commit": head.commit,
            "etag": head.etag,
            "sha256": head.sha256,
            "size": head.size,
        }
        fresh = self.journal.with_name(self.journal.name + ".new")
        fresh.write_bytes(json.dumps(record).encode() + b"\n")
        fresh.replace(self.journal)

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
        lines = self._lines()
        if lines is None:
            raise ModelFolderError(f"{self.journal.name} is missing.")
        head, marks = lines
        good = hashlib.sha256()
        good_end = 0
        kept: list[tuple[int, str]] = []
        total = min(marks[-1][0] if marks else 0, head.size)
        try:
            with self.path.open("rb", buffering=0) as file:
                for end, digest in marks:
                    running = good.copy()
                    if not _feed(
                        file, running, end - good_end, stopped, lambda n: report(n, total)
                    ):
                        if stopped():
                            return False
                        break
                    if running.hexdigest() != digest or end > head.size:
                        break
                    good, good_end = running, end
                    kept.append((end, digest))
            if stopped():
                return False
            self._write_head(head)
            self._log = self.journal.open("ab", buffering=0)
            self._log.write(b"".join(b"%d %s\n" % (e, d.encode()) for e, d in kept))
            self._file = self.path.open("r+b", buffering=0)
            self._file.truncate(good_end)
            self._file.seek(good_end)
            self._reserve(self._file.fileno(), head.size)
        except FileNotFoundError:
            self.start(head)
            return True
        except OSError as error:
            self._close_files()
            raise disk_error(error, self.path) from error
        self._hash, self._hashed, self.offset = good, good_end, good_end
        self._worker = _HashWorker(self)
        return True

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

    def _open_worker(self) -> _HashWorker:
        if self._worker is None:
            raise ValueError("The part is not open.")
        return self._worker

    def _absorb(self, view: memoryview) -> None:
        """On the worker: hash ``view``, with a journal line at each chunk's end."""
        while view:
            room = self._chunk - self._hashed % self._chunk
            piece = view[:room]
            self._hash.update(piece)
            self._hashed += len(piece)
            view = view[room:]
            if len(piece) == room:
                self._mark()

    def _mark(self) -> None:
        if self._log is None:
            raise ValueError("The journal is not open.")
        self._log.write(f"{self._hashed} {self._hash.hexdigest()}\n".encode())
        now = time.monotonic()
        if self._file is not None and now - self._synced > SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = now

    # --- ending -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Wait for the hash to catch up and confirm every byte, so that a pause loses none.

        Raises:
            DiskFullError, ModelFolderError: The journal could not be written.
        """
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.finish()
        try:
            if self._hashed % self._chunk:
                self._mark()
        except OSError as error:
            raise disk_error(error, self.journal) from error

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
            self.journal.unlink(missing_ok=True)
            _sync_folder(self.destination.parent)
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
            self.journal.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(error, self.path) from error

    def close(self) -> None:
        """Stop the worker and close the files, keeping what is there. May be called twice."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()
        if self._file is not None:
            with suppress(OSError):  # gives back what was reserved and not used
                self._file.truncate(self.offset)
        self._close_files()

    def _close_files(self) -> None:
        for file in (self._file, self._log):
            if file is not None:
                file.close()
        self._file = self._log = None


class _HashWorker:
    """The thread that hashes; SHA-256 and the journal's writes happen without the GIL."""

    def __init__(self, part: PartFile) -> None:
        self._absorb = part._absorb  # one class in two threads
        self._folder = part.journal
        self._piece = part.piece
        # Last in, first out: the buffer that was just hashed is still in the processor's cache.
        self._free: queue.LifoQueue[bytearray] = queue.LifoQueue()
        self._made = 0
        self._pieces: queue.SimpleQueue[tuple[memoryview, bytearray | None] | None] = (
            queue.SimpleQueue()
        )
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="phial-hash", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            view, recycle = piece
            if self._error is None:
                try:
                    self._absorb(view)
                except OSError as error:
                    self._error = error
            if recycle is not None:  # also after an error, so that nobody waits for ever
                self._free.put(recycle)

    def buffer(self) -> bytearray:
        if self._made < BUFFERS and self._free.empty():
            self._made += 1
            return bytearray(self._piece)
        return self._free.get()

    def put(self, view: memoryview, recycle: bytearray | None) -> None:
        self._pieces.put((view, recycle))
        if self._error is not None:
            raise disk_error(self._error, self._folder) from self._error

    def finish(self) -> None:
        self.stop()
        if self._error is not None:
            raise disk_error(self._error, self._folder) from self._error

    def stop(self) -> None:
        self._pieces.put(None)
        self._thread.join()


def _feed(
    file: BinaryIO,
    running: hashlib._Hash,
    count: int,
    stopped: Callable[[], bool],
    report: Callable[[int], None],
) -> bool:
    """Hash ``count`` bytes of ``file``; False at its end or when stopped."""
    while count > 0:
        if stopped():
            return False
        data = file.read(min(PIECE, count))
        if not data:
            return False
        running.update(data)
        count -= len(data)
        report(file.tell())
    return True


def hash_file(
    path: Path,
    stopped: Callable[[], bool] = lambda: False,
    report: Callable[[int], None] = lambda _: None,
) -> str | None:
    """SHA-256 of a whole file, lower-case hex; None when ``stopped`` said so.

    Raises:
        OSError: It cannot be read.
    """
    running = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while data := file.read(PIECE):
            if stopped():
                return None
            running.update(data)
            report(file.tell())
    return running.hexdigest()


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and needs no such call: its rename is journaled.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
