"""Ctrl+C in the terminal and the end of the session close the window as its button does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class EndingSignals(QObject):
    """Listens for signals that end a program; what is typed is kept and all is closed in order.

    Python calls its handlers when it comes to run, which in a window at rest is not soon, and
    Qt's events would take the exception of Ctrl+C for a bug. So each signal is a byte in a pipe.
    Does nothing where signals are no way to end a program.

    Args:
        end: Closes the window.
    """

    def __init__(self, end: Callable[[], object]) -> None:
        super().__init__()
        self._before: dict[int, object] = {}
        self._pipe: tuple[int, int] | None = None
        numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
        if len(numbers) < len(NAMES):
            return
        self._pipe = reader, writer = os.pipe()
        for handle in self._pipe:
            os.set_blocking(handle, False)
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
                self._before[number] = signal.signal(number, _heard)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(reader, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(lambda: self._read(end))

    def _read(self, end: Callable[[], object]) -> None:
        if self._pipe is not None:
            heard = os.read(self._pipe[0], 64)
            if self._before.keys() & set(heard):  # Python writes other signals there too
                end()

    def close(self) -> None:
        """Give the signals their meaning back."""
        if self._pipe is None:
            return
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what getsignal gave
        for handle in self._pipe:
            os.close(handle)
        self._pipe = None


def _heard(_number: int, _frame: object) -> None:
    """A handler of Python's, without which a signal would end the process where it stands."""
