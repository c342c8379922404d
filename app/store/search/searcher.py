"""Search over all chats: FTS5 finds, the newest are ranked, the best are shown with their text."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace

from app.domain.conversation import SearchHit
from app.domain.errors import DamagedDatabaseError
from app.domain.generation import Role
from app.language.sentence import from_stored
from app.store.conversations.message_repository import MessageRepository
from app.store.database.failures import primary_code
from app.store.database.rows import from_time, to_text, to_time
from app.store.database.search_index import rebuild_index
from app.store.database.text_normalization import tokens
from app.store.search.query import Query, parse_query
from app.store.search.snippets import snippet
from app.store.search.word_list import WordList

FEW = 10  # hits; where there are fewer, words that hold a term in their middle are found as well
CANDIDATES = 1_000  # matches that are ranked; of more, the newest are shown
MAX_TITLES = 50  # those used last
MAX_MESSAGES = 50  # the best
_LAST_ROW = 2**62
_JOINED = "messages m ON m.seq = i.rowid CROSS JOIN conversations c ON c.seq = m.conversation"
_FROM_MESSAGES = "FROM messages m JOIN conversations c ON c.seq = m.conversation"
_SNIPPET_BYTES = 2**20  # of a message are looked at for the piece to show


class Searcher:
    """Searches one library; may be used from any thread.

    As the user types, take a :meth:`ticket` for each key press and search with it on a worker:
    searches with an older ticket end at once.
    """

    def __init__(self, library: MessageRepository) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._newest = 0
        self._running: set[sqlite3.Connection] = set()
        self._words = WordList()

    def begin_search(self) -> int:
        """Announce a newer search: those before it are interrupted and return None."""
        with self._lock:
            self._newest += 1
            # The database in memory has one connection, which must not stop writing.
            if not self._library.database.private:
                for connection in self._running:
                    connection.interrupt()
            return self._newest

    def search(self, text: str, *, ticket: int | None = None) -> tuple[SearchHit, ...] | None:
        """Find chats and messages, best first; titles before messages.

        Args:
            text: As typed; see :func:`app.store.search.query.parse_query`.
            ticket: From :meth:`ticket`; None for a search nothing interrupts.

        Returns:
            The hits, or None when a newer ticket was taken meanwhile.

        Raises:
            StoreError: The database could not be read. Where the search index was damaged, it
                is made anew first, which takes a while.
        """
        query = parse_query(text)
        if query.is_empty:
            return ()

        def work(connection: sqlite3.Connection) -> tuple[SearchHit, ...] | None:
            with self._lock:
                if self._outdated(ticket):
                    return None
                if ticket is not None:
                    self._running.add(connection)
            try:
                return _find(connection, query, self._words)
            except sqlite3.OperationalError as error:
                if primary_code(error) != sqlite3.SQLITE_INTERRUPT:
                    raise
                return None
            finally:
                with self._lock:
                    self._running.discard(connection)

        try:
            return self._library.database.read(work)
        except DamagedDatabaseError:
            self._library.database.submit(rebuild_index).result()
            return self._library.database.read(work)

    def _outdated(self, ticket: int | None) -> bool:
        return ticket is not None and ticket != self._newest


def _find(connection: sqlite3.Connection, query: Query, words: WordList) -> tuple[SearchHit, ...]:
    hits = _found(connection, query)
    if len(hits) < FEW and any(term.middle for term in query.terms):
        wide = _widened(connection, query, words)
        if wide != query:
            known = {(hit.conversation_id, hit.message_id) for hit in hits}
            hits += [
                hit
                for hit in _found(connection, wide)
                if (hit.conversation_id, hit.message_id) not in known
            ]
    return tuple(hits)


def _widened(connection: sqlite3.Connection, query: Query, words: WordList) -> Query:
    """The same for words that hold a term in their middle: ``userid`` in ``getUserId``."""
    terms = (
        replace(term, within=words.containing(connection, term.middle)) if term.middle else term
        for term in query.terms
    )
    return replace(query, terms=tuple(terms))


def _found(connection: sqlite3.Connection, query: Query) -> list[SearchHit]:
    hits: list[SearchHit] = []
    if query.terms and not query.models:
        hits += _titles(connection, query)
    if not query.titles_only:
        hits += _messages(connection, query.cheap())
    return hits


def _titles(connection: sqlite3.Connection, query: Query) -> list[SearchHit]:
    rows = connection.execute(
        "SELECT c.id, c.title, c.updated_at FROM title_index i "
        "JOIN conversations c ON c.seq = i.rowid "
        "WHERE title_index MATCH ? AND c.deleted_at IS NULL AND (?2 IS NULL OR c.updated_at < ?2) "
        "AND (?3 IS NULL OR c.updated_at >= ?3) "
        "ORDER BY c.activity DESC, c.updated_at DESC LIMIT ?4",
        (query.match(), *_times(query), MAX_TITLES if not query.titles_only else -1),
    ).fetchall()
    hits = []
    for id_, title_blob, updated in rows:
        title = to_text(title_blob)
        text, highlights = snippet(title, query.terms)
        hits.append(SearchHit(id_, None, title, text, highlights, from_time(updated), None))
    return hits


def _messages(connection: sqlite3.Connection, query: Query) -> list[SearchHit]:
    hits: list[SearchHit] = []
    partly_deleted = {
        row[0]
        for row in connection.execute(
            # Without the name SQLite would walk the index of all messages, in order to be DISTINCT.
            "SELECT DISTINCT conversation FROM messages INDEXED BY messages_deleted "
            "WHERE deleted_at IS NOT NULL"
        )
    }
    for seq in _ranked(connection, query):
        conversation, id_, title, content, created, role, conversation_id = connection.execute(
            "SELECT m.conversation, m.id, c.title, substr(m.content, 1, ?2), m.created_at, m.role,"
            " c.id FROM messages m JOIN conversations c ON c.seq = m.conversation"
            " WHERE m.seq = ?1",
            (seq, _SNIPPET_BYTES),
        ).fetchone()
        if conversation in partly_deleted and _is_hidden(connection, seq):
            continue
        text = content.decode("utf-8", "replace")
        piece, highlights = snippet(text, query.terms)
        hits.append(
            SearchHit(
                conversation_id,
                id_,
                to_text(title),
                piece,
                highlights,
                from_time(created),
                Role(role),
            )
        )
        if len(hits) == MAX_MESSAGES:
            break
    return hits


def _ranked(connection: sqlite3.Connection, query: Query) -> list[int]:
    """Rows of matching messages, best first; of very many, simply the newest.

    bm25 must look at every match, twice where the last word is a prefix, which for words that are
    in most messages takes longer than a key press has, and tells little of them.
    """
    filters, values = _filters(connection, query)
    first, last = _bounds(connection, query)
    if not query.terms:
        newest_first = connection.execute(
            f"SELECT m.seq {_FROM_MESSAGES} WHERE m.seq BETWEEN ? AND ? AND {filters} "
            f"ORDER BY m.seq DESC LIMIT {CANDIDATES}",
            [first, last, *values],
        )
        return [row[0] for row in newest_first]
    found = (
        f"FROM message_index i CROSS JOIN {_JOINED} WHERE message_index MATCH ? "
        f"AND i.rowid BETWEEN ? AND ? AND {filters} ORDER BY i.rowid DESC"
    )
    values = [query.match(), first, last, *values]
    newest = [
        row[0]
        for row in connection.execute(f"SELECT i.rowid {found} LIMIT {CANDIDATES + 1}", values)
    ]
    if len(newest) > CANDIDATES:
        return newest[:CANDIDATES]
    rows = connection.execute(
        f"SELECT i.rowid, bm25(message_index, 1.0, 0.5) {found}",
        values,
    ).fetchall()
    # bm25 is negative, and smaller is better. Between equal texts the newer one is meant:
    # the oldest match counts for half of the newest.
    scored = [
        (score * (1.0 - 0.5 * place / len(rows)), seq) for place, (seq, score) in enumerate(rows)
    ]
    return [seq for _, seq in sorted(scored)]


def _bounds(connection: sqlite3.Connection, query: Query) -> tuple[int, int]:
    """Rows between which the messages of the wanted time lie; almost all of these are."""
    before, after = _times(query)
    if before is None and after is None:
        return 0, _LAST_ROW
    row = connection.execute(
        "SELECT min(seq), max(seq) FROM messages INDEXED BY messages_created "
        "WHERE created_at < ? AND created_at >= ?",
        (_LAST_ROW if before is None else before, -_LAST_ROW if after is None else after),
    ).fetchone()
    return (0, -1) if row[0] is None else (row[0], row[1])


def _filters(connection: sqlite3.Connection, query: Query) -> tuple[str, list[object]]:
    before, after = _times(query)
    filters = ["m.deleted_at IS NULL", "c.deleted_at IS NULL", "m.status <> 'streaming'"]
    values: list[object] = []
    if before is not None:
        filters.append("m.created_at < ?")
        values.append(before)
    if after is not None:
        filters.append("m.created_at >= ?")
        values.append(after)
    if query.models:
        chosen = [
            str(seq)
            for seq, name, quantization in connection.execute(
                "SELECT seq, name, quantization FROM models"
            )
            if _has_all(
                query.models, tokens(f"{from_stored(to_text(name))} {to_text(quantization)}")
            )
        ]
        filters.append(f"m.model IN ({', '.join(chosen)})")  # not shown
    return " AND ".join(filters), values


def _has_all(wanted: tuple[str, ...], words: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _times(query: Query) -> tuple[int | None, int | None]:
    return (
        None if query.before is None else to_time(query.before),
        None if query.after is None else to_time(query.after),
    )


def _is_hidden(connection: sqlite3.Connection, seq: int) -> bool:
    row = connection.execute(
        "WITH RECURSIVE up (seq, gone) AS ("
        " SELECT parent, deleted_at IS NOT NULL FROM messages WHERE seq = ?"
        " UNION ALL SELECT m.parent, m.deleted_at IS NOT NULL"
        " FROM up JOIN messages m ON m.seq = up.seq) "
        "SELECT max(gone) FROM up",
        (seq,),
    ).fetchone()
    return bool(row[0])
