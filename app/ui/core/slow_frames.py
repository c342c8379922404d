"""The slow frames of ``phial --debug``: what keeps the GUI thread from showing the next one."""

from __future__ import annotations

import logging
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, Qt, Signal, Slot

SLOW_SECONDS = 0.033  # two frames at 60 Hz: from here on a movement is seen to stop
_PAUSE_SECONDS = 0.005  # between two pings; a turn is measured too short by at most that
_DEPTH = 8  # callers that are named
_log = logging.getLogger(__name__)


class SlowFrames(QObject):
    """Logs each turn of the event loop that takes longer than `SLOW_SECONDS`, and its call stack.

    A thread pings the GUI thread through its event loop. Where no answer comes in time, it reads
    the GUI thread's stack: names of functions and lines, no values.

    Args:
        parent: Qt's parent; its thread is the one that is watched.
    """

    _pinged = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._gui = threading.get_ident()
        self._answered = threading.Event()
        self._closing = threading.Event()
        self._pinged.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._watch, name="slow-frames")
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._answered.set()
        self._thread.join()

    @Slot()
    def _answer(self) -> None:
        self._answered.set()

    def _watch(self) -> None:
        while not self._closing.wait(_PAUSE_SECONDS):
            self._answered.clear()
            began = time.perf_counter()
            self._pinged.emit()
            if self._answered.wait(SLOW_SECONDS):
                continue
            stack = _named(sys._current_frames().get(self._gui))
            if not self._closing.is_set():
                self._answered.wait()
                _log.debug("A turn took %.0f ms in %s", 1000 * (time.perf_counter() - began), stack)


def _named(frame: FrameType | None) -> str:
    """The innermost calls of a stack: "rows.py:31 flatten < stream.py:80 feed"."""
    calls: list[str] = []
    while frame is not None and len(calls) < _DEPTH:
        code = frame.f_code
        calls.append(f"{Path(code.co_filename).name}:{frame.f_lineno} {code.co_qualname}")
        frame = frame.f_back
    return " < ".join(calls)
