"""Finds the passages of documents that answer a question."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from app.domain.documents import Passage
from app.store.database.rows import to_text
from app.store.documents.question import plain_terms, stem_terms
from app.store.documents.ranking import blend, fuse
from app.store.documents.searched import MOST_SCORED, SearchedDocuments

_PASSAGE = "p.seq, d.id, d.name, p.page, p.start, p.text, p.heading"  # not shown
_CANDIDATES = 60  # of each ranking, before they are fused
_COMMON = 2_500  # passages with a word from which it is left out, where there are rarer ones
_HEADING_WEIGHT = 0.5  # of a word in the heading; in the text it is 1


def search_passages(
    connection: sqlite3.Connection,
    question: str,
    searched: SearchedDocuments,
    likeness: Callable[[Sequence[int]], Mapping[int, float]],
) -> list[int]:
    """Numbers of the passages that answer a question, the best first.

    Args:
        connection: Reads the documents' database.
        question: In words; any of them may occur.
        searched: The documents it is asked of.
        likeness: How alike in meaning the question is to these passages, and to those that are
            closest to it; nothing where that is not known.
    """
    words = fuse(
        _scored(connection, "stem_index", stem_terms(question), searched),
        _scored(connection, "plain_index", plain_terms(question), searched),
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
    connection: sqlite3.Connection, index: str, terms: Sequence[str], searched: SearchedDocuments
) -> dict[int, float]:
    """The best passages of an index with their scores by BM25.

    Of many documents the best of all passages are looked at one after another, until enough of them
    are of the documents that are searched: going through the passages of 10,000 documents takes
    longer than scoring does.
    """
    chosen, crowded = _rare(connection, index, terms, searched)
    if not chosen:
        return {}
    weights = f", 1.0, {_HEADING_WEIGHT}" if index == "stem_index" else ""
    ranked = (
        f"SELECT rowid AS seq, bm25({index}{weights}) AS rank FROM {index} "  # noqa: S608
        f"WHERE {index} MATCH ?1 AND rowid BETWEEN ?2 AND ?3"
    )
    values = (" OR ".join(chosen), searched.first, searched.last, searched.numbers)
    if not searched.few:
        best = f"SELECT * FROM ({ranked} LIMIT {MOST_SCORED}) ORDER BY rank LIMIT {MOST_SCORED}"  # noqa: S608
        rows = connection.execute(
            f"SELECT s.seq, -s.rank FROM ({best}) s CROSS JOIN passages p ON p.seq = s.seq "  # noqa: S608
            f"WHERE p.document {_within(searched)} (SELECT value FROM json_each(?4)) "
            f"LIMIT {_CANDIDATES}",
            values,
        )
        found = dict(rows)
        if len(found) == _CANDIDATES or not crowded:
            return found
    # Of few documents, and where those that were scored left no room for theirs.
    rows = connection.execute(
        f"SELECT seq, -rank FROM ({ranked} AND +rowid {_within(searched)} "  # noqa: S608
        "(SELECT seq FROM passages WHERE document IN (SELECT value FROM json_each(?4))) "
        f"LIMIT {MOST_SCORED}) ORDER BY rank LIMIT {_CANDIDATES}",
        values,
    )
    return dict(rows)


def _within(searched: SearchedDocuments) -> str:
    return "NOT IN" if searched.chosen is None else "IN"  # not shown: SQL


def _rare(
    connection: sqlite3.Connection, index: str, terms: Sequence[str], searched: SearchedDocuments
) -> tuple[Sequence[str], bool]:
    """The terms that tell passages apart: scoring those that are in most of them takes too long.

    The rarest come first, as many as can be scored in time; at least one.

    Returns:
        The terms, and whether more passages may have them than can be scored.
    """
    if searched.narrow or not terms:
        return terms, False
    query = (
        f"SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ? "  # noqa: S608
        f"AND rowid BETWEEN ? AND ? LIMIT {_COMMON})"
    )
    area = (searched.first, searched.last)
    counted = sorted((connection.execute(query, (one, *area)).fetchone()[0], one) for one in terms)
    chosen, total = [counted[0][1]], counted[0][0]
    for number, term in counted[1:]:
        total += number
        if number >= _COMMON or total > MOST_SCORED:
            break
        chosen.append(term)
    return chosen, counted[0][0] >= _COMMON
