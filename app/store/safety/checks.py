"""Whether a database is sound: its tables, its search index, its pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from app.language import tr
from app.store.database.failures import is_damage

_TABLES = (
    "conversations",
    "messages",
    "journal",
    "models",
    "samplings",
    "meta",
    "token_counts",
    "summaries",
    "edits",
)
_INDEXES = (("message_index", "search_messages"), ("title_index", "search_titles"))
# Checked before the window opens up to this size (about 20 ms); larger ones right after it.
CHECK_AT_ONCE_BYTES = 16 * 2**20
_SAMPLE = 20  # newest and oldest rows that the index must find


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found.

    Attributes:
        sound: The user's words are whole.
        index_sound: The search index is; one that is not can be made anew from the words.
        problems: SQLite's own lines, for the log and the details.
    """

    sound: bool
    index_sound: bool = True
    problems: tuple[str, ...] = ()


def quick_check(connection: sqlite3.Connection) -> CheckResult:
    """Look at the structure of the tables that hold the user's words."""
    problems: list[str] = []
    for table in _existing(connection, _TABLES):
        problems += _pragma(connection, f"quick_check({table})")
    return CheckResult(not problems, problems=tuple(problems))


def full_check(connection: sqlite3.Connection, *, compare_index: bool = False) -> CheckResult:
    """Look at everything. Takes seconds on a large database and needs a writable connection.

    Args:
        connection: Best to a copy, which a fresh backup is.
        compare_index: Also compare the search index with the text, which folds all text again.
    """
    problems: list[str] = []
    for table in _existing(connection, _TABLES):
        problems += _pragma(connection, f"integrity_check({table})")
    index_problems = _index_problems(connection, compare=compare_index)
    if not problems and not index_problems:
        # Pages outside any table; newer SQLite looks into the search index here as well.
        problems = _pragma(connection, "integrity_check")
    return CheckResult(not problems, not index_problems, (*problems, *index_problems))


def _existing(connection: sqlite3.Connection, tables: Sequence[str]) -> list[str]:
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    return [table for table in tables if table in names]


def _pragma(connection: sqlite3.Connection, pragma: str) -> list[str]:
    try:
        lines = [str(row[0]) for row in connection.execute(f"PRAGMA {pragma}")]
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return [str(error)]
    return [] if lines == ["ok"] else lines


def _index_problems(connection: sqlite3.Connection, *, compare: bool) -> list[str]:
    problems = []
    for name, table in _existing_indexes(connection):
        try:
            connection.execute(
                f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', ?)",  # noqa: S608
                (int(compare),),
            )
            problems += _missing(connection, name, table)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            problems.append(f"{name}: {error}")
    return problems


def _missing(connection: sqlite3.Connection, name: str, view: str) -> list[str]:
    """Rows the index does not find. An index that lost everything is consistent in itself."""
    rows = connection.execute(
        f"SELECT seq, body FROM {view} ORDER BY seq DESC LIMIT {_SAMPLE}"  # noqa: S608
    ).fetchall()
    rows += connection.execute(
        f"SELECT seq, body FROM {view} ORDER BY seq LIMIT {_SAMPLE}"  # noqa: S608
    ).fetchall()
    problems: list[str] = []
    for seq, body in rows:
        first = body.split(" ", 1)[0]
        found = connection.execute(
            f"SELECT 1 FROM {name} WHERE {name} MATCH ? AND rowid = ?",  # noqa: S608
            (f'"{first}"', seq),
        ).fetchone()
        if first and found is None:
            problems.append(tr("{table}: row {row} is missing", table=name, row=str(seq)))
    return problems


def _existing_indexes(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    names = _existing(connection, [name for name, _ in _INDEXES])
    return [pair for pair in _INDEXES if pair[0] in names]
