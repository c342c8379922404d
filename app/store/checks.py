"""Whether a database is sound: its tables, its search index, its pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from app.store.failures import is_damage

_TABLES = ("conversations", "messages", "journal", "models", "samplings", "meta", "token_counts")
_INDEXES = ("message_index", "title_index")


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
    for name in _existing(connection, _INDEXES):
        try:
            connection.execute(
                f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', ?)",  # noqa: S608
                (int(compare),),
            )
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            problems.append(f"{name}: {error}")
    return problems
