from __future__ import annotations

import gc
import weakref

from PySide6.QtCore import QObject

from app.ui.transcript.garbage import QuietCollector


class Ring:
    def __init__(self) -> None:
        self.me = self


def test_garbage_is_collected_only_in_quiet_moments(qapp: object) -> None:
    quiet, parent, before = [False], QObject(), gc.get_threshold()
    collector = QuietCollector(parent, lambda: quiet[0])
    gc.disable()
    try:
        ring = weakref.ref(Ring())
        collector.look()
        assert ring() is not None
        quiet[0] = True
        collector.look()
        assert ring() is None
    finally:
        gc.enable()
        collector.close()
    assert gc.get_threshold() == before
