from __future__ import annotations

import gc
import weakref

from PySide6.QtCore import QEventLoop, QObject, QTimer

from app.ui.core.gc_scheduler import BUSY_EVERY, FEW, MUCH, YOUNG_EVERY, GcScheduler


class Ring:
    def __init__(self) -> None:
        self.me = self


def at_rest(collector: GcScheduler) -> bool:
    """Whether no clock of it runs."""
    return not (collector._young.isActive() or collector._timer.isActive())


def test_garbage_is_collected_only_in_quiet_moments(qapp: object) -> None:
    quiet, parent = [False], QObject()
    collector = GcScheduler(parent, lambda: quiet[0])
    try:
        assert not gc.isenabled()  # no other thread, and no event of a widget, collects
        ring = weakref.ref(Ring())
        collector.collect_if_quiet()
        assert ring() is not None
        quiet[0] = True
        collector.collect_if_quiet()
        assert ring() is None
    finally:
        collector.close()
    assert gc.isenabled()


def test_young_garbage_is_collected_by_the_clock(qapp: object) -> None:
    parent = QObject()
    collector = GcScheduler(parent, lambda: False)
    try:
        ring = weakref.ref(Ring())
        assert ring() is not None
        collector.collect_young()
        assert ring() is None
    finally:
        collector.close()


def test_young_garbage_is_collected_more_often_while_much_is_made(qapp: object) -> None:
    parent = QObject()
    collector = GcScheduler(parent, lambda: False)
    try:
        collector.collect_young()
        assert collector.every == YOUNG_EVERY
        rings = [Ring() for _ in range(MUCH + 1)]
        collector.collect_young()
        assert collector.every == BUSY_EVERY
        del rings
        collector.collect_young()
        assert collector.every == YOUNG_EVERY
    finally:
        collector.close()


def test_no_clock_runs_while_nothing_is_made_and_what_is_made_starts_it(qapp: object) -> None:
    parent = QObject()
    collector = GcScheduler(parent, lambda: True)
    try:
        assert not at_rest(collector)  # the start is looked at once
        collector.collect_if_quiet()
        collector._timer.stop()
        collector.collect_young()
        collector.collect_young()
        assert at_rest(collector)
        rings = [weakref.ref(Ring()) for _ in range(FEW + 1)]
        turn = QEventLoop()
        QTimer.singleShot(20, turn.quit)
        turn.exec()
        assert not at_rest(collector)
        collector.collect_young()
        assert not any(ring() for ring in rings)
    finally:
        collector.close()
