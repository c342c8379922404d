"""The client of the process that reads documents: starts it, watches it, ends it where it must."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from app.documents.process import frames
from app.documents.process.frames import OpenedReply, ReaderLimits
from app.domain.documents import DocumentFacts, DocumentPage, PagePicture
from app.domain.errors import (
    DocumentError,
    DocumentReadCancelledError,
    DocumentTooLargeError,
    KnownError,
)
from app.language import paragraph, tr
from app.process.child_process import ChildProcess, ProcessExit, command_of, program_folder
from app.process.messages import DoneReply, FailedReply

HOST_OPTION = "--document-reader"  # by which this program is the process that reads documents
_POLL_SECONDS = 0.05
_WAITING = 16  # pages that are read ahead of whoever stores them
_LOOK_SECONDS = 0.25  # between two looks at its memory


class StopFlag(Protocol):
    """Says whether the user wants no more of it, as :class:`threading.Event` does."""

    def is_set(self) -> bool:
        """Whether to stop."""


class DocumentReader:
    """Reads documents in a process of its own, one at a time; may be called from any thread.

    The process stays for the next document. It is ended where a document was stopped, or took more
    than it may; the next one begins a new process.

    Args:
        limits: What one document may take.
        command: Program and arguments; the default is this program's own reader.
    """

    def __init__(
        self, limits: ReaderLimits | None = None, *, command: Sequence[str] | None = None
    ) -> None:
        self._limits = limits or ReaderLimits()
        self._command = list(command) if command is not None else command_of(HOST_OPTION)
        self._process: ChildProcess | None = None
        self._number = 0
        self._lock = threading.Lock()
        self._guard = threading.Lock()  # of the process, for as long as an assignment takes
        self._closed = threading.Event()

    @property
    def pid(self) -> int | None:
        """Id of the process, if there is one."""
        return self._process.pid if self._process is not None else None

    def read(
        self, path: Path, cancel: StopFlag
    ) -> Iterator[OpenedReply | DocumentPage | DocumentFacts]:
        """What is in a file: how many pages there will be, then those, then facts.

        Raises:
            DocumentError: It cannot be read.
            DocumentReadCancelledError: ``cancel`` was set.
        """
        with self._lock:
            self._number += 1
            command = frames.ReadCommand(self._number, path.absolute())
            for frame in self._replies(command, path.name, cancel):
                match frame:
                    case frames.PageReply(page=page):
                        yield page
                    case frames.FactsReply(facts=facts):
                        yield facts
                    case _:
                        yield frame

    def draw(
        self,
        path: Path,
        page: int,
        width: int,
        ranges: Sequence[tuple[int, int]] = (),
        cancel: StopFlag | None = None,
    ) -> PagePicture:
        """A page of a PDF file as a picture, and the boxes of ranges of its text.

        Raises:
            DocumentError: It cannot be drawn.
        """
        with self._lock:
            self._number += 1
            command = frames.DrawCommand(self._number, path.absolute(), page, width, tuple(ranges))
            found: PagePicture | None = None
            for frame in self._replies(command, path.name, cancel or threading.Event()):
                if isinstance(frame, frames.PictureReply):
                    found = frame.picture
        if found is None:
            raise DocumentError(tr("The page could not be drawn."))
        return found

    def close(self) -> None:
        """End the process, if there is one; what is being read is stopped, and nothing more is."""
        self._closed.set()
        self._end()

    def _end(self) -> None:
        with self._guard:
            process, self._process = self._process, None
        if process is not None:
            process.kill()  # it holds nothing

    def _opened(self) -> ChildProcess:
        with self._guard:
            if self._closed.is_set():
                raise DocumentReadCancelledError(tr("Reading was stopped."))
            if self._process is None:
                self._process = ChildProcess(
                    "reader",
                    self._command,
                    frames.CODEC,
                    program_folder(),
                    {"PYTHONUTF8": "1"},
                    bound=_WAITING,
                )
                self._process.send(frames.LimitCommand(self._limits))
            return self._process

    def _replies(self, command: Any, name: str, cancel: StopFlag) -> Iterator[Any]:
        process = self._opened()
        process.send(command)
        with ExitStack() as undo:
            undo.callback(self._end)  # whatever goes wrong: the next document gets a new process
            for frame in self._frames(process, cancel):
                if isinstance(frame, ProcessExit):
                    raise _died(name, frame)
                if getattr(frame, "id", 0) != command.id:
                    continue
                if isinstance(frame, FailedReply):
                    undo.pop_all()
                    raise _named(name, frame.error())
                if isinstance(frame, DoneReply):
                    undo.pop_all()
                    return
                yield frame

    def _frames(self, process: ChildProcess, cancel: StopFlag) -> Iterator[Any]:
        """Frames as they come, for as long as the process keeps to its limits."""
        heard = looked = time.monotonic()
        while True:
            if cancel.is_set() or self._closed.is_set():
                raise DocumentReadCancelledError(tr("Reading was stopped."))
            now = time.monotonic()
            if now - looked > _LOOK_SECONDS:
                looked = now
                self._look(process)
            try:
                frame = process.events.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if now - heard > self._limits.silence:
                    raise DocumentTooLargeError(
                        tr("A page of it takes longer to read than one may take.")
                    ) from None
                continue
            yield frame
            heard = time.monotonic()  # here: what the caller does with a page takes its own time

    def _look(self, process: ChildProcess) -> None:
        import psutil

        try:
            used = psutil.Process(process.pid).memory_info().rss
        except psutil.Error:  # it is ending; its last frame says so
            return
        if used > self._limits.memory:
            raise DocumentTooLargeError(tr("Reading it needs more memory than it may take."))


def _named(name: str, error: KnownError) -> KnownError:
    """The same error with the document's name before it."""
    what = paragraph(tr("“{name}” was not read.", name=name), error.what)
    kind = type(error) if isinstance(error, DocumentError) else DocumentError
    return kind(what, data=error.data, action=error.action, detail=error.detail)


def _died(name: str, death: ProcessExit) -> DocumentError:
    told = tr(
        "What reads documents ended while it read it; the file may be damaged or made for that."
    )
    detail = f"exit code {death.code}\n{death.detail}"  # not shown: technical
    return DocumentError(paragraph(tr("“{name}” was not read.", name=name), told), detail=detail)
