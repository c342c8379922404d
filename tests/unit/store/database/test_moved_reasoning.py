"""Reasoning in the texts of old answers becomes parts of them: nothing is lost, whenever killed."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.conversation import MessageStatus
from app.domain.parts import PlacedPart, ReasoningPart
from app.store import OpenedStore, Searcher, open_store
from app.store.database import migrations
from app.store.database.connect import open_writer
from app.store.database.migrations import MIGRATIONS, SCHEMA_VERSION, migrate
from app.store.database.moved_reasoning import split_reasoning
from app.store.safety.backups import Backups
from app.store.safety.checks import full_check
from app.store.safety.recovery import recover

OLD = Path(__file__).resolve().parents[3] / "data" / "databases" / "schema-4.db"
MIGRATING = Path(__file__).with_name("migrating.py")


def placed(text: str, *, closed: bool = True) -> tuple[PlacedPart, ...]:
    return (PlacedPart(0, ReasoningPart(text, closed=closed)),)


# What an old answer said: the text it has now, and its parts.
ANSWERS: dict[str, tuple[str, tuple[PlacedPart, ...]]] = {
    "<think>\nFirst zebra.\n</think>\n\nIt is c.": ("It is c.", placed("First zebra.")),
    " \n<think>Hm \ud83d \0</think>Yes": ("Yes", placed("Hm \ud83d \0")),
    "<think>\nCut off in the mid\n": ("", placed("Cut off in the mid\n", closed=False)),
    "<think>\n\n</think>\n\nAt once.": ("At once.", ()),
    "<think>a</think><think>b</think>c": ("<think>b</think>c", placed("a")),
    "As <think>here</think>.": ("As <think>here</think>.", ()),
    "<thinking>No.</thinking>": ("<thinking>No.</thinking>", ()),
}


def old_database(path: Path, answers: list[str], streaming: tuple[str, str] | None = None) -> None:
    """A database of the fourth schema whose first chat has these answers, and one under way."""
    shutil.copy(OLD, path)
    with closing(sqlite3.connect(path)) as connection:
        for name in ("insert", "update", "delete"):  # the index is made by who opens it
            connection.execute(f"DROP TRIGGER message_index_{name}")
        insert = (
            "INSERT INTO messages (id, conversation, parent, role, status, created_at, content) "
            "VALUES (?, 1, 1, ?, ?, 0, ?)"
        )
        for n, text in enumerate(answers):
            blob = text.encode("utf-8", "surrogatepass")
            connection.execute(insert, (f"a{n}", "assistant", "complete", blob))
        connection.execute(insert, ("q", "user", "complete", b"<think>Me too.</think>Why?"))
        if streaming is not None:
            row = connection.execute(insert, ("s", "assistant", "streaming", streaming[0].encode()))
            connection.execute(
                "INSERT INTO journal (message, content) VALUES (?, ?)",
                (row.lastrowid, streaming[1].encode()),
            )
        connection.commit()
    _make_index(path)


def _make_index(path: Path) -> None:
    from app.store.database.connect import open_scratch
    from app.store.database.schema import SEARCH_V2

    with closing(open_scratch(path)) as connection:
        start = SEARCH_V2.index("CREATE TRIGGER message_index_insert")
        connection.executescript(SEARCH_V2[start : SEARCH_V2.index("CREATE VIEW search_titles")])
        connection.execute("INSERT INTO message_index (message_index) VALUES ('rebuild')")


def parts_of(opened: OpenedStore, ids: list[str]) -> list[tuple[str, tuple[PlacedPart, ...]]]:
    found = [opened.repository.message(id_) for id_ in ids]
    return [(message.content, message.placed) for message in found]


def test_reasoning_at_the_start_of_an_answer_becomes_a_part_of_it(tmp_path: Path) -> None:
    old_database(tmp_path / "phial.db", list(ANSWERS))
    opened = open_store(tmp_path)
    try:
        ids = [f"a{n}" for n in range(len(ANSWERS))]
        assert parts_of(opened, ids) == list(ANSWERS.values())
        assert opened.repository.message("q").content == "<think>Me too.</think>Why?"
        searcher = Searcher(opened.repository)
        assert not searcher.search("zebra"), "what is searched is the text"
        assert [hit.message_id for hit in searcher.search("once.") or ()][:1] == ["a3"]
        checked = opened.repository.database.submit_bare(
            lambda c: full_check(c, compare_index=True)
        ).result()
        assert (checked.sound, checked.index_sound) == (True, True)
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (("<think>\nOnce upon", " a time"), ("", placed("Once upon a time", closed=False))),
        (("", "<think>Hm.</think>\nYes, b"), ("Yes, b", placed("Hm."))),
        (("Once upon", " a <think>"), ("Once upon a <think>", ())),
    ],
)
def test_an_answer_that_a_crash_cut_off_before_the_migration_keeps_its_reasoning(
    tmp_path: Path, texts: tuple[str, str], wanted: tuple[str, tuple[PlacedPart, ...]]
) -> None:
    old_database(tmp_path / "phial.db", [], streaming=texts)
    opened = open_store(tmp_path)
    try:
        assert "s" in opened.report.interrupted
        assert parts_of(opened, ["s"]) == [wanted]
        assert opened.repository.message("s").status is MessageStatus.INTERRUPTED
    finally:
        opened.close()


def test_a_damaged_database_of_the_old_schema_gives_its_reasoning_back_as_parts(
    tmp_path: Path,
) -> None:
    path = tmp_path / "phial.db"
    old_database(path, list(ANSWERS))
    path.write_bytes(bytes(90) + path.read_bytes()[90:])
    recover(path, Backups(tmp_path / "backups"))
    opened = open_store(tmp_path)
    try:
        ids = [f"a{n}" for n in range(len(ANSWERS))]
        assert parts_of(opened, ids) == list(ANSWERS.values())
        assert opened.repository.database.submit_bare(full_check).result().sound
    finally:
        opened.close()


@pytest.fixture(scope="module")
def thoughtful(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """An old database, and the steps of SQLite that its migration takes."""
    path = tmp_path_factory.mktemp("thoughtful") / "phial.db"
    thoughts = [f"<think>\n{'thought ' * n}\n</think>\n\nAnswer {n}." for n in range(120)]
    old_database(path, thoughts, streaming=("<think>So", " far"))
    whole = str(shutil.copy(path, path.with_name("whole.db")))
    ran = subprocess.run(
        [sys.executable, str(MIGRATING), whole], capture_output=True, text=True, check=True
    )
    return path, int(ran.stdout)


@pytest.mark.parametrize("seed", range(8))
def test_a_migration_that_is_killed_anywhere_loses_nothing(
    tmp_path: Path, thoughtful: tuple[Path, int], seed: int
) -> None:
    path = tmp_path / "phial.db"
    shutil.copy(thoughtful[0], path)
    steps = random.Random(seed).randrange(thoughtful[1])
    ids = [f"a{n}" for n in range(120)]
    killed = subprocess.run(
        [sys.executable, str(MIGRATING), str(path), str(steps)], capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    opened = open_store(tmp_path)
    try:
        found = parts_of(opened, ids)
        for n, (text, parts) in enumerate(found):
            thought = ("thought " * n).strip()
            assert (text, parts) == (f"Answer {n}.", placed(thought) if thought else ())
        assert parts_of(opened, ["s"]) == [("", placed("So far", closed=False))]
        version = opened.repository.database.read(lambda c: c.execute("PRAGMA user_version"))
        assert version.fetchone() == (SCHEMA_VERSION,)
        assert opened.repository.database.submit_bare(full_check).result().sound
    finally:
        opened.close()


def test_a_start_that_takes_a_while_tells_how_far_it_is(tmp_path: Path) -> None:
    old_database(tmp_path / "phial.db", ["<think>a b c</think>" + "word " * 20_000] * 40)
    told: list[float] = []
    open_store(tmp_path, progress=told.append).close()
    assert told, "it takes longer than a moment"
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1


def test_each_migration_tells_its_share_of_the_whole() -> None:
    told: list[float] = []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        half = (lambda _connection, progress: progress(0.5),) * 2
        migrate(connection, lambda _version: None, told.append, half)
    assert told == [0.25, 0.75]


def test_reasoning_is_split_off_as_versions_with_it_in_the_text_did() -> None:
    assert split_reasoning("<think>\n a\n</think>\n\nb") == ("a", True, "b")
    assert split_reasoning("<think>\n a\n") == ("a\n", False, "")
    assert split_reasoning("b <think>a</think>") is None


@pytest.mark.parametrize("steps", range(1, MIGRATIONS.index(migrations._options) + 1))
def test_the_index_is_made_once_and_fits_whichever_step_was_the_last_before_a_kill(
    tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(OLD.with_name("schema-1.db"), tmp_path / "phial.db")
    with closing(open_writer(tmp_path / "phial.db")) as connection:
        answers = "SELECT seq, content FROM messages WHERE role = 'assistant'"
        for seq, content in connection.execute(answers).fetchall():
            thought = b"<think>zebra</think>" + content
            connection.execute("UPDATE messages SET content = ? WHERE seq = ?", (thought, seq))
        migrate(connection, lambda _version: None, migrations=MIGRATIONS[:steps])
    made: list[object] = []
    whole = migrations.rebuild_index
    monkeypatch.setattr(
        migrations, "rebuild_index", lambda *given: (made.append(given), whole(*given))
    )
    opened = open_store(tmp_path)
    try:
        assert len(made) == 1
        searcher = Searcher(opened.repository)
        assert len(searcher.search("getuserid") or ()) == 6
        assert not searcher.search("zebra"), "what is searched is the text"
        checked = opened.repository.database.submit_bare(
            lambda c: full_check(c, compare_index=True)
        ).result()
        assert (checked.sound, checked.index_sound) == (True, True)
    finally:
        opened.close()
