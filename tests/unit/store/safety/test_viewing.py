"""Where nothing can be written, everything that was saved can be read, and nothing is touched."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import DiskFullError, KnownError, NewerDatabaseError, ReadOnlyStoreError
from app.store import Health, Searcher, open_store
from app.store.database.connect import open_writer
from app.store.database.image import read_image
from app.store.database.migrations import migrate
from app.store.safety import opening
from app.store.safety.backups import Backups
from app.store.safety.viewing import read_only_library, refusal
from tests.unit.store.making import answer, chat, question
from tests.unit.store.safety.test_health import DATABASES, everything, fill

FIXTURES = sorted(DATABASES.glob("schema-*.db"))


@pytest.fixture
def with_wal(tmp_path: Path) -> Path:
    """A database whose newest messages are in its WAL only, as a kill leaves it."""
    folder = tmp_path / "killed"
    folder.mkdir()
    opened = open_store(tmp_path / "running")
    fill(opened.repository)
    for name in ("phial.db", "phial.db-wal"):
        shutil.copy(tmp_path / "running" / name, folder / name)
    opened.close()
    return folder / "phial.db"


CAUSES = [
    DiskFullError("full"),
    ReadOnlyStoreError("read-only"),
    NewerDatabaseError("newer"),
]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda c: c.what)
def test_what_is_in_the_wal_only_is_read_without_a_file_beside_it(
    with_wal: Path, cause: KnownError
) -> None:
    folder = with_wal.parent
    if isinstance(cause, ReadOnlyStoreError):  # there SQLite is tried first
        (folder / "phial.db-shm").mkdir()
    before = {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}
    library = read_only_library(with_wal, Backups(folder / "backups"), refusal(folder, cause))
    try:
        assert len(everything(library)) == 60
        assert len(Searcher(library).search("question") or ()) > 20
        made = library.conversations.list_all()[0]
        with pytest.raises(type(cause)) as told:
            library.conversations.rename(made.id, "other").result()
        assert "can be read, not changed" in told.value.data
        assert library.database.refusal is told.value
    finally:
        library.close()
    after = {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}
    assert after == before


def test_the_image_is_what_a_checkpoint_would_make_and_ends_at_a_torn_frame(
    with_wal: Path,
) -> None:
    image = read_image(with_wal)
    wal = with_wal.with_name("phial.db-wal")
    torn = bytearray(wal.read_bytes())
    torn[len(torn) // 2] ^= 0xFF
    other = with_wal.parent / "torn"
    other.mkdir()
    shutil.copy(with_wal, other / "phial.db")
    (other / "phial.db-wal").write_bytes(torn)
    part = read_image(other / "phial.db")
    for data, path in ((image, with_wal), (part, other / "phial.db")):
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT id, content FROM messages ORDER BY id").fetchall()
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            shown = connection.execute("SELECT id, content FROM messages ORDER BY id").fetchall()
        assert shown == rows
    assert 0 < len(part) < len(image)


@pytest.mark.parametrize("memory", [False, True], ids=["from the file", "from memory"])
def test_going_back_to_a_backup_is_refused_where_it_would_not_last(
    tmp_path: Path, memory: bool
) -> None:
    opened = open_store(tmp_path)
    backup = opened.health.back_up()
    fill(opened.repository, chats=1)
    opened.close()
    if memory:
        (tmp_path / "phial.db-wal").write_bytes(b"anything")
    told = refusal(tmp_path, DiskFullError("full"))
    backups = Backups(tmp_path / "backups")
    library = read_only_library(tmp_path / "phial.db", backups, told)
    health = Health(library, tmp_path / "phial.db", backups, owner=False)
    try:
        with pytest.raises(DiskFullError):
            health.restore(backup)
        assert len(everything(library)) == 12
    finally:
        library.close()


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
@pytest.mark.parametrize("damaged", [False, True], ids=["sound", "damaged"])
def test_an_older_or_damaged_database_is_shown_from_memory(
    tmp_path: Path, path: Path, damaged: bool
) -> None:
    data = path.read_bytes()
    (tmp_path / "phial.db").write_bytes(bytes(90) + data[90:] if damaged else data)
    before = (tmp_path / "phial.db").read_bytes()
    told = refusal(tmp_path, ReadOnlyStoreError("read-only"))
    library = read_only_library(tmp_path / "phial.db", Backups(tmp_path / "backups"), told)
    try:
        assert [c.title for c in library.conversations.list_all()] == [
            f"Chat {n} \ud83d" for n in (2, 1, 0)
        ]
        texts = {m.content for m in everything(library).values()}
        assert "Once upon a time\ud800" in texts, "what was journaled is shown"
        assert len(Searcher(library).search("getuserid") or ()) >= 6
    finally:
        library.close()
    assert (tmp_path / "phial.db").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["phial.db"]


def make_newer(path: Path, *scripts: str) -> bytes:
    with closing(open_writer(path)) as connection:
        migrate(connection, lambda _version: None)
        for script in (*scripts, "PRAGMA user_version=999"):
            connection.execute(script)
    return path.read_bytes()


def test_what_a_newer_phial_wrote_is_shown_and_never_written_to(tmp_path: Path) -> None:
    opened = open_store(tmp_path)
    fill(opened.repository, chats=1, turns=2)
    opened.close()
    before = make_newer(
        tmp_path / "phial.db",
        "ALTER TABLE messages ADD COLUMN mood TEXT",
        "CREATE TABLE pictures (seq INTEGER PRIMARY KEY, data BLOB)",
    )
    for _ in range(2):
        found = open_store(tmp_path)
        assert isinstance(found.report.refusal, NewerDatabaseError)
        assert "newer Phial" in found.report.sentences[0]
        assert len(everything(found.repository)) == 4
        made = chat()
        asked = question(made, None)
        with pytest.raises(NewerDatabaseError):
            found.repository.add_exchange(made, asked, answer(asked)).result()
        assert found.health.maintain().backup is None
        with pytest.raises(NewerDatabaseError):
            found.health.back_up()
        found.close()
        assert (tmp_path / "phial.db").read_bytes() == before


def test_beside_a_newer_phial_that_runs_nothing_is_written_either(tmp_path: Path) -> None:
    opened = open_store(tmp_path)
    opened.repository.database.submit_bare(
        lambda c: c.execute("PRAGMA user_version=999").close()
    ).result()
    before = [(tmp_path / f"phial.db{end}").read_bytes() for end in ("", "-wal")]
    found = open_store(tmp_path)
    assert isinstance(found.report.refusal, NewerDatabaseError)
    found.close()
    assert [(tmp_path / f"phial.db{end}").read_bytes() for end in ("", "-wal")] == before
    opened.close()


def test_a_check_that_found_damage_does_not_let_an_older_phial_recover_a_newer_database(
    tmp_path: Path,
) -> None:
    open_store(tmp_path).close()
    before = make_newer(tmp_path / "phial.db")
    (tmp_path / "phial.db.check-failed").touch()
    open_store(tmp_path).close()
    assert (tmp_path / "phial.db").read_bytes() == before


@pytest.mark.parametrize("step", ["lock", "database", "migration"])
def test_a_full_disk_at_the_start_leaves_everything_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    shutil.copy(FIXTURES[0], tmp_path / "phial.db")
    before = (tmp_path / "phial.db").read_bytes()

    def full(*_: object, **__: object) -> object:
        raise DiskFullError("The disk is full.")

    where = {
        "lock": (opening.OwnerLock, "acquire"),
        "database": (opening, "_library"),
        "migration": (opening, "_bring_up_to_date"),
    }[step]
    monkeypatch.setattr(*where, full)
    found = open_store(tmp_path)
    try:
        assert isinstance(found.report.refusal, DiskFullError)
        assert "Free some space" in found.report.sentences[0]
        assert len(everything(found.repository)) == 20
    finally:
        found.close()
    if step != "migration":  # by then it was opened for writing, which marks it as a WAL's
        assert (tmp_path / "phial.db").read_bytes() == before
    monkeypatch.undo()
    again = open_store(tmp_path)
    assert not again.report.read_only
    again.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="folders are protected in other ways there")
def test_an_older_killed_database_in_a_read_only_folder_is_read(with_wal: Path) -> None:
    """As another user, for whom neither the folder nor the files can be written."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        shutil.copytree(with_wal.parent, folder)
        for path in folder.iterdir():
            path.chmod(0o444)
        Path(name).chmod(0o755)
        folder.chmod(0o555)
        done = _look_as_nobody(folder)
        folder.chmod(0o755)
    assert done.stdout.startswith("5 The data folder"), done.stderr


def _look_as_nobody(folder: Path) -> subprocess.CompletedProcess[str]:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from app.store import open_store, Searcher\n"
        "import app.store.settings_file, app.store.safety.viewing\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "found = open_store(Path(sys.argv[1]))\n"
        "print(len(found.repository.conversations.list_all()), found.report.refusal.what)\n"
        "found.close()\n"
    )
    command = [sys.executable, "-c", code, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
