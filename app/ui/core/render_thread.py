"""The thread for what would hold up a frame: heavy formulas, the lexers of languages."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

T = TypeVar("T")

SWITCH_SECONDS = 0.0002
"""For which a thread keeps Python's lock when another wants it. A frame takes the lock some dozen
times; at Python's 5 ms a busy thread would hold a frame up for as many times as long."""


class RenderThread(QObject):
    """Runs jobs one after another, in a thread that lives while there are any."""

    _done = Signal(object)  # a call for the thread of the window

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._jobs: deque[Callable[[], Callable[[], None]]] = deque()
        self._thread: threading.Thread | None = None
        self._open = 0
        self._done.connect(self._finish)

    @property
    def busy(self) -> bool:
        """Whether something was asked for and is not answered yet."""
        return self._open > 0

    def submit(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Do ``work`` in the thread and hand what it returns to ``then`` in this one."""

        def job() -> Callable[[], None]:
            return partial(then, work())

        self._open += 1
        with self._lock:
            self._jobs.append(job)
            if self._thread is None:
                sys.setswitchinterval(SWITCH_SECONDS)
                self._thread = threading.Thread(target=self._run, name="transcript", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._thread = None
                    return
                job = self._jobs.popleft()
            # Qt's side is gone only once `close` has emptied the queue and waited.
            self._done.emit(job())

    def _finish(self, then: Callable[[], None]) -> None:
        self._open -= 1
        then()

    def close(self) -> None:
        """Forget what is not begun, and wait for what is."""
        with self._lock:
            self._jobs.clear()
            thread = self._thread
        if thread is not None:
            thread.join()
