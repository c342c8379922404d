"""The script that writes a database of each schema for the tests, run as the recipe says."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from app.store.database.migrations import SCHEMA_VERSION

DATABASES = Path(__file__).resolve().parents[3] / "data" / "databases"
NEWEST = f"schema-{SCHEMA_VERSION}.db"


def _make(*folder: str) -> int:
    script = [sys.executable, str(DATABASES / "make_fixture.py"), str(SCHEMA_VERSION), *folder]
    return subprocess.run(script, check=False, timeout=60).returncode


def _schema_and_rows(path: Path) -> list[object]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes  # surrogates stand in it
        schema = "SELECT name, sql FROM sqlite_schema ORDER BY name"
        tables = ("conversations", "messages", "journal", "token_counts", "summaries", "edits")
        questions = [schema, *(f"SELECT * FROM {table}" for table in tables)]
        return [connection.execute(question).fetchall() for question in questions]


def test_the_script_writes_the_newest_schema_as_its_fixture_has_it(tmp_path: Path) -> None:
    assert _make(str(tmp_path)) == 0
    assert _schema_and_rows(tmp_path / NEWEST) == _schema_and_rows(DATABASES / NEWEST)


def test_a_fixture_that_shipped_is_never_written_again() -> None:
    before = (DATABASES / NEWEST).read_bytes()
    assert _make() == 1
    assert (DATABASES / NEWEST).read_bytes() == before
