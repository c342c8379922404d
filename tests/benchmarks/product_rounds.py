"""Kills the whole program at random moments and looks whether it kept what its window had shown.

The window, the engine process and the database are the real ones; only the model is tiny. In each
round ``product_child.py`` sends, streams (with a calculation now and again), thinks, edits,
deletes, exports, imports, migrates or searches, says what its window shows, and gets ``kill -9``.
Then every message that was ever shown must be there, letter for letter, chats that were seen to go
must be in the trash, the answer that streamed in must lack at most its last 1.5 s, an export must
be whole or not there, and an imported chat as well.

Run ``python tests/benchmarks/product_rounds.py [--rounds 300] [--seed S]``, without a display or
under ``xvfb-run``; prints a table. ``tests/e2e/test_product_crash.py`` runs a short version.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from product_child import crc

from app.domain.errors import KnownError
from app.markup.transfer.formats import read_files
from app.services.transfer.transfer_files import open_files as opened_files
from app.store import open_store
from app.store.safety.checks import full_check
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).resolve().with_name("product_child.py")
OLD = ROOT / "tests" / "data" / "databases" / "schema-1.db"
ACTIVITIES = ("send", "stream", "think", "edit", "delete", "export", "import", "migrate", "search")
LOST_SECONDS = 1.5
LONGEST = 2.5  # seconds from the beginning of the activity to the kill
PATIENCE = 600.0  # seconds for a window to come, on a busy machine
TREE = "the same old track goes round and about my little train of thought "
CALCULATION = (b"<calc>", b"17*23", b"</calc", b">")  # answered as the preset of its chat has it
ENDS = {".html": b"</html>", ".pdf": b"%%EOF", ".json": b"}"}


@dataclass
class Row:
    """What the rounds of one activity showed."""

    rounds: int = 0
    shown: int = 0
    lost: int = 0
    differing: int = 0
    damaged: int = 0
    half_files: int = 0
    half_imports: int = 0
    back_from_trash: int = 0
    orphans: int = 0
    seconds_lost: list[float] = field(default_factory=list)  # one for each answer cut off

    @property
    def broken(self) -> int:
        """How many promises were broken."""
        late = sum(seconds > LOST_SECONDS for seconds in self.seconds_lost)
        return (
            self.lost + self.differing + self.damaged + self.half_files + self.half_imports
            + self.back_from_trash + self.orphans + late
        )  # fmt: skip


@dataclass
class Promised:
    """What the windows of all rounds so far have shown."""

    messages: dict[str, tuple[object, ...]] = field(default_factory=dict)  # chat, parent, crc
    gone: dict[str, bool] = field(default_factory=dict)  # chats that were seen to go, or come back
    wished: set[str] = field(default_factory=set)  # chats asked to go this round
    # id, when, length, crc, and how many tools had answered
    live: list[tuple[str, float, int, int, int]] = field(default_factory=list)
    exported: dict[str, int] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)

    def hear(self, line: dict[str, object]) -> None:
        """Take one line of the child's."""
        for id_, chat, parent, check in line.get("shown", []):  # type: ignore[attr-defined]
            self.messages[id_] = (chat, parent, check)
        if "live" in line:
            about = (line[name] for name in ("live", "at", "length", "crc", "tools"))
            self.live.append(tuple(about))  # type: ignore[arg-type]
        if "wish" in line:
            self.wished.update(line["wish"])  # type: ignore[arg-type]
        if "listed" in line:
            listed = set(line["listed"])  # type: ignore[call-overload]
            for chat in self.wished:
                self.gone[chat] = chat not in listed
        if "exported" in line:
            self.exported[str(line["exported"])] = int(str(line["chats"]))
        if "imported" in line:
            self.imported.update(line["imported"])  # type: ignore[arg-type]


class Rounds:
    """A profile that lives through many deaths.

    Args:
        scratch: A folder for everything.
        seed: Makes the same rounds again, as far as processes can be.
    """

    def __init__(self, scratch: Path, seed: int) -> None:
        self.scratch = scratch
        self.rng = random.Random(seed)
        self.promised = Promised()
        self.rows: dict[str, Row] = defaultdict(Row)
        self.held = False  # by a SIGSTOP in this round: nothing it says of time is true
        signal.signal(signal.SIGCONT, self._on_continued)
        scratch.mkdir(parents=True, exist_ok=True)
        words = pieces_of(TREE)
        self.short = write_model(scratch / "short.gguf", ModelSpec(words, context=32_000))
        self.endless = write_model(
            scratch / "endless.gguf",
            ModelSpec([*CALCULATION, *words], loop=True, context=120_000),
        )
        self.thinking = write_model(
            scratch / "thinking.gguf",
            ModelSpec([b"<think>", *words], loop=True, context=120_000),
        )
        self.old = old_database(scratch / "old.db")

    def _on_continued(self, _signal: int, _frame: object) -> None:
        self.held = True

    def run(self, activity: str) -> None:
        """One life and death."""
        row = self.rows[activity]
        row.rounds += 1
        self.held = False
        if activity == "migrate":
            home = self.scratch / f"old-{row.rounds}"
            home.mkdir()
            shutil.copy(self.old, home / "phial.db")
            before = texts(home / "phial.db")
            self._live(activity, home, row, from_phase="opening")
            self._check_migrated(home, before, row)
            shutil.rmtree(home)
            return
        home, files = self.scratch / "home", self.scratch / "files"
        files.mkdir()
        self.promised.wished.clear()
        self.promised.live.clear()
        self.promised.exported.clear()
        self.promised.imported.clear()
        # Mostly in the middle of it, now and then before the model is loaded.
        phase = "busy" if self.rng.random() < 0.8 else "working"
        killed = self._live(activity, home, row, from_phase=phase)
        self._check(home, files, killed, row)
        shutil.rmtree(files)

    def _live(self, activity: str, home: Path, row: Row, *, from_phase: str) -> float:
        model = {"stream": self.endless, "think": self.thinking}.get(activity, self.short)
        command = [sys.executable, str(CHILD), activity, "--seed", str(self.rng.getrandbits(32))]
        command += ["--model", str(model), "--folder", str(self.scratch / "files")]
        environment = {**os.environ, "PHIAL_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        delay = self.rng.uniform(0, LONGEST)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT)
        killer = Killer(process)
        assert process.stdout is not None
        started = False
        killer.in_seconds(PATIENCE)
        for raw in process.stdout:
            line: dict[str, object] = {}
            with suppress(ValueError):  # the last line may be cut
                line = json.loads(raw)
            if line.get("phase") == from_phase:
                started = True
                killer.in_seconds(delay)
            before = len(self.promised.messages)
            self.promised.hear(line)
            row.shown += len(self.promised.messages) - before
        process.stdout.close()
        process.wait()
        killer.done()
        assert started, f"no window came in {activity}"
        assert process.returncode == -signal.SIGKILL, f"it ended by itself: {process.returncode}"
        _, alive = psutil.wait_procs(killer.children, timeout=20)
        row.orphans += len(alive)
        return killer.killed

    # --- what is left -----------------------------------------------------------------------

    def _check(self, home: Path, files: Path, killed: float, row: Row) -> None:
        opened = open_store(home)
        try:
            row.damaged += opened.report.recovery is not None
            check = opened.repository.database.submit_bare(full_check).result()
            row.damaged += not (check.sound and check.index_sound)
            stored, deleted, sizes, tools = opened.repository.database.read(everything)
        finally:
            opened.close()
        for id_, (chat, parent, check_sum) in self.promised.messages.items():
            found = stored.get(id_)
            row.lost += found is None
            row.differing += found is not None and found[:2] != (chat, parent)
            row.differing += found is not None and crc(found[2]) != check_sum
        for chat, gone in self.promised.gone.items():
            # A chat asked to go again this round may have gone or not.
            row.back_from_trash += chat not in self.promised.wished and deleted[chat] != gone
        for chat in self.promised.wished:
            self.promised.gone[chat] = deleted[chat]
        self._check_stream(stored, tools, killed, row)
        for chat in self.promised.imported:
            row.half_imports += chat not in sizes
        row.half_imports += sum(
            size < 12 for chat, (title, size) in sizes.items() if title.startswith("imported")
        )
        row.half_files += sum(not is_whole(path) for path in written(files))
        for path, chats in self.promised.exported.items():
            row.half_files += chats > 0 and not Path(path).exists()
        # From now on, what there is must stay.
        self.promised.messages = {
            id_: (chat, parent, crc(text)) for id_, (chat, parent, text) in stored.items()
        }

    def _check_stream(
        self,
        stored: dict[str, tuple[object, object, str]],
        tools: dict[str, int],
        killed: float,
        row: Row,
    ) -> None:
        live = self.promised.live
        if not live:
            return
        id_ = live[-1][0]
        found = stored.get(id_)
        if found is None:
            row.lost += 1
            return
        text = found[2]
        lines = [line for line in live if line[0] == id_]
        row.differing += any(
            crc(text[:n]) != check for _, _, n, check, _ in lines if n <= len(text)
        )
        missing = [
            at
            for _, at, length, _, answered in lines
            if length > len(text) or answered > tools.get(id_, 0)
        ]
        # The time between the first thing shown that is missing and the end is what was lost.
        if self.held:
            return
        row.seconds_lost.append(max(0.0, killed - missing[0]) if missing else 0.0)

    def _check_migrated(self, home: Path, before: dict[str, bytes], row: Row) -> None:
        opened = open_store(home)
        try:
            row.damaged += opened.report.recovery is not None
            check = opened.repository.database.submit_bare(full_check).result()
            row.damaged += not (check.sound and check.index_sound)
        finally:
            opened.close()
        after = texts(home / "phial.db")
        row.shown += len(before)
        row.lost += len(before.keys() - after.keys())
        row.differing += sum(after[id_] != text for id_, text in before.items() if id_ in after)


class Killer:
    """Kills a process when its time has come, and remembers when that was.

    Args:
        process: The process.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._timer: threading.Timer | None = None
        self.killed = 0.0
        self.children: list[psutil.Process] = []

    def in_seconds(self, seconds: float) -> None:
        """Kill it then, and not when it was said before."""
        self.done()
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.start()

    def done(self) -> None:
        """It is dead, or may live on."""
        if self._timer is not None:
            self._timer.cancel()
            if self._timer is not threading.current_thread():
                self._timer.join()

    def _kill(self) -> None:
        with suppress(psutil.NoSuchProcess):
            self.children = psutil.Process(self._process.pid).children(recursive=True)
        self.killed = time.monotonic()
        self._process.kill()


def everything(
    connection: sqlite3.Connection,
) -> tuple[
    dict[str, tuple[object, object, str]],
    dict[str, bool],
    dict[str, tuple[str, int]],
    dict[str, int],
]:
    """Messages with chat, parent, and thought and text as one; chats in the trash; lengths; tools.

    The last is how many answers of tools each message has.
    """
    messages = {
        row[0]: (row[1], row[2], ((row[4] or b"") + row[3]).decode("utf-8", "surrogatepass"))
        for row in connection.execute(
            "SELECT m.id, c.id, p.id, m.content, "
            "(SELECT content FROM parts WHERE message = m.seq AND kind = 'reasoning') "
            "FROM messages m JOIN conversations c "
            "ON c.seq = m.conversation LEFT JOIN messages p ON p.seq = m.parent"
        )
    }
    chats = connection.execute(
        "SELECT id, deleted_at IS NOT NULL, title, (SELECT count(*) FROM messages "
        "WHERE conversation = conversations.seq) FROM conversations"
    ).fetchall()
    return (
        messages,
        {row[0]: bool(row[1]) for row in chats},
        {row[0]: (row[2].decode(), row[3]) for row in chats},
        dict(
            connection.execute(
                "SELECT m.id, count(*) FROM parts p JOIN messages m ON m.seq = p.message "
                "WHERE p.kind = 'tool_result' GROUP BY m.id"
            ).fetchall()
        ),
    )


def written(folder: Path) -> list[Path]:
    """The files an export gave a name; what is being written has none yet."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [p for p in found if not p.name.startswith((".phial-", "import-"))]


def is_whole(path: Path) -> bool:
    """Whether an exported file can be read to its end."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    if path.suffix in {".md", ".json"}:
        with opened_files([path]) as opened:
            try:
                reading = read_files(opened.entries)
            except KnownError:
                return False
        return bool(reading.found) and not reading.unreadable
    return path.read_bytes().rstrip().endswith(ENDS.get(path.suffix, b""))


def texts(path: Path) -> dict[str, bytes]:
    """Id to text of each message that is not being written."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(
            connection.execute(
                "SELECT id, content FROM messages WHERE status NOT IN ('streaming', 'interrupted')"
            ).fetchall()
        )


def old_database(path: Path, messages: int = 4_000) -> Path:
    """A database of the first schema, large enough that bringing it up to date takes a while."""
    shutil.copy(OLD, path)
    with closing(sqlite3.connect(path)) as connection:
        for number in range(messages):
            connection.execute(
                "INSERT INTO messages (id, conversation, role, status, created_at, content) "
                "SELECT ?, seq, 'user', 'complete', 0, ? FROM conversations LIMIT 1",
                (f"{number + 2**64:032x}", f"old words {number} ".encode() * 60),
            )
        connection.commit()
    return path


def print_table(rows: dict[str, Row], seconds: float) -> None:
    """One line an activity."""
    platform_name = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    print(
        f"kill -9 of the whole program ({platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} CPUs, Qt platform {platform_name}), {seconds:.0f} s"
    )
    counted = [f.name for f in fields(Row) if f.name != "seconds_lost"]
    heads = [name.replace("_", " ") for name in counted]
    print(f"{'killed while':<14}{''.join(f'{head:>16}' for head in heads)}   cut off, worst loss")
    total = Row()
    for name, row in [*rows.items(), ("all", total)]:
        numbers = "".join(f"{getattr(row, at):>16,}" for at in counted)
        worst = f"{len(row.seconds_lost)}, {max(row.seconds_lost, default=0.0):.2f} s"
        print(f"{name:<14}{numbers}{worst:>22}")
        if row is not total:
            for at in counted:
                setattr(total, at, getattr(total, at) + getattr(row, at))
            total.seconds_lost += row.seconds_lost


def main() -> int:
    """Run the rounds and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end earlier")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=ACTIVITIES, default=list(ACTIVITIES))
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        rounds = Rounds(Path(scratch), options.seed)
        for number in range(options.rounds):
            if time.monotonic() - begun > options.minutes * 60:
                break
            activity = options.only[number % len(options.only)]
            before = rounds.rows[activity].broken
            rounds.run(activity)
            if rounds.rows[activity].broken > before:
                kept = shutil.copytree(scratch, f"{scratch}-broken-{number}", dirs_exist_ok=True)
                print(f"round {number}, {activity}: a promise was broken; kept in {kept}")
            if number % 10 == 9:
                print(f"{number + 1} rounds, {time.monotonic() - begun:.0f} s", file=sys.stderr)
        print_table(dict(rounds.rows), time.monotonic() - begun)
    return int(any(row.broken for row in rounds.rows.values()))


if __name__ == "__main__":
    sys.exit(main())
