"""Kills the store at random moments and looks whether it kept every promise it had made.

A child process sends, streams, edits, deletes, restores, imports, exports, searches, backs up and
migrates at random, and says on a pipe what it is about to do and what was acknowledged. It is
killed with ``kill -9``, or meets a full disk or an I/O error. Then the database must hold exactly
what was acknowledged; the one change that was under way may be there or not, whole.

Run ``python tests/benchmarks/crash_rounds.py [--rounds 300] [--seed S]``; prints a table.
``tests/e2e/test_store_crash.py`` runs a short version.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from crash_child import Op, made_of, text_of

from app.store import MessageRepository, open_store
from app.store.safety.checks import full_check

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CHILD = Path(__file__).resolve().with_name("crash_child.py")
V1_FIXTURE = Path(__file__).resolve().parents[1] / "data" / "databases" / "schema-1.db"


@dataclass
class Model:
    """What the database must hold: messages as (chat, parent, length, status, deleted)."""

    chats: dict[str, list[object]] = field(default_factory=dict)  # title, draft, deleted
    messages: dict[str, list[object]] = field(default_factory=dict)

    def apply(self, op: Op) -> None:
        """Do what the child's store did."""
        chat, id_ = str(op.get("chat")), str(op.get("message"))
        match op["op"]:
            case "send":
                if op["new"]:
                    self.chats[chat] = [chat[:8], "", False]
                self.chats[chat][1] = ""
                question, answer = str(op["question"]), str(op["answer"])
                self.messages[question] = [chat, op["parent"], op["length"], "complete", False]
                self.messages[answer] = [chat, question, 0, "streaming", False]
            case "stream":
                self.messages[id_][2] = op["length"]
            case "finish":
                self.messages[id_][2:4] = [op["length"], "complete"]
            case "delete":
                self.chats[chat][2] = True
            case "restore":
                self.chats[chat][2] = False
            case "rename":
                self.chats[chat][0] = op["title"]
            case "draft":
                self.chats[chat][1] = op["text"]
            case "delete_message":
                self.messages[id_][4] = True
            case "import":
                self.chats[chat] = [chat[:8], "", False]
                parent = None
                for new in op["ids"]:  # type: ignore[attr-defined]
                    self.messages[new] = [chat, parent, 300, "complete", False]
                    parent = new
            case "empty_trash":
                self.empty_trash()

    def empty_trash(self) -> None:
        """Remove deleted chats, deleted messages, and what is below them."""
        self.chats = {id_: chat for id_, chat in self.chats.items() if not chat[2]}
        gone = {id_ for id_, m in self.messages.items() if m[4] or str(m[0]) not in self.chats}
        while True:
            below = {id_ for id_, m in self.messages.items() if m[1] in gone} - gone
            if not below:
                break
            gone |= below
        self.messages = {id_: m for id_, m in self.messages.items() if id_ not in gone}

    def after_crash(self) -> Model:
        """What the next start makes of it."""
        model = deepcopy(self)
        for message in model.messages.values():
            if message[3] == "streaming":
                message[3] = "interrupted"
        return model


def stored(library: MessageRepository) -> tuple[Model, int]:
    """What the database holds, and how many texts are not what their length says."""
    model, wrong = Model(), 0

    def rows(sql: str) -> list[tuple[object, ...]]:
        return library.database.read(lambda c: c.execute(sql).fetchall())

    for id_, title, draft, deleted in rows(
        "SELECT id, title, draft, deleted_at IS NOT NULL FROM conversations"
    ):
        assert isinstance(title, bytes)
        assert isinstance(draft, bytes)
        model.chats[str(id_)] = [title.decode(), draft.decode(), bool(deleted)]
    for id_, chat, parent, role, status, deleted in rows(
        "SELECT m.id, c.id, p.id, m.role, m.status, m.deleted_at IS NOT NULL FROM messages m "
        "JOIN conversations c ON c.seq = m.conversation LEFT JOIN messages p ON p.seq = m.parent"
    ):
        message = library.message(str(id_))
        length = len(message.content) + len(message.reasoning)
        is_answer = role == "assistant"
        wanted = made_of(message.id, length) if is_answer else (text_of(message.id, length), ())
        wrong += (message.content, message.placed) != wanted
        model.messages[message.id] = [chat, parent, length, status, bool(deleted)]
    return model, wrong


@dataclass
class Tally:
    """What many rounds showed."""

    rounds: int = 0
    acknowledged: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    killed_in: Counter[str] = field(default_factory=Counter)
    in_flight_kept: int = 0
    in_flight_gone: int = 0
    lost: int = 0
    damaged: int = 0
    wrong_texts: int = 0
    slowest_journal: float = 0.0
    messages: int = 0


def lines_until_killed(
    process: subprocess.Popen[bytes], delay: float | None, from_phase: str
) -> Iterator[tuple[float, Op]]:
    """What the child said; killed ``delay`` seconds after it said ``from_phase``."""
    assert process.stdout is not None
    deadline: float | None = None
    for raw in process.stdout:
        now = time.monotonic()
        with suppress(ValueError):  # the last line may be cut
            line = json.loads(raw)
            yield now, line
            if delay is not None and deadline is None and line["phase"] == from_phase:
                deadline = now + delay
        if deadline is not None and now >= deadline:
            process.kill()
            deadline = float("inf")


def run_round(
    folder: Path,
    model: Model,
    seed: int,
    tally: Tally,
    *,
    delay: float | None = None,
    from_phase: str = "open",
    limit: int | None = None,
    steps: int = 1_000_000,
    before_verify: Callable[[], object] = lambda: None,
) -> Model:
    """One life and death of a child; returns what the next one finds."""
    command = [sys.executable, str(CHILD), str(folder), "--seed", str(seed)]
    command += ["--steps", str(steps)]
    if limit is not None:
        command += ["--limit", str(limit)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    under_way: Op | None = None
    begun = 0.0
    last = "start"
    timer = KillAfter(process, delay) if from_phase == "opening" else None
    for now, line in lines_until_killed(process, delay, from_phase):
        phase = str(line["phase"])
        last = " ".join(str(line[name]) for name in ("op", "inside") if name in line) or phase
        if phase == "opening" and timer is not None:
            timer.start()
        if phase == "begin":
            under_way, begun = line, now
        elif phase == "done" and under_way is not None:
            model.apply(under_way)
            tally.acknowledged += 1
            if under_way["op"] == "stream":
                tally.slowest_journal = max(tally.slowest_journal, now - begun)
            under_way = None
        elif phase == "failed":
            tally.failed[str(line["error"])] += 1
            under_way = None
    process.stdout.close()
    code = process.wait()
    if timer is not None:
        timer.join()
    assert code in {0, -9}, f"the child ended with {code}"
    tally.killed_in[last if code else "not killed"] += 1
    before_verify()
    return verify(folder, model, under_way, tally)


class KillAfter:
    """Kills a process that says nothing while it opens its database."""

    def __init__(self, process: subprocess.Popen[bytes], delay: float | None) -> None:
        import threading

        self._timer = threading.Timer(delay or 0.0, process.kill)

    def start(self) -> None:
        self._timer.start()

    def join(self) -> None:
        self._timer.join()


def verify(folder: Path, model: Model, under_way: Op | None, tally: Tally) -> Model:
    """Open what is left and compare it with what was promised."""
    tally.rounds += 1
    opened = open_store(folder)
    try:
        tally.damaged += opened.report.recovery is not None
        check = opened.repository.database.submit_bare(full_check).result()
        tally.damaged += not (check.sound and check.index_sound)
        found, wrong = stored(opened.repository)
    finally:
        opened.close()
    tally.wrong_texts += wrong
    tally.messages = len(found.messages)
    without = model.after_crash()
    after = deepcopy(model)
    if under_way is not None:
        after.apply(under_way)
    with_it = after.after_crash()
    if found == without:
        tally.in_flight_gone += under_way is not None
    elif found == with_it:
        tally.in_flight_kept += 1
    else:
        tally.lost += 1
    return found


def kill_rounds(rounds: int, seed: int, tally: Tally) -> None:
    """Sends, streams and so on in one growing store; every tenth round migrates an old one."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder, model = Path(scratch) / "store", Model()
        for number in range(rounds):
            if number % 10 == 9:
                old = Path(scratch) / f"old-{number}"
                old.mkdir()
                shutil.copy(V1_FIXTURE, old / "phial.db")
                run_migration_round(old, rng, tally)
                shutil.rmtree(old)
                continue
            from_phase = "opening" if number % 10 == 4 else "open"
            delay = rng.uniform(0, 0.15) if from_phase == "opening" else rng.uniform(0, 0.8)
            model = run_round(
                folder, model, rng.randrange(2**32), tally, delay=delay, from_phase=from_phase
            )


_ALL = (
    "SELECT id, CASE (SELECT CAST(content AS TEXT) FROM parts WHERE message = messages.seq "
    "AND kind = 'reasoning') WHEN id THEN CAST('<think>' || id || '</think>' AS BLOB) "
    "ELSE x'' END, content FROM messages"
)


def run_migration_round(folder: Path, rng: random.Random, tally: Tally) -> None:
    """Kill a child that is bringing an old database up to date; nothing of it may be missing."""
    import sqlite3

    connection = sqlite3.connect(folder / "phial.db")
    answers = "SELECT id, content FROM messages WHERE role = 'assistant' AND status <> 'streaming'"
    connection.executemany(
        "UPDATE messages SET content = ? WHERE id = ?",
        [
            (f"<think>{id_}</think>".encode() + content, id_)
            for id_, content in connection.execute(answers).fetchall()
        ],
    )
    connection.commit()
    whole = "SELECT id, content FROM messages WHERE status <> 'streaming' ORDER BY seq"
    before = connection.execute(whole).fetchall()
    connection.close()
    command = [sys.executable, str(CHILD), str(folder), "--seed", "0"]
    process = subprocess.Popen([*command, "--steps", "0"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(rng.uniform(0, 0.12))
    process.kill()
    process.communicate()
    opened = open_store(folder)
    try:
        tally.rounds += 1
        tally.killed_in["migrate"] += 1
        tally.damaged += opened.report.recovery is not None
        rows = opened.repository.database.read(lambda c: c.execute(_ALL).fetchall())
        after = {id_: thought + content for id_, thought, content in rows}
        tally.lost += any(after.get(id_) != content for id_, content in before)
    finally:
        opened.close()


def fault_rounds(rounds: int, seed: int, tally: Tally) -> None:
    """The file size limit makes writing fail at ever other places; later it is lifted again."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder, model = Path(scratch) / "store", Model()
        for _ in range(rounds):
            sizes = [p.stat().st_size for p in folder.glob("phial.db*")] if folder.exists() else []
            limit = max([*sizes, 150_000]) if rng.random() < 0.3 else 0
            limit += rng.randrange(300_000)
            model = run_round(folder, model, rng.randrange(2**32), tally, limit=limit, steps=60)


def print_table(title: str, tally: Tally) -> None:
    """One table for people."""
    rows = {
        "rounds": tally.rounds,
        "acknowledged changes": tally.acknowledged,
        "messages at the end": tally.messages,
        "changes under way, kept / gone": f"{tally.in_flight_kept} / {tally.in_flight_gone}",
        "changes refused with a typed error": dict(tally.failed) or 0,
        "ended while": dict(tally.killed_in.most_common()),
        "longest from journal call to disk": f"{tally.slowest_journal * 1000:.0f} ms",
        "rounds that lost something acknowledged": tally.lost,
        "texts that differ": tally.wrong_texts,
        "damaged databases": tally.damaged,
    }
    print(f"\n{title} ({platform.system()} {platform.machine()})")
    for name, value in rows.items():
        print(f"  {name:<42} {value}")


def main() -> int:
    """Run the rounds and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    killed, faulty = Tally(), Tally()
    kill_rounds(options.rounds, options.seed, killed)
    print_table("kill -9", killed)
    fault_rounds(max(1, options.rounds // 5), options.seed, faulty)
    print_table("writes that fail (file size limit)", faulty)
    return int(any(t.lost or t.damaged or t.wrong_texts for t in (killed, faulty)))


if __name__ == "__main__":
    sys.exit(main())
