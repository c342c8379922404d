"""Damage, old and newer files, backups, restoring, read-only folders, locks: told, nothing lost."""

from __future__ import annotations

import gc
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conversation import Edit, Message, MessageStatus
from app.domain.errors import (
    DamagedDatabaseError,
    NewerDatabaseError,
    NotFoundError,
    StoreBusyError,
    StoreError,
)
from app.domain.parts import PART_KINDS, PlacedPart, ReasoningPart, part_kind
from app.store import MessageRepository, OpenedStore, Searcher, open_store
from app.store.database import connect
from app.store.database.migrations import SCHEMA_VERSION
from app.store.safety.backups import Backups
from app.store.safety.checks import full_check
from app.store.safety.health import recovery_mark
from app.store.safety.page_scanner import carve
from tests.unit.store.making import NOW, answer, chat, question

DATABASES = Path(__file__).resolve().parents[3] / "data" / "databases"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenedStore]:
    found = open_store(tmp_path)
    yield found
    found.close()


def fill(library: MessageRepository, chats: int = 5, turns: int = 6, length: int = 700) -> None:
    for number in range(chats):
        made = chat(f"Chat {number}")
        parent: Message | None = None
        for turn in range(turns):
            asked = question(made, parent, f"question {number} {turn} " + "q" * (turn * length))
            parent = answer(asked, f"answer {number} {turn} " + "a" * (turn * length))
            library.add_exchange(made, asked, parent).result()


def everything(library: MessageRepository) -> dict[str, Message]:
    return {m.id: m for c in library.conversations.list_all() for m in library.tree(c.id)}


def rows_of(path: Path, table: str) -> dict[int, tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(f"SELECT seq, * FROM {table}").fetchall()
    return {row[0]: row[2:] for row in found}


# --- damage -----------------------------------------------------------------------------------


def test_carving_a_sound_file_gives_every_row_also_those_in_the_wal(
    opened: OpenedStore, tmp_path: Path
) -> None:
    path = tmp_path / "phial.db"
    fill(opened.repository)
    assert (tmp_path / "phial.db-wal").stat().st_size > 0
    before = list(carve(path))
    opened.close()
    assert (tmp_path / "phial.db").stat().st_size > 0
    for rows in (before, list(carve(path))):
        for table, columns in (("messages", 17), ("conversations", 20)):
            carved = {row.rowid: row.values[1:] for row in rows if len(row.values) == columns}
            assert carved == rows_of(path, table)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    found = open_store(folder)
    fill(found.repository)
    found.close()
    return folder / "phial.db"


@given(seed=st.integers(0, 2**32), header=st.booleans(), pages=st.integers(0, 12))
@settings(max_examples=12, deadline=None)
def test_whatever_pages_are_lost_the_rest_is_recovered_and_the_damaged_file_kept(
    sound: Path, seed: int, header: bool, pages: int
) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "phial.db"
        data = bytearray(sound.read_bytes())
        count = len(data) // connect.PAGE_SIZE
        lost = set(rng.sample(range(1, count), min(pages, count - 1))) | ({0} if header else set())
        for page in lost:
            at = page * connect.PAGE_SIZE
            data[at : at + connect.PAGE_SIZE] = rng.randbytes(connect.PAGE_SIZE)
        path.write_bytes(data)
        wanted = rows_of(sound, "messages")
        readable = {r.rowid for r in carve(path) if r.rowid in wanted and len(r.values) == 17}
        found = open_store(Path(name))
        try:
            recovery = found.report.recovery
            if recovery is None:
                # Only pages that hold no words of the user were hit.
                assert not header
                kept = found.repository.database.read(
                    lambda c: c.execute("SELECT count(*) FROM messages")
                )
                assert kept.fetchone()[0] == len(wanted)
                return
            assert recovery.set_aside.read_bytes() == bytes(data)
            assert found.report.sentences
            stored = found.repository.database.read(
                lambda c: dict(c.execute("SELECT id, content FROM messages").fetchall())
            )
            originals = {row[0]: row[-1] for row in wanted.values()}
            assert stored.items() <= originals.items()
            assert len(stored) <= len(readable)
            assert len(lost) > 3 or len(stored) > 0
            shown = everything(found.repository)
            assert len(shown) == len(stored)
            assert found.repository.database.submit_bare(full_check).result().sound
        finally:
            found.close()


def test_a_lost_header_costs_nothing(tmp_path: Path, sound: Path) -> None:
    data = sound.read_bytes()
    (tmp_path / "phial.db").write_bytes(bytes(4096) + data[4096:])
    found = open_store(tmp_path)
    assert found.report.recovery is not None
    assert found.report.recovery.messages == 60
    assert found.report.recovery.conversations == 5
    assert [c.title for c in found.repository.conversations.list_all()] == [
        f"Chat {n}" for n in reversed(range(5))
    ]
    branch = found.repository.branch(found.repository.conversations.list_all()[0].id)
    assert len(branch) == 12
    assert len(Searcher(found.repository).search("question") or ()) == 30
    found.close()
    again = open_store(tmp_path)
    assert again.report.recovery is None
    again.close()


@pytest.mark.parametrize(
    "junk", [b"hello", b"x" * 10_000, bytes(9_000)], ids=["short", "text", "0"]
)
def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "phial.db").write_bytes(junk)
    found = open_store(tmp_path)
    assert found.report.recovery is not None
    assert found.report.recovery.set_aside.read_bytes() == junk
    fill(found.repository, chats=1)
    found.close()


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "phial.db").touch()
    found = open_store(tmp_path)
    assert found.report.recovery is None
    found.close()


def test_a_truncated_database_gives_its_first_part_and_the_backup_the_rest(tmp_path: Path) -> None:
    found = open_store(tmp_path)
    fill(found.repository)
    before = everything(found.repository)
    found.health.back_up()
    fill(found.repository, chats=1, turns=1)
    found.close()
    path = tmp_path / "phial.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    found = open_store(tmp_path)
    recovery = found.report.recovery
    assert recovery is not None
    assert recovery.from_backup > 0
    assert "from a backup" in recovery.sentence
    assert everything(found.repository).items() >= before.items()
    found.close()


def test_messages_without_their_chat_get_one(tmp_path: Path) -> None:
    found = open_store(tmp_path)
    fill(found.repository, chats=2)
    found.repository.database.submit(lambda c: c.execute("PRAGMA defer_foreign_keys=1")).result()
    found.close()
    path = tmp_path / "phial.db"
    with closing(sqlite3.connect(path)) as connection:
        for trigger in ("title_index_delete",):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("DELETE FROM conversations WHERE seq = 1")
        connection.commit()
    recovery_mark(path).touch()
    found = open_store(tmp_path)
    assert found.report.recovery is not None
    assert found.report.recovery.orphans == 12
    assert not recovery_mark(path).exists()
    titles = {c.title for c in found.repository.conversations.list_all()}
    assert titles == {"Recovered chat", "Chat 1"}
    assert len(everything(found.repository)) == 24
    found.close()


def test_a_swap_cut_off_by_a_crash_is_finished(tmp_path: Path, sound: Path) -> None:
    (tmp_path / "phial.db").write_bytes(b"damaged")
    shutil.copy(sound, tmp_path / "phial.db.recovered")
    found = open_store(tmp_path)
    assert len(everything(found.repository)) == 60
    found.close()
    assert [f.read_bytes() for f in tmp_path.glob("phial.db.damaged-*")] == [b"damaged"]


@pytest.fixture(params=["words", "everything"])
def damaged_index(request: pytest.FixtureRequest, opened: OpenedStore) -> OpenedStore:
    fill(opened.repository, chats=1)
    where = "id > 10" if request.param == "words" else "id > 1"
    sql = f"UPDATE message_index_data SET block = x'00' WHERE {where}"
    opened.repository.database.submit(lambda c: c.execute(sql)).result()
    return opened


def test_a_damaged_search_index_never_stops_a_message(damaged_index: OpenedStore) -> None:
    library = damaged_index.repository
    made = chat("after the damage")
    for _ in range(20):
        asked = question(made, None, "zebra")
        library.add_exchange(made, asked, answer(asked, "horse")).result()
    assert len(library.tree(made.id)) == 40


def test_maintenance_makes_a_damaged_index_anew(damaged_index: OpenedStore) -> None:
    done = damaged_index.health.maintain()
    assert done.check.sound
    assert done.sentences == ("The search index was damaged and has been made anew.",)
    assert len(Searcher(damaged_index.repository).search("question") or ()) == 6
    result = damaged_index.repository.database.submit_bare(
        lambda c: full_check(c, compare_index=True)
    )
    assert result.result().index_sound


def test_a_search_that_meets_damage_makes_the_index_anew(damaged_index: OpenedStore) -> None:
    searcher = Searcher(damaged_index.repository)
    if damaged_index.repository.database.read(lambda c: c.execute(_BLOCKS).fetchone()[0]) > 1:
        assert len(searcher.search("question") or ()) == 6


_BLOCKS = "SELECT length(block) FROM message_index_data WHERE id = 10"


def test_damage_found_in_the_background_is_recovered_at_the_next_start(tmp_path: Path) -> None:
    found = open_store(tmp_path)
    fill(found.repository)
    root = found.repository.database.read(
        lambda c: c.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'messages_tree'")
    ).fetchone()[0]
    found.close()
    path = tmp_path / "phial.db"
    found = open_store(tmp_path)  # opened before the damage happens
    with path.open("rb+") as file:
        file.seek((root - 1) * connect.PAGE_SIZE)
        file.write(bytes(connect.PAGE_SIZE))
    done = found.health.maintain()
    assert not done.check.sound
    assert done.sentences
    assert found.health.list_backups() == ()
    found.close()
    found = open_store(tmp_path)
    assert found.report.recovery is not None
    assert found.report.recovery.messages == 60
    found.close()


# --- versions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(DATABASES.glob("schema-*.db")), ids=lambda p: p.stem)
def test_every_schema_that_shipped_upgrades_with_everything_intact(
    path: Path, tmp_path: Path
) -> None:
    version = int(path.stem.removeprefix("schema-"))
    shutil.copy(path, tmp_path / "phial.db")
    found = open_store(tmp_path)
    library = found.repository
    assert found.report.migrated_from == (version if version < SCHEMA_VERSION else None)
    assert len(found.report.interrupted) == 4
    chats = library.conversations.list_all()
    assert [c.title for c in chats] == [f"Chat {n} \ud83d" for n in (2, 1, 0)]
    assert [c.title for c in library.conversations.trashed_conversations()] == ["Chat 3 \ud83d"]
    assert (chats[1].folder, chats[1].draft, chats[1].scroll_offset) == ("Work", "half a thou", 1)
    assert chats[1].scroll_y == (-7 if version >= 7 else 0)
    assert (chats[1].system_prompt, chats[1].title_by_user) == ("Be brief.", True)
    assert [t.message.status for t in library.conversations.trashed_messages()] == [
        MessageStatus.STOPPED
    ]
    tree = library.tree(chats[2].id)
    assert len(tree) == 7
    assert tree[0].content == "How is getUserId(3) spelt?"
    cut_off = next(m for m in tree if m.status is MessageStatus.INTERRUPTED)
    assert cut_off.content == "Once upon a time\ud800"
    assert cut_off.model is not None
    assert cut_off.model.sha256 == "ab" * 32
    assert cut_off.sampling is not None
    assert cut_off.sampling.seed == 7
    assert cut_off.timings is not None
    assert cut_off.timings.completion_seconds == 0.1 + 0.2
    assert cut_off.left_out == (tree[0].id, "gone")
    assert tree[-1].error == "Why it failed."
    assert library.token_counts(chats[2].id, "cd")
    kept = {tree[1].id: "What was said \ud83d"} if version >= 3 else {}
    assert library.summaries(chats[2].id) == kept
    typed = (Edit(tree[0].id, "In other words \ud83d", open=True),) if version >= 4 else ()
    assert library.edits(chats[2].id) == typed
    kinds = [part_kind(one.part) for one in tree[1].placed]
    older = [kind for kind in PART_KINDS if kind != "reading_choice"]  # younger than schema 6
    assert kinds == (older if version >= 5 else [])
    assert [one.at for one in tree[1].placed] == [3 * n for n in range(len(kinds))]
    so_far = (PlacedPart(0, ReasoningPart("So far", closed=False)),) if version >= 5 else ()
    assert cut_off.placed == so_far
    assert len(Searcher(library).search("getuserid") or ()) == 6
    assert (
        library.database.submit_bare(lambda c: full_check(c, compare_index=True))
        .result()
        .index_sound
    )
    backups = found.health.list_backups()
    wanted = [f"before-migration-{version + 1}"] if version < SCHEMA_VERSION else []
    assert [b.reason for b in backups] == wanted
    if backups:
        with closing(sqlite3.connect(backups[-1].path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone()[0] == version
    found.close()


def test_there_is_a_fixture_of_every_schema() -> None:
    names = {path.stem for path in DATABASES.glob("schema-*.db")}
    assert names == {f"schema-{v}" for v in range(1, SCHEMA_VERSION + 1)}


@pytest.mark.parametrize(
    "script",
    ["PRAGMA application_id=7", "ALTER TABLE messages RENAME content TO parts; %s"],
)
def test_a_foreign_or_unreadable_newer_file_is_refused_untouched(
    tmp_path: Path, script: str
) -> None:
    open_store(tmp_path).close()
    path = tmp_path / "phial.db"
    with closing(sqlite3.connect(path)) as connection:
        for name in ("insert", "update", "delete"):
            connection.execute(f"DROP TRIGGER message_index_{name}")
        connection.execute("DROP VIEW search_messages")
        connection.executescript(script.replace("%s", "PRAGMA user_version=999"))
    before = path.read_bytes()
    with pytest.raises((NewerDatabaseError, StoreError)) as caught:
        open_store(tmp_path)
    assert "Nothing was changed" in caught.value.data
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.damaged-*"))


# --- backups ----------------------------------------------------------------------------------


def test_a_backup_is_due_daily_whatever_the_clock_does(opened: OpenedStore) -> None:
    health = opened.health
    assert health.maintain(NOW).backup is not None
    assert health.maintain(NOW + timedelta(hours=23)).backup is None
    assert health.maintain(NOW + timedelta(hours=25)).backup is not None
    assert health.maintain(NOW - timedelta(days=300)).backup is not None
    numbers = [backup.number for backup in health.list_backups()]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 3


def test_backups_stay_within_their_bounds(opened: OpenedStore, tmp_path: Path) -> None:
    fill(opened.repository, chats=1)
    few = Backups(tmp_path / "few", max_count=3)
    for number in range(6):
        reason = "before-restore" if number == 0 else "daily"
        opened.repository.database.read(lambda c, r=reason: few.make(c, r))  # type: ignore[misc]
    assert [b.reason for b in few.list()] == ["daily", "daily", "before-restore"]
    small = Backups(tmp_path / "small", max_bytes=1)
    for _ in range(2):
        opened.repository.database.read(lambda c: small.make(c, "daily"))
    assert [b.number for b in small.list()] == [2]


def test_restoring_brings_everything_back_and_can_be_undone(opened: OpenedStore) -> None:
    library = opened.repository
    fill(library, chats=1)
    before = everything(library)
    backup = opened.health.back_up()
    fill(library, chats=1)
    after = everything(library)
    undo = opened.health.restore(backup)
    assert everything(library) == before
    assert undo.reason == "before-restore"
    fill(library, chats=1, turns=1)
    opened.health.restore(undo)
    assert everything(library) == after
    assert len(Searcher(library).search("question") or ()) == 12
    with pytest.raises(NotFoundError):
        opened.health.restore(replace(backup, path=backup.path / "gone"))


def test_a_full_check_compares_the_index_with_the_text(opened: OpenedStore, tmp_path: Path) -> None:
    fill(opened.repository, chats=1)
    assert opened.health.full_check().index_sound
    # A word changed behind the index's back.
    opened.repository.database.submit(
        lambda c: c.execute("DROP TRIGGER message_index_update")
    ).result()
    opened.repository.database.submit(
        lambda c: c.execute("UPDATE messages SET content = x'414243' WHERE seq = 5")
    ).result()
    check = opened.health.full_check()
    assert (check.sound, check.index_sound) == (True, False)
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.warns("cannot be read")
def test_a_damaged_backup_is_refused(opened: OpenedStore) -> None:
    fill(opened.repository)
    before = everything(opened.repository)
    backup = opened.health.back_up()
    data = bytearray(backup.path.read_bytes())
    data[connect.PAGE_SIZE * 2 :] = bytes(len(data) - connect.PAGE_SIZE * 2)
    backup.path.write_bytes(data)
    with pytest.raises(DamagedDatabaseError):
        opened.health.restore(backup)
    assert everything(opened.repository) == before


# --- others on the same folder ------------------------------------------------------------------


def test_a_second_phial_uses_the_database_beside_the_first(
    opened: OpenedStore, tmp_path: Path
) -> None:
    made = chat()
    asked = question(made, None)
    writing = answer(asked)
    opened.repository.add_exchange(made, asked, writing)
    opened.repository.journal(writing.id, "so far").result()
    guest = open_store(tmp_path)
    assert not guest.report.owner
    assert guest.report.interrupted == ()
    assert guest.health.maintain().backup is None
    assert guest.repository.message(writing.id).status is MessageStatus.STREAMING
    guest.repository.conversations.rename(made.id, "from the terminal").result()
    guest.close()
    assert opened.repository.conversations.get(made.id).title == "from the terminal"
    opened.repository.journal(writing.id, "so far so good").result()


def test_a_lock_held_elsewhere_is_told(opened: OpenedStore, tmp_path: Path) -> None:
    opened.repository.database.submit_bare(lambda c: c.execute("PRAGMA busy_timeout=50")).result()
    with closing(sqlite3.connect(tmp_path / "phial.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError):
            opened.repository.conversations.create(chat()).result()
        other.execute("ROLLBACK")
    opened.repository.conversations.create(chat()).result()


def as_nobody(database: Path, code: str) -> tuple[str, str]:
    """What ``code`` says and complains of where nothing may be written; ``folder`` is its name."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        folder.mkdir()
        shutil.copy(database, folder / "phial.db")
        begin = (
            "import os, sys; from pathlib import Path;"
            "from app.store import open_store, Searcher;"
            "from app.domain.errors import DamagedDatabaseError, ReadOnlyStoreError;"
            "import encodings.idna, app.store.settings_file, app.store.safety.viewing\n"
            "if os.geteuid() == 0: os.setuid(65534)\n"
            "folder = Path(sys.argv[1])\n"
        )
        Path(name).chmod(0o755)
        (folder / "phial.db").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", begin + code, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        folder.chmod(0o755)
        return done.stdout, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="folders are protected in other ways there")
def test_a_read_only_folder_can_be_read(sound: Path) -> None:
    out, err = as_nobody(
        sound,
        "found = open_store(folder)\n"
        "assert found.report.read_only and found.report.sentences\n"
        "chats = found.repository.conversations.list_all()\n"
        "assert len(chats) == 5 and len(found.repository.branch(chats[0].id)) == 12\n"
        "assert Searcher(found.repository).search('question')\n"
        "try: found.repository.conversations.rename(chats[0].id, 'x').result()\n"
        "except ReadOnlyStoreError: print('told')\n"
        "found.health.maintain()\n"
        "found.close()\n"
        "try: open_store(folder / 'new')\n"
        "except ReadOnlyStoreError: print('told')\n",
    )
    assert out == "told\ntold\n", err


@pytest.mark.skipif(sys.platform == "win32", reason="folders are protected in other ways there")
def test_damage_that_cannot_be_mended_in_a_read_only_folder_says_both(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"damaged" * 1_000)
    out, err = as_nobody(
        damaged,
        "try: open_store(folder)\n"
        "except DamagedDatabaseError as error: print(error)\n"
        "assert (folder / 'phial.db').read_bytes() == b'damaged' * 1_000\n",
    )
    assert "is damaged" in out, err
    assert "cannot be written to" in out
    assert "The damaged file is as it was" in out


# --- trash and the clock ----------------------------------------------------------------------


def test_the_trash_is_kept_thirty_days_and_a_wrong_clock_does_not_empty_it(
    library: MessageRepository,
) -> None:
    fill(library, chats=2, turns=1)
    first, second = (c.id for c in library.conversations.list_all())
    library.conversations.purge(NOW).result()
    library.conversations.delete(first, NOW)
    library.conversations.delete(second, NOW + timedelta(days=20)).result()
    assert library.conversations.purge(NOW + timedelta(days=29)).result() == 0
    # Ten years on: either a long holiday or a wrong clock. Believed only the second time.
    assert library.conversations.purge(NOW + timedelta(days=3650)).result() == 0
    assert library.conversations.purge(NOW + timedelta(days=29)).result() == 0
    assert library.conversations.purge(NOW + timedelta(days=31)).result() == 1
    assert [c.id for c in library.conversations.trashed_conversations()] == [second]
    assert library.conversations.purge(NOW - timedelta(days=9_000)).result() == 0
    library.conversations.restore(second).result()
    assert [c.id for c in library.conversations.list_all()] == [second]


def test_an_emptied_trash_is_gone_from_the_file(opened: OpenedStore, tmp_path: Path) -> None:
    fill(opened.repository, chats=3)
    made = chat("keep")
    asked = question(made, None, "xyzzysecret")
    opened.repository.add_exchange(made, asked, answer(asked, "plugh"))
    opened.repository.conversations.delete_message(asked.id)
    assert opened.repository.conversations.empty_trash().result() == 1
    assert opened.repository.branch(made.id) == ()
    opened.health.maintain()
    assert opened.repository.database.submit_bare(full_check).result().index_sound
    opened.close()
    assert b"xyzzysecret" not in (tmp_path / "phial.db").read_bytes()


def test_whoever_keeps_only_the_library_still_owns_the_folder(tmp_path: Path) -> None:
    library = open_store(tmp_path).repository
    gc.collect()
    guest = open_store(tmp_path)
    assert not guest.report.owner
    guest.close()
    library.close()
    owner = open_store(tmp_path)
    assert owner.report.owner
    owner.close()


@pytest.mark.parametrize("name", ["a%20b", "50% of? it#1&x=y", "Größe 漢字", "it's", "bad \udcff"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "deeper"
    found = open_store(folder)
    fill(found.repository, chats=1, turns=1)
    found.health.back_up()
    found.close()
    assert (folder / "phial.db").exists()
    again = open_store(folder)
    assert len(everything(again.repository)) == 2
    again.close()


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StoreError):
        open_store(tmp_path / "data")
    (tmp_path / "other" / "phial.db").mkdir(parents=True)
    with pytest.raises(StoreError):
        open_store(tmp_path / "other")
