"""Conversations in SQL, without their messages: adding, reading, the order of use."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from app.domain.conversation import Conversation
from app.domain.errors import InvalidValueError, NotFoundError
from app.store.rows import CONVERSATION_COLUMNS, conversation_from_row, new_row, to_blob, to_time

Connection = sqlite3.Connection


def conversation_seq(connection: Connection, conversation_id: str) -> int:
    """The row of a conversation.

    Raises:
        NotFoundError: There is none.
    """
    row = connection.execute(
        "SELECT seq FROM conversations WHERE id = ?", (conversation_id,)
    ).fetchone()
    if row is None:
        raise NotFoundError("This chat no longer exists.", detail=conversation_id)
    return int(row[0])


def insert_conversation(connection: Connection, conversation: Conversation) -> int:
    """Add a conversation, without its messages, as the one used last.

    Raises:
        InvalidValueError: Its id is taken.
    """
    if connection.execute(
        "SELECT 1 FROM conversations WHERE id = ?", (conversation.id,)
    ).fetchone():
        raise InvalidValueError("This chat is stored already.", detail=conversation.id)
    deleted = conversation.deleted_at
    cursor = connection.execute(
        "INSERT INTO conversations (id, title, title_by_user, created_at, updated_at, activity, "
        "system_prompt, draft, pinned, archived, folder, deleted_at, scroll_message_id, "
        "scroll_offset) VALUES (?, ?, ?, ?, ?, "
        "(SELECT coalesce(max(activity), 0) + 1 FROM conversations), ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            conversation.id,
            to_blob(conversation.title),
            conversation.title_by_user,
            to_time(conversation.created_at),
            to_time(conversation.updated_at),
            to_blob(conversation.system_prompt),
            to_blob(conversation.draft),
            conversation.pinned,
            conversation.archived,
            to_blob(conversation.folder),
            None if deleted is None else to_time(deleted),
            conversation.scroll_message_id,
            conversation.scroll_offset,
        ),
    )
    return new_row(cursor)


def touch(connection: Connection, conversation: int, at: datetime) -> None:
    """Make this the conversation used last; its place in the list does not trust the clock."""
    connection.execute(
        "UPDATE conversations SET updated_at = ?, "
        "activity = (SELECT max(activity) + 1 FROM conversations) WHERE seq = ?",
        (to_time(at), conversation),
    )


def read_conversations(
    connection: Connection,
    where: str,
    values: tuple[object, ...],
    limit: int | None,
    private: bool,
) -> tuple[Conversation, ...]:
    """Conversations that fulfil an SQL condition: pinned first, then those used last."""
    tail = "" if limit is None else f" LIMIT {int(limit)}"
    rows = connection.execute(
        f"SELECT {CONVERSATION_COLUMNS} FROM conversations c WHERE {where} "  # noqa: S608
        f"ORDER BY c.pinned DESC, c.activity DESC{tail}",
        values,
    )
    return tuple(conversation_from_row(row, private=private) for row in rows)


def read_conversation(
    connection: Connection, conversation_id: str, *, private: bool
) -> Conversation:
    """One conversation, also one in the trash.

    Raises:
        NotFoundError: There is none.
    """
    found = read_conversations(connection, "c.id = ?", (conversation_id,), None, private)
    if not found:
        raise NotFoundError("This chat no longer exists.", detail=conversation_id)
    return found[0]
