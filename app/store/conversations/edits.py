"""Edits of questions that were typed and not sent, in SQL. The questions are never touched."""

from __future__ import annotations

import sqlite3

from app.domain.conversation import Edit
from app.store.conversations.message_queries import message_seq
from app.store.database.rows import to_blob, to_text


def read_edits(connection: sqlite3.Connection, conversation_id: str) -> tuple[Edit, ...]:
    """The edits of a conversation whose questions are not in the trash, typed last last."""
    rows = connection.execute(
        "SELECT m.id, e.content, e.open FROM edits e JOIN messages m ON m.seq = e.message "
        "JOIN conversations c ON c.seq = m.conversation "
        "WHERE c.id = ? AND m.deleted_at IS NULL ORDER BY e.seq",
        (conversation_id,),
    )
    return tuple(Edit(id_, to_text(content), bool(open_)) for id_, content, open_ in rows)


def write_edit(connection: sqlite3.Connection, edit: Edit) -> None:
    """Keep an edit in place of the one there was of its question.

    Raises:
        NotFoundError: There is no such message.
    """
    connection.execute(
        "INSERT OR REPLACE INTO edits (message, content, open) VALUES (?, ?, ?)",
        (message_seq(connection, edit.message_id), to_blob(edit.text), edit.open),
    )


def remove_edit(connection: sqlite3.Connection, message_id: str) -> None:
    """Forget the edit of a question: it was sent, or nothing was changed."""
    connection.execute(
        "DELETE FROM edits WHERE message = (SELECT seq FROM messages WHERE id = ?)", (message_id,)
    )
