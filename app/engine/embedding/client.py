"""The client of the process that turns passages into vectors."""

from __future__ import annotations

import base64
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from app.domain.errors import EngineError, KnownError
from app.engine.embedding import frames
from app.language import tr
from app.process.child_process import ChildProcess, ProcessExit, command_of, program_folder
from app.process.messages import DoneReply, FailedReply

HOST_OPTION = "--embedder"  # by which this program is the process that turns text into vectors
SILENCE = 600.0  # seconds without a reply, after which it hangs; it runs behind everything else
_POLL_SECONDS = 0.05


class EmbeddingClient:
    """Turns texts into vectors in a process of its own; may be called from any thread.

    The process begins with the first text, and ends with :meth:`rest`; the next text begins
    another.

    Args:
        command: Program and arguments; the default is this program's own.
        library_dir: Folder of llama.cpp's own libraries; None is the package's.
    """

    def __init__(
        self, command: Sequence[str] | None = None, *, library_dir: Path | None = None
    ) -> None:
        self._command = list(command) if command is not None else command_of(HOST_OPTION)
        self._library_dir = library_dir
        self._process: ChildProcess | None = None
        self._model: Path | None = None
        self._number = 0
        self._lock = threading.Lock()
        self._guard = threading.Lock()  # of the process, for as long as an assignment takes
        self._closed = threading.Event()

    @property
    def pid(self) -> int | None:
        """Id of the process, if there is one."""
        return self._process.pid if self._process is not None else None

    def embed(self, model: Path, texts: Sequence[str]) -> list[bytes]:
        """The vectors of texts by a model file; loads it where another is loaded.

        Raises:
            ModelFileError: The file cannot be used.
            EngineError: The process ended, hangs, or was closed.
        """
        with self._lock, ExitStack() as undo:
            process = self._opened()
            undo.callback(self._end)  # whatever goes wrong: the next text gets a new process
            if self._model != model:
                self._ask(process, frames.OpenEmbedderCommand(self._next(), model,
                                                              self._library_dir))  # fmt: skip
                self._model = model
            reply = self._ask(process, frames.EmbedCommand(self._next(), tuple(texts)))
            if not isinstance(reply, frames.VectorsReply) or len(reply.vectors) != len(texts):
                raise EngineError(tr("The passages could not be turned into numbers."))
            undo.pop_all()
        return [base64.b64decode(one) for one in reply.vectors]

    def rest(self) -> None:
        """End the process once it has answered: it holds memory, and nothing that is not known."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        with self._guard:
            process, self._process, self._model = self._process, None, None
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process for good; what is being computed is given up."""
        self._closed.set()
        self._end()

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _opened(self) -> ChildProcess:
        with self._guard:
            if self._closed.is_set():
                raise EngineError(tr("Finding by meaning has ended."))
            if self._process is None:
                self._model = None
                self._process = ChildProcess(
                    "embedder",
                    self._command,
                    frames.CODEC,
                    program_folder(),
                    {"PYTHONUTF8": "1"},
                )
            return self._process

    def _ask(self, process: ChildProcess, command: Any) -> Any:
        process.send(command)
        began = time.monotonic()
        while True:
            if self._closed.is_set():
                raise EngineError(tr("Finding by meaning has ended."))
            try:
                frame = process.events.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if time.monotonic() - began > SILENCE:
                    raise EngineError(tr("What turns passages into numbers hangs.")) from None
                continue
            if isinstance(frame, ProcessExit):
                raise _died(frame)
            if getattr(frame, "id", 0) != command.id:
                continue
            if isinstance(frame, FailedReply):
                raise frame.error()
            if isinstance(frame, DoneReply | frames.VectorsReply):
                return frame


def _died(death: ProcessExit) -> KnownError:
    return EngineError(
        tr("What turns passages into numbers ended; the model file may be damaged."),
        detail=f"exit code {death.code}\n{death.detail}",  # not shown: technical
    )
