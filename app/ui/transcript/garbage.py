"""Owns when Python looks for cyclic garbage: between frames, not in them.

A full collection walks everything that lives; with a long chat open that is 20 to 45 ms on the GUI
thread, three frames. So what was made at the start is set aside (`gc.freeze`), the full collection
is taken out of Python's automatic ones, and done here when nothing moves.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

EVERY = 15_000
"""Milliseconds between two looks whether now is a good moment."""

NEVER = 1_000_000
"""As the third threshold: full collections do not start by themselves any more."""


class QuietCollector(QObject):
    """Collects garbage while ``is_quiet`` says so. The program has one, made at its start.

    Args:
        parent: Qt's parent.
        is_quiet: Whether nothing is being written, scrolled or laid out.
    """

    def __init__(self, parent: QObject, is_quiet: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._is_quiet = is_quiet
        self._before = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.set_threshold(self._before[0], self._before[1], NEVER)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect, if this is a good moment."""
        if self._is_quiet():
            gc.collect()

    def close(self) -> None:
        """Give Python its ways back."""
        self._timer.stop()
        gc.set_threshold(*self._before)
        gc.unfreeze()
