"""Lets each thing the store asks of the disk fail, one after another, and looks what is left.

``tests/support/faulty_disk.c`` counts every write, growth, sync, rename, removal and creation below
the data folder, and fails the Nth with ENOSPC, from then on as on a full disk, or once with EIO.
For each kind of change N walks from 1 until the change is done without meeting it. After each: the
caller was told with a typed error or the change is there; either all of it or nothing is there;
everything before it is there, letter for letter; the database is sound; the next change works.

Run ``python tests/benchmarks/disk_faults.py [--stride N]`` (Linux with a C compiler); prints a
table. ``tests/e2e/test_disk_faults.py`` runs every few points.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import logging
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
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
from app.store.database.connect import open_reader, open_scratch
from app.store.safety.checks import full_check, quick_check

SOURCE = Path(__file__).resolve().parents[1] / "support" / "faulty_disk.c"
OLD = Path(__file__).resolve().parents[1] / "data" / "databases" / "schema-1.db"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
THOUGHT = PlacedPart(0, ReasoningPart("half a thought " * 20, closed=False))
CALL = PlacedPart(14, ToolCallPart("count", "letters " * 50, "1"))
RESULT = PlacedPart(14, ToolResultPart("many " * 90, "count", "1"))
FAULTS = {"full disk": (errno.ENOSPC, 1), "I/O error": (errno.EIO, 0)}
State = tuple[object, ...]
Work = Callable[[OpenedStore], object]


def id_of(number: int) -> str:
    """An id that is the same in every run."""
    return f"{number:032x}"


def message(chat: int, number: int, parent: int | None, text: str) -> Message:
    """A message; odd ones are answers, an empty text is still being written."""
    return Message(
        id_of(number), id_of(chat), None if parent is None else id_of(parent),
        Role.ASSISTANT if number % 2 else Role.USER, text,
        MessageStatus.COMPLETE if text else MessageStatus.STREAMING, NOW,
    )  # fmt: skip


def fill(library_of: OpenedStore) -> None:
    """Chats, versions, a trash, and an answer half written."""
    library = library_of.repository
    for chat in range(1, 6):
        first = 100 * chat
        tree = [message(chat, first, None, f"question {chat} " + "wörter " * 200)]
        tree += [
            message(chat, first + turn, first + turn - 1, f"text {turn} " * 150)
            for turn in range(1, 12)
        ]
        library.add_conversation(Conversation(id_of(chat), f"Chat {chat}", NOW, NOW), tree)
    library.conversations.delete([id_of(4)], NOW)
    library.conversations.delete_message(id_of(305), NOW)
    library.add_message(message(1, 151, 110, "")).result()
    library.journal(id_of(151), "half an answer", (THOUGHT,)).result()


def closing_it(opened: OpenedStore) -> None:
    """Close the store; what the WAL holds goes into the database."""
    opened.close()


CLOSING: Work = closing_it


def export(path: Path) -> None:
    """Write a file as exports are written."""
    with atomic_file(path) as file:
        file.write(b"an export of today " * 9_000)


def changes(scratch: Path) -> dict[str, Work]:
    """Each kind of change, done once and waited for."""
    chat = Conversation(id_of(9), "Sent", NOW, NOW)
    asked, answer = message(9, 900, None, "new " * 900), message(9, 901, 900, "")
    texts = [f"come in {n} " * 99 for n in range(20)]
    whole = [message(8, 800 + n, 799 + n if n else None, text) for n, text in enumerate(texts)]
    return {
        "send": lambda o: o.repository.add_exchange(chat, asked, answer).result(),
        "stream": lambda o: (
            o.repository.resume(id_of(151)).result(),
            o.repository.journal(
                id_of(151), "half an answer and more " * 99, (THOUGHT, CALL)
            ).result(),
        ),
        "finish": lambda o: o.repository.finish(
            replace(message(1, 151, 110, "a whole answer " * 99), placed=(THOUGHT, CALL, RESULT))
        ).result(),
        "edit": lambda o: o.repository.add_message(message(2, 250, 209, "other words")).result(),
        "rename": lambda o: o.repository.conversations.rename(id_of(2), "Another title").result(),
        "draft": lambda o: o.repository.conversations.set_draft(
            id_of(2), "half a thought " * 50
        ).result(),
        "delete": lambda o: o.repository.conversations.delete([id_of(1), id_of(2)], NOW).result(),
        "delete message": lambda o: o.repository.conversations.delete_message(
            id_of(203), NOW
        ).result(),
        "restore": lambda o: o.repository.conversations.restore([id_of(4)]).result(),
        "empty trash": lambda o: o.repository.conversations.empty_trash().result(),
        "import": lambda o: o.repository.add_conversation(
            Conversation(id_of(8), "Imported", NOW, NOW), whole
        ).result(),
        "backup": lambda o: o.health.back_up(),
        "go back": lambda o: o.health.restore(o.health.list_backups()[-1]),
        "index anew": lambda o: o.health.rebuild_index(),
        "background": lambda o: o.health.maintain(NOW),
        "settings": lambda _o: SettingsStore(scratch / "store" / "settings.json").save(
            replace(Settings(), zoom=150)
        ),
        "export": lambda _o: export(scratch / "store" / "export.md"),
        "close": CLOSING,
    }


@dataclass
class Row:
    """What walking through one kind of change showed."""

    points: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    done: int = 0
    untyped: int = 0
    torn: int = 0  # neither as before nor as after, or told wrongly
    damaged: int = 0
    stuck: int = 0  # the next change did not work

    @property
    def broken(self) -> int:
        """How many promises were broken."""
        return self.untyped + self.torn + self.damaged + self.stuck


def state_of(folder: Path) -> State:
    """Everything the user would miss, read past the store."""
    files = tuple(
        path.read_bytes() if (path := folder / name).exists() else None
        for name in ("settings.json", "export.md")
    )
    with closing(sqlite3.connect(f"file:{folder / 'phial.db'}?mode=ro", uri=True)) as connection:
        chats = connection.execute(
            "SELECT id, title, draft, head_id, deleted_at FROM conversations ORDER BY id"
        ).fetchall()
        messages = connection.execute(
            "SELECT m.id, c.id, p.id, m.content, m.deleted_at FROM messages m "
            "JOIN conversations c ON c.seq = m.conversation "
            "LEFT JOIN messages p ON p.seq = m.parent ORDER BY m.id"
        ).fetchall()
        parts = connection.execute(
            "SELECT message, ordinal, at, kind, value, content FROM parts ORDER BY 1, 2"
        ).fetchall()
    return (*files, tuple(chats), tuple(messages), tuple(parts))


class Disk:
    """The shim, as this process sees it."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ["FAULTY_LIBRARY"])
        self._library.faulty_count.restype = ctypes.c_long

    def arm(self, at: int, number: int = 0, lasting: int = 0) -> None:
        """Fail the ``at``-th thing from now on; 0 fails nothing."""
        self._library.faulty_arm(ctypes.c_long(at), number, lasting)

    @property
    def count(self) -> int:
        """How many things were asked for since it was armed."""
        return int(self._library.faulty_count())


class Walk:
    """Lets one kind of change meet each fault.

    Args:
        disk: The shim.
        scratch: A folder below the shim's.
        base: What is there before.
        work: The change; None is opening the store itself.
    """

    def __init__(self, disk: Disk, scratch: Path, base: Path, work: Work | None) -> None:
        self._disk = disk
        self._folder = scratch / "store"
        self._base = base
        self._work = work
        self._damaged_before = "damaged" in base.name
        self._after = self._settled(work)
        self._before = self._after if self._damaged_before else self._settled(None)

    def run(self, fault: str, stride: int) -> Row:
        """Walk from the first thing to the last."""
        row = Row()
        while self._meets(1 + row.points * stride, *FAULTS[fault], row):
            row.points += 1
        return row

    def _fresh(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._base, self._folder)

    def _settled(self, work: Work | None) -> State:
        self._fresh()
        opened = open_store(self._folder, NOW)
        if work is not None:
            work(opened)
        opened.close()
        open_store(self._folder, NOW).close()
        return state_of(self._folder)

    def _meets(self, at: int, number: int, lasting: int, row: Row) -> bool:
        """Do the change with the ``at``-th thing failing; False where it asked for fewer."""
        self._fresh()
        work = self._work or (lambda _opened: None)
        opened = open_store(self._folder, NOW) if self._work else None
        told: Exception | None = None
        self._disk.arm(at, number, lasting)
        try:
            opened = opened or open_store(self._folder, NOW)
            work(opened)
        except Exception as error:  # noqa: BLE001 - an error without a type is what is looked for
            told = error
        met = self._disk.count >= at
        self._disk.arm(0)
        if told is not None:
            row.refused[type(told).__name__] += 1
            row.untyped += not isinstance(told, KnownError)
        elif met:
            row.done += 1
        if opened is not None:
            row.stuck += not self._goes_on(opened)
            opened.close()
        self._look(told, row)
        return met

    def _goes_on(self, opened: OpenedStore) -> bool:
        """Whether the store works again, now that the disk does."""
        try:
            for chat in opened.repository.conversations.list_all()[:1]:
                opened.repository.conversations.set_folder(chat.id, "Later").result()
        except KnownError:
            return self._work is CLOSING or opened.report.read_only
        return True

    def _look(self, told: Exception | None, row: Row) -> None:
        opened = open_store(self._folder, NOW)
        row.damaged += opened.report.recovery is not None and not self._damaged_before
        check = opened.repository.database.submit_bare(full_check).result()
        row.damaged += not (check.sound and check.index_sound)
        for backup in opened.health.list_backups():
            with closing(open_reader(backup.path, immutable=True)) as connection:
                row.damaged += not quick_check(connection).sound
        opened.close()
        # What was refused may be there whole: the last sync failed, and yet the disk kept it.
        allowed = {self._after} if told is None else {self._before, self._after}
        row.torn += state_of(self._folder) not in allowed


def bases(scratch: Path) -> dict[str, Path]:
    """The folders the walks begin with."""
    usual, old, damaged = (scratch / name for name in ("usual", "old", "damaged"))
    opened = open_store(usual, NOW)
    fill(opened)
    opened.health.back_up()
    opened.repository.conversations.rename(id_of(5), "Renamed after the backup").result()
    (usual / "export.md").write_bytes(b"an export of yesterday")
    opened.close()
    half = scratch / "half"
    shutil.copytree(usual, half)
    with closing(open_scratch(half / "phial.db")) as connection:
        connection.execute("UPDATE messages SET status = 'streaming' WHERE id = ?", (id_of(151),))
    old.mkdir()
    shutil.copy(OLD, old / "phial.db")
    shutil.copytree(usual, damaged)
    with (damaged / "phial.db").open("r+b") as file:
        file.write(bytes(100))  # the header
    return {"usual": usual, "half": half, "old": old, "damaged": damaged}


def walk(strides: int, fault_names: list[str], only: list[str]) -> dict[tuple[str, str], Row]:
    """Every kind of change under every kind of fault."""
    disk = Disk()
    disk.arm(0)
    scratch = Path(os.environ["FAULTY_FOLDER"])
    begin = bases(scratch)
    kinds: dict[str, tuple[Path, Work | None]] = {
        "open after a crash": (begin["half"], None),
        "migrate": (begin["old"], None),
        "recover": (begin["damaged"], None),
    }
    kinds |= {name: (begin["usual"], work) for name, work in changes(scratch).items()}
    rows = {}
    for name, (base, work) in kinds.items():
        if only and name not in only:
            continue
        walking = Walk(disk, scratch, base, work)
        for fault in fault_names:
            rows[name, fault] = walking.run(fault, strides)
    return rows


def print_table(rows: dict[tuple[str, str], Row], stride: int) -> None:
    """One line for each kind of change and fault."""
    each = "each one" if stride == 1 else f"one in {stride}"
    print(
        f"Every write, growth, sync, rename, removal and creation fails, {each} "
        f"({platform.system()} {platform.machine()}, SQLite {sqlite3.sqlite_version})"
    )
    heads = ("points", "refused", "done", "untyped", "torn", "damaged", "stuck")
    print(f"{'change':<20}{'fault':<12}" + "".join(f"{head:>9}" for head in heads))
    for (name, fault), row in rows.items():
        values = (row.points, row.refused.total(), row.done, row.untyped, row.torn, row.damaged,
                  row.stuck)  # fmt: skip
        print(f"{name:<20}{fault:<12}" + "".join(f"{value:>9,}" for value in values))
    told = sum((row.refused for row in rows.values()), Counter[str]())
    points = sum(row.points for row in rows.values())
    broken = sum(row.broken for row in rows.values())
    print(f"{points:,} points, {broken} promises broken; told as {dict(told)}")


def compiled(folder: Path) -> Path | None:
    """The shim; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("g++")
    if sys.platform != "linux" or compiler is None:
        return None
    library = folder / "faulty_disk.so"
    command = [compiler, "-x", "c", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)]
    subprocess.run([*command, "-ldl"], check=True)
    return library


def start(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run this script again below the shim.

    Raises:
        RuntimeError: There is no compiler, or this is not Linux.
    """
    with tempfile.TemporaryDirectory() as scratch:
        library = compiled(Path(scratch))
        if library is None:
            raise RuntimeError("This needs Linux and a C compiler.")
        folder = Path(scratch) / "disk"
        folder.mkdir()
        shim = {"LD_PRELOAD": str(library), "FAULTY_LIBRARY": str(library)}
        environment = {**os.environ, **shim, "FAULTY_FOLDER": str(folder)}
        command = [sys.executable, str(Path(__file__).resolve()), *arguments]
        return subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, check=False
        )


def main() -> int:
    """Walk, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--faults", nargs="+", choices=list(FAULTS), default=list(FAULTS))
    parser.add_argument("--only", nargs="+", default=[], help="kinds of changes")
    options = parser.parse_args()
    if "FAULTY_LIBRARY" not in os.environ:
        done = start(sys.argv[1:])
        print(done.stdout, end="")
        return done.returncode
    logging.disable(logging.CRITICAL)
    rows = walk(options.stride, options.faults, options.only)
    print_table(rows, options.stride)
    return int(any(row.broken for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
