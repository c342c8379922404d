"""Where a start's time goes: one start of the window, step by step, as lines of JSON.

``bench_start.py --steps`` runs it, each start in a process of its own, in this checkout and in
others; so it asks nothing of the program that earlier states of it did not have. Each step has the
seconds since the process was started, the processor's seconds of all its threads, its memory and
how many modules it has imported. With ``--rest`` the window stays, to be watched from outside.
"""

from __future__ import annotations

import builtins
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(os.environ.get("PHIAL_BENCH_ROOT") or Path(__file__).resolve().parents[2])
sys.path.insert(0, str(ROOT))
BEGUN = float(os.environ["PHIAL_BENCH_BEGUN"])
REST_MS = 45_000
steps: list[dict[str, object]] = []


def mark(name: str) -> None:
    """Note a step that has just ended."""
    own = sum(module.startswith("app.") for module in tuple(sys.modules))
    memory = Path("/proc/self/statm").read_text("ascii").split()[1]
    steps.append(
        {
            "step": name,
            "seconds": time.time() - BEGUN,
            "cpu": time.process_time(),
            "memory": int(memory) * os.sysconf("SC_PAGE_SIZE"),
            "modules": len(sys.modules),
            "own": own,
        }
    )


def marked(owner: Any, name: str, step: str) -> None:
    """Note each end of a function of a module or a class."""
    whole = getattr(owner, name)

    def run(*values: Any, **named: Any) -> Any:
        done = whole(*values, **named)
        mark(step)
        return done

    setattr(owner, name, run)


def run_window(rest: bool) -> None:
    """Start the program, mark each step, type a letter, and leave or stay."""
    mark("Python is up")
    from app import main

    if "gc.disable()" in Path(main.__file__).read_text("utf-8"):
        gc.disable()  # as the program does before it imports more
    mark("app.main imported")
    own = builtins.__import__
    from PySide6.QtCore import QEvent, QObject, Qt, QTimer
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    if find_spec("app.ui.core.own_import"):  # as the program does, which imports Qt later than this
        builtins.__import__ = own
    mark("Qt imported")
    import app.compose as compose
    import app.ui.application as application
    from app.ui.main_window import MainWindow

    mark("window's modules imported")
    marked(compose, "build_services", "services built, library open")
    marked(MainWindow, "__init__", "window built")
    marked(MainWindow, "begin", "window shown, chat chosen")
    marked(application, "GcScheduler", "event loop begins")
    seen: list[Callable[[], None]] = []

    class Eye(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and seen:
                mark("first frame painted")
                QTimer.singleShot(0, seen.pop())
            return False

    eye = Eye()
    built = MainWindow.__init__

    def init(window: MainWindow, *values: Any) -> None:
        built(window, *values)
        window.sidebar._list.viewport().installEventFilter(eye)
        window.sidebar._pages.currentWidget().installEventFilter(eye)
        seen.append(lambda: typed(window))

    def typed(window: MainWindow) -> None:
        composer = window.pane.composer
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):  # QtTest is not the program's
            key = QKeyEvent(kind, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x")
            QApplication.sendEvent(composer.editor, key)
        if composer.text() != "x":
            QTimer.singleShot(1, lambda: typed(window))
            return
        composer.set_text("")
        mark("usable: a key press is seen")
        print(json.dumps(steps), flush=True)
        if not rest:
            window.close()
            return
        QTimer.singleShot(REST_MS // 2, window.showMinimized)
        QTimer.singleShot(REST_MS, window.close)

    MainWindow.__init__ = init  # type: ignore[method-assign]
    QApplication.setApplicationName("Phial")
    main.main([])


if __name__ == "__main__":
    run_window("--rest" in sys.argv)
