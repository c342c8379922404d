"""The collection of cyclic garbage: in the GUI thread, between events.

Left to itself Python collects wherever an object happens to be made: in the thread that draws
formulas, or inside a widget's own event. What is collected may be Qt's, and Qt's objects die only
in the window's thread and not under their own feet: a crash in QtGui, seen once in many thousand
frames, and soon with low thresholds. So the automatic collection is off, and young garbage is
collected by a timer.

A full collection walks everything that lives; with a long chat open that is 20 to 45 ms on the GUI
thread, three frames. So what was made at the start is set aside (`gc.freeze`), and the full
collection is done when nothing moves. The first one, which looks at the start itself, comes when
the window has been usable for a moment. A window at rest makes nothing, so no clock runs then.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer

FIRST = 1_500
"""Milliseconds until the first look whether now is a good moment."""

EVERY = 15_000
"""Milliseconds between two such looks, while things are made."""

YOUNG_EVERY = 400
"""Milliseconds between two looks at what was made since the last."""

BUSY_EVERY = 40
"""The same while much is made, as in scrolling fast: a collection costs by what it finds, and few
objects are a millisecond where those of 200 ms were eight, half a frame."""

MUCH = 2_000
"""Objects since the last look; an idle window makes fewer."""

FEW = 300
"""Objects that are not looked for: with fewer the clock rests until more are made."""

OLDER = 2
"""Every so many of these, what outlived one of them is looked at too. Python takes ten; then it is
ten times as much at once, and while many messages come into view that was half a frame."""


class GcScheduler(QObject):
    """Collects garbage while ``is_quiet`` says so. The program has one, made at its start.

    Args:
        parent: Qt's parent.
        is_quiet: Whether nothing is being written, scrolled or laid out.
    """

    def __init__(self, parent: QObject, is_quiet: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._is_quiet = is_quiet
        self._rounds = 0
        self._looked_at_start = False
        gc.freeze()
        gc.disable()
        self._young = QTimer(self)
        self._young.setInterval(YOUNG_EVERY)
        self._young.timeout.connect(self.collect_young)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.collect_if_quiet)
        self._timer.start(FIRST)
        self._dispatcher = QAbstractEventDispatcher.instance()
        self._dispatcher.aboutToBlock.connect(self.look)

    @property
    def every(self) -> int:
        """Milliseconds between two looks at what was made lately, as it is now."""
        return self._young.interval()

    def look(self) -> None:
        """Start the clock if it rests and something was made; called before the thread sleeps."""
        if not self._young.isActive() and gc.get_count()[0] > FEW:
            self._young.start()
            if not self._timer.isActive():
                self._timer.start(EVERY)

    def collect_young(self) -> None:
        """Collect what was made lately, and look again sooner the more it was."""
        self._rounds += 1
        made = gc.get_count()[0]
        gc.collect(1 if self._rounds % OLDER == 0 else 0)
        every = BUSY_EVERY if made > MUCH else YOUNG_EVERY
        if self.every != every:
            self._young.setInterval(every)
        if made <= FEW:
            self._young.stop()

    def collect_if_quiet(self) -> None:
        """Collect, if this is a good moment; else see again later."""
        if not self._is_quiet():
            self._timer.start(EVERY if self._looked_at_start else FIRST)
        elif self._looked_at_start:
            gc.collect()
        else:
            self._looked_at_start = True
            gc.unfreeze()
            gc.collect()
            gc.freeze()

    def close(self) -> None:
        """Give Python its ways back."""
        self._dispatcher.aboutToBlock.disconnect(self.look)
        self._timer.stop()
        self._young.stop()
        gc.enable()
        gc.unfreeze()
