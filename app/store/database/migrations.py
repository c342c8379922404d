"""Forward-only changes of the database's schema, one function a version.

``user_version`` in the file's header is the number of the last migration that ran;
``application_id`` says that the file is ours. To change the schema: add a function at the end of
``MIGRATIONS``, and a database of the schema before it to tests/data/databases.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing

from app.domain.errors import DamagedDatabaseError, NewerDatabaseError
from app.language import tr
from app.store.database.connect import APPLICATION_ID, open_memory, pragma_int, transaction
from app.store.database.moved_reasoning import move_reasoning
from app.store.database.schema import (
    EDITS_V4,
    OPTIONS_V6,
    PARTS_V5,
    PLACE_V7,
    SEARCH_V2,
    SUMMARIES_V3,
    TABLES_V1,
)
from app.store.database.search_index import index_fits, rebuild_index

Progress = Callable[[float], None]
"""Told how much of something is done, 0 to 1."""


def quiet(_fraction: float) -> None:
    """Nobody asks for progress."""


def _tables(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, TABLES_V1)


def _search(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, SEARCH_V2)  # the index is filled once, by the last of these


def _summaries(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, SUMMARIES_V3)


def _edits(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, EDITS_V4)


def _parts(connection: sqlite3.Connection, progress: Progress) -> None:
    run_script(connection, PARTS_V5)
    move_reasoning(connection, progress)


def _options(connection: sqlite3.Connection, progress: Progress) -> None:
    run_script(connection, OPTIONS_V6)
    if not index_fits(connection):
        rebuild_index(connection, progress)


def _place(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, PLACE_V7)


Migration = Callable[[sqlite3.Connection, Progress], None]
MIGRATIONS: tuple[Migration, ...] = (
    _tables,
    _search,
    _summaries,
    _edits,
    _parts,
    _options,
    _place,
)
SCHEMA_VERSION = len(MIGRATIONS)


def schema_version(connection: sqlite3.Connection, newest: int = SCHEMA_VERSION) -> int:
    """The schema of a database; 0 for one that is new and empty.

    Args:
        connection: Any.
        newest: The newest schema that this program knows.

    Raises:
        NewerDatabaseError: A newer Phial wrote it.
        DamagedDatabaseError: It is some other program's database.
        sqlite3.Error: It cannot be read.
    """
    version = pragma_int(connection, "user_version")
    application = pragma_int(connection, "application_id")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and (tables or version):
        raise DamagedDatabaseError(
            tr("The conversation database is not one that Phial wrote."),
            data=tr("Nothing was changed."),
            action=tr("Choose another data folder."),
            detail=f"application_id {application:#x}",  # not shown: technical
        )
    if version > newest:
        raise NewerDatabaseError(
            tr(
                "The conversations were written by a newer Phial (format {format}; "
                "this one knows {known}).",
                format=version,
                known=newest,
            )
        )
    return version


def migrate(
    connection: sqlite3.Connection,
    backup: Callable[[int], None],
    progress: Progress = quiet,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> int:
    """Bring the database to the newest schema, each step in a transaction of its own.

    Args:
        connection: The writer's, in autocommit.
        backup: Called once, before the first step, with the version; not for a new database.
        progress: Told how far it is.
        migrations: Of this database.

    Returns:
        The version it had; the newest when there was nothing to do.

    Raises:
        NewerDatabaseError: See :func:`schema_version`; nothing is touched.
        sqlite3.Error: A step failed and was rolled back; the backup is complete.
    """
    before = schema_version(connection, len(migrations))
    steps = len(migrations) - before
    if before and steps:
        backup(before)
    for version in range(before, len(migrations)):
        done = version - before

        def told(fraction: float, done: int = done) -> None:
            progress((done + fraction) / steps)

        with transaction(connection):
            migrations[version](connection, told)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={version + 1}")
    return before


def layouts(table: str) -> tuple[tuple[str, ...], ...]:
    """The columns that ``table`` had after each migration, newest first, each layout once.

    ``ALTER TABLE ADD COLUMN`` leaves the rows that are there as they are: a database of the newest
    schema holds records of all of these.
    """
    found: list[tuple[str, ...]] = []
    with closing(open_memory()) as connection:
        for migration in MIGRATIONS:
            with transaction(connection):
                migration(connection, quiet)
            columns = columns_of(connection, table)
            if columns and columns not in found:
                found.insert(0, columns)
    return tuple(found)


def columns_of(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The columns of a table in their order; none where there is no such table."""
    rows = connection.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", (table,))
    return tuple(row[0] for row in rows)


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Run several statements inside the open transaction (``executescript`` would commit it)."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
