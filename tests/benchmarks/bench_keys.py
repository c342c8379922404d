"""How long a key press takes, from its event to the end of its painting, while a model answers.

    xvfb-run -a python -m tests.benchmarks.bench_keys --model MODEL.gguf

The keys are real: `xdotool` types words into the composer of the real program, over the real
engine process, which computes on all cores. The clock of a key begins with the time that the X
server gives its event (whole milliseconds of the same clock that is read here) and ends when the
window has painted what the key changed, so that a window that is busy, and a system that lets it
wait, count as a person feels them. Of each key the table also says what its share was: waiting
until the window's thread took it up, and the processor time of that thread from there. Aims:
16 ms at the 99th percentile, 33 at most.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from tests.benchmarks.bench_gui import wait

WORDS = "the quick brown fox asks whether many little words are written as fast as they are typed "
ANSWER = 600  # tokens
_WRAP = 2**32  # the X server's milliseconds


@dataclass(frozen=True, order=True)
class Press:
    """One key press.

    Attributes:
        whole: From its event to the end of its painting, milliseconds.
        waited: Of these, until the window's thread took it up.
        own: Processor time of that thread from there.
    """

    whole: float
    waited: float
    own: float


class Watch(QObject):
    """Follows keys that reach a field until the window has painted.

    Args:
        window: What is painted.
        field: What is typed into.
    """

    def __init__(self, window: QWidget, field: QWidget) -> None:
        super().__init__()
        self.phase = "idle"
        self.presses: dict[str, list[Press]] = {}
        self._window, self._field = window, field
        self._open: list[tuple[float, float, float]] = []
        field.installEventFilter(self)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note a key; paint in place of Qt, to know when that is done."""
        if watched is self._field and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.KeyPress:
                now = time.monotonic() * 1e3
                waited = (now - event.timestamp()) % _WRAP
                self._open.append((now - waited, waited, time.thread_time()))
        elif event.type() is QEvent.Type.UpdateRequest and watched is self._window and self._open:
            self._window.event(event)
            self._painted()
            return True
        return False

    def _painted(self) -> None:
        now, spent = time.monotonic() * 1e3, time.thread_time()
        for began, waited, before in self._open:
            press = Press(now - began, waited, (spent - before) * 1e3)
            self.presses.setdefault(self.phase, []).append(press)
        self._open.clear()

    def table(self) -> None:
        """One line a phase, and the five longest of all."""
        heads = ("keys", "median", "99 %", "longest", "waited", "its own", "own 99 %")
        print(f"{'phase':<12}" + "".join(f"{head:>11}" for head in heads))
        for phase, presses in self.presses.items():
            ordered = sorted(presses)
            worst = ordered[-1]
            at = [ordered[int(share * (len(ordered) - 1))].whole for share in (0.5, 0.99)]
            own = sorted(press.own for press in presses)[int(0.99 * (len(presses) - 1))]
            cells = (*at, worst.whole, worst.waited, worst.own, own)
            told = "".join(f"{value:>8.1f} ms" for value in cells)
            print(f"{phase:<12}{len(presses):>11}{told}")


@contextmanager
def typing(keys: int, delay: int) -> Iterator[subprocess.Popen[bytes]]:
    """A person who types: `xdotool`, with so many milliseconds between two keys."""
    text = (WORDS * (keys // len(WORDS) + 1))[:keys]
    with subprocess.Popen(["xdotool", "type", "--delay", str(delay), text]) as person:
        yield person


def main() -> int:
    """Open the window, type while nothing is done, and while a model answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--keys", type=int, default=600, help="of each phase")
    parser.add_argument("--delay", type=int, default=60, help="between two keys, milliseconds")
    chosen = parser.parse_args()
    if not os.environ.get("DISPLAY") or shutil.which("xdotool") is None:
        print("An X display and xdotool are needed.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as home:
        os.environ["PHIAL_HOME"] = home
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        _run(chosen)
    return 0


def _run(chosen: argparse.Namespace) -> None:
    from app.compose import build_services
    from app.services.core.events import AnswerEnded, AnswerTextAdded, Event, ModelPhase
    from app.services.models.model_files import find_model
    from app.setup import prepare
    from app.ui.application import AppearanceController, make_application
    from app.ui.core.gc_scheduler import GcScheduler
    from app.ui.main_window import MainWindow

    make_application()
    with prepare() as setup:
        setup.settings.update(
            threads=chosen.threads, max_tokens=ANSWER, context_size=2048, welcomed=True
        )
        services = build_services(setup, model=find_model(str(chosen.model)))
        look = AppearanceController(make_application(), services)
        look.apply()
        window = MainWindow(services, look.theme)
        look.add_window(window)
        window.show()
        window.begin()
        collector = GcScheduler(
            window, lambda: window.pane.transcript.idle and services.chat.active is None
        )
        services.models.load()
        wait(lambda: services.models.state.phase is ModelPhase.READY, 120)
        wait(lambda: False, 2.0)
        subprocess.run(["xdotool", "windowfocus", str(int(window.winId()))], check=False)
        window.activateWindow()
        editor = window.pane.composer.editor
        editor.setFocus()
        watch = Watch(window, editor)

        def type_for(phase: str) -> None:
            watch.phase = phase
            with typing(chosen.keys, chosen.delay) as person:
                wait(lambda: person.poll() is not None, 600)
            wait(lambda: False, 0.5)
            editor.clear()

        type_for("idle")
        tokens, ended = [0], [False]

        def hear(event: Event) -> None:
            if isinstance(event, AnswerTextAdded):
                tokens[0] += event.tokens
            elif isinstance(event, AnswerEnded):
                ended[0] = True

        def go_on() -> None:
            """Another answer, as soon as one has ended."""
            if ended[0]:
                ended[0] = False
                window.controller.send("Go on, at length.")

        services.bus.subscribe(hear)
        window.controller.send("Tell me about it, at length, with a list, a table and some code.")
        wait(lambda: tokens[0] > 0, 200)
        before = time.monotonic()
        watch.phase = "answering"
        with typing(chosen.keys, chosen.delay) as person:

            def typed() -> bool:
                if person.poll() is None:
                    go_on()
                    return False
                return True

            wait(typed, 600)
        rate = tokens[0] / (time.monotonic() - before)
        wait(lambda: False, 0.5)

        print(f"{platform.machine()}, {os.cpu_count()} CPUs, {chosen.threads} engine threads")
        print(f"load average: {os.getloadavg()[0]:.1f}; {chosen.model.name}, {rate:.1f} tokens/s")
        print("aims: 16 ms at the 99th percentile, 33 at most; the clock of events: whole ms")
        watch.table()
        services.chat.stop()
        services.chat.wait(20)
        collector.close()
        window.close()
        services.close()


if __name__ == "__main__":
    sys.exit(main())
