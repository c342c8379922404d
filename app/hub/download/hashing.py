"""SHA-256 of large files: of one on disk, and of one that is being written, on a thread beside."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.hub.download.disk import disk_error

READ = 2 * 1024 * 1024  # bytes of one read of a file on disk
BUFFERS = 3  # pieces the hash may lag behind


class HashThread:
    """Takes pieces from a writer in order; a few buffers go round, so that memory stays flat.

    ``absorb`` runs on the thread. SHA-256 and writes happen without the interpreter lock, so the
    writer goes on receiving meanwhile.
    """

    def __init__(self, absorb: Callable[[memoryview], None], path: Path, piece: int) -> None:
        """Start it.

        Args:
            absorb: Given each piece; may raise ``OSError``, which the writer is told.
            path: Named in errors.
            piece: Bytes of a buffer.
        """
        self._absorb = absorb
        self._path = path
        self._piece = piece
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
        """A free buffer; waits while the hash lags behind."""
        if self._made < BUFFERS and self._free.empty():
            self._made += 1
            return bytearray(self._piece)
        return self._free.get()

    def put(self, view: memoryview, recycle: bytearray | None) -> None:
        """Hand a piece over; its buffer is free again once it is hashed.

        Raises:
            DiskFullError, ModelFolderError: An earlier piece failed.
        """
        self._pieces.put((view, recycle))
        self._tell()

    def finish(self) -> None:
        """Wait until everything is hashed and end.

        Raises:
            DiskFullError, ModelFolderError: A piece failed.
        """
        self.stop()
        self._tell()

    def stop(self) -> None:
        """Wait until everything is hashed and end, whatever failed."""
        self._pieces.put(None)
        self._thread.join()

    def _tell(self) -> None:
        if self._error is not None:
            raise disk_error(self._error, self._path) from self._error


def hash_bytes(
    file: BinaryIO,
    running: hashlib._Hash,
    count: int,
    stopped: Callable[[], bool],
    report: Callable[[int], None],
) -> bool:
    """Hash the next ``count`` bytes of ``file``; False at its end or when stopped."""
    while count > 0:
        if stopped():
            return False
        data = file.read(min(READ, count))
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
        while data := file.read(READ):
            if stopped():
                return None
            running.update(data)
            report(file.tell())
    return running.hexdigest()
