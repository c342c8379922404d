"""Cuts the power at any moment and looks whether what was acknowledged is there.

A process lives with a store: it sends, streams thoughts, calls of tools and text, edits, deletes,
imports, backs up, checkpoints, closes and opens again, brings an old database up to date, recovers
a damaged one, saves settings and exports. ``tests/support/recording_disk.c`` writes down all that
it asks of the disk, and where something was acknowledged. ``tests/support/power.py`` plays it back
to any point and says what a disk may hold that lost its power there: unsynced writes missing, in
any combination, torn within sectors of 512 or 4,096 bytes, names not yet made. On each such disk
Phial is started: the database must be sound without being recovered, and hold everything that was
acknowledged, letter for letter; of the one change that was under way, all or nothing.

Run ``python tests/benchmarks/power_loss.py [--stride N] [--seed S]`` (Linux with a C compiler);
prints a table. ``tests/e2e/test_power_loss.py`` looks at every few points.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import logging
import os
import platform
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.errors import KnownError
from app.domain.generation import Role
from app.domain.parts import PlacedPart, ReasoningPart, ToolCallPart, ToolResultPart
from app.domain.settings import Settings
from app.services.transfer.transfer_files import atomic_file
from app.store import OpenedStore, SettingsStore, open_store
from app.store.database.connect import open_reader
from app.store.safety.checks import full_check, quick_check
from tests.support.power import Disk, Image, Left, read_log

SOURCE = Path(__file__).resolve().parents[1] / "support" / "recording_disk.c"
OLD = Path(__file__).resolve().parents[1] / "data" / "databases" / "schema-1.db"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIVES = ("new", "old", "damaged")
FILES = ("settings.json", "export.md")
State = list[object]


# --- the life that is recorded -------------------------------------------------------------------


class Life:
    """A store that is used, in a process whose disk is recorded.

    Args:
        folder: Its data folder.
        seed: What is done.
        states: A file that takes what there is after each acknowledgement.
    """

    def __init__(self, folder: Path, seed: int, states: Path) -> None:
        self._library = ctypes.CDLL(os.environ["RECORDING_LIBRARY"])
        self._folder = folder
        self._states = states
        self._rng = random.Random(seed)
        self._number = 2**64  # above the ids of the databases it may begin with
        self._acknowledged = 0
        self._opened = open_store(folder, NOW)
        self._acknowledge()
        self._chats: list[str] = []
        self._ends: dict[str, str] = {}  # chat to the last message of it

    def live(self, steps: int) -> None:
        """Do so many things, each kind at least now and then."""
        kinds: list[Callable[[], object]] = [
            self._send, self._send, self._stream, self._stream, self._rename, self._draft,
            self._edit, self._delete, self._import, self._settings, self._export, self._backup,
            self._checkpoint, self._open_again,
        ]  # fmt: skip
        self._send()
        self._acknowledge()
        for step in range(steps):
            kind = kinds[step % len(kinds)] if step < len(kinds) else self._rng.choice(kinds)
            kind()
            self._acknowledge()
        self._opened.close()

    def _acknowledge(self) -> None:
        self._acknowledged += 1
        with self._states.open("a") as file:
            file.write(json.dumps(state_of(self._opened, self._folder)) + "\n")
        self._library.recorded_mark(ctypes.c_long(self._acknowledged))

    def _id(self) -> str:
        self._number += 1
        return f"{self._number:032x}"

    def _text(self, longest: int) -> str:
        return f"wörter {self._rng.random()} " * self._rng.randint(1, longest)

    def _message(self, chat: str, parent: str | None, role: Role, text: str) -> Message:
        status = MessageStatus.COMPLETE if text else MessageStatus.STREAMING
        return Message(self._id(), chat, parent, role, text, status, NOW)

    def _send(self) -> None:
        chat = self._rng.choice(self._chats) if self._chats and self._rng.random() < 0.6 else ""
        if not chat:
            chat = self._id()
            self._chats.append(chat)
        asked = self._message(chat, self._ends.get(chat), Role.USER, self._text(300))
        answer = self._message(chat, asked.id, Role.ASSISTANT, "")
        whole = Conversation(chat, "Sent", NOW, NOW)
        self._opened.repository.add_exchange(whole, asked, answer).result()
        self._ends[chat] = answer.id
        self._last = answer

    def _stream(self) -> None:
        library, text = self._opened.repository, ""
        library.resume(self._last.id).result()
        self._acknowledge()
        thought = ReasoningPart(self._text(60), closed=False)
        placed = [PlacedPart(0, thought)]
        for reached in ("in reasoning", "in a tool's call", "behind its result"):
            match reached:
                case "in a tool's call":
                    text += self._text(60)
                    told = replace(thought, text=thought.text + self._text(9), closed=True)
                    placed = [PlacedPart(0, told), PlacedPart(len(text), ToolCallPart("n", text))]
                case "behind its result":
                    placed.append(PlacedPart(len(text), ToolResultPart(self._text(60), "n")))
                    text += self._text(60)
            library.journal(self._last.id, text, tuple(placed)).result()
            self._acknowledge()
        done = replace(
            self._last, content=text, placed=tuple(placed), status=MessageStatus.COMPLETE
        )
        library.finish(done).result()

    def _rename(self) -> None:
        self._opened.repository.conversations.rename(
            self._rng.choice(self._chats), self._text(3)
        ).result()

    def _draft(self) -> None:
        self._opened.repository.conversations.set_draft(
            self._rng.choice(self._chats), self._text(40)
        ).result()

    def _edit(self) -> None:
        chat = self._rng.choice(self._chats)
        other = self._message(chat, None, Role.USER, self._text(20))
        self._opened.repository.add_message(other).result()
        self._ends[chat] = other.id

    def _delete(self) -> None:
        library = self._opened.repository
        chat = self._rng.choice(self._chats)
        library.conversations.delete([chat], NOW).result()
        self._acknowledge()
        if len(self._chats) > 2 and self._rng.random() < 0.5:
            self._chats.remove(chat)
            library.conversations.empty_trash().result()
            if self._last.conversation_id == chat:
                self._acknowledge()
                self._send()
        else:
            library.conversations.restore([chat]).result()

    def _import(self) -> None:
        chat, tree = self._id(), list[Message]()
        for _ in range(30):
            parent = tree[-1].id if tree else None
            tree.append(self._message(chat, parent, Role.USER, self._text(900)))
        whole = Conversation(chat, "Imported", NOW, NOW)
        self._opened.repository.add_conversation(whole, tree).result()
        self._chats.append(chat)
        self._ends[chat] = tree[-1].id

    def _settings(self) -> None:
        zoomed = replace(Settings(), zoom=self._rng.randint(50, 300))
        SettingsStore(self._folder / "settings.json").save(zoomed)

    def _export(self) -> None:
        with atomic_file(self._folder / "export.md") as file:
            file.write(self._text(9_000).encode())

    def _backup(self) -> None:
        if len(self._opened.health.list_backups()) < 9:  # then the oldest would go
            self._opened.health.back_up()

    def _checkpoint(self) -> None:
        how = self._rng.choice(["PASSIVE", "RESTART", "TRUNCATE"])
        pragma = f"PRAGMA wal_checkpoint({how})"
        self._opened.repository.database.submit_bare(
            lambda c: c.execute(pragma).fetchall()
        ).result()

    def _open_again(self) -> None:
        self._opened.close()
        self._opened = open_store(self._folder, NOW)


def state_of(opened: OpenedStore, folder: Path) -> State:
    """Everything the user would miss."""

    def read(connection: sqlite3.Connection) -> list[object]:
        journal: dict[int, bytes] = {}
        parts: dict[int, dict[int, list[object]]] = {}
        for seq, number, *about in connection.execute(
            "SELECT message, ordinal, at, kind, value, content FROM parts"
        ):
            parts.setdefault(seq, {})[number] = about
        for seq, head, content in connection.execute(
            "SELECT message, part, content FROM journal ORDER BY seq"
        ):
            if head is None:
                journal[seq] = journal.get(seq, b"") + content
                continue
            number, *about = json.loads(head)
            of_it = parts.setdefault(seq, {})
            before = of_it[number][-1] if number in of_it else b""
            of_it[number] = [*about, before + content]
        chats = connection.execute(
            "SELECT id, hex(title), hex(draft), head_id, deleted_at FROM conversations ORDER BY id"
        ).fetchall()
        messages = connection.execute(
            "SELECT m.seq, m.id, c.id, p.id, m.content, m.deleted_at FROM messages m "
            "JOIN conversations c ON c.seq = m.conversation "
            "LEFT JOIN messages p ON p.seq = m.parent ORDER BY m.id"
        ).fetchall()
        texts = [
            [
                *names,
                hash_of(content + journal.get(seq, b"")),
                hash_of(repr(sorted(parts.get(seq, {}).items())).encode()),
                deleted,
            ]
            for seq, *names, content, deleted in messages
        ]
        return [[list(row) for row in chats], texts]

    files = [
        hash_of(path.read_bytes()) if (path := folder / name).exists() else 0 for name in FILES
    ]
    backups = [backup.path.name for backup in opened.health.list_backups()]
    return [*opened.repository.database.read(read), files, backups]


def hash_of(data: bytes) -> str:
    """Enough to tell two texts apart, and short."""
    import hashlib

    return f"{len(data)} {hashlib.sha256(data).hexdigest()[:24]}"


def record(life: str, scratch: Path, steps: int, seed: int) -> None:
    """Live below the shim, in a process of its own; leaves ``log``, ``states`` and ``before``."""
    library = compiled(scratch)
    folder = scratch / "store"
    folder.mkdir()
    if life != "new":
        shutil.copy(OLD, folder / "phial.db")
    if life == "damaged":
        open_store(folder, NOW).close()
        shutil.rmtree(folder / "backups")
        with (folder / "phial.db").open("r+b") as file:
            file.write(bytes(100))  # the header
    before = [(path.stat().st_ino, path.name, path.read_bytes().hex()) for path in folder.iterdir()]
    (scratch / "before").write_text(json.dumps(before))
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "RECORDING_LIBRARY": str(library),
        "RECORDED_FOLDER": str(folder),
        "RECORDED_LOG": str(scratch / "log"),
    }
    command = [sys.executable, str(Path(__file__).resolve()), "--life", str(scratch)]
    command += ["--steps", str(steps), "--seed", str(seed)]
    subprocess.run(command, env=environment, check=True)


def compiled(folder: Path) -> Path:
    """The shim.

    Raises:
        RuntimeError: There is no compiler, or this is not Linux.
    """
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("g++")
    if sys.platform != "linux" or compiler is None:
        raise RuntimeError("This needs Linux and a C compiler.")
    library = folder / "recording_disk.so"
    command = [compiler, "-x", "c", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)]
    subprocess.run([*command, "-ldl", "-lpthread"], check=True)
    return library


# --- the power cuts ------------------------------------------------------------------------------


@dataclass
class Row:
    """What the power cuts of one life showed."""

    operations: int = 0
    acknowledged: int = 0
    cuts: int = 0
    under_way_kept: int = 0
    lost: int = 0  # something acknowledged is not there, or half of what was not
    damaged: int = 0
    refused: int = 0  # it did not open, or the next change did not work
    first: list[str] = field(default_factory=list)  # where it went wrong

    @property
    def broken(self) -> int:
        """How many promises were broken."""
        return self.lost + self.damaged + self.refused


def cut(life: str, scratch: Path, stride: int, seed: int) -> Row:
    """Play a recorded life back and cut the power at every ``stride``-th operation."""
    states = [json.loads(line) for line in (scratch / "states").read_text().splitlines()]
    before = [
        (inode, name, bytes.fromhex(content))
        for inode, name, content in json.loads((scratch / "before").read_text())
    ]
    disk = Disk(scratch / "store", before)
    rng = random.Random(seed)
    row = Row(acknowledged=len(states))
    seen: set[int] = set()
    for op in read_log(scratch / "log"):
        if rng.randrange(stride) == 0:
            for left in Left:
                image = disk.after_power_loss(left, rng)
                known = hash((disk.mark, tuple(sorted(image.items()))))
                if known not in seen:
                    seen.add(known)
                    place = f"{life}: operation {row.operations}, left: {left.value}"
                    start(image, disk, states, scratch / "after", row, place, damaged=life)
        disk.play(op)
        row.operations += 1
    return row


def start(
    image: Image,
    disk: Disk,
    states: list[State],
    folder: Path,
    row: Row,
    place: str,
    *,
    damaged: str,
) -> None:
    """Start Phial on what is left, and look."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in disk.folders - {""}:
        (folder / name).mkdir()
    for name, content in image.items():
        (folder / name).write_bytes(content)
    row.cuts += 1
    try:
        opened = open_store(folder, NOW)
    except KnownError as error:
        row.refused += 1
        row.first.append(f"{place}: {error!r} {error.detail}")
        return
    # Before the first acknowledgement the start itself was under way, and is done now.
    allowed = states[max(0, disk.mark - 1) : disk.mark + 1]
    found = json.loads(json.dumps(state_of(opened, folder)))
    if disk.mark == 0:  # a start that was cut off has made a backup, or not yet
        found, allowed = found[:3], [state[:3] for state in allowed]
    if found not in allowed:
        row.lost += 1
        row.first.append(f"{place}, acknowledged: {disk.mark}")
    row.under_way_kept += found in allowed[1:] and found != allowed[0]
    check = opened.repository.database.submit_bare(full_check).result()
    sound = check.sound and check.index_sound
    sound &= opened.report.recovery is None or (damaged == "damaged" and disk.mark == 0)
    for backup in opened.health.list_backups():
        with closing(open_reader(backup.path, immutable=True)) as connection:
            sound &= quick_check(connection).sound
    if not sound:
        row.damaged += 1
        row.first.append(f"{place}: {check.problems} {opened.report.recovery}")
    try:
        opened.repository.conversations.create(Conversation("f" * 32, "Next", NOW, NOW)).result()
    except KnownError as error:
        row.refused += 1
        row.first.append(f"{place}: {error!r} {error.detail}")
    opened.close()


def power_cuts(life: str, *, steps: int, stride: int, seed: int, folder: Path | None = None) -> Row:
    """Record one life and cut its power."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        record(life, Path(scratch), steps, seed)
        return cut(life, Path(scratch), stride, seed)


def print_table(rows: dict[str, Row], stride: int, seconds: float) -> None:
    """One line for each life."""
    each = "each operation" if stride == 1 else f"one operation in {stride}"
    print(
        f"Power lost at {each}, in {len(Left)} ways ({platform.system()} {platform.machine()}, "
        f"SQLite {sqlite3.sqlite_version}, {seconds:.0f} s)"
    )
    heads = ("operations", "acknowledged", "cuts", "kept more", "lost", "damaged", "refused")
    print(f"{'life with':<12}" + "".join(f"{head:>13}" for head in heads))
    for name, row in rows.items():
        values = (row.operations, row.acknowledged, row.cuts, row.under_way_kept, row.lost,
                  row.damaged, row.refused)  # fmt: skip
        print(f"{name:<12}" + "".join(f"{value:>13,}" for value in values))
    for row in rows.values():
        for line in row.first[:5]:
            print(line)


def main() -> int:
    """Live, cut, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=LIVES, default=LIVES)
    parser.add_argument("--life", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if options.life is not None:
        life = Life(options.life / "store", options.seed, options.life / "states")
        life.live(options.steps)
        return 0
    begun = time.monotonic()
    rows = {
        life: power_cuts(life, steps=options.steps, stride=options.stride, seed=options.seed)
        for life in options.only
    }
    print_table(rows, options.stride, time.monotonic() - begun)
    return int(any(row.broken for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
