"""Conversations in SQL, without their messages: adding, reading, the order of use."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from app.domain.conversation import Conversation
from app.domain.errors import InvalidValueError, NotFoundError
from app.language import tr
from app.store.database.rows import (
    CONVERSATION_COLUMNS,
    conversation_from_row,
    from_options,
    new_row,
    to_blob,
    to_options,
    to_text,
    to_time,
)

Connection = sqlite3.Connection
_PARTS, _CHATS = 5_000, 200
"""How far back is looked: parts of messages, conversations."""
_ATTACHED = (
    "SELECT p.value FROM parts p JOIN messages m ON m.seq = p.message "
    "JOIN conversations c ON c.seq = m.conversation "
    "WHERE p.kind = 'attachment' AND m.deleted_at IS NULL AND c.deleted_at IS NULL "
    "AND p.seq > (SELECT max(seq) FROM parts) - ? ORDER BY p.seq DESC"
)


def conversation_seq(connection: Connection, conversation_id: str) -> int:
    """The row of a conversation.

    Raises:
        NotFoundError: There is none.
    """
    row = connection.execute(
        "SELECT seq FROM conversations WHERE id = ?", (conversation_id,)
    ).fetchone()
    if row is None:
        raise NotFoundError(tr("This chat no longer exists."), detail=conversation_id)
    return int(row[0])


def refuse_trashed(connection: Connection, conversation_id: str) -> None:
    """Keep messages out of a conversation that is in the trash, where nobody would see them.

    Raises:
        InvalidValueError: It is there.
    """
    row = connection.execute(
        "SELECT deleted_at FROM conversations WHERE id = ?", (conversation_id,)
    ).fetchone()
    if row is not None and row[0] is not None:
        raise InvalidValueError(
            tr("This chat is in the trash."),
            data=tr("Nothing was sent."),
            action=tr("Take it out of the trash to go on with it, or begin another chat."),
        )


# Where a conversation used before stands: level with the one used last of those not used after
# it, which ``updated_at`` then sets apart. Below all others, where all were used after it.
_PLACE_BY_TIME = (
    "(SELECT coalesce(max(+activity), (SELECT min(activity) - 1 FROM conversations), 1) "
    "FROM conversations WHERE updated_at <= ?5)"
)
_ON_TOP = "(SELECT coalesce(max(activity), 0) + 1 FROM conversations)"


def insert_conversation(
    connection: Connection, conversation: Conversation, *, used_now: bool = True
) -> int:
    """Add a conversation, without its messages.

    Args:
        connection: In a transaction.
        conversation: What is added.
        used_now: It is the one used last; otherwise it stands where its ``updated_at`` says, as
            an import does.

    Raises:
        InvalidValueError: Its id is taken.
    """
    if connection.execute(
        "SELECT 1 FROM conversations WHERE id = ?", (conversation.id,)
    ).fetchone():
        raise InvalidValueError(tr("This chat is stored already."), detail=conversation.id)
    deleted = conversation.deleted_at
    cursor = connection.execute(
        "INSERT INTO conversations (id, title, title_by_user, created_at, updated_at, "  # noqa: S608
        "system_prompt, draft, pinned, archived, folder, deleted_at, scroll_message_id, "
        "scroll_offset, scroll_y, options, activity) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
        f"{_ON_TOP if used_now else _PLACE_BY_TIME})",
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
            conversation.scroll_y,
            from_options(conversation.options),
        ),
    )
    return new_row(cursor)


def mark_used(connection: Connection, conversation: int, at: datetime) -> None:
    """Make this the conversation used last; its place in the list does not trust the clock."""
    connection.execute(
        "UPDATE conversations SET updated_at = ?, "
        "activity = (SELECT max(activity) + 1 FROM conversations) WHERE seq = ?",
        (to_time(at), conversation),
    )


class ConversationCache:
    """Conversations as they were read last, by id.

    The sidebar reads ten thousand after each change of one. A row that reads as it did before
    gives the same value again, which costs a sixth of making it, and comparing two lists then
    mostly compares identities.

    Args:
        private: What the values say of themselves.
    """

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._known: dict[str, tuple[tuple[Any, ...], Conversation]] = {}

    def value(self, row: tuple[Any, ...]) -> Conversation:
        """The conversation of a row of ``CONVERSATION_COLUMNS``."""
        known = self._known.get(row[0])
        if known is not None and known[0] == row:
            return known[1]
        value = conversation_from_row(row, private=self._private)
        self._known[value.id] = (row, value)
        return value


def read_conversations(
    connection: Connection,
    where: str,
    values: tuple[object, ...],
    seen: ConversationCache,
) -> tuple[Conversation, ...]:
    """Conversations that fulfil an SQL condition: pinned first, then those used last."""
    rows = connection.execute(
        f"SELECT {CONVERSATION_COLUMNS} FROM conversations c WHERE {where} "  # noqa: S608
        f"ORDER BY c.pinned DESC, c.activity DESC, c.updated_at DESC",
        values,
    )
    return tuple(map(seen.value, rows))


def read_conversation(
    connection: Connection, conversation_id: str, *, private: bool
) -> Conversation:
    """One conversation, also one in the trash.

    Raises:
        NotFoundError: There is none.
    """
    found = read_conversations(
        connection, "c.id = ?", (conversation_id,), ConversationCache(private=private)
    )
    if not found:
        raise NotFoundError(tr("This chat no longer exists."), detail=conversation_id)
    return found[0]


def recent_questions(connection: Connection, most: int) -> list[str]:
    """What the user asked last in any conversation outside the trash, newest first."""
    rows = connection.execute(
        "SELECT m.content FROM messages m JOIN conversations c ON c.seq = m.conversation "
        "WHERE m.role = 'user' AND m.deleted_at IS NULL AND c.deleted_at IS NULL "
        "ORDER BY m.seq DESC LIMIT ?",
        (most,),
    )
    return [to_text(content) for (content,) in rows]


def attached_last(connection: Connection, most: int) -> list[str]:
    """References of files that went with messages outside the trash, newest first, each once."""
    found: dict[str, None] = {}
    for (value,) in connection.execute(_ATTACHED, (_PARTS,)):
        try:
            values = json.loads(value)
        except (ValueError, RecursionError):
            continue  # a damaged part is shown where its message is
        reference = values.get("reference") if isinstance(values, dict) else None
        if isinstance(reference, str) and reference:
            found[reference] = None
        if len(found) == most:
            break
    return list(found)


def presets_last(connection: Connection, most: int) -> list[str]:
    """Ids of the presets of conversations outside the trash, used last first, each once."""
    rows = connection.execute(
        "SELECT options FROM conversations WHERE deleted_at IS NULL "
        "ORDER BY activity DESC, updated_at DESC LIMIT ?",
        (_CHATS,),
    )
    chosen = (to_options(options).preset for (options,) in rows if options)
    return list(dict.fromkeys(filter(None, chosen)))[:most]
