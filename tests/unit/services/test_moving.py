"""The data folder is moved whole or not at all: killed at any step, on a full disk, while used."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.errors import KnownError, StoreBusyError, StoreError
from app.services.moving import MoveRefusedError, move_data, open_moved, plan_move
from app.store import open_store
from app.store.folder_copy import FolderMovedOnError
from app.system.data_folder import POINTER
from app.system.paths import folders
from tests.unit.markup.transfer.making import conversation_of

KILLED = 9
CHILD = f"""
import os, resource, sys
from pathlib import Path
from app.domain.errors import KnownError
from app.services.moving import move_data, plan_move
from app.store.folder_copy import remove_original
from app.system.paths import folders
what, chosen, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
done = []
def step(name):
    done.append(name)
    if len(done) == last:
        os._exit({KILLED})
where = folders()
if what == "move":
    move_data(plan_move(where, chosen), step=step)
elif what == "tidy":
    remove_original(where.data, step)
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (last, last))
    try:
        move_data(plan_move(where, chosen))
    except KnownError as error:
        print(type(error).__name__)
"""


@dataclass
class Data:
    """A data folder with one of everything, and where it is to go."""

    home: Path
    chosen: Path

    @property
    def here(self) -> Path:
        return folders().data

    def child(self, what: str, last: int) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", CHILD, what, str(self.chosen), str(last)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    def check(self) -> None:
        """Everything is there, under the paths that it has there."""
        here = self.here
        model = here / "models" / "a.gguf"
        assert hashlib.sha256(model.read_bytes()).hexdigest() == MODEL
        assert json.loads((here / "settings.json").read_bytes())["model_path"] == str(model)
        opened = open_store(here)
        assert opened.report.sentences == ()
        assert [one.title for one in opened.repository.conversations.list_all()] == ["Ships"]
        opened.close()


BYTES = b"weights" * 40_000
MODEL = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    home, chosen = tmp_path / "home", tmp_path / "disk"
    monkeypatch.setenv("PHIAL_HOME", str(home))
    chosen.mkdir()
    chat = conversation_of("Which ship is this?", "The Vasa.", title="Ships")
    opened = open_store(home)
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.close()
    (home / "models").mkdir()
    (home / "models" / "a.gguf").write_bytes(BYTES)
    (home / "settings.json").write_text(json.dumps({"model_path": f"{home}/models/a.gguf"}))
    for name in ("cache", "logs"):
        (home / name).mkdir()
        (home / name / "large").write_bytes(b"x" * 1_000_000)
    return Data(home, chosen)


def everything(folder: Path) -> set[str]:
    return {one.name for one in folder.rglob("*") if one.is_file()}


def test_killed_at_any_step_nothing_is_lost_and_the_next_try_ends_it(data: Data) -> None:
    steps = 0
    while data.here == data.home:  # the last time it was killed when it was done
        done = data.child("move", steps + 1)
        assert done.returncode == KILLED, done.stderr
        steps += 1
        data.check()
    assert steps >= 8
    assert data.here == data.chosen / "Phial"
    data.check()
    assert {"phial.db", "a.gguf", "settings.json"} <= everything(data.home), "kept until then"
    assert "large" not in everything(data.chosen)
    steps = 0
    while (done := data.child("tidy", steps + 1)).returncode == KILLED:
        steps += 1
        data.check()
    assert done.returncode == 0, done.stderr
    assert steps >= 2
    assert everything(data.home) == {POINTER, "large"}, "the log stays, and where the data is"
    assert not list(data.home.rglob("cache"))
    data.check()


def test_the_old_folder_stays_where_something_was_written_to_it_since(data: Data) -> None:
    plan = plan_move(folders(), data.chosen)
    move_data(plan)
    (data.home / "settings.json").write_text("{}")
    before = everything(data.home)
    removed = open_moved(plan)
    assert removed.changed == ("settings.json",)
    assert everything(data.home) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit of the system")
def test_a_disk_that_fills_up_leaves_everything_where_it_was(data: Data) -> None:
    done = data.child("full", 200_000)
    assert done.stdout.strip() == "DiskFullError", done.stderr
    assert data.here == data.home
    assert not list(data.chosen.iterdir())
    data.check()


def test_it_is_refused_while_another_program_uses_it(data: Data) -> None:
    opened = open_store(data.home)
    with pytest.raises(StoreBusyError):
        move_data(plan_move(folders(), data.chosen))
    opened.close()
    with closing(sqlite3.connect(data.home / "phial.db")) as guest:  # as a second one has it open
        guest.execute("SELECT count(*) FROM messages").fetchone()
        with pytest.raises(StoreBusyError, match="Another program uses"):
            move_data(plan_move(folders(), data.chosen))
    assert not list(data.chosen.iterdir())
    data.check()


def test_it_is_refused_before_it_begins_where_it_cannot_go(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data.chosen / "Phial").mkdir()
    (data.chosen / "Phial" / "mine.txt").write_text("mine")
    with pytest.raises(MoveRefusedError, match="something in"):
        plan_move(folders(), data.chosen)
    with pytest.raises(MoveRefusedError, match="inside the data folder"):
        plan_move(folders(), data.home)
    with pytest.raises(MoveRefusedError, match="no folder"):
        plan_move(folders(), data.chosen / "nowhere")
    (data.chosen / "Phial" / "mine.txt").unlink()
    monkeypatch.setattr("app.services.moving.disk_free", lambda _folder: 1_000)
    with pytest.raises(MoveRefusedError, match="are free in"):
        plan_move(folders(), data.chosen)


def test_what_changes_meanwhile_or_reads_otherwise_is_not_moved(data: Data) -> None:
    def write(name: str) -> None:
        if name == "compared":
            (data.home / "settings.json").write_text("{ }")

    kept = (data.home / "settings.json").read_text()
    with pytest.raises(FolderMovedOnError):
        move_data(plan_move(folders(), data.chosen), step=write)
    (data.home / "settings.json").write_text(kept)

    def spoil(name: str) -> None:
        if name == "copied models/a.gguf":
            copy = next(data.chosen.rglob("a.gguf"))
            copy.write_bytes(BYTES[:-1] + b"?")

    with pytest.raises(StoreError, match="not the same"):
        move_data(plan_move(folders(), data.chosen), step=spoil)
    assert not list(data.chosen.iterdir())
    data.check()


def test_a_disk_that_is_not_there_is_said_and_nothing_is_made_anew(data: Data) -> None:
    plan = plan_move(folders(), data.chosen)
    move_data(plan)
    data.chosen.rename(data.chosen.with_name("unplugged"))
    with pytest.raises(KnownError, match="not there now"):
        folders()
    assert not data.chosen.exists()
    data.chosen.with_name("unplugged").rename(data.chosen)
    data.check()
    (data.home / POINTER).write_text("{")
    with pytest.raises(KnownError, match="cannot be read"):
        folders()
    assert [one.name for one in data.chosen.iterdir()] == ["Phial"]
