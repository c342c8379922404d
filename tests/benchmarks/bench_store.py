"""How the store stands 10,000 chats and 100,000 messages: opening, listing, searching, size.

Run with ``python tests/benchmarks/bench_store.py [--chats N] [--messages N] [--keep FOLDER]``.
Prints one table. The peer for opening is an empty profile, measured in the same run.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.generation import Role, Sampling, StopReason, Timings
from app.domain.model import ModelRef
from app.store import MessageRepository, Searcher, open_store

START = datetime(2024, 1, 1, tzinfo=UTC)
MODEL = ModelRef("Phi-4", "Q4_K_M", "ab" * 32)
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
HAN = [chr(c) for c in range(0x4E00, 0x4E00 + 3000)]


def words(rng: random.Random, count: int) -> list[str]:
    """A vocabulary whose first words are short, like a language's."""
    made: dict[str, None] = {}
    while len(made) < count:
        length = 2 + min(10, int(len(made) ** 0.25)) + rng.randrange(3)
        made["".join(rng.choices(LETTERS, range(26, 0, -1), k=length))] = None
    return list(made)


class Writing:
    """Makes texts whose words follow Zipf's law, with some code and some Chinese."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.vocabulary = words(self.rng, 40_000)
        self.weights = [1 / (n + 2.7) for n in range(len(self.vocabulary))]
        self.pool = self.rng.choices(self.vocabulary, self.weights, k=2_000_000)

    def text(self, length: int) -> str:
        at = self.rng.randrange(len(self.pool) - length)
        picked = self.pool[at : at + length]
        kind = self.rng.random()
        if kind < 0.1:
            picked = ["_".join(picked[n : n + 3]) + "();\n" for n in range(0, length, 3)]
        elif kind < 0.15:
            picked = [w + "".join(v.title() for v in picked[:2]) for w in picked]
        elif kind < 0.2:
            return "".join(self.rng.choices(HAN, k=length * 2))
        return " ".join(picked)


def conversations(
    chats: int, messages: int, seed: int
) -> Iterator[tuple[Conversation, list[Message]]]:
    """Chats as a person leaves them behind over two years."""
    writing = Writing(seed)
    rng = writing.rng
    each = messages // chats
    for number in range(chats):
        at = START + timedelta(minutes=100 * number)
        chat = Conversation(_id(rng), writing.text(5)[:60], at, at, folder=rng.choice(["", "Work"]))
        tree: list[Message] = []
        for turn in range(each):
            answer = turn % 2 == 1
            length = max(3, int(rng.lognormvariate(5.0 if answer else 3.2, 0.8)))
            tree.append(
                Message(
                    _id(rng),
                    chat.id,
                    tree[-1].id if tree else None,
                    Role.ASSISTANT if answer else Role.USER,
                    writing.text(min(length, 4_000)),
                    MessageStatus.COMPLETE,
                    at + timedelta(minutes=turn),
                    model=MODEL if answer else None,
                    sampling=Sampling() if answer else None,
                    seed=rng.randrange(2**32) if answer else None,
                    stop_reason=StopReason.END_OF_TURN if answer else None,
                    timings=Timings(120, 60, 0, length, rng.random(), rng.random())
                    if answer
                    else None,
                )
            )
        yield replace(chat, head_id=tree[-1].id), tree


def _id(rng: random.Random) -> str:
    return UUID(int=rng.getrandbits(128)).hex


def build(folder: Path, chats: int, messages: int) -> int:
    """Fill a store; returns the bytes of text in it."""
    opened = open_store(folder)
    library = opened.repository
    text = 0
    for number, (chat, tree) in enumerate(conversations(chats, messages, seed=1)):
        future = library.add_conversation(chat, tree)
        text += sum(len(m.content.encode()) for m in tree) + len(chat.title.encode())
        if number % 50 == 0:
            future.result()  # a short queue takes little memory
    library.close()
    return text


def median(work: Callable[[], object], rounds: int = 7) -> str:
    """Milliseconds of the median round: by the clock, and of CPU in all threads."""
    walls, cpus = [], []
    for _ in range(rounds):
        start, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - start)
        cpus.append(time.process_time() - cpu)
    return f"{statistics.median(walls) * 1000:.1f} ms, CPU {statistics.median(cpus) * 1000:.1f}"


def open_and_list(folder: Path) -> None:
    """What start has to wait for before the sidebar can be shown."""
    opened = open_store(folder)
    opened.repository.conversations.list_all()
    opened.close()


def typing(
    library: MessageRepository, vocabulary: list[str], rng: random.Random
) -> list[tuple[float, float, str]]:
    """Milliseconds of every key press of many searches, by the clock and of CPU."""
    searcher = Searcher(library)
    lines = []
    for _ in range(25):
        common, rare = rng.choice(vocabulary[:50]), rng.choice(vocabulary[2_000:])
        lines += [rare, common, f"{common} {rare}", f'"{common} {rng.choice(vocabulary[:50])}"']
        lines += [f"model:phi {common}", f"before:2025-03 {rare}"]
    lines += ["".join(rng.choices(HAN, k=3)) for _ in range(20)]
    times = []
    for line in lines:
        for end in range(1, len(line) + 1):
            start, cpu = time.perf_counter(), time.thread_time()
            searcher.search(line[:end], ticket=searcher.begin_search())
            wall, cpu = time.perf_counter() - start, time.thread_time() - cpu
            times.append((wall * 1000, cpu * 1000, line[:end]))
    return times


def sizes(folder: Path) -> tuple[int, int]:
    """Bytes of the database in all, and of its search index."""
    connection = sqlite3.connect(folder / "phial.db")
    pages = connection.execute(
        "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name GLOB '*_index_*'"
    ).fetchone()[0]
    connection.close()
    return (folder / "phial.db").stat().st_size, int(pages)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="build there, or use what is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch) / "full"
        empty = Path(scratch) / "empty"
        rows: list[tuple[str, str]] = []
        note = folder / "text-bytes"
        if not note.exists():
            start = time.perf_counter()
            text = build(folder, options.chats, options.messages)
            rows.append(("build", f"{time.perf_counter() - start:.0f} s"))
            note.write_text(str(text))
        text = int(note.read_text())
        open_and_list(empty)
        rows.append(("open + list + close, empty", median(lambda: open_and_list(empty))))
        rows.append(("open + list + close, full", median(lambda: open_and_list(folder))))
        opened = open_store(folder)
        library = opened.repository
        rows.append(("list all chats", median(library.conversations.list_all)))
        one = library.conversations.list_all()[0].id
        rows.append(("read one branch", median(lambda: library.branch(one))))
        times = typing(library, Writing(1).vocabulary, random.Random(2))
        clock, cpu = sorted(t[0] for t in times), sorted(t[1] for t in times)
        for share in (50, 90, 99, 100):
            at = min(len(times) - 1, len(times) * share // 100)
            shown = f"{clock[at]:.1f} ms, CPU {cpu[at]:.1f}"
            rows.append((f"key press to hits, p{share}", shown))
        slowest = sorted(times, key=lambda t: t[1], reverse=True)[:5]
        opened.close()
        size, index = sizes(folder)
        rows.append(("text", f"{text / 1e6:.1f} MB"))
        rows.append(("database without index / text", f"{(size - index) / text:.2f}"))
        rows.append(("index / text", f"{index / text:.2f}"))
        print(
            f"{platform.machine()}, {os.cpu_count()} CPUs, SQLite {sqlite3.sqlite_version}, "
            f"{options.chats} chats, {options.messages} messages, {len(times)} key presses"
        )
        for name, shown in rows:
            print(f"{name:<34}{shown:>22}")
        print("slowest:", ", ".join(f"{line!r} {cpu:.0f} ms" for _, cpu, line in slowest))


if __name__ == "__main__":
    main()
