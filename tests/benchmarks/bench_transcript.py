"""The transcript against the naive way, as one table.

Run it as ``python -m tests.benchmarks.bench_transcript``.

Naive is what most chat windows do: the whole answer rendered again at each update, here with
QTextDocument.setMarkdown in a QTextBrowser. It gets the same texts in the same run, but only every
hundredth update, or the run would take hours.

Each figure is given as wall time and as processor time of the GUI thread. On a machine that does
other work at the same time the second is what a quiet machine would show.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time, sleep, thread_time

import psutil
from PySide6.QtCore import QEvent, QEventLoop
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextBrowser, QWidget

from app.domain.conversation import BranchMessage, Message, MessageStatus, Version
from app.domain.generation import Role
from app.services.core.events import AnswerTextAdded, EventBus
from app.ui.core.event_bridge import EventBridge
from app.ui.core.gc_scheduler import GcScheduler
from app.ui.core.operations import Operations
from app.ui.transcript.view import TranscriptView

SCENES = Path(__file__).parents[1] / "ui" / "transcript" / "scenes"
CHARACTERS_A_TOKEN = 4
FRAMES_A_SECOND = 60
IDLE_SECONDS = 0.001  # a turn of the event loop that took less had nothing to do


@dataclass
class Times:
    """Durations in seconds: wall and processor, and wall of the turns between what is measured."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    between: list[float] = field(default_factory=list)

    def measure(self, work: Callable[[], None]) -> None:
        """Run and keep how long it took."""
        wall, cpu = perf_counter(), thread_time()
        work()
        self.wall.append(perf_counter() - wall)
        self.cpu.append(thread_time() - cpu)


def longest(times: list[float]) -> float:
    """The longest, milliseconds."""
    return max(times) * 1000


def percentile(times: list[float], share: float) -> float:
    """A percentile, milliseconds."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def mean(times: list[float]) -> float:
    """The mean, milliseconds."""
    return sum(times) / len(times) * 1000


def growth(times: list[float]) -> float:
    """Mean of the last tenth over the mean of the first."""
    tenth = max(1, len(times) // 10)
    return mean(times[-tenth:]) / mean(times[:tenth])


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    what: str
    target: str
    wall: float
    cpu: float
    unit: str
    naive: float | None = None


class Table:
    """Prints lines as they are measured."""

    def __init__(self) -> None:
        print(f"{'':52} {'target':>9} {'wall':>9} {'cpu':>9} {'naive cpu':>10} {'ratio':>7}")

    def add(self, line: Line) -> None:
        """Print a line; the ratio is naive over ours, by processor time."""
        naive = f"{line.naive:10.1f}" if line.naive is not None else " " * 10
        ratio = f"{line.naive / line.cpu:6.0f}x" if line.naive is not None and line.cpu else ""
        print(
            f"{line.what:52} {line.target:>9} {line.wall:9.1f} {line.cpu:9.1f} {naive} {ratio:>7}"
            f" {line.unit}",
            flush=True,
        )


# ------------------------------------------------------------------ texts


def mixed(length: int) -> str:
    """The scenes one after the other, until there are ``length`` characters."""
    scenes = [
        path.read_text(encoding="utf-8").replace("<think>", "").replace("</think>", "")
        for path in sorted(SCENES.glob("*.md"))
    ]
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        parts.append(f"## Part {len(parts)}\n\n{scenes[len(parts) % len(scenes)]}\n\n")
    return "".join(parts)[:length]


def inserted(middle: str, length: int = 100_000) -> str:
    """A mixed answer with something large in its middle."""
    rest = mixed(max(20_000, length - len(middle)))
    half = rest.index("\n## ", len(rest) // 2)
    return f"{rest[:half]}\n\n{middle}\n\n{rest[half:]}"


def formulas(count: int) -> str:
    """Paragraphs with ``count`` different formulas."""
    shapes = (
        r"$x_{%d} + y^{%d}$",
        r"$\frac{a_{%d}}{b + %d}$",
        r"$\sum_{i=1}^{%d} i^{%d}$",
        r"$\sqrt{x^2 + %d} \le %d$",
        r"$\int_0^{%d} e^{-%d t}\,dt$",
    )
    return "\n\n".join(
        f"Line {i} says " + shapes[i % len(shapes)] % (i, i % 7 + 2) + " and goes on in words."
        for i in range(count)
    )


ANSWERS: dict[str, Callable[[], str]] = {
    "mixed": lambda: mixed(100_000),
    "300-row table": lambda: inserted(
        "| n | square | in words |\n|--:|--:|:--|\n"
        + "".join(f"| {i} | {i * i} | the square of {i} |\n" for i in range(300))
    ),
    "300-item list": lambda: inserted("".join(f"- item {i} of the list\n" for i in range(300))),
    "500 formulas": lambda: inserted(formulas(500)),
}


def chat_of(count: int) -> list[BranchMessage]:
    """Messages of 1,200 characters with code and maths."""
    code = "```python\ndef step(n: int) -> int:\n    return n * n + 1\n```\n\n"
    words = "The value follows from the line above, as the sketch shows. "
    made = []
    when = datetime(2026, 11, 21, tzinfo=UTC)
    for i in range(count):
        text = f"Message {i}: let $x_{{{i % 40}}} = \\frac{{{i % 9}}}{{n + 1}}$.\n\n{code}"
        text = (text + f"- point {i}\n- another\n\n" + words * 20)[:1200]
        role = Role.ASSISTANT if i % 2 else Role.USER
        message = Message(f"{i:032x}", "c", None, role, text, MessageStatus.COMPLETE, when)
        made.append(BranchMessage(message, Version(1, 1)))
    return made


# ------------------------------------------------------------------ measuring


def settle(view: TranscriptView) -> None:
    """Let late formulas and colours arrive."""
    end = perf_counter() + 5
    QApplication.processEvents()
    while not view.idle and perf_counter() < end:
        QApplication.processEvents()


def dispose(widget: QWidget) -> None:
    """Delete a widget at once.

    Without an event loop running, Qt leaves ``deleteLater`` undone; a browser that lives on lays
    its document out in the pauses, and its time would be counted as the transcript's.
    """
    widget.close()
    widget.deleteLater()
    QApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete.value)


def begun() -> TranscriptView:
    """A view in which an answer begins."""
    view = TranscriptView()
    view.resize(1000, 800)
    view.show()
    when = datetime(2026, 11, 21, tzinfo=UTC)
    question = Message("0", "c", None, Role.USER, "Go on.", MessageStatus.COMPLETE, when)
    answer = Message("1", "c", "0", Role.ASSISTANT, "", MessageStatus.STREAMING, when)
    view.set_branch([BranchMessage(m, Version(1, 1)) for m in (question, answer)])
    view.begin_answer("1")
    settle(view)
    gc.collect()
    return view


def stream(text: str, tokens_a_second: float) -> Times:
    """Feed an answer at its rate, once a frame whatever it costs, and paint.

    Between two pieces the event loop turns as it does in the window, so that what waits for a pause
    has its pauses.
    """
    frames = min(FRAMES_A_SECOND, tokens_a_second)
    size = max(1, round(tokens_a_second / frames * CHARACTERS_A_TOKEN))
    view, times = begun(), Times()

    def update(piece: str) -> None:
        view.feed("1", piece)
        QApplication.processEvents()

    due = perf_counter()
    for start in range(0, len(text), size):
        times.measure(lambda at=start: update(text[at : at + size]))  # type: ignore[misc]
        due = max(due + 1 / frames, perf_counter())
        while (left := due - perf_counter()) > 0:
            turn(left, times)
    dispose(view)
    return times


def share_of(grow: Callable[[str], None], text: str, tokens_a_second: float) -> float:
    """What all threads take of one processor while tokens arrive one by one from another thread.

    They go through the window's bridge, which hands them over as its pace allows. What the other
    thread takes for waiting and publishing is not counted: it is the engine's side.
    """
    bus, loop = EventBus(), QEventLoop()
    written = [0.0]
    bridge, operations = EventBridge(bus), Operations(print)
    bridge.arrived.connect(lambda event: grow(event.text))

    def write() -> None:
        due = perf_counter()
        for at in range(0, len(text), CHARACTERS_A_TOKEN):
            bus.publish(AnswerTextAdded("c", "1", text[at : at + CHARACTERS_A_TOKEN], 1))
            due += 1 / tokens_a_second
            sleep(max(0.0, due - perf_counter()))
        written[0] = thread_time()
        operations.back(loop, loop.quit)()

    writer = threading.Thread(target=write)
    began, spent = perf_counter(), process_time()
    writer.start()
    loop.exec()
    writer.join()
    bridge.close()
    operations.close()
    return (process_time() - spent - written[0]) / (perf_counter() - began)


def turn(seconds: float, times: Times) -> None:
    """Let the event loop turn once; where it has nothing to do, wait a little of ``seconds``."""
    once = Times()
    once.measure(QApplication.processEvents)
    if once.wall[0] > IDLE_SECONDS:
        times.between.append(once.wall[0])
    else:
        sleep(min(seconds, IDLE_SECONDS))


def naive_stream(text: str, size: int, every: int = 200) -> Times:
    """The whole answer rendered again; one of ``every`` updates is done and measured."""
    browser = QTextBrowser()
    browser.resize(1000, 800)
    browser.show()
    times = Times()

    def update(whole: str) -> None:
        browser.setMarkdown(whole)
        browser.verticalScrollBar().setValue(browser.verticalScrollBar().maximum())
        QApplication.processEvents()

    for end in range(size, len(text), size * every):
        times.measure(lambda at=end: update(text[:at]))  # type: ignore[misc]
    dispose(browser)
    return times


def bench_streaming(table: Table, word: str) -> None:
    """Answers of 100,000 characters at 200 tokens a second."""
    size = round(200 / FRAMES_A_SECOND * CHARACTERS_A_TOKEN)
    for name, make in ANSWERS.items():
        if word not in name:
            continue
        text = make()
        ours, naive = stream(text, 200), naive_stream(text, size)
        label = f"{len(text):,} characters, {name}:"
        ms = "ms"
        table.add(
            Line(
                f"{label} longest",
                "50",
                longest(ours.wall),
                longest(ours.cpu),
                ms,
                longest(naive.cpu),
            )
        )
        table.add(
            Line(
                f"{label} 99th percentile",
                "16",
                percentile(ours.wall, 0.99),
                percentile(ours.cpu, 0.99),
                ms,
                percentile(naive.cpu, 0.99),
            )
        )
        table.add(Line(f"{label} mean", "", mean(ours.wall), mean(ours.cpu), ms, mean(naive.cpu)))
        between = longest([0.0, *ours.between])
        table.add(Line(f"{label} longest between two", "50", between, between, ms))
        table.add(
            Line(
                f"{label} last tenth over first",
                "1.5",
                growth(ours.wall),
                growth(ours.cpu),
                "times",
            )
        )


def bench_megabyte(table: Table) -> None:
    """An answer of a million characters, at 2,000 tokens a second lest it take an hour."""
    text = mixed(1_000_000)
    size = round(2_000 / FRAMES_A_SECOND * CHARACTERS_A_TOKEN)
    ours, naive = stream(text, 2_000), naive_stream(text, size, every=2_000)
    label = "1,000,000 characters:"
    table.add(
        Line(
            f"{label} longest",
            "50",
            longest(ours.wall),
            longest(ours.cpu),
            "ms",
            longest(naive.cpu),
        )
    )
    table.add(
        Line(
            f"{label} 99th percentile",
            "",
            percentile(ours.wall, 0.99),
            percentile(ours.cpu, 0.99),
            "ms",
            percentile(naive.cpu, 0.99),
        )
    )
    table.add(
        Line(f"{label} last tenth over first", "1.5", growth(ours.wall), growth(ours.cpu), "times")
    )


def bench_share(table: Table) -> None:
    """The share of a core that rendering takes at 30 tokens a second.

    Beside the naive way, a plain text field that the tokens are appended to: no Markdown at all.
    """
    text = mixed(8_000)
    view = begun()
    ours = 100 * share_of(lambda piece: view.feed("1", piece), text, 30)
    dispose(view)
    naive = mean(naive_stream(text, CHARACTERS_A_TOKEN, every=40).cpu) * 30 / 10
    table.add(
        Line("30 tokens/s: the window's threads' share of a core", "5", ours, ours, "%", naive)
    )
    field = QPlainTextEdit()
    field.resize(1000, 800)
    field.show()

    def append(piece: str) -> None:
        field.moveCursor(QTextCursor.MoveOperation.End)
        field.insertPlainText(piece)

    plain = 100 * share_of(append, text, 30)
    dispose(field)
    table.add(Line("the same appended to a QPlainTextEdit", "", plain, plain, "%"))


def bench_opening(table: Table) -> TranscriptView:
    """Open chats; answers the view with the long one."""
    view = TranscriptView()
    view.resize(900, 800)
    view.show()
    short, long = chat_of(50), chat_of(5000)
    view.set_branch(chat_of(6))
    settle(view)
    process = psutil.Process()
    opened: dict[int, Times] = {50: Times(), 5000: Times()}

    def show(messages: list[BranchMessage]) -> None:
        view.set_branch(messages)
        view.viewport().repaint()

    gc.collect()
    before = process.memory_info().rss
    opened[5000].measure(lambda: show(long))
    grown = (process.memory_info().rss - before) / 1e6
    for _ in range(3):
        opened[50].measure(lambda: show(short))
        opened[5000].measure(lambda: show(long))
    settle(view)
    naive, naive_memory = naive_opening(long)
    wall, cpu = longest(opened[5000].wall), longest(opened[5000].cpu)
    table.add(Line("open 5,000 messages: longest of 4", "100", wall, cpu, "ms", naive))
    ratio_wall = min(opened[5000].wall) / min(opened[50].wall)
    ratio_cpu = min(opened[5000].cpu) / min(opened[50].cpu)
    table.add(Line("open 5,000 over 50 messages", "2", ratio_wall, ratio_cpu, "times"))
    table.add(Line("open 5,000 messages: memory", "25", grown, grown, "MB", naive_memory))
    return view


def naive_opening(messages: list[BranchMessage]) -> tuple[float, float]:
    """All messages in one document: milliseconds of the processor, and megabytes."""
    browser = QTextBrowser()
    browser.resize(900, 800)
    browser.show()
    process, times = psutil.Process(), Times()
    before = process.memory_info().rss

    def show() -> None:
        browser.setMarkdown("\n\n".join(item.message.content for item in messages))
        browser.verticalScrollBar().setValue(browser.verticalScrollBar().maximum())
        browser.viewport().repaint()

    times.measure(show)
    grown = (process.memory_info().rss - before) / 1e6
    dispose(browser)
    return longest(times.cpu), grown


def bench_scrolling(table: Table, view: TranscriptView, frames: int) -> None:
    """Scroll from the end to the begin, a page a frame, and by dragging the bar.

    In what is left of a frame the event loop turns as it does in the window; a turn counts as a
    frame too.
    """
    pages, drags = Times(), Times()

    def page() -> None:
        view._layout.scroll_by(-700)
        QApplication.processEvents()

    count = 0
    while view._layout.flow.position > 0 and count < frames:
        due = perf_counter() + 1 / FRAMES_A_SECOND
        pages.measure(page)
        while (left := due - perf_counter()) > 0:
            turn(left, pages)
        count += 1
    pages.wall += pages.between
    what = f"scroll {count:,} pages of 5,000 messages:"
    table.add(Line(f"{what} longest frame", "33", longest(pages.wall), longest(pages.cpu), "ms"))
    p99 = (percentile(pages.wall, 0.99), percentile(pages.cpu, 0.99))
    table.add(Line(f"{what} 99th percentile", "", *p99, "ms"))
    bar, chance = view.verticalScrollBar(), random.Random(4)
    bar.setSliderDown(True)

    def drag(value: int) -> None:
        bar.setValue(value)
        QApplication.processEvents()

    for _ in range(100):
        place = chance.randrange(bar.maximum())
        drags.measure(lambda at=place: drag(at))  # type: ignore[misc]
    bar.setSliderDown(False)
    table.add(
        Line(
            "drag the bar to 100 places: longest",
            "33",
            longest(drags.wall),
            longest(drags.cpu),
            "ms",
        )
    )


def bench_resizing(table: Table, view: TranscriptView) -> None:
    """Widen the window step by step."""
    times = Times()

    def resize(width: int) -> None:
        view.resize(width, 800)
        QApplication.processEvents()

    for width in _widths():
        times.measure(lambda to=width: resize(to))  # type: ignore[misc]
    table.add(
        Line(
            "resize 900 to 1,600 px: longest frame",
            "50",
            longest(times.wall),
            longest(times.cpu),
            "ms",
        )
    )


def _widths() -> Iterator[int]:
    yield from range(900, 1601, 20)
    yield from range(1600, 899, -20)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1500, help="pages to scroll at most")
    parser.add_argument("--only", default="", help="streaming, share, chat or megabyte")
    parser.add_argument("--answer", default="", help="stream only the answers with this word")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()},")
    print(f"{QApplication.platformName()} platform, load of other work {load:.1f}\n")
    # As the program does it; without, a full collection falls into some frames (20 to 45 ms).
    collector = GcScheduler(application, lambda: False)
    table = Table()
    if arguments.only in ("", "streaming"):
        bench_streaming(table, arguments.answer)
    if arguments.only == "megabyte":  # a minute and more: only when it is asked for
        bench_megabyte(table)
    if arguments.only in ("", "share"):
        bench_share(table)
    if arguments.only in ("", "chat"):
        view = bench_opening(table)
        bench_scrolling(table, view, arguments.pages)
        bench_resizing(table, view)
    collector.close()


if __name__ == "__main__":
    main()
