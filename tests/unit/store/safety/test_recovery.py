"""A damaged database of any schema gives back every row, also those that no migration rewrote."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.store import open_store
from app.store.database import connect, migrations
from app.store.database.connect import open_memory
from app.store.database.migrations import (
    MIGRATIONS,
    Progress,
    columns_of,
    layouts,
    migrate,
    quiet,
)
from app.store.safety import opening
from app.store.safety.backups import Backups
from app.store.safety.record_tables import SHAPES
from app.store.safety.recovery import recover

MADE_ANEW = {"meta", "token_counts"}  # or counted again; others need a way out of a damaged file
DATABASES = Path(__file__).resolve().parents[3] / "data" / "databases"
FIXTURES = sorted(DATABASES.glob("schema-*.db"))
MORE = {
    "messages": "rating INTEGER NOT NULL DEFAULT 3",
    "conversations": "colour TEXT DEFAULT 'plain'",
    "models": "family BLOB",
    "samplings": "note TEXT",
    "summaries": "model INTEGER",
    "journal": "at INTEGER",
    "edits": "at INTEGER",
}


def _one_more_column_each(connection: sqlite3.Connection, _progress: Progress = quiet) -> None:
    for table, column in MORE.items():
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


@pytest.fixture(params=["the newest schema", "a made-up next one"])
def schema(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "the newest schema":
        steps = (*MIGRATIONS, _one_more_column_each)
        monkeypatch.setattr(migrations, "MIGRATIONS", steps)
        monkeypatch.setattr(migrations, "SCHEMA_VERSION", len(steps))
        monkeypatch.setattr(opening, "SCHEMA_VERSION", len(steps))
    return str(request.param)


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that holds words; without where a chat's branch ends, which
    recovery finds out anew."""
    with closing(sqlite3.connect(path)) as connection:
        found = {}
        for table in SHAPES:
            names = ", ".join(n for n in columns_of(connection, table) if n != "head")
            found[table] = connection.execute(f"SELECT {names} FROM {table} ORDER BY 1").fetchall()
        return found


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_a_migrated_database_that_is_damaged_gives_back_every_row(
    path: Path, tmp_path: Path, schema: str
) -> None:
    database = tmp_path / "phial.db"
    shutil.copy(path, database)
    with closing(connect.open_writer(database)) as connection:
        migrate(connection, lambda _version: None)
    wanted = rows_of(database)
    assert len(wanted["messages"]) == 28
    data = database.read_bytes()
    database.write_bytes(bytes(90) + data[90:])  # SQLite refuses it
    recovery = recover(database, Backups(tmp_path / "backups"))
    assert recovery.messages == 28
    assert rows_of(database) == wanted


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_a_backup_of_an_older_schema_gives_what_the_damaged_file_lost(
    path: Path, tmp_path: Path, schema: str
) -> None:
    (tmp_path / "backups").mkdir()
    shutil.copy(path, tmp_path / "backups" / "phial-000001-20261120-093000-daily.db")
    (tmp_path / "phial.db").write_bytes(b"damaged" * 10_000)
    found = open_store(tmp_path)
    try:
        assert found.report.recovery is not None
        assert found.report.recovery.from_backup == 28
        summaries = found.repository.database.read(
            lambda c: c.execute("SELECT count(*) FROM summaries").fetchone()[0]
        )
        assert summaries == (1 if path.stem >= "schema-3" else 0)
    finally:
        found.close()


def test_rows_that_a_newer_phial_wrote_lose_only_what_this_one_does_not_know(
    tmp_path: Path,
) -> None:
    database = tmp_path / "phial.db"
    shutil.copy(FIXTURES[-1], database)
    with closing(connect.open_writer(database)) as connection:
        migrate(connection, lambda _version: None)
        wanted = rows_of(database)
        _one_more_column_each(connection)
        for table, column in MORE.items():  # a changed row is written with all its columns
            name = column.split()[0]
            connection.execute(f"UPDATE {table} SET {name} = {name}")
    database.write_bytes(bytes(90) + database.read_bytes()[90:])
    recover(database, Backups(tmp_path / "backups"))
    assert rows_of(database) == wanted


def test_every_table_of_the_schema_can_be_recovered_or_is_made_anew() -> None:
    with closing(open_memory()) as connection:
        migrate(connection, lambda _version: None)
        tables = {
            name
            for name, kind in connection.execute("SELECT name, type FROM pragma_table_list")
            if kind == "table" and not name.startswith("sqlite_")
        }
        assert tables == SHAPES.keys() | MADE_ANEW
        for table in SHAPES:
            keys = connection.execute(
                "SELECT name FROM pragma_table_info(?) WHERE pk", (table,)
            ).fetchall()
            assert [(columns_of(connection, table)[0],)] == keys, "the rowid comes first"
            assert layouts(table)[0] == columns_of(connection, table)
