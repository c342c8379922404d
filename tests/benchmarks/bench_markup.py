"""How much Markdown costs while it streams, against parsing the whole answer at each update.

Run from the repository root: ``python tests/benchmarks/bench_markup.py [scale] [characters]``.
``scale`` 100 is the full size (2,000 rows, a 200 KB block); 10 is quick. Times are processor time,
so that other work on the machine counts less. The naive way is markdown-it parsing the text so far
at every update; it is measured at 12 points spread over the answer and summed up.
"""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from markdown_it import MarkdownIt

from app.markup.code.highlighter import Highlighter
from app.markup.maths.render import render
from app.markup.stream import MarkdownStream
from tests.unit.markup.markdown_samples import long_documents, pieces_of

SAMPLES = 12


def naive_seconds(text: str, updates: int) -> float:
    engine = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    total = 0.0
    for sample in range(1, SAMPLES + 1):
        part = text[: len(text) * sample // SAMPLES]
        start = time.process_time()
        engine.parse(part)
        total += time.process_time() - start
    return total / SAMPLES * updates


def mixed(characters: int) -> str:
    """An answer of prose, code, tables, lists and formulas of this length."""
    names = ("prose", "one table", "one nested list", "one code block", "short formulas")
    found = dict(long_documents(2))
    unit = "\n\n".join(found[name][:2000] for name in names)
    unit = unit.replace("```python", "\n```python") + "\n```\n\n"
    return (unit * (characters // len(unit) + 1))[:characters]


def measure(name: str, text: str, size: int) -> None:
    markdown = MarkdownStream()
    times = []
    for piece in pieces_of(text, size):
        start = time.process_time()
        markdown.feed(piece)
        times.append(time.process_time() - start)
    start = time.process_time()
    markdown.finish()
    end = time.process_time() - start
    tenth = max(1, len(times) // 10)
    growth = sum(times[-tenth:]) / max(1e-9, sum(times[:tenth]))
    ordered = sorted(times)
    naive = naive_seconds(text, len(times))
    print(
        f"{name:22}{len(text):9,}{sum(times) / len(times) * 1e6:9.0f}"
        f"{ordered[int(len(times) * 0.99)] * 1e3:8.2f}{ordered[-1] * 1e3:8.2f}{growth:8.2f}"
        f"{end * 1e3:8.1f}{markdown.characters_parsed / len(text):8.2f}"
        f"{naive / max(1e-9, sum(times)):10.0f}"
    )


def main() -> None:
    scale = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    print(f"{platform.machine()}, Python {platform.python_version()}, {size} characters an update")
    print(
        f"{'answer':22}{'chars':>9}{'µs/upd.':>9}{'p99 ms':>8}{'max ms':>8}{'growth':>8}"
        f"{'end ms':>8}{'parsed':>8}{'naive':>10}"
    )
    measure("mixed", mixed(1000 * scale), size)
    for name, text in long_documents(scale):
        measure(name, text, size)
    print("growth: last tenth against first tenth. parsed: characters parsed per character.")
    print("naive: how many times the cost, with the whole answer parsed at each update.")
    code = "def f(x):\n    return x + 1  # comment\n" * 200
    highlighter = Highlighter("python")
    start = time.process_time()
    for piece in pieces_of(code, size):
        highlighter.feed(piece)
    seconds = time.process_time() - start
    print(f"code: {seconds / len(code) * 1e6:.2f} µs a character, {highlighter.characters} read")
    render("x")  # what draws is imported with the first formula
    start = time.process_time()
    for index in range(50):
        render(rf"\frac{{-b \pm \sqrt{{b^2 - 4ac}}}}{{2a}} = x_{{{index}}}")
    print(f"maths: {(time.process_time() - start) / 50 * 1e3:.1f} ms for the quadratic formula")


if __name__ == "__main__":
    main()
