"""The vectors of passages: which are still to be made, and which are closest to a question's."""

from __future__ import annotations

import json
import sqlite3
import threading
from array import array
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import compress

from app.domain.embedding import QuestionVector, dimensions, likeness, signs
from app.store.database.sqlite_database import Database
from app.store.documents.searched import SearchedDocuments, searched_documents

_CANDIDATES = 200  # passages whose signs are closest, of which the vectors are looked at
_READ = 60  # passages that are found by meaning alone


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage that has no vector yet.

    Attributes:
        seq: Its number.
        text: Heading and passage.
    """

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class EmbeddedCount:
    """How far a library is."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class _Signs:
    """The signs of one model's vectors, in memory; 100,000 passages take about 15 MB.

    Attributes:
        model: Number and changes of the model.
        last: Number of the last row that was read; later ones are added to these.
        passages: Numbers of passages.
        documents: The document of each.
        signs: As one whole number each.
    """

    model: tuple[int, int] = (0, -1)
    last: int = 0
    passages: array[int] = field(default_factory=lambda: array("q"))
    documents: array[int] = field(default_factory=lambda: array("q"))
    signs: list[int] = field(default_factory=list)


class EmbeddingStore:
    """Vectors in the documents' database.

    Vectors of one model at a time: those of another file mean something else, and go when vectors
    of a new one come.

    Args:
        database: The documents'.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._signs = _Signs()

    def missing(self, sha256: str, most: int, after: int = 0) -> list[PassageText]:
        """The first passages that have no vector of a model; none are left where it is empty.

        Args:
            sha256: Of the model's file.
            most: Passages at most.
            after: Only those with higher numbers, so that whoever goes through them all does not
                meet those that are done again.
        """

        def work(connection: sqlite3.Connection) -> list[PassageText]:
            rows = connection.execute(
                "SELECT p.seq, p.heading, p.text FROM passages p "
                "CROSS JOIN documents d ON d.seq = p.document "
                "LEFT JOIN embedding_signs e ON e.passage = p.seq AND e.model = "
                "(SELECT seq FROM embedding_models WHERE sha256 = ?) "
                "WHERE p.seq > ? AND d.complete AND NOT d.superseded AND e.passage IS NULL "
                "ORDER BY p.seq LIMIT ?",
                (sha256, after, most),
            )
            return [
                PassageText(seq, f"{heading}\n{text}" if heading else text)
                for seq, heading, text in rows
            ]

        return self._database.read(work)

    def has(self, sha256: str) -> bool:
        """Whether there is any vector of a model."""

        def work(connection: sqlite3.Connection) -> bool:
            row = connection.execute(
                "SELECT 1 FROM embedding_models m WHERE m.sha256 = ? AND EXISTS "
                "(SELECT 1 FROM embedding_signs WHERE model = m.seq)",
                (sha256,),
            ).fetchone()
            return row is not None

        return self._database.read(work)

    def count(self, sha256: str) -> EmbeddedCount:
        """How many passages have a vector of a model, and how many there are."""

        def work(connection: sqlite3.Connection) -> EmbeddedCount:
            total, done = connection.execute(
                "SELECT count(*), count(e.passage) FROM documents d "
                "JOIN passages p ON p.document = d.seq "
                "LEFT JOIN embedding_signs e ON e.passage = p.seq AND e.model = "
                "(SELECT seq FROM embedding_models WHERE sha256 = ?) "
                "WHERE d.complete AND NOT d.superseded",
                (sha256,),
            ).fetchone()
            return EmbeddedCount(done, total)

        return self._database.read(work)

    def keep(self, sha256: str, vectors: Sequence[tuple[int, bytes]]) -> Future[None]:
        """Keep vectors by the numbers of their passages; of passages that are gone none is."""

        def work(connection: sqlite3.Connection) -> None:
            size = dimensions(vectors[0][1]) if vectors else 0
            connection.execute(
                "DELETE FROM embedding_models WHERE sha256 <> ? OR dimensions <> ?", (sha256, size)
            )
            connection.execute(
                "INSERT OR IGNORE INTO embedding_models (sha256, dimensions) VALUES (?, ?)",
                (sha256, size),
            )
            (model,) = connection.execute("SELECT seq FROM embedding_models").fetchone()
            places = [(seq, model) for seq, _ in vectors]
            replaced = connection.executemany(
                "DELETE FROM embedding_signs WHERE passage = ? AND model = ?", places
            )
            if replaced.rowcount > 0:
                connection.execute("UPDATE embedding_models SET changes = changes + 1")
            connection.executemany(
                "INSERT OR REPLACE INTO embedding_signs (passage, document, model, signs) "
                "SELECT seq, document, ?, ? FROM passages WHERE seq = ?",
                [(model, signs(one), seq) for seq, one in vectors],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO embedding_vectors (passage, model, vector) "
                "SELECT seq, ?, ? FROM passages WHERE seq = ?",
                [(model, one, seq) for seq, one in vectors],
            )

        return self._database.submit(work)

    def nearest(self, asked: QuestionVector, documents: Sequence[str] | None = None) -> list[int]:
        """Numbers of the passages whose vectors are closest to a question's, the closest first.

        Args:
            asked: The question.
            documents: Ids of those that are searched; None searches all.
        """

        def work(connection: sqlite3.Connection) -> list[int]:
            searched = searched_documents(connection, documents)
            found = self.likeness(connection, asked, searched, ())
            return sorted(found, key=lambda seq: (-found[seq], seq))

        return self._database.read(work)

    def likeness(
        self,
        connection: sqlite3.Connection,
        asked: QuestionVector,
        searched: SearchedDocuments,
        others: Sequence[int],
    ) -> dict[int, float]:
        """How alike a question and passages are, of those that are closest and of others.

        Args:
            connection: Reads the database.
            asked: The question.
            searched: The documents it is asked of.
            others: Numbers of passages that were found otherwise.
        """
        kept = self._current(connection, asked.sha256, dimensions(asked.vector))
        if not kept.signs:
            return {}
        close = _closest(kept, int.from_bytes(signs(asked.vector), "big"), searched)
        rows = connection.execute(
            "SELECT passage, vector FROM embedding_vectors WHERE model = ? AND passage IN "
            "(SELECT value FROM json_each(?))",
            (kept.model[0], json.dumps([*close, *others])),
        )
        found = {seq: likeness(asked.vector, vector) for seq, vector in rows}
        nearest = sorted(close, key=lambda seq: (-found.get(seq, -1.0), seq))[:_READ]
        return {seq: found[seq] for seq in (*nearest, *others) if seq in found}

    def _current(self, connection: sqlite3.Connection, sha256: str, size: int) -> _Signs:
        """The signs as they are in the database now; none where the vectors are of another kind."""
        row = connection.execute(
            "SELECT seq, changes FROM embedding_models WHERE sha256 = ? AND dimensions = ?",
            (sha256, size),
        ).fetchone()
        with self._lock:
            if row is None:
                self._signs = _Signs()
            else:
                known = self._signs if self._signs.model == row else _Signs(row)
                self._signs = _read_signs(connection, known)
            return self._signs


def _read_signs(connection: sqlite3.Connection, known: _Signs) -> _Signs:
    """What is known with what came since; whoever is searching what was known goes on with that."""
    rows = connection.execute(
        "SELECT seq, passage, document, signs FROM embedding_signs "
        "WHERE seq > ? AND model = ? ORDER BY seq",
        (known.last, known.model[0]),
    ).fetchall()
    if not rows:
        return known
    numbers, passages, documents, blobs = zip(*rows, strict=True)
    return _Signs(
        known.model,
        numbers[-1],
        known.passages + array("q", passages),
        known.documents + array("q", documents),
        known.signs + [int.from_bytes(one, "big") for one in blobs],
    )


def _closest(kept: _Signs, question: int, searched: SearchedDocuments) -> list[int]:
    """The passages with the fewest signs that differ from a question's."""
    passages: Sequence[int] = kept.passages
    found: Sequence[int] = kept.signs
    if searched.leaves_out(kept.documents):
        among = searched.among(kept.documents)
        passages, found = list(compress(passages, among)), list(compress(found, among))
    differing = [(one ^ question).bit_count() for one in found]
    return [passages[index] for index in _lowest(differing, _CANDIDATES)]


def _lowest(numbers: Sequence[int], count: int) -> list[int]:
    """The places of the ``count`` lowest numbers, and of those that equal the last of them."""
    below, limit = 0, -1
    for number, found in sorted(Counter(numbers).items()):
        below, limit = below + found, number
        if below >= count:
            break
    return [index for index, number in enumerate(numbers) if number <= limit]
