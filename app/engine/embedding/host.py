"""The process that turns passages into vectors: one command after the other, without a network.

It is no part of the process that answers: a chat never waits for it, and loses nothing with it.
Started by the client as ``phial --embedder``; end of input ends it. Standard output carries frames
only.
"""

from __future__ import annotations

import base64
import logging
import os
import sys
from typing import Any, BinaryIO

from app.domain.errors import EngineError, KnownError
from app.engine.embedding import frames
from app.language import tr
from app.process.codec import MAX_LINE
from app.process.host_end import (
    FrameSink,
    LogFrames,
    leave_no_core_file,
    take_standard_output,
)
from app.process.messages import DoneReply, FailedReply, QuitCommand

NICENESS = 10  # the window and the answer go first


class EmbeddingHost:
    """Carries out commands one after the other.

    Args:
        source: Commands.
        sink: Frames.
    """

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self.send = FrameSink(sink, frames.CODEC).send
        self._backend: Any = None
        self._embedder: Any = None

    def run(self) -> None:
        """Read commands until the input ends."""
        logging.getLogger("app").addHandler(LogFrames(self.send, logging.WARNING))
        while line := self._source.readline(MAX_LINE):
            command = frames.CODEC.decode(line)
            if isinstance(command, QuitCommand):
                return
            try:
                self._carry_out(command)
            except KnownError as error:
                self.send(FailedReply.of(command.id, error))

    def _carry_out(self, command: Any) -> None:
        match command:
            case frames.OpenEmbedderCommand(id=number):
                self._open(command)
                self.send(DoneReply(number))
            case frames.EmbedCommand(id=number, texts=texts) if self._embedder is not None:
                vectors = self._embedder.embed(texts)
                words = tuple(base64.b64encode(one).decode("ascii") for one in vectors)
                self.send(frames.VectorsReply(number, words))
            case _:
                raise EngineError(
                    tr("The engine does not know {command}.", command=type(command).__name__)
                )

    def _open(self, command: frames.OpenEmbedderCommand) -> None:
        from app.engine.embedding.embedder import Embedder
        from app.engine.llama.backend import Backend

        if self._backend is None:
            self._backend = Backend(command.library_dir, graphics=False)
        if self._embedder is not None:
            self._embedder.close()
            self._embedder = None
        self._embedder = Embedder(self._backend, command.path, _threads())


def _threads() -> int:
    """Half of the processor: the rest is for whoever works at this computer."""
    return max(1, (os.cpu_count() or 1) // 2)


def main() -> int:
    """Run the process; returns when the client says so."""
    leave_no_core_file()
    EmbeddingHost(sys.stdin.buffer, take_standard_output(NICENESS)).run()
    return 0
