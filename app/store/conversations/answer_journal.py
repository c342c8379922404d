"""The answer in progress on disk: what came since the last time, never the whole again."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace

from app.domain.conversation import MessageStatus
from app.domain.parts import PlacedPart
from app.store.conversations.message_queries import message_seq
from app.store.database.part_rows import (
    PartRow,
    parts_of_rows,
    read_part_rows,
    write_part_rows,
    write_parts,
)
from app.store.database.rows import to_blob, to_text


@dataclass(frozen=True, slots=True)
class Partial:
    """An answer as far as it has come: its text, and its parts with their places in it."""

    text: str
    placed: tuple[PlacedPart, ...] = ()


class AnswerJournal:
    """Keeps streaming answers on disk at a cost that follows what is new in them.

    Lives on the writer thread. For each answer it remembers what is on disk, so that a longer text
    is stored as the difference, and so is a part that grows.
    """

    def __init__(self) -> None:
        self._on_disk: dict[str, Partial] = {}

    def write(self, connection: sqlite3.Connection, message_id: str, new: Partial) -> None:
        """Store ``new`` as the answer so far. Answers that are no longer streaming stay.

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
            known = partial_answer(connection, seq)
        if new != known:
            entries = _news(known, new)
            if entries is None:
                _replace(connection, seq, new)
            else:
                connection.executemany(
                    "INSERT INTO journal (message, part, content) VALUES (?, ?, ?)",
                    [(seq, *entry) for entry in entries],
                )
        self._on_disk[message_id] = new

    def forget(self, message_id: str) -> None:
        """Trust the disk again instead of the memory: the answer ended, or a write failed."""
        self._on_disk.pop(message_id, None)


def partial_answer(connection: sqlite3.Connection, seq: int) -> Partial:
    """A streaming answer as far as it is on disk."""
    text, rows = _replayed(connection, seq)
    return Partial(to_text(text), parts_of_rows(rows))


def repair_interrupted(connection: sqlite3.Connection) -> list[str]:
    """Turn every streaming answer into an interrupted one with what was journaled of it.

    Returns:
        The ids of these answers.
    """
    rows = connection.execute(
        "SELECT seq, id FROM messages WHERE status = 'streaming' ORDER BY seq"
    ).fetchall()
    for seq, _ in rows:
        text, parts = _replayed(connection, seq)
        connection.execute(
            "UPDATE messages SET content = ?, status = ? WHERE seq = ?",
            (text, str(MessageStatus.INTERRUPTED), seq),
        )
        if parts:
            write_part_rows(connection, seq, parts)
    if connection.execute("SELECT 1 FROM journal LIMIT 1").fetchone():  # emptying it is a write
        connection.execute("DELETE FROM journal")
    return [id_ for _, id_ in rows]


def _replayed(connection: sqlite3.Connection, seq: int) -> tuple[bytes, list[PartRow]]:
    """The text of a streaming answer and its parts, with what the journal has of both."""
    (content,) = connection.execute("SELECT content FROM messages WHERE seq = ?", (seq,)).fetchone()
    texts, parts = [content], dict(enumerate(read_part_rows(connection, seq)))
    pieces = {number: [row.content] for number, row in parts.items()}
    for head, piece in connection.execute(
        "SELECT part, content FROM journal WHERE message = ? ORDER BY seq", (seq,)
    ):
        if head is None:
            texts.append(piece)
            continue
        number, at, kind, value = json.loads(head)
        pieces.setdefault(number, []).append(piece)
        parts[number] = PartRow(at, kind, value, b"")
    # In the order of their numbers; damage may have left some of them out.
    rows = [replace(parts[n], content=b"".join(pieces[n])) for n in sorted(parts)]
    return b"".join(texts), rows


Entry = tuple[str | None, bytes]
"""What the journal holds of a part, or None for the text; and what came of its text."""


def _news(known: Partial, new: Partial) -> list[Entry] | None:
    """What came since; None where something else changed than the ends of texts."""
    if not new.text.startswith(known.text) or len(new.placed) < len(known.placed):
        return None
    entries: list[Entry] = []
    for number, one in enumerate(new.placed):
        before = known.placed[number] if number < len(known.placed) else None
        if before == one:
            continue
        row, old = PartRow.of(one), b"" if before is None else PartRow.of(before).content
        if (before is not None and before.at != one.at) or not row.content.startswith(old):
            return None
        head = json.dumps([number, row.at, row.kind, row.value], separators=(",", ":"))
        entries.append((head, row.content[len(old) :]))
    if len(new.text) > len(known.text):
        entries.append((None, to_blob(new.text[len(known.text) :])))
    return entries


def _replace(connection: sqlite3.Connection, seq: int, new: Partial) -> None:
    connection.execute("DELETE FROM journal WHERE message = ?", (seq,))
    connection.execute("UPDATE messages SET content = ? WHERE seq = ?", (to_blob(new.text), seq))
    write_parts(connection, seq, new.placed)
