"""Owns asking the maths room for formulas: light ones at once, heavy ones in a thread."""

from __future__ import annotations

import threading
from collections import deque

from PySide6.QtCore import QObject, Signal

from app.markup.latex_tokens import MathError
from app.markup.maths import QUICK, render, weight
from app.ui.transcript.formulas import INK, Failed, Shape

SIZE = 100.0
"""Pixels of an em while measuring; lengths are kept in ems."""


def is_light(source: str) -> bool:
    """Whether a formula may be drawn while the window waits."""
    try:
        return weight(source) <= QUICK
    except MathError:
        return True  # it is refused at once


def render_shape(source: str, display: bool) -> Shape | Failed:
    """Draw LaTeX, or say why not."""
    try:
        formula = render(source, display=display, size=SIZE, colour=INK)
    except MathError as error:
        return Failed(str(error))
    return Shape(
        formula.svg,
        formula.width / SIZE,
        formula.baseline / SIZE,
        (formula.height - formula.baseline) / SIZE,
    )


class FormulaThread(QObject):
    """Draws heavy formulas one after the other, in a thread that lives while there are any."""

    drawn = Signal(object)  # (source, display, Shape | Failed)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._wanted: deque[tuple[str, bool]] = deque()
        self._thread: threading.Thread | None = None

    def ask(self, source: str, display: bool) -> None:
        """Draw a formula soon."""
        with self._lock:
            self._wanted.append((source, display))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="formulas", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                source, display = self._wanted.popleft()
            shape = render_shape(source, display)
            # Qt's side is gone only once `close` has emptied the queue and waited.
            self.drawn.emit((source, display, shape))

    def close(self) -> None:
        """Forget what is not begun, and wait for what is (a fifth of a second at most)."""
        with self._lock:
            self._wanted.clear()
            thread = self._thread
        if thread is not None:
            thread.join()
