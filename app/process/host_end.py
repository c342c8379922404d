"""The end of the pipe inside a process of ours: frames on standard output, and log records too."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from typing import BinaryIO

from app.process.codec import FrameCodec
from app.process.messages import LogLine


class FrameSink:
    """Sends frames at once; a client that is gone ends the process.

    Args:
        file: Where they go.
        codec: Writes them.
    """

    def __init__(self, file: BinaryIO, codec: FrameCodec) -> None:
        self._file, self._codec = file, codec

    def send(self, message: object) -> None:
        """Write a frame."""
        try:
            self._file.write(self._codec.encode(message))
            self._file.flush()
        except OSError:
            os._exit(0)


class LogFrames(logging.Handler):
    """Hands log records to the client.

    Args:
        send: Takes the frames.
        level: Of the least record that is handed over.
    """

    def __init__(self, send: Callable[[object], None], level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f"\n{logging.Formatter().formatException(record.exc_info)}"
        self._send(LogLine(record.levelno, record.name, text))


def take_standard_output(niceness: int) -> BinaryIO:
    """What a process of ours does first; the file that its frames go to.

    Ctrl+C in a terminal reaches the whole process group; the client decides what it means. Frames
    get the real standard output, whatever else prints goes to standard error.

    Args:
        niceness: How far behind the window it runs, where the system knows that.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(niceness)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sink


def leave_no_core_file() -> None:
    """No file of the size of a model when llama.cpp aborts."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
