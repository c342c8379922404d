"""Reasoning moved out of the texts of answers, where schemas before the fifth had it.

Part of a migration that has shipped, so nothing here follows later changes of what the engine or
the window take for reasoning.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

from app.store.database.search_index import forget_index, without_index

_OPEN, _CLOSE = "<think>", "</think>"
_BATCH = 200  # answers between two words of progress


def move_reasoning(connection: sqlite3.Connection, progress: Callable[[float], None]) -> int:
    """Make parts of the reasoning at the start of answers, in the open transaction.

    The search index is to be made anew then, by the last migration or by the start. Answers that
    have parts already are left as they are: their text is no longer an old one.

    Args:
        connection: The writer's.
        progress: Told how much is done, 0 to 1.

    Returns:
        How many answers had some.
    """
    _join_journals(connection)
    found = [
        seq
        for (seq,) in connection.execute(
            "SELECT seq FROM messages WHERE role = 'assistant' "
            "AND instr(content, CAST(? AS BLOB)) > 0 "
            "AND NOT EXISTS (SELECT 1 FROM parts WHERE message = messages.seq)",
            (_OPEN,),
        )
    ]
    moved = 0
    with without_index(connection):
        for number, seq in enumerate(found):
            (content,) = connection.execute(
                "SELECT content FROM messages WHERE seq = ?", (seq,)
            ).fetchone()
            moved += _move(connection, seq, content)
            if number % _BATCH == 0:
                progress(number / len(found))
    if moved:
        forget_index(connection)
    return moved


def split_reasoning(text: str) -> tuple[str, bool, str] | None:
    """Reasoning, whether it was closed, and the text behind it; None where there is none."""
    start = text.lstrip()
    if not start.startswith(_OPEN):
        return None
    thought, closed, rest = start[len(_OPEN) :].partition(_CLOSE)
    if not closed:
        return thought.lstrip(), False, ""
    return thought.strip(), True, rest.lstrip("\n")


def _move(connection: sqlite3.Connection, seq: int, content: bytes) -> bool:
    split = split_reasoning(content.decode("utf-8", "surrogatepass"))
    if split is None:
        return False
    thought, closed, rest = split
    if thought:
        connection.execute(
            "INSERT INTO parts (message, ordinal, at, kind, value, content) "
            "VALUES (?, 0, 0, 'reasoning', ?, ?)",
            (seq, json.dumps({} if closed else {"closed": False}), _blob(thought)),
        )
    connection.execute("UPDATE messages SET content = ? WHERE seq = ?", (_blob(rest), seq))
    return True


def _join_journals(connection: sqlite3.Connection) -> None:
    """Put what a crash left of an answer that reasons into its text, where it can be moved."""
    streaming = connection.execute(
        "SELECT seq, content FROM messages WHERE status = 'streaming'"
    ).fetchall()
    for seq, content in streaming:
        pieces = connection.execute(
            "SELECT content FROM journal WHERE message = ? AND part IS NULL ORDER BY seq", (seq,)
        )
        whole = content + b"".join(piece for (piece,) in pieces)
        if _has_parts(connection, seq) or whole == content:
            continue
        if split_reasoning(whole.decode("utf-8", "surrogatepass")) is not None:
            connection.execute("UPDATE messages SET content = ? WHERE seq = ?", (whole, seq))
            connection.execute("DELETE FROM journal WHERE message = ?", (seq,))


def _has_parts(connection: sqlite3.Connection, seq: int) -> bool:
    row = connection.execute(
        "SELECT 1 FROM parts WHERE message = ?1 "
        "UNION ALL SELECT 1 FROM journal WHERE message = ?1 AND part IS NOT NULL",
        (seq,),
    ).fetchone()
    return row is not None


def _blob(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
