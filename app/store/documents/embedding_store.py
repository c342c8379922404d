"""The vectors of passages: which are still to be made, and which are closest to a question's."""

from __future__ import annotations

import json
import sqlite3
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from app.domain.embedding import QuestionVector, dimensions, likeness, signs
from app.store.database.sqlite_database import Database
from app.store.documents.passage_search import wanted_documents

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
        passages: Numbers of passages.
        documents: The document of each.
        signs: As one whole number each.
    """

    model: tuple[int, int] = (0, -1)
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

    def missing(self, sha256: str, most: int) -> list[PassageText]:
        """The first passages that have no vector of a model; none are left where it is empty."""

        def work(connection: sqlite3.Connection) -> list[PassageText]:
            rows = connection.execute(
                "SELECT p.seq, p.heading, p.text FROM passages p "
                "JOIN documents d ON d.seq = p.document "
                "LEFT JOIN embedding_signs e ON e.passage = p.seq AND e.model = "
                "(SELECT seq FROM embedding_models WHERE sha256 = ?) "
                "WHERE d.complete AND NOT d.superseded AND e.passage IS NULL "
                "ORDER BY p.seq LIMIT ?",
                (sha256, most),
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
            connection.execute("UPDATE embedding_models SET changes = changes + 1")
            for table, column, values in (
                ("embedding_signs", "signs", [(signs(one), seq) for seq, one in vectors]),
                ("embedding_vectors", "vector", [(one, seq) for seq, one in vectors]),
            ):
                connection.executemany(
                    f"INSERT OR REPLACE INTO {table} (passage, model, {column}) "  # noqa: S608
                    "SELECT p.seq, m.seq, ? FROM passages p, embedding_models m WHERE p.seq = ?",
                    values,
                )

        return self._database.submit(work)

    def nearest(self, asked: QuestionVector, documents: Sequence[str] | None = None) -> list[int]:
        """Numbers of the passages whose vectors are closest to a question's, the closest first.

        Args:
            asked: The question.
            documents: Ids of those that are searched; None searches all.
        """

        def work(connection: sqlite3.Connection) -> list[int]:
            found = self.likeness(connection, asked, documents, ())
            return sorted(found, key=lambda seq: (-found[seq], seq))

        return self._database.read(work)

    def likeness(
        self,
        connection: sqlite3.Connection,
        asked: QuestionVector,
        documents: Sequence[str] | None,
        others: Sequence[int],
    ) -> dict[int, float]:
        """How alike a question and passages are, of those that are closest and of others.

        Args:
            connection: Reads the database.
            asked: The question.
            documents: Ids of those that are searched; None searches all.
            others: Numbers of passages that were found otherwise.
        """
        kept = self._current(connection, asked.sha256, dimensions(asked.vector))
        if not kept.signs:
            return {}
        wanted = wanted_documents(connection, documents)
        close = _closest(kept, int.from_bytes(signs(asked.vector), "big"), wanted)
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
            elif self._signs.model != row:
                self._signs = _read_signs(connection, row)
            return self._signs


def _read_signs(connection: sqlite3.Connection, model: tuple[int, int]) -> _Signs:
    found = _Signs(model)
    rows = connection.execute(
        "SELECT e.passage, p.document, e.signs FROM embedding_signs e "
        "JOIN passages p ON p.seq = e.passage WHERE e.model = ? ORDER BY e.passage",
        (model[0],),
    )
    for passage, document, blob in rows:
        found.passages.append(passage)
        found.documents.append(document)
        found.signs.append(int.from_bytes(blob, "big"))
    return found


def _closest(kept: _Signs, question: int, documents: set[int]) -> list[int]:
    """The passages with the fewest signs that differ from a question's."""
    passages: Sequence[int] = kept.passages
    found: Iterable[int] = kept.signs
    if not documents.issuperset(kept.documents):
        chosen = [
            (passage, one)
            for passage, document, one in zip(
                kept.passages, kept.documents, kept.signs, strict=True
            )
            if document in documents
        ]
        passages, found = [one[0] for one in chosen], [one[1] for one in chosen]
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
