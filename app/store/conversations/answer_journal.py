"""The answer in progress on disk: what came since the last time, never the whole again."""

from __future__ import annotations

import sqlite3

from app.domain.conversation import MessageStatus
from app.store.conversations.message_queries import message_seq
from app.store.database.rows import to_blob, to_text


class AnswerJournal:
    """Keeps streaming answers on disk at a cost that follows the new text.

    Lives on the writer thread. For each answer it remembers the text that is on disk, so that a
    longer text is stored as the difference.
    """

    def __init__(self) -> None:
        self._on_disk: dict[str, str] = {}

    def write(self, connection: sqlite3.Connection, message_id: str, text: str) -> None:
        """Store ``text`` as the answer so far. Answers that are no longer streaming stay.

        Raises:
            NotFoundError: There is no such message.
        """
        seq = message_seq(connection, message_id)
        known = self._on_disk.get(message_id)
        if known is None:
            status = connection.execute(
                "SELECT status FROM messages WHERE seq = ?", (seq,)
            ).fetchone()[0]
            if status != MessageStatus.STREAMING:
                return  # it ended while this was on its way
            known = partial_text(connection, seq)
        if text == known:
            self._on_disk[message_id] = text
            return
        if text.startswith(known):
            connection.execute(
                "INSERT INTO journal (message, content) VALUES (?, ?)",
                (seq, to_blob(text[len(known) :])),
            )
        else:
            connection.execute("DELETE FROM journal WHERE message = ?", (seq,))
            connection.execute(
                "UPDATE messages SET content = ? WHERE seq = ?", (to_blob(text), seq)
            )
        self._on_disk[message_id] = text

    def forget(self, message_id: str) -> None:
        """Trust the disk again instead of the memory: the answer ended, or a write failed."""
        self._on_disk.pop(message_id, None)


def partial_text(connection: sqlite3.Connection, seq: int) -> str:
    """The text of a streaming answer as far as it is on disk."""
    parts = connection.execute(
        "SELECT content FROM messages WHERE seq = ?1 UNION ALL "
        "SELECT content FROM (SELECT content FROM journal WHERE message = ?1 ORDER BY seq)",
        (seq,),
    )
    return "".join(to_text(row[0]) for row in parts)


def repair_interrupted(connection: sqlite3.Connection) -> list[str]:
    """Turn every streaming answer into an interrupted one with the text that was journaled.

    Returns:
        The ids of these answers.
    """
    rows = connection.execute(
        "SELECT seq, id FROM messages WHERE status = 'streaming' ORDER BY seq"
    ).fetchall()
    for seq, _ in rows:
        connection.execute(
            "UPDATE messages SET content = ?, status = ? WHERE seq = ?",
            (to_blob(partial_text(connection, seq)), str(MessageStatus.INTERRUPTED), seq),
        )
    if connection.execute("SELECT 1 FROM journal LIMIT 1").fetchone():  # emptying it is a write
        connection.execute("DELETE FROM journal")
    return [id_ for _, id_ in rows]
