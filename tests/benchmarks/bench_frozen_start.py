"""How long the packaged program takes to its window, against the source tree's, in turns.

Each start is a process of its own with a profile that has been used before. Two moments are taken
from outside: its window is on the screen; it has heard a key press (Ctrl+Q, sent as soon as the
window is there) and has closed everything in order. The first is what people wait for, the second
proves that the window was usable.

Run ``xvfb-run -a python tests/benchmarks/bench_frozen_start.py dist/phial/phial [--rounds N]``
where xdotool and a window manager (openbox) are; prints a table. The peer is the source tree.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOAL = 1.5  # times the source tree's


def start(command: list[str], home: Path) -> tuple[float, float]:
    """Start once; seconds until the window is there, and until it has closed on a key press."""
    environment = {**os.environ, "PHIAL_HOME": str(home)}
    begun = time.monotonic()
    program = subprocess.Popen([*command, "--demo"], cwd=ROOT, env=environment)
    search = ["xdotool", "search", "--onlyvisible", "--name", " - Phial$"]
    while True:
        found = subprocess.run(search, capture_output=True, text=True, check=False).stdout.split()
        if found:
            break
        if program.poll() is not None or time.monotonic() - begun > 60:
            raise SystemExit(f"{command[0]} showed no window")
    shown = time.monotonic() - begun
    subprocess.run(["xdotool", "windowactivate", "--sync", found[-1], "key", "ctrl+q"], check=True)
    program.wait(timeout=60)
    return shown, time.monotonic() - begun


def main() -> int:
    """Measure in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frozen", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    commands = {
        "source tree": [sys.executable, "-m", "app"],
        "packaged": [str(options.frozen.resolve())],
    }
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(options.rounds + 1):
            for name, command in commands.items():
                seconds = start(command, Path(folder) / name)
                if turn:  # the first fills the disk's cache and makes the profile
                    taken[name].append(seconds)
    manager.kill()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores,", end=" ")
    print(f"load {os.getloadavg()[0]:.1f}, {options.rounds} rounds in turns, medians in seconds")
    print(f"{'':14} {'window':>8} {'closed':>8}")
    medians = {}
    for name, rows in taken.items():
        medians[name] = [statistics.median(column) for column in zip(*rows, strict=True)]
        print(f"{name:14} {medians[name][0]:8.2f} {medians[name][1]:8.2f}")
    ratios = [b / a for a, b in zip(medians["source tree"], medians["packaged"], strict=True)]
    print(f"{'ratio':14} {ratios[0]:8.2f} {ratios[1]:8.2f}   goal: at most {GOAL}")
    return 0 if ratios[0] <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
