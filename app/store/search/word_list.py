"""Which words of the library hold some letters in their middle; the index knows beginnings only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from app.store.database.text_normalization import index_body

MAX_WORDS = 60  # that hold the letters, the most frequent of them
_MANY = 500  # messages that came since the words were read; for more, all are read again
_BREAK = "\n"  # no token holds one


@dataclass(frozen=True, slots=True)
class _Words:
    """What was read of an index.

    Attributes:
        text: Every word of it between line breaks, the most frequent first.
        until: What tells whether it is still all: of messages, the row of the newest one.
    """

    text: str
    until: object


class WordList:
    """The words of all messages, read once, with those of messages that came since.

    To read them SQLite walks the whole index, a second for 100,000 messages; the list itself takes
    some two megabytes then and is looked through in a millisecond. Words of a message that was gone
    on with later are known after the next start. May be used from any thread.
    """

    def __init__(self) -> None:
        self._messages: _Words | None = None
        self._titles = _Words("", None)

    def containing(self, connection: sqlite3.Connection, middle: str) -> tuple[str, ...]:
        """At most ``MAX_WORDS`` words with ``middle`` in them, but not at their beginning.

        Raises:
            sqlite3.Error: The database could not be read, or the search was interrupted.
        """
        _open_word_lists(connection)
        messages = self._messages
        if messages is not None:
            newer = _newer(connection, messages)
        if messages is None or newer is None:
            messages, newer = _of_messages(connection), []
            self._messages = messages
        self._titles = titles = _of_titles(connection, self._titles)
        found = chain(_in_text(messages.text, middle), _in_text(titles.text, middle), newer)
        distinct = dict.fromkeys(word for word in found if word.find(middle) > 0)
        return tuple(islice(distinct, MAX_WORDS))


def _in_text(text: str, middle: str) -> Iterator[str]:
    at = text.find(middle)
    found = 0
    while at >= 0 and found < MAX_WORDS:
        start, end = text.rfind(_BREAK, 0, at) + 1, text.find(_BREAK, at)
        if at > start:
            found += 1
            yield text[start:end]
        at = text.find(middle, end)


def _newer(connection: sqlite3.Connection, words: _Words) -> list[str] | None:
    """Words of the messages that came since; None where those are too many."""
    rows = connection.execute(
        "SELECT content FROM messages WHERE seq > ? AND status <> 'streaming' LIMIT ?",
        (words.until, _MANY + 1),
    ).fetchall()
    if len(rows) > _MANY:
        return None
    return [word for (content,) in rows for word in index_body(content).split(" ")]


def _of_messages(connection: sqlite3.Connection) -> _Words:
    (last,) = connection.execute(
        "SELECT coalesce(min(s.seq) - 1, (SELECT max(seq) FROM messages), 0) "
        "FROM messages s WHERE s.status = 'streaming'"
    ).fetchone()
    return _Words(_read(connection, "message"), last)


def _of_titles(connection: sqlite3.Connection, known: _Words) -> _Words:
    """Those that are known, unless a title was changed since: FTS5 then wrote its record 10."""
    (record,) = connection.execute("SELECT block FROM title_index_data WHERE id = 10").fetchone()
    return known if record == known.until else _Words(_read(connection, "title"), record)


def _read(connection: sqlite3.Connection, index: str) -> str:
    rows = connection.execute(
        f"SELECT term FROM temp.{index}_words ORDER BY cnt DESC"  # noqa: S608 - one of two names
    )
    return _BREAK.join(chain(("",), (word for (word,) in rows), ("",)))


def _open_word_lists(connection: sqlite3.Connection) -> None:
    """Views of the index's words; they are temporary, but a reader refuses to make even those."""
    if connection.execute("SELECT 1 FROM temp.sqlite_master WHERE name = 'title_words'").fetchone():
        return
    (before,) = connection.execute("PRAGMA query_only").fetchone()
    connection.execute("PRAGMA query_only=0")
    try:
        for name in ("message", "title"):
            connection.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{name}_words "
                f"USING fts5vocab('main', '{name}_index', 'row')"
            )
    finally:
        connection.execute(f"PRAGMA query_only={int(before)}")
