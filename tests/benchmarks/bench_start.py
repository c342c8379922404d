"""How long from the start of the program to a usable window, with 10,000 chats and with none.

Each start is a process of its own: the window under the display that is there (``xvfb-run`` will
do), the database, the engine's client. Modules are compiled, as they are where Phial is
installed. Usable means that the sidebar has painted its chats and a
key press has appeared in the composer. Full and empty profiles take turns. Then, in one window
with the full profile: the longest frame while the sidebar scrolls from end to end, what the
window's thread does when one chat changes, and from key press to results on the screen.

Run ``xvfb-run -a python tests/benchmarks/bench_start.py FULL [--rounds N]``, where FULL is a folder
made by ``bench_store.py --keep FULL``; prints a table. The peer is the empty profile.

With ``--steps`` instead, and no FULL: where the start's time goes, step by step, in seconds of the
clock and of the processor (all threads of the window's process), with memory and the number of
modules at each; then the window and the engine's process at rest and minimised for ten seconds, how
often they wake, and the terminal's commands. ``--against FOLDER`` takes turns with another checkout
that has a ``.venv`` of its own. An empty Qt window of the same packages is the floor. ``--chart
FILE`` draws the processor's least seconds as an SVG, whose rows ``--names`` names in the order of
the checkouts, this one first.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

ROOT = Path(os.environ.get("PHIAL_BENCH_ROOT") or Path(__file__).resolve().parents[2])
SETTINGS = {"welcomed": True, "model_path": "demo"}
sys.path.insert(0, str(ROOT))


def compiled(home: Path) -> dict[str, str]:
    """The environment of a process: modules are compiled, as an installation has them.

    The first process with a folder compiles; none that is counted is the first.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PHIAL_HOME": str(home), "PYTHONPYCACHEPREFIX": str(home.parent / "compiled")}


def start(home: Path, *, work: bool = False) -> dict[str, object]:
    """Start the program once; what it said, and the seconds until it was usable."""
    command = [
        sys.executable,
        str(Path(__file__).resolve()),
        "--child",
        "work" if work else "start",
    ]
    environment = compiled(home)
    begun = time.monotonic()
    process = subprocess.run(
        command, stdout=subprocess.PIPE, env=environment, cwd=ROOT, check=True, timeout=300
    )
    said: dict[str, object] = json.loads(process.stdout.splitlines()[-1])
    return {**said, "seconds": float(str(said["at"])) - begun}


# --- the child ------------------------------------------------------------------------------------


def child(kind: str) -> int:
    """The program, with an eye on its window."""
    from PySide6.QtCore import QEvent, QObject, Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.main import main as run_phial
    from app.ui.application import make_application
    from app.ui.main_window import MainWindow

    application = make_application()
    said: dict[str, object] = {}

    class Eye(QObject):
        """Sees the list being painted."""

        def __init__(self, window: MainWindow) -> None:
            super().__init__(window)
            self.window = window
            self.painted = False
            window.sidebar._pages.currentWidget().installEventFilter(self)
            window.sidebar._list.viewport().installEventFilter(self)

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.painted:
                self.painted = True
                QTimer.singleShot(0, self.type)
            return False

        def type(self) -> None:
            editor = self.window.pane.composer.editor
            QTest.keyClick(editor, Qt.Key.Key_X)
            if self.window.pane.composer.text() != "x":
                QTimer.singleShot(1, self.type)
                return
            said["at"] = time.monotonic()
            said["rows"] = self.window.sidebar.model.rowCount()
            self.window.pane.composer.set_text("")
            if kind == "work":
                said.update(at_work(self.window, application))
            self.window.close()

    def look() -> None:
        found = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)]
        if found:
            Eye(found[0])
        else:
            QTimer.singleShot(1, look)

    QTimer.singleShot(0, look)
    code = run_phial([])
    print(json.dumps(said))
    return code


def at_work(window: object, application: object) -> dict[str, object]:
    """Scroll, send and search, and see how long the window's thread is busy at a time."""
    from app.ui.main_window import MainWindow

    assert isinstance(window, MainWindow)
    view = window.sidebar._list
    bar = view.verticalScrollBar()
    frames = []
    steps = [*range(0, bar.maximum(), 120)][:600] + [bar.maximum() * n // 200 for n in range(201)]
    for value in steps:
        begun = time.perf_counter()
        bar.setValue(value)
        view.viewport().repaint()
        frames.append((time.perf_counter() - begun) * 1000)
        application.processEvents()  # type: ignore[attr-defined]
    begun = time.perf_counter()
    window.chats.reload()
    same = (time.perf_counter() - begun) * 1000
    chats = window._services.library.chats.conversations()
    return {
        "frames": frames,
        "renamed": changed(window, [(chats[number].id, "rename") for number in range(15)]),
        "used": changed(window, [(chats[-1 - number].id, "pin") for number in range(15)]),
        "reload_same": same,
        **searched(window, application),
    }


def changed(window: object, chats: list[tuple[str, str]]) -> list[float]:
    """Milliseconds of the window's thread for each chat that changes, painted."""
    from PySide6.QtTest import QTest

    from app.ui.main_window import MainWindow

    assert isinstance(window, MainWindow)
    chats_on_disk = window._services.library._repositories.stored.conversations
    times = []
    for id_, how in chats:
        if how == "pin":
            chats_on_disk.set_pinned(id_, True).result()
        else:
            chats_on_disk.rename(id_, f"renamed {id_}").result()
        begun = time.thread_time()
        window.chats.reload((id_,))
        window.sidebar._list.viewport().repaint()
        times.append((time.thread_time() - begun) * 1000)
        QTest.qWait(30)
    return times


def searched(window: object, application: object) -> dict[str, object]:
    """Milliseconds from each key press to its results on the screen, and of each key press."""
    from bench_store import HAN, Writing
    from PySide6.QtCore import QEventLoop
    from PySide6.QtTest import QTest

    from app.ui.main_window import MainWindow

    assert isinstance(window, MainWindow)
    rng, vocabulary = random.Random(3), Writing(1).vocabulary
    side, field = window.sidebar, window.sidebar._search
    shown: list[str] = []
    loop = QEventLoop()
    tell = side.set_hits

    def set_hits(query: str, hits: object) -> None:
        tell(query, hits)  # type: ignore[arg-type]
        side._pages.currentWidget().repaint()
        shown.append(query)
        loop.quit()

    side.set_hits = set_hits  # type: ignore[method-assign, assignment]
    times, keys, slow = [], [], []
    for _ in range(12):
        common, rare = rng.choice(vocabulary[:50]), rng.choice(vocabulary[2_000:])
        for line in (
            rare,
            f"{common} {rare}",
            "".join(rng.choices(HAN, k=2)),
            f"before:2025-03 {rare}",
        ):
            field.clear()
            application.processEvents()  # type: ignore[attr-defined]
            for letter in line:
                begun = time.perf_counter()
                QTest.keyClicks(field, letter) if letter.isascii() else field.insert(letter)
                keys.append((time.perf_counter() - begun) * 1000)
                query = side.query()
                while shown[-1:] != [query]:
                    loop.exec()  # asleep, as a window is: a loop that looks would hold the lock
                times.append((time.perf_counter() - begun) * 1000)
                slow.append((times[-1], query))
                if letter == " ":
                    times.pop()  # no other query
    field.clear()
    return {"search": times, "keys": keys, "slowest": sorted(slow, reverse=True)[:5]}


# --- the table ------------------------------------------------------------------------------------


def shares(values: list[float]) -> str:
    """p50, p90, p99 and the longest."""
    ordered = sorted(values)
    picked = [ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (50, 90, 99)]
    return " / ".join(f"{value:.1f}" for value in (*picked, ordered[-1])) + " ms"


# --- step by step ---------------------------------------------------------------------------------

EMPTY = """
import time
from PySide6.QtWidgets import QApplication, QWidget
a = QApplication([]); w = QWidget(); w.resize(900, 600); w.show(); a.processEvents()
print(time.process_time())
"""
COMMANDS = (
    ("--version",),
    ("chats", "list"),
    ("ask", "--help"),
    ("ask", "--model", "demo", "--max-tokens", "1", "Hello"),
)
WATCHED = 10.0  # seconds


def environment_of(root: Path, home: Path) -> dict[str, str]:
    """What a process of that checkout is started with."""
    return {
        **compiled(home),
        "PHIAL_BENCH_ROOT": str(root),
        "PHIAL_BENCH_BEGUN": str(time.time()),
        "PYTHONPATH": str(root),
    }


def python_of(root: Path) -> str:
    """The interpreter of a checkout: of its own environment where it has one."""
    own = root / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def one_start(root: Path, home: Path) -> list[dict[str, float]]:
    """The steps of one start."""
    command = [python_of(root), str(Path(__file__).with_name("start_steps.py"))]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, env=environment_of(root, home), cwd=root, check=True
    )
    steps: list[dict[str, float]] = json.loads(done.stdout.splitlines()[0])
    return steps


def timed(root: Path, home: Path, words: Sequence[str]) -> tuple[float, float]:
    """Seconds of the clock and of the processor of a terminal command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    subprocess.run(
        [*words], env=environment_of(root, home), cwd=root, check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def switches(pid: int) -> int:
    """How often the threads of a process went to sleep of their own accord."""
    return sum(
        int(line.split()[1])
        for status in Path(f"/proc/{pid}/task").glob("*/status")
        for line in status.read_text("ascii", "replace").splitlines()
        if line.startswith("voluntary_ctxt_switches")
    )


def at_rest(root: Path, home: Path) -> None:
    """How often the window and its engine's process wake at rest, shown and minimised.

    No model is loaded: what the engine takes then is its own.
    """
    (home / "settings.json").write_text(json.dumps({**SETTINGS, "load_when": "first_use"}))
    command = [python_of(root), str(Path(__file__).with_name("start_steps.py")), "--rest"]
    window = subprocess.Popen(
        command, stdout=subprocess.PIPE, env=environment_of(root, home), cwd=root
    )
    assert window.stdout is not None
    window.stdout.readline()
    engine = None
    for kind, wait in (("shown", 12.0), ("minimised", 2.0)):  # 12 s: the caret rests after ten
        time.sleep(wait)
        engine = engine or psutil.Process(window.pid).children()[:1]
        pids = {"window": window.pid, **({"engine": engine[0].pid} if engine else {})}
        before = {name: switches(pid) for name, pid in pids.items()}
        time.sleep(WATCHED)
        for name, pid in pids.items():
            rate = (switches(pid) - before[name]) / WATCHED
            memory = psutil.Process(pid).memory_info().rss / 1e6
            print(f"{name}, {kind:<10} {rate:6.1f} wakeups a second  {memory:7.1f} MB")
        if kind == "shown":
            time.sleep(max(0.0, 22.5 - 12.0 - WATCHED))
    window.wait()


def step_by_step(
    roots: Sequence[Path], rounds: int, chart: Path | None, names: Sequence[str]
) -> None:
    """Print the table of the steps, then rest, then the terminal's commands."""
    with tempfile.TemporaryDirectory() as scratch:
        homes = {root: Path(scratch) / str(number) for number, root in enumerate(roots)}
        seen: dict[Path, list[list[dict[str, float]]]] = {root: [] for root in roots}
        for root, home in homes.items():
            home.mkdir()
            (home / "settings.json").write_text(json.dumps(SETTINGS))
            one_start(root, home)
        floors = []
        for _ in range(rounds):
            for root in roots:
                seen[root].append(one_start(root, homes[root]))
            floors.append(timed(roots[0], homes[roots[0]], (sys.executable, "-c", EMPTY)))
        print(f"load {os.getloadavg()[0]:.1f}, {rounds} starts each, medians (least)")
        print(f"an empty Qt window {said(floors)}")
        if chart is not None:
            from start_chart import draw

            named = [*names, *(root.name for root in roots[len(names) :])]
            least = {
                name: [
                    (str(step[0]["step"]), min(one["cpu"] for one in step))
                    for step in zip(*seen[root], strict=True)
                ]
                for root, name in reversed(list(zip(roots, named, strict=True)))
            }
            chart.write_text(draw(least, min(cpu for _, cpu in floors)), "utf-8")
        for root in roots:
            print(f"\n{root.name}: step, seconds, of the processor, MB, modules, ours")
            for step in zip(*seen[root], strict=True):
                clock = [one["seconds"] for one in step]
                cpu = [one["cpu"] for one in step]
                last = step[-1]
                print(
                    f"  {last['step']:<32} {statistics.median(clock):6.2f} ({min(clock):5.2f})"
                    f" {statistics.median(cpu):6.2f} ({min(cpu):5.2f})"
                    f" {last['memory'] / 1e6:6.0f} {last['modules']:5} {last['own']:4}"
                )
            for words in COMMANDS:
                command = (python_of(root), "-m", "app", *words)
                timed(root, homes[root], command)
                times = [timed(root, homes[root], command) for _ in range(rounds)]
                print(f"  phial {' '.join(words):<50} {said(times)}")
            at_rest(root, homes[root])


def said(times: Sequence[tuple[float, float]]) -> str:
    """Seconds and the processor's, median and least."""
    clock, cpu = zip(*times, strict=True)
    return (
        f"{statistics.median(clock):.2f} s ({min(clock):.2f}), "
        f"processor {statistics.median(cpu):.2f} s ({min(cpu):.2f})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("full", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=11, help="0 measures the open window only")
    parser.add_argument("--child", choices=("start", "work"))
    parser.add_argument("--steps", action="store_true", help="step by step; needs no FULL")
    parser.add_argument("--against", type=Path, action="append", default=[])
    parser.add_argument("--chart", type=Path, help="where the steps' picture goes (SVG)")
    parser.add_argument("--names", nargs="*", default=[], help="of the checkouts, in the picture")
    options = parser.parse_args()
    if options.child:
        sys.exit(child(options.child))
    if options.steps:
        roots = [ROOT, *(one.resolve() for one in options.against)]
        step_by_step(roots, options.rounds, options.chart, options.names)
        return
    with tempfile.TemporaryDirectory() as scratch:
        empty, full = Path(scratch) / "empty", Path(scratch) / "full"
        empty.mkdir()
        shutil.copytree(options.full, full)
        for home in (empty, full):
            (home / "settings.json").write_text(json.dumps(SETTINGS))
            start(home)  # the first start makes files and fills the system's cache
        times: dict[str, list[float]] = {"empty": [], "full": []}
        rows = 0
        for number in range(options.rounds):
            order = [("empty", empty), ("full", full)]
            for name, home in order if number % 2 else reversed(order):
                said = start(home)
                times[name].append(float(str(said["seconds"])))
                rows = max(rows, int(str(said["rows"])))
        work = start(full, work=True)
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, "
        f"load {os.getloadavg()[0]:.1f}, Qt platform {os.environ.get('QT_QPA_PLATFORM', '-')}, "
        f"{rows:,} rows in the sidebar, {options.rounds} starts each"
    )
    if options.rounds:
        medians = {name: statistics.median(values) for name, values in times.items()}
        for name, values in times.items():
            spread = f"{min(values):.2f} to {max(values):.2f}"
            print(f"start to usable window, {name:<6} {medians[name]:>8.2f} s  ({spread})")
        ratio = medians["full"] / medians["empty"]
        print(f"full / empty                    {ratio:>8.2f}  (aim 1.2)")
    print(f"frames while scrolling          {shares(work['frames'])}")  # type: ignore[arg-type]
    print(f"list read anew, nothing changed {float(str(work['reload_same'])):.1f} ms")
    print(f"a title changed, CPU            {shares(work['renamed'])}")  # type: ignore[arg-type]
    print(f"a chat moved to the top, CPU    {shares(work['used'])}")  # type: ignore[arg-type]
    print(f"key press in the search field   {shares(work['keys'])}")  # type: ignore[arg-type]
    print(f"key press to results painted    {shares(work['search'])}")  # type: ignore[arg-type]
    print("slowest:", work["slowest"])


if __name__ == "__main__":
    main()
