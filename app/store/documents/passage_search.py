"""Finds the passages of documents that answer a question."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from app.domain.documents import Passage
from app.store.database.rows import to_text
from app.store.documents.question import plain_terms, stem_terms
from app.store.documents.ranking import blend, fuse

_PASSAGE = "p.seq, d.id, d.name, p.page, p.start, p.text, p.heading"  # not shown
_CANDIDATES = 60  # of each ranking, before they are fused
_MOST_SCORED = 8_000  # passages that a question may have scored: about 25 ms
_COMMON = 2_500  # passages with a word from which it is left out, where there are rarer ones
_HEADING_WEIGHT = 0.5  # of a word in the heading; in the text it is 1


def search_passages(
    connection: sqlite3.Connection,
    question: str,
    documents: Sequence[str] | None,
    likeness: Callable[[Sequence[int]], Mapping[int, float]],
) -> list[int]:
    """Numbers of the passages that answer a question, the best first.

    Args:
        connection: Reads the documents' database.
        question: In words; any of them may occur.
        documents: Ids of those that are searched; None searches all.
        likeness: How alike in meaning the question is to these passages, and to those that are
            closest to it; nothing where that is not known.
    """
    wanted = wanted_documents(connection, documents)
    words = fuse(
        _scored(connection, "stem_index", stem_terms(question), wanted),
        _scored(connection, "plain_index", plain_terms(question), wanted),
    )
    alike = likeness(list(words))
    found = blend(words, alike) if alike else words
    return sorted(found, key=lambda seq: (-found[seq], seq))


def read_passages(connection: sqlite3.Connection, seqs: Sequence[int]) -> list[Passage]:
    """Passages by their numbers, in that order; those that are gone are left out."""
    rows = connection.execute(
        f"SELECT {_PASSAGE} FROM passages p JOIN documents d ON d.seq = p.document "  # noqa: S608
        "WHERE d.complete AND p.seq IN (SELECT value FROM json_each(?))",
        (json.dumps(list(seqs)),),
    )
    found = {
        seq: Passage(document_id, to_text(name), page, start, text, heading, seq)
        for seq, document_id, name, page, start, text, heading in rows
    }
    return [found[seq] for seq in seqs if seq in found]


def _scored(
    connection: sqlite3.Connection, index: str, terms: Sequence[str], documents: set[int] | None
) -> dict[int, float]:
    """The best passages of an index with their scores by BM25."""
    match = " OR ".join(_rare(connection, index, terms))
    if not match:
        return {}
    weights = f", 1.0, {_HEADING_WEIGHT}" if index == "stem_index" else ""
    values: tuple[str, ...] = (match,)
    within = ""
    if documents is not None:
        values = (match, json.dumps(sorted(documents)))
        within = (
            " AND rowid IN (SELECT seq FROM passages WHERE document IN "
            "(SELECT value FROM json_each(?)))"
        )
    rows = connection.execute(
        f"SELECT rowid, -rank FROM (SELECT rowid, bm25({index}{weights}) AS rank FROM {index} "  # noqa: S608
        f"WHERE {index} MATCH ?{within} LIMIT {_MOST_SCORED}) ORDER BY rank LIMIT {_CANDIDATES}",
        values,
    )
    return dict(rows)


def _rare(connection: sqlite3.Connection, index: str, terms: Sequence[str]) -> Sequence[str]:
    """The terms that tell passages apart: scoring those that are in most of them takes too long.

    The rarest come first, as many as can be scored in time; at least one.
    """
    count = connection.execute("SELECT max(seq) FROM passages").fetchone()[0] or 0
    if count <= _MOST_SCORED or len(terms) < 2:
        return terms
    query = f"SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT {_COMMON})"  # noqa: S608
    counted = sorted((connection.execute(query, (one,)).fetchone()[0], one) for one in terms)
    chosen, total = [counted[0][1]], counted[0][0]
    for number, term in counted[1:]:
        total += number
        if number >= _COMMON or total > _MOST_SCORED:
            break
        chosen.append(term)
    return chosen


def wanted_documents(connection: sqlite3.Connection, ids: Sequence[str] | None) -> set[int]:
    """Documents that were read to their end, by number: those of ``ids``, or all of the lists."""
    rows = connection.execute(
        "SELECT seq FROM documents WHERE complete AND "
        "CASE WHEN ?1 IS NULL THEN NOT superseded"
        " ELSE id IN (SELECT value FROM json_each(?1)) END",
        (None if ids is None else json.dumps(list(ids)),),
    )
    return {row[0] for row in rows}
