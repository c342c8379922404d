"""How long the window's pages take to open: settings by page, models by tab.

    python -m tests.benchmarks.bench_pages

From the command to the moment in which the page is laid out and painted, in the window's thread,
over a scripted engine with a model of the catalogue in use. Processor time is printed beside wall
time, and how many widgets stand on the page then. Its peer is the same page opened again, for which
nothing is imported or read.

Modules are compiled, as those of a program that is installed, and Python's own import is in force,
as in the program: a run before the one that is told writes the bytecode.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from app.ui.core.own_import import own_import

with own_import():
    import PySide6.QtCore  # noqa: F401
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.options import Section
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.ui.application import AppearanceController, make_application
from app.ui.core.gc_scheduler import GcScheduler
from app.ui.main_window import MainWindow
from app.ui.shell.page_names import ModelsTab
from tests.support.harness import build
from tests.support.hub_kit import gguf

AIM = 100  # milliseconds
_COMPILED = "PHIAL_BENCH_PAGES"  # set in the runs whose modules are compiled


def opened(window: MainWindow, show: Callable[[], object]) -> tuple[float, float, int]:
    """Milliseconds of wall and processor time until a page is painted, and its widgets."""
    QApplication.processEvents()
    wall, own = time.perf_counter(), time.thread_time()
    show()
    page = window.pages.page
    assert page is not None
    page.repaint()
    spent = (time.perf_counter() - wall) * 1000, (time.thread_time() - own) * 1000
    shown = sum(one.isVisible() for one in page.findChildren(QWidget))
    until = time.perf_counter() + 0.3  # what comes later comes
    while time.perf_counter() < until:
        QApplication.processEvents()
    return (*spent, shown)


def compiled(words: list[str]) -> int:
    """Run this twice with bytecode in a folder of its own; what the second run prints is told."""
    with tempfile.TemporaryDirectory() as folder:
        own = {_COMPILED: "1", "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-m", "tests.benchmarks.bench_pages", *words]
        env, root = {**os.environ, **own}, Path(__file__).parents[2]
        first = [*command, "--rounds", "0"]
        subprocess.run(first, check=True, stdout=subprocess.DEVNULL, env=env, cwd=root)
        return subprocess.run(command, check=False, env=env, cwd=root).returncode


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not os.environ.get(_COMPILED):
        return compiled(sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "phi-4-Q4_K_M.gguf").write_bytes(gguf(b"4" * 40_000))
        harness = build(folder / "data", ScriptedEngine(), Settings(welcomed=True), chosen=False)
        services = harness.services
        services.models.choose(services.add_models.use_in_place(folder / "phi-4-Q4_K_M.gguf"))
        services.executor.submit(lambda: None).result()
        look = AppearanceController(make_application(), services)
        look.apply()
        window = MainWindow(services, look.theme)
        window.resize(1_100, 760)
        window.show()
        window.begin()
        collector = GcScheduler(window, lambda: True)  # as in the program
        commands = window.commands
        pages: dict[str, Callable[[], object]] = {
            f"settings, {section.label}": lambda section=section: commands.preferences.open(section)
            for section in Section
        }
        pages |= {
            f"models, {tab.name.lower()}": lambda tab=tab: commands.models.show_models(tab)
            for tab in ModelsTab
        }
        load = os.getloadavg()[0]
        print(
            f"{'milliseconds':32} {'aim':>5} {'first':>7} {'cpu':>7} {'again':>7} {'cpu':>7} shown"
        )
        for title, show in pages.items():
            rounds = []
            for _ in range(options.rounds + 1):
                rounds.append(opened(window, show))
                window.pages.back()
            (first, cpu, shown), again = (
                rounds[0],
                sorted(rounds[1:] or rounds)[options.rounds // 2],
            )
            numbers = f"{first:7.0f} {cpu:7.0f} {again[0]:7.0f} {again[1]:7.0f} {shown:7}"
            print(f"{title:32} {AIM:>5} {numbers}")
        print(f"\n{os.cpu_count()} cores, load {load:.1f} before, {os.getloadavg()[0]:.1f} after")
        collector.close()
        window.close()
        services.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
