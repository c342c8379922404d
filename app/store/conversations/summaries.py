"""Summaries of what the model no longer reads of a chat, in SQL.

A summary belongs to the last message it stands for: it covers that message and all before it on
the way to the first. The messages themselves are never touched.
"""

from __future__ import annotations

import sqlite3

from app.store.conversations.message_queries import message_seq
from app.store.database.rows import to_blob, to_text


def read_summaries(connection: sqlite3.Connection, conversation_id: str) -> dict[str, str]:
    """Message id to the summary of everything up to that message."""
    rows = connection.execute(
        "SELECT m.id, s.content FROM summaries s JOIN messages m ON m.seq = s.message "
        "JOIN conversations c ON c.seq = m.conversation WHERE c.id = ?",
        (conversation_id,),
    )
    return {id_: to_text(content) for id_, content in rows}


def write_summary(
    connection: sqlite3.Connection, message_id: str, text: str, *, by_user: bool
) -> None:
    """Keep a summary in place of the one there was; an empty text removes it.

    Raises:
        NotFoundError: There is no such message.
    """
    seq = message_seq(connection, message_id)
    if not text.strip():
        connection.execute("DELETE FROM summaries WHERE message = ?", (seq,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO summaries (message, content, by_user) VALUES (?, ?, ?)",
        (seq, to_blob(text), by_user),
    )


def copy_summaries(connection: sqlite3.Connection, new_ids: dict[str, str]) -> None:
    """Give copies of messages, old id to new id, copies of their summaries."""
    connection.executemany(
        "INSERT INTO summaries (message, content, by_user) SELECT n.seq, s.content, s.by_user "
        "FROM summaries s JOIN messages o ON o.seq = s.message JOIN messages n ON n.id = ?2 "
        "WHERE o.id = ?1",
        list(new_ids.items()),
    )
