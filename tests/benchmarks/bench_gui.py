"""How long the window's thread is away while the engine computes on all cores.

    xvfb-run -a python tests/benchmarks/bench_gui.py --model MODEL.gguf

A timer of 4 ms beats in the window's thread of the real program, over the real engine process. The
longest gap between two beats is what a person may feel as a stutter. Its peer is the same window
over no engine at all, in the same run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

BEAT_MS = 4
ANSWER = 40  # tokens


class Heart:
    """Beats, and remembers the gaps of each phase."""

    def __init__(self) -> None:
        self.phase = "idle"
        self.gaps: dict[str, list[float]] = {}
        self._clock = QElapsedTimer()
        self._clock.start()
        self._timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        self.gaps.setdefault(self.phase, []).append(self._clock.nsecsElapsed() / 1e6)
        self._clock.restart()

    def table(self) -> None:
        """One line a phase."""
        print(f"{'phase':<22}{'beats':>8}{'median':>12}{'99.9 %':>12}{'longest':>12}")
        for phase, gaps in self.gaps.items():
            ordered = sorted(gaps)
            at = [ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.999)]
            cells = [f"{value:.1f} ms" for value in (*at, ordered[-1])]
            print(f"{phase:<22}{len(gaps):>8}" + "".join(f"{cell:>12}" for cell in cells))


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
    from app.compose import build_services, make_engine, prepare
    from app.services.events import AnswerEnded, AnswerGrew, Event, ModelPhase
    from app.services.model_files import find_model
    from app.ui.app import Look, make_application
    from app.ui.window import MainWindow

    application: QApplication = make_application()
    with prepare() as setup:
        setup.settings.update(
            threads=chosen.threads, max_tokens=ANSWER, context_size=2048, welcomed=True
        )
        services = build_services(setup, make_engine(setup), model=find_model(str(chosen.model)))
        look = Look(application, services)
        look.apply()
        window = MainWindow(services, look.theme)
        look.dress(window)
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
            if isinstance(event, AnswerGrew):
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
