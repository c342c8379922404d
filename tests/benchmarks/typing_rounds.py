"""Kills the program at seeded moments while somebody writes in it: nothing typed may be lost.

In each session ``typing_child.py`` starts on what the sessions before left, looks whether the
window shows it, and types, pastes, composes with an input method, sends by key and by click, edits
and gives edits up, renames and switches chats, until it gets ``kill -9``. Then the database must
hold, of each draft, each edit and each title, what was typed ``SETTLE`` seconds before the kill or
something newer, and every message that was sent by then.

Run ``python tests/benchmarks/typing_rounds.py [--sessions 100] [--seed S]``, without a display;
prints a table. ``tests/e2e/test_typing.py`` runs a short version.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.store import open_store
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).resolve().with_name("typing_child.py")
SETTLE = 1.5
"""Seconds. What is typed is saved at most 0.5 s later (``drafting.SAVE_MS``); the rest is for the
write and for a machine that does other things."""
SHORTEST, LONGEST = 0.1, 6.0  # seconds from the first key to the kill
CONTEXT = 32_768  # tokens: room for whatever is typed, so that no message is refused
PATIENCE = 300.0  # seconds for a window to come, on a busy machine
Value = object


@dataclass
class Told:
    """What one window told.

    Attributes:
        values: Of each thing that was typed, its values with their times.
        leaving: The message whose edit was about to be put away, if that was not told to be done.
        sending: What was about to be sent when it told last, if that was not told to be done.
        sent: Text and chat of what was sent, with its time.
        shown: Id to text of each question that was seen in a transcript.
        wrong: Where the window showed something else than was typed.
        keys: How many changes of what was typed were told.
    """

    values: dict[str, list[tuple[float, Value]]] = field(default_factory=dict)
    leaving: str = ""
    sending: dict[str, str] | None = None
    sent: list[tuple[float, str, str]] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    wrong: list[dict[str, object]] = field(default_factory=list)
    keys: int = 0

    def hear(self, line: dict[str, object]) -> None:
        """Take one line of the child's."""
        at = float(str(line["at"]))
        self.leaving = str(line.get("leaving", ""))
        if "key" in line:
            self.values.setdefault(str(line["key"]), []).append((at, line["value"]))
            self.keys += 1
        if "sending" in line:
            self.sending = {name: str(line[name]) for name in ("sending", "chat", "edited")}
        if "sent" in line:
            self.sending = None
            self.sent.append((at, str(line["sent"]), str(line["chat"])))
        for id_, text in line.get("shown", []):  # type: ignore[attr-defined]
            self.shown[id_] = text
        if "wrong" in line:
            self.wrong.append(line)


@dataclass(frozen=True)
class Stored:
    """What a database holds of what was typed, by the same names."""

    values: dict[str, Value]
    asked: dict[str, list[tuple[str, str]]]  # chat to id and text of its questions


class Sessions:
    """A profile that somebody writes in, through many deaths.

    Args:
        scratch: A folder for everything.
        seed: Makes the same sessions again, as far as processes can be.
    """

    def __init__(self, scratch: Path, seed: int) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self.home, self.ledger = scratch / "home", scratch / "ledger.json"
        self.rng = random.Random(seed)
        spec = ModelSpec(pieces_of("So it is said. "), context=CONTEXT)
        self.model = write_model(scratch / "tiny.gguf", spec)
        self.known: dict[str, Value] = {}
        self.counts: Counter[str] = Counter()
        self.losses: list[str] = []

    def run(self) -> None:
        """One life and death."""
        self.counts["sessions"] += 1
        told, killed = self._live(self.rng.getrandbits(32), self.rng.uniform(SHORTEST, LONGEST))
        stored = self._read()
        self._compare(told, killed, stored)
        self.known = stored.values
        by_kind: dict[str, dict[str, Value]] = {"drafts": {}, "edits": {}, "titles": {}}
        for key, value in stored.values.items():
            kind, _, id_ = key.partition(" ")
            by_kind[f"{kind}s"][id_] = value
        self.ledger.write_text(json.dumps(by_kind), "utf-8")

    def _live(self, seed: int, seconds: float) -> tuple[Told, float]:
        command = [sys.executable, str(CHILD), "--seed", str(seed), "--model", str(self.model)]
        command += ["--ledger", str(self.ledger)]
        environment = {**os.environ, "PHIAL_HOME": str(self.home)}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT)
        killed: list[float] = []
        children: list[psutil.Process] = []

        def kill() -> None:
            with suppress(psutil.NoSuchProcess):
                children.extend(psutil.Process(process.pid).children(recursive=True))
            killed.append(time.monotonic())
            process.kill()

        told, killer = Told(), threading.Timer(PATIENCE, kill)
        killer.start()
        assert process.stdout is not None
        for raw in process.stdout:
            line: dict[str, object] = {}
            with suppress(ValueError):  # the last line may be cut
                line = json.loads(raw)
            if line.get("phase") == "working":
                killer.cancel()
                killer = threading.Timer(seconds, kill)
                killer.start()
            if line:
                told.hear(line)
        process.stdout.close()
        process.wait()
        killer.join()
        assert process.returncode == -signal.SIGKILL, f"it ended by itself: {process.returncode}"
        psutil.wait_procs(children, timeout=20)
        return told, killed[0]

    def _read(self) -> Stored:
        opened = open_store(self.home)
        values: dict[str, Value] = {}
        asked: dict[str, list[tuple[str, str]]] = {}
        try:
            for chat in opened.repository.conversations.list_all():
                values[f"draft {chat.id}"] = chat.draft
                values[f"title {chat.id}"] = chat.title
                for edit in opened.repository.edits(chat.id):
                    values[f"edit {edit.message_id}"] = [edit.text, edit.open]
                tree = opened.repository.tree(chat.id)
                asked[chat.id] = [(m.id, m.content) for m in tree if m.role == "user"]
        finally:
            opened.close()
        return Stored(values, asked)

    def _compare(self, told: Told, killed: float, stored: Stored) -> None:
        settled = killed - SETTLE
        self.counts["changes typed"] += told.keys
        self.counts["messages sent"] += len(told.sent)
        for kind in ("draft", "edit", "title"):
            self.counts[f"{kind}s"] += sum(key.startswith(kind) for key in told.values)
        for key in {*told.values, *self.known}:
            values = [(0.0, self.known.get(key, _nothing(key))), *told.values.get(key, [])]
            last = max(index for index, (at, _) in enumerate(values) if at <= settled)
            allowed = [value for _, value in values[last:]]
            if told.sending and key.endswith((told.sending["chat"], told.sending["edited"] or "-")):
                allowed.append(_nothing(key))
            if told.leaving and key == f"edit {told.leaving}":
                allowed += [_nothing(key), _put_away(allowed[-1])]
            found = stored.values.get(key, _nothing(key))
            # A chat gets a title by itself while nobody has given it one.
            by_itself = key.startswith("title") and (key not in told.values or allowed[0] == "")
            if found not in allowed and not by_itself:
                self._lost(f"{key}: {found!r} is stored, and not {allowed[0]!r} or what followed")
        texts = {id_: text for asked in stored.asked.values() for id_, text in asked}
        for at, text, chat in told.sent:
            if at <= settled and text not in [t for _, t in stored.asked.get(chat, [])]:
                self._lost(f"sent to {chat}: {text!r}")
        for id_, text in told.shown.items():
            if texts.get(id_) != text:
                self._lost(f"shown as {id_}: {text!r}, stored {texts.get(id_)!r}")
        for wrong in told.wrong:
            self._lost(f"the window: {wrong}")

    def _lost(self, what: str) -> None:
        self.losses.append(f"session {self.counts['sessions']}: {what}")


def _put_away(edit: Value) -> Value:
    return [edit[0], False] if isinstance(edit, list) else edit


def _nothing(key: str) -> Value:
    return None if key.startswith("edit") else ""


def print_table(sessions: Sessions, seconds: float) -> None:
    """What was done and what of it was lost."""
    print(
        f"kill -9 while somebody writes ({platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}), {seconds:.0f} s; what was typed "
        f"less than {SETTLE} s before a kill may be missing"
    )
    for name, count in sessions.counts.items():
        print(f"{name:<16}{count:>8,}")
    print(f"{'lost':<16}{len(sessions.losses):>8,}")


def main() -> int:
    """Run the sessions and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end earlier")
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        sessions = Sessions(Path(scratch) / "profile", options.seed)
        for number in range(options.sessions):
            if time.monotonic() - begun > options.minutes * 60:
                break
            told = len(sessions.losses)
            sessions.run()
            for loss in sessions.losses[told:]:
                print(loss, flush=True)
            if number % 10 == 9:
                print(f"{number + 1} sessions, {time.monotonic() - begun:.0f} s", file=sys.stderr)
        print_table(sessions, time.monotonic() - begun)
    return int(bool(sessions.losses))


if __name__ == "__main__":
    sys.exit(main())
