"""Hostile Markdown and LaTeX, 10,000 seeded documents each: what raises, what hangs, what grows.

Run from the repository root:
``python tests/benchmarks/fuzz_markup.py [documents] [formulas] [first seed]``.
Prints one table: the longest single call in milliseconds of processor time, the mean, how many
took more than 100 ms, and how much memory the process grew. Garbage is collected between calls,
as the window does it between events. An audit hook ends the run at the first file opened or socket
made by the code under test. The slice in CI is tests/unit/markup/test_fuzz.py.
"""

from __future__ import annotations

import gc
import platform
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.markup.latex.tokens import MathError
from app.markup.maths.render import QUICK, render_cost
from tests.unit.markup.fuzzing import (
    forbid_files_and_sockets,
    formulas,
    hostile_documents,
    hostile_formulas,
    random_documents,
    stream_in_slices,
    try_formula,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LIMIT = 0.1
"""Seconds that the window may be away."""


def run(name: str, cases: Iterable[str], call: Callable[[str], list[float]]) -> None:
    worst, total, calls, late, count, culprit = 0.0, 0.0, 0, 0, 0, ""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for case in cases:
        times = call(case)
        gc.collect()
        count += 1
        calls += len(times)
        total += sum(times)
        late += sum(seconds > LIMIT for seconds in times)
        if times and max(times) > worst:
            worst, culprit = max(times), case[:24]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{name:28}{count:8,}{calls:10,}{total / max(1, calls) * 1e3:9.3f}{worst * 1e3:9.1f}"
        f"{late:7}{grown:8.0f}  {culprit!r}",
        flush=True,
    )


def timed_slices(text: str) -> list[float]:
    """Seconds of each slice of a document and of each step of its end."""
    return list(stream_in_slices(text, clock=time.process_time))


def timed_formula(latex: str) -> list[float]:
    start = time.process_time()
    try_formula(latex)
    return [time.process_time() - start]


def is_light(latex: str) -> bool:
    """Whether the window draws a formula at once; the others are drawn in a thread."""
    try:
        return render_cost(latex) <= QUICK
    except MathError:
        return True


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    latex = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    gc.freeze()
    gc.disable()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, seeds from {first}; "
        "times in ms of processor time"
    )
    print(
        f"{'input':28}{'cases':>8}{'calls':>10}{'mean':>9}{'longest':>9}{'> 100':>7}{'MB':>8}"
        "  the longest begins"
    )
    try_formula("x^2")  # fonts are read from disk once
    forbid_files_and_sockets()
    run("random documents", random_documents(documents, first), timed_slices)
    run("hostile documents", hostile_documents(200_000), timed_slices)
    run("random formulas", formulas(latex, first), timed_formula)
    hostile = list(hostile_formulas())
    run("hostile formulas, at once", filter(is_light, hostile), timed_formula)
    run("hostile formulas, in thread", (f for f in hostile if not is_light(f)), timed_formula)


if __name__ == "__main__":
    main()
