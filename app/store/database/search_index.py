"""The search index made anew from the texts, and texts changed in bulk beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.store.database.text_normalization import FOLD_VERSION

_UPDATE = "message_index_update"
_FIRST = -(2**63)  # below every row's number
_BATCH = 500  # messages between two words of progress


def rebuild_index(
    connection: sqlite3.Connection, progress: Callable[[float], None] = lambda _fraction: None
) -> None:
    """Make the search index anew from the text, inside the open transaction.

    What FTS5's own 'rebuild' does (https://sqlite.org/fts5.html), in steps that can be told of.
    """
    connection.execute("INSERT INTO message_index (message_index) VALUES ('delete-all')")
    (count,) = connection.execute("SELECT count(*) FROM messages").fetchone()
    done, last = 0, _FIRST
    while True:  # by what is there: the numbers of a recovered library may lie far apart
        batch = connection.execute(
            "SELECT max(seq), count(*) FROM "
            "(SELECT seq FROM messages WHERE seq > ? ORDER BY seq LIMIT ?)",
            (last, _BATCH),
        ).fetchone()
        if not batch[1]:
            break
        connection.execute(
            "INSERT INTO message_index (rowid, body, parts) SELECT seq, body, parts "
            "FROM search_messages WHERE seq > ? AND seq <= ?",
            (last, batch[0]),
        )
        last, done = batch[0], done + batch[1]
        progress(done / count)
    connection.execute("INSERT INTO title_index (title_index) VALUES ('rebuild')")
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('fold_version', ?)", (FOLD_VERSION,)
    )
    progress(1.0)


def forget_index(connection: sqlite3.Connection) -> None:
    """Say that the index does not fit the texts any more; whoever is next makes it anew."""
    connection.execute("DELETE FROM meta WHERE key = 'fold_version'")


def index_fits(connection: sqlite3.Connection) -> bool:
    """Whether the index was made of the texts, and folds them as this program does."""
    fold = connection.execute("SELECT value FROM meta WHERE key = 'fold_version'").fetchone()
    return fold is not None and fold[0] == FOLD_VERSION


@contextmanager
def without_index(connection: sqlite3.Connection) -> Iterator[None]:
    """Texts may be changed without the index; who does so makes it anew afterwards.

    For many texts at once: the index takes longer to forget long ones than to be made anew.
    """
    (trigger,) = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE name = ?", (_UPDATE,)
    ).fetchone()
    connection.execute(f"DROP TRIGGER {_UPDATE}")
    yield
    connection.execute(trigger)
