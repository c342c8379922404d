"""The process that reads documents: one command after the other, within limits, without a network.

Files of strangers are read here by a browser's library written in C++, so it is a process that can
be ended at any moment: it holds nothing, writes no file and opens no connection. Started by the
client as ``phial --document-reader``; end of input ends it. Standard output carries frames only.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import Any, BinaryIO

from app.documents.extractors.extract import extract
from app.documents.extractors.flow import Opening
from app.documents.extractors.pdf import picture
from app.documents.process import frames
from app.domain.documents import DocumentPage
from app.domain.errors import DocumentError, DocumentTooLargeError, KnownError
from app.language import tr
from app.process.codec import MAX_LINE
from app.process.host_end import FrameSink, LogFrames, take_standard_output
from app.process.messages import DoneReply, FailedReply, QuitCommand

NICENESS = 5  # the window goes first


class DocumentHost:
    """Carries out commands one after the other.

    Args:
        source: Commands.
        sink: Frames.
    """

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self.send = FrameSink(sink, frames.CODEC).send

    def run(self) -> None:
        """Read commands until the input ends."""
        logging.getLogger("app").addHandler(LogFrames(self.send, logging.WARNING))
        limits = frames.ReaderLimits()
        while line := self._source.readline(MAX_LINE):
            command = frames.CODEC.decode(line)
            match command:
                case QuitCommand():
                    return
                case frames.LimitCommand(limits=limits):
                    _limit(limits)
                    self.send(DoneReply(0))
                case _:
                    _grant_processor(limits.processor)
                    self._answer(command)

    def _answer(self, command: Any) -> None:
        try:
            self._carry_out(command)
        except KnownError as error:
            self.send(FailedReply.of(command.id, error))
        except MemoryError:
            large = DocumentTooLargeError(tr("Reading it needs more memory than it may take."))
            self.send(FailedReply.of(command.id, large))
        except RecursionError:
            failed = DocumentError(tr("It is damaged: its parts are nested without end."))
            self.send(FailedReply.of(command.id, failed))

    def _carry_out(self, command: Any) -> None:
        number = command.id
        match command:
            case frames.ReadCommand(path=path):
                for found in extract(path):
                    if isinstance(found, Opening):
                        self.send(frames.OpenedReply(number, found.unit, found.pages))
                    elif isinstance(found, DocumentPage):
                        self.send(frames.PageReply(number, found))
                    else:
                        self.send(frames.FactsReply(number, found))
            case frames.DrawCommand(path=path, page=page, width=width, ranges=ranges):
                self.send(frames.PictureReply(number, picture(path, page, width, ranges)))
        self.send(DoneReply(number))


def _limit(limits: frames.ReaderLimits) -> None:
    """What the system lets a process refuse itself; Windows has none of it (decision 23)."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    for kind, value in zip(kinds, (limits.memory, 0, 0), strict=True):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some; the client looks
            resource.setrlimit(kind, (value, value))


def _grant_processor(seconds: int) -> None:
    """Let the next command have so much of the processor; SIGXCPU ends the process after it."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = until if hard == resource.RLIM_INFINITY else min(until, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def main() -> int:
    """Run the process; returns when the client says so."""
    sink = take_standard_output(NICENESS)
    DocumentHost(sys.stdin.buffer, sink).run()
    return 0
