"""How long the window's thread is away while the engine computes on all cores.

    xvfb-run -a python tests/benchmarks/bench_gui.py --model MODEL.gguf

A timer of 4 ms beats in the window's thread of the real program, over the real engine process. The
longest gap between two beats is what a person may feel as a stutter. Its peer is the same window
over no engine at all, in the same run. Of each phase's longest gap the table says whose it was: the
window's own work, other threads of its process, or other programs that the system let go first.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

try:
    import resource
except ImportError:  # not on this system
    resource = None  # type: ignore[assignment]

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

BEAT_MS = 4
ANSWER = 40  # tokens


@dataclass(frozen=True, order=True)
class Gap:
    """The time between two beats.

    Attributes:
        wall: Milliseconds.
        own: Of these, the window's thread computed; the rest it waited, for its turn or a lock.
        others: Of these, other threads of the window's process computed: what can hold its lock.
        pushed: Times the system gave its processor to somebody else.
        disk: Pages that it waited for.
    """

    wall: float
    own: float
    others: float
    pushed: int
    disk: int


class Heart:
    """Beats, and remembers the gaps of each phase."""

    def __init__(self) -> None:
        self.phase = "idle"
        self.gaps: dict[str, list[Gap]] = {}
        self._last = _spent()
        self._clock = QElapsedTimer()
        self._clock.start()
        self._timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = _spent()
        own, all_threads, pushed, disk = (a - b for a, b in zip(now, self._last, strict=True))
        gap = Gap(
            self._clock.nsecsElapsed() / 1e6,
            own * 1e3,
            (all_threads - own) * 1e3,
            round(pushed),
            round(disk),
        )
        self.gaps.setdefault(self.phase, []).append(gap)
        self._last = now
        self._clock.restart()

    def table(self) -> None:
        """One line a phase."""
        heads = ("beats", "median", "99.9 %", "longest", "its own", "others", "pushed", "disk")
        print(f"{'phase':<20}" + "".join(f"{head:>10}" for head in heads))
        for phase, gaps in self.gaps.items():
            ordered = sorted(gaps)
            worst = ordered[-1]
            at = [ordered[int(share * (len(ordered) - 1))].wall for share in (0.5, 0.999)]
            times = [f"{value:.1f} ms" for value in (*at, worst.wall, worst.own, worst.others)]
            cells = [str(len(gaps)), *times, str(worst.pushed), str(worst.disk)]
            print(f"{phase:<20}" + "".join(f"{cell:>10}" for cell in cells))


def _spent() -> tuple[float, float, float, float]:
    """Seconds this thread and the whole process computed, times pushed aside, pages from disk."""
    if resource is None:
        return time.thread_time(), time.process_time(), 0.0, 0.0
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return time.thread_time(), time.process_time(), used.ru_nivcsw, used.ru_majflt


def wait(until: Callable[[], bool], seconds: float) -> None:
    """Run Qt's loop until something is so."""
    loop, end = QEventLoop(), time.monotonic() + seconds
    watch = QTimer(interval=50)
    watch.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > end else None)
    watch.start()
    loop.exec()


def main() -> int:
    """Open the window, load, read, answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--words", type=int, default=60, help="of the question")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["PHIAL_HOME"] = home
        _run(chosen)
    return 0


def _run(chosen: argparse.Namespace) -> None:
    from app.compose import build_services
    from app.services.core.events import AnswerEnded, AnswerTextAdded, Event, ModelPhase
    from app.services.models.model_files import find_model
    from app.setup import prepare
    from app.ui.application import AppearanceController, make_application
    from app.ui.main_window import MainWindow

    application: QApplication = make_application()
    with prepare() as setup:
        setup.settings.update(
            threads=chosen.threads, max_tokens=ANSWER, context_size=2048, welcomed=True
        )
        services = build_services(setup, model=find_model(str(chosen.model)))
        look = AppearanceController(application, services)
        look.apply()
        window = MainWindow(services, look.theme)
        look.add_window(window)
        window.show()
        window.begin()
        wait(lambda: False, 1.0)
        heart = Heart()
        wait(lambda: False, 4.0)

        heart.phase = "loading"
        services.models.load()
        wait(lambda: services.models.state.phase is ModelPhase.READY, 120)

        ended: list[Event] = []

        def hear(event: Event) -> None:
            if isinstance(event, AnswerTextAdded):
                heart.phase = "answering"
            elif isinstance(event, AnswerEnded):
                ended.append(event)

        services.bus.subscribe(hear)
        heart.phase = "reading the prompt"
        text = " ".join(f"word{number}" for number in range(chosen.words))
        window.controller.send(text)
        wait(lambda: bool(ended), 200)
        heart.phase = "afterwards"
        wait(lambda: False, 2.0)

        print(f"{platform.machine()}, {os.cpu_count()} CPUs, {chosen.threads} engine threads")
        print(f"load average: {os.getloadavg()[0]:.1f}; {chosen.model.name}; limit 50 ms")
        heart.table()
        window.close()
        services.close()


if __name__ == "__main__":
    sys.exit(main())
