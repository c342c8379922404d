"""The trash: deleting marks, restoring unmarks, and only age or the user removes for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.conversation import TrashedMessage
from app.store.conversations.conversation_queries import conversation_seq
from app.store.conversations.message_queries import message_seq, reselect_branch, select_branch
from app.store.database.rows import (
    MESSAGE_COLUMNS,
    MessageReader,
    from_time,
    to_text,
    to_time,
)

TRASH_KEPT = timedelta(days=30)
_LAST_START = "last_start"
_NOTED_EVERY = timedelta(days=1)
# Words of removed messages stay in the index's old segments until these are merged, which for a
# large index takes seconds: Health does it in the background, in small steps.
INDEX_UNTIDY = "index_untidy"


def delete_conversations(connection: sqlite3.Connection, ids: Iterable[str], at: datetime) -> None:
    """Move conversations to the trash; those already there keep their date."""
    for id_ in ids:
        connection.execute(
            "UPDATE conversations SET deleted_at = ? WHERE seq = ? AND deleted_at IS NULL",
            (to_time(at), conversation_seq(connection, id_)),
        )


def restore_conversations(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Take conversations out of the trash."""
    for id_ in ids:
        connection.execute(
            "UPDATE conversations SET deleted_at = NULL WHERE seq = ?",
            (conversation_seq(connection, id_),),
        )


def delete_message(connection: sqlite3.Connection, message_id: str, at: datetime) -> None:
    """Move a message, with what follows it, to the trash; a sibling takes its place if any."""
    seq = message_seq(connection, message_id)
    connection.execute(
        "UPDATE messages SET deleted_at = ? WHERE seq = ? AND deleted_at IS NULL",
        (to_time(at), seq),
    )
    reselect_branch(connection, _conversation_of(connection, seq))


def restore_message(connection: sqlite3.Connection, message_id: str) -> None:
    """Take a message out of the trash and make its branch the active one."""
    seq = message_seq(connection, message_id)
    connection.execute("UPDATE messages SET deleted_at = NULL WHERE seq = ?", (seq,))
    select_branch(connection, seq)


def trashed_messages(connection: sqlite3.Connection) -> tuple[TrashedMessage, ...]:
    """Deleted messages of conversations that are not in the trash themselves, newest first."""
    reader = MessageReader(connection)
    rows = connection.execute(
        f"SELECT m.deleted_at, c.title, {MESSAGE_COLUMNS} "  # noqa: S608
        "FROM messages m JOIN conversations c ON c.seq = m.conversation "
        "WHERE m.deleted_at IS NOT NULL AND c.deleted_at IS NULL "
        "ORDER BY m.deleted_at DESC, m.seq DESC"
    ).fetchall()
    return tuple(
        TrashedMessage(reader.message(row[2:]), to_text(row[1]), from_time(row[0])) for row in rows
    )


def purge(connection: sqlite3.Connection, now: datetime) -> int:
    """Remove for good what has been in the trash for 30 days, once a start.

    A clock that is wrong must not empty the trash. What was deleted in the future stays, and when
    the clock has run more than 30 days since the last start, this start only notes the time: the
    next one believes it. The time is noted once a day, so that a start changes nothing else.

    Returns:
        How many conversations and messages were removed.
    """
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_LAST_START,)).fetchone()
    last = None if row is None else from_time(row[0])
    if last is None or not timedelta(0) <= now - last < _NOTED_EVERY:
        connection.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_LAST_START, to_time(now))
        )
    if last is None or last < now - TRASH_KEPT:
        return 0
    return _remove(connection, to_time(now - TRASH_KEPT))


def empty_trash(connection: sqlite3.Connection) -> int:
    """Remove everything in the trash for good; returns how many conversations and messages."""
    return _remove(connection, None)


def remove_conversations(connection: sqlite3.Connection, ids: Iterable[str]) -> int:
    """Remove conversations for good, whether they are in the trash or not; returns how many."""
    removed = 0
    for id_ in ids:
        removed += connection.execute("DELETE FROM conversations WHERE id = ?", (id_,)).rowcount
    if removed:
        _mark_untidy(connection, removed)
    return removed


def remove_message(connection: sqlite3.Connection, message_id: str) -> int:
    """Remove a message of the trash, with what follows it, for good; returns how many."""
    removed = connection.execute(
        "DELETE FROM messages WHERE id = ? AND deleted_at IS NOT NULL", (message_id,)
    ).rowcount
    if removed:
        _mark_untidy(connection, removed)
    return removed


def _mark_untidy(connection: sqlite3.Connection, removed: int) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (INDEX_UNTIDY, removed)
    )


def _remove(connection: sqlite3.Connection, before: int | None) -> int:
    where = "deleted_at IS NOT NULL AND (?1 IS NULL OR deleted_at < ?1)"
    removed = 0
    for table in ("conversations", "messages"):
        cursor = connection.execute(f"DELETE FROM {table} WHERE {where}", (before,))  # noqa: S608
        removed += cursor.rowcount
    if removed:
        _mark_untidy(connection, removed)
    return removed


def _conversation_of(connection: sqlite3.Connection, seq: int) -> int:
    row = connection.execute("SELECT conversation FROM messages WHERE seq = ?", (seq,)).fetchone()
    return int(row[0])
