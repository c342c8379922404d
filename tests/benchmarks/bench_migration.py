"""How long the oldest schema takes to become the newest, and what is lost when it is killed.

    python -m tests.benchmarks.bench_migration [--chats 10000] [--messages 100000] [--kills 6]

A library of the first schema is made, every second answer with its reasoning in its text, as that
schema had it. It is opened: seconds, words of progress and the longest silence between two of them
are told. Then copies of it are opened by processes that are killed at random, twice each, and
opened whole after that: every message must be there, reasoning and text. The limit is 30 seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from app.domain.generation import Role
from app.store import open_store
from app.store.database.connect import APPLICATION_ID
from app.store.database.migrations import run_script
from app.store.database.schema import TABLES_V1
from tests.benchmarks.bench_store import conversations

LIMIT = 30.0  # seconds
TWICE = 2
THOUGHT = "<think>\n{thought}\n</think>\n\n{text}"
OPENING = (
    "import sys; from pathlib import Path; from app.store import open_store; "
    "print(flush=True); open_store(Path(sys.argv[1])).close()"
)
Words = dict[str, tuple[str, str]]  # by message, its reasoning and its text


def build(path: Path, chats: int, messages: int) -> Words:
    """Make a library of the first schema; what its messages say."""
    said: Words = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN")
        run_script(connection, TABLES_V1)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute("PRAGMA user_version=1")
        for number, (chat, tree) in enumerate(conversations(chats, messages, seed=1), 1):
            at = int(chat.created_at.timestamp() * 1e6)
            connection.execute(
                "INSERT INTO conversations VALUES (?,?,?,0,?,?,?,x'',NULL,NULL,NULL,x'',0,0,?,"
                "NULL,NULL,0)",
                (number, chat.id, chat.title.encode(), at, at, number, chat.folder.encode()),
            )
            parent = None
            for turn, message in enumerate(tree):
                thinks = message.role is Role.ASSISTANT and turn % 4 == 1
                thought = f"Let me see: {message.content[:200]}".strip() if thinks else ""
                said[message.id] = (thought, message.content)
                text = message.content
                if thinks:
                    text = THOUGHT.format(thought=thought, text=text)
                parent = connection.execute(
                    "INSERT INTO messages (id, conversation, parent, role, status, created_at, "
                    "content) VALUES (?,?,?,?,'complete',?,?)",
                    (message.id, number, parent, message.role.value, at + turn, text.encode()),
                ).lastrowid
            connection.execute("UPDATE conversations SET head = ? WHERE seq = ?", (parent, number))
        connection.execute("COMMIT")
    return said


def found(path: Path) -> Words:
    """What the messages of a library of the newest schema say."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT messages.id, coalesce(parts.content, x''), messages.content FROM messages "
            "LEFT JOIN parts ON parts.message = messages.seq AND parts.kind = 'reasoning'"
        )
        return {id_: (thought.decode(), text.decode()) for id_, thought, text in rows}


def wrong(said: Words, folder: Path) -> int:
    """How many messages are missing or changed."""
    there = found(folder / "phial.db")
    return sum(there.get(id_) != words for id_, words in said.items())


def opened(folder: Path) -> tuple[float, list[float]]:
    """Open a library; the seconds it took, and those between two words of progress."""
    begun = time.monotonic()
    times = [begun]
    open_store(folder, progress=lambda _done: times.append(time.monotonic())).close()
    times.append(time.monotonic())
    gaps = [after - before for before, after in pairwise(times)]
    return times[-1] - begun, gaps


def killed(folder: Path, after: float) -> bool:
    """Open a library in a process and kill it; whether it was still at it."""
    command = [sys.executable, "-c", OPENING, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after)
    working = process.poll() is None
    process.kill()
    process.communicate()
    return working


def main() -> None:
    """Build, migrate, kill, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=6, help="killed libraries, twice each")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        first = Path(scratch) / "first"
        first.mkdir()
        said = build(first / "phial.db", options.chats, options.messages)
        size = (first / "phial.db").stat().st_size / 1e6
        once = Path(scratch) / "once"
        shutil.copytree(first, once)
        begun = time.process_time()
        seconds, gaps = opened(once)
        processor = time.process_time() - begun
        lost = wrong(said, once)
        shutil.rmtree(once)
        print(
            f"{len(said):,} messages, {size:.0f} MB, schema 1 to the newest: {seconds:.1f} s "
            f"(limit {LIMIT:.0f}), processor {processor:.1f} s, {len(gaps) - 1} words of progress, "
            f"longest silence {max(gaps):.2f} s, lost or changed {lost}, "
            f"load {os.getloadavg()[0]:.1f}"
        )
        working = 0
        for number in range(options.kills):
            folder = Path(scratch) / f"killed-{number}"
            shutil.copytree(first, folder)
            for _ in range(TWICE):
                working += killed(folder, rng.uniform(0, seconds / TWICE))
            opened(folder)
            lost += wrong(said, folder)
            shutil.rmtree(folder)
        print(
            f"{options.kills * TWICE} kills, {working} of them while it was at it: "
            f"lost or changed {lost}, load {os.getloadavg()[0]:.1f}"
        )


if __name__ == "__main__":
    main()
