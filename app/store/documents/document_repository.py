"""Reads and writes documents, their pages and passages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from app.domain.documents import (
    DocumentFacts,
    DocumentPage,
    Passage,
    PassagePlace,
    Remark,
    StoredDocument,
)
from app.domain.embedding import QuestionVector
from app.domain.errors import NotFoundError
from app.language import tr
from app.store.database.connect import transaction
from app.store.database.rows import to_blob, to_text
from app.store.database.sqlite_database import Database
from app.store.documents.document_rows import (
    COLUMNS,
    DocumentSource,
    PassageDraft,
    complete_document,
    document_seq,
    insert_document,
    insert_pages,
    read_document,
    stored_document,
)
from app.store.documents.embedding_store import EmbeddingStore
from app.store.documents.passage_search import read_passages, search_passages
from app.store.documents.searched import searched_documents

_LISTED = (  # not shown
    f"SELECT {COLUMNS} FROM documents d WHERE d.complete AND NOT d.superseded"  # noqa: S608
)


class DocumentRepository:
    """The documents. Writes return futures that resolve once they are on the disk.

    A document that is being read is written piece by piece and seen by nobody before
    :meth:`finish`.

    Attributes:
        embeddings: The vectors of its passages.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.embeddings = EmbeddingStore(database)

    @property
    def writable(self) -> bool:
        """Whether anything can be changed."""
        return self._database.refusal is None

    def close(self) -> None:
        """Finish every write and close."""
        self._database.close()

    # --- writing ----------------------------------------------------------------------------

    def begin(self, source: DocumentSource) -> Future[None]:
        """Make room for a document that is about to be read."""
        return self._database.submit(lambda connection: insert_document(connection, source))

    def add_pages(
        self, document_id: str, pages: Sequence[DocumentPage], passages: Sequence[PassageDraft]
    ) -> Future[None]:
        """More pages of a document that is being read."""
        return self._database.submit(
            lambda connection: insert_pages(connection, document_id, pages, passages)
        )

    def finish(
        self, document_id: str, facts: DocumentFacts, replaces: str = ""
    ) -> Future[StoredDocument]:
        """All of it was read: from now on it is there.

        The one it replaces is in no list any more, but found by its id: answers cite its pages.
        """
        return self._database.submit(
            lambda connection: complete_document(connection, document_id, facts, replaces)
        )

    def add(
        self,
        source: DocumentSource,
        facts: DocumentFacts,
        pages: Sequence[DocumentPage],
        passages: Sequence[PassageDraft],
        replaces: str = "",
    ) -> Future[StoredDocument]:
        """A document that was read already, in one transaction."""

        def work(connection: sqlite3.Connection) -> StoredDocument:
            insert_document(connection, source)
            insert_pages(connection, source.id, pages, passages)
            return complete_document(connection, source.id, facts, replaces)

        return self._database.submit(work)

    def remove(self, ids: Sequence[str]) -> Future[None]:
        """Remove documents, pages, passages, vectors, and their words from the index, for good."""

        def work(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                connection.executemany("DELETE FROM documents WHERE id = ?", [(i,) for i in ids])
                # FTS5 only marks a word as removed; writing the index anew takes it out.
                for index in ("stem_index", "plain_index"):
                    connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

        # Outside a transaction a change would not be refused in the words of whoever refuses it.
        return (self._database.submit_bare if self.writable else self._database.submit)(work)

    def move(self, ids: Sequence[str], collection: str) -> Future[None]:
        """Keep documents under another name."""

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "UPDATE documents SET collection = ? WHERE id = ?",
                [(to_blob(collection), one) for one in ids],
            )

        return self._database.submit(work)

    def keep_summary_part(self, document_id: str, key: str, text: str) -> Future[None]:
        """Keep what a model wrote of a document, under what it was asked."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO summary_parts (document, key, text) VALUES (?, ?, ?)",
                (document_seq(connection, document_id), key, text),
            )

        return self._database.submit(work)

    def forget_unfinished(self, before: int) -> Future[None]:
        """Remove what a program that was ended left half read, begun before a time."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "DELETE FROM documents WHERE NOT complete AND read_at < ?", (before,)
            )

        return self._database.submit(work)

    # --- reading ----------------------------------------------------------------------------

    def documents(self, collection: str | None = None) -> list[StoredDocument]:
        """The documents, by name; of one collection, or all."""

        def work(connection: sqlite3.Connection) -> list[StoredDocument]:
            rows = connection.execute(
                f"{_LISTED} AND (?1 IS NULL OR d.collection = ?1)",
                (None if collection is None else to_blob(collection),),
            )
            return [stored_document(row) for row in rows]

        return sorted(self._database.read(work), key=lambda one: (one.name.casefold(), one.id))

    def of_size(self, size: int, collection: str) -> list[StoredDocument]:
        """The documents of a collection whose files have so many bytes."""
        return self._listed("d.size = ? AND d.collection = ?", (size, to_blob(collection)))

    def of_origin(self, path: str, collection: str) -> list[StoredDocument]:
        """The documents of a collection that were read from there, or of a copy of that."""
        values = (to_blob(path), to_blob(collection))
        return self._listed("d.origin = ? AND d.collection = ?", values)

    def with_older(self, ids: Sequence[str]) -> dict[str, str]:
        """Ids of documents, and of what was read of the same files before, with their paths."""
        rows = self._database.read(
            lambda c: c.execute(
                "SELECT id, path FROM documents WHERE id IN (SELECT value FROM json_each(?1)) OR "
                "(superseded AND (origin, collection) IN (SELECT origin, collection "
                "FROM documents WHERE id IN (SELECT value FROM json_each(?1))))",
                (json.dumps(list(ids)),),
            ).fetchall()
        )
        return {id_: to_text(path) for id_, path in rows}

    def ids(self) -> frozenset[str]:
        """Ids of all documents, also of those that are being read or were read anew since."""
        rows = self._database.read(lambda c: c.execute("SELECT id FROM documents").fetchall())
        return frozenset(row[0] for row in rows)

    def document(self, document_id: str) -> StoredDocument:
        """One document.

        Raises:
            NotFoundError: There is none of that id.
        """
        return self._database.read(lambda connection: read_document(connection, document_id))

    def page(self, document_id: str, number: int) -> DocumentPage:
        """A page of a document.

        Raises:
            NotFoundError: There is none of that number.
        """
        for page in self._pages(document_id, "AND p.number = ?", (number,)):
            return page
        raise NotFoundError(tr("The document has no page {number}.", number=number))

    def pages(self, document_id: str) -> list[DocumentPage]:
        """All pages of a document."""
        return self._pages(document_id, "", ())

    def summary_part(self, document_id: str, key: str) -> str:
        """What a model wrote when it was asked that; empty where it was not."""

        def work(connection: sqlite3.Connection) -> str:
            row = connection.execute(
                "SELECT s.text FROM summary_parts s JOIN documents d ON d.seq = s.document "
                "WHERE d.id = ? AND s.key = ?",
                (document_id, key),
            ).fetchone()
            return str(row[0]) if row else ""

        return self._database.read(work)

    def passages(self, seqs: Sequence[int]) -> list[Passage]:
        """Passages by their numbers, in that order; those that are gone are left out."""

        def work(connection: sqlite3.Connection) -> list[Passage]:
            return read_passages(connection, seqs)

        return self._database.read(work)

    def passages_at(self, places: Sequence[PassagePlace]) -> list[Passage]:
        """Passages by where they stand, in reading order; those that are gone are left out."""
        wanted = json.dumps([(one.document_id, one.page, one.start) for one in places])

        def work(connection: sqlite3.Connection) -> list[Passage]:
            rows = connection.execute(
                "SELECT p.seq FROM json_each(?) w "
                "JOIN documents d ON d.id = json_extract(w.value, '$[0]') "
                "JOIN passages p ON p.document = d.seq AND p.page = json_extract(w.value, '$[1]') "
                "AND p.start = json_extract(w.value, '$[2]') ORDER BY p.seq",
                (wanted,),
            )
            return read_passages(connection, [row[0] for row in rows])

        return self._database.read(work)

    def search(
        self,
        question: str,
        documents: Sequence[str] | None = None,
        limit: int = 6,
        asked: QuestionVector | None = None,
    ) -> list[Passage]:
        """The passages that answer a question best, the best first.

        Args:
            question: In words; any of them may occur.
            documents: Ids of those that are searched; None searches all.
            limit: Passages at most.
            asked: The question as a vector, to find passages by meaning too.
        """

        def work(connection: sqlite3.Connection) -> list[Passage]:
            searched = searched_documents(connection, documents)

            def likeness(others: Sequence[int]) -> Mapping[int, float]:
                if asked is None:
                    return {}
                return self.embeddings.likeness(connection, asked, searched, others)

            found = search_passages(connection, question, searched, likeness)
            return read_passages(connection, found[:limit])

        return self._database.read(work)

    def _listed(self, condition: str, values: tuple[Any, ...]) -> list[StoredDocument]:
        question = f"{_LISTED} AND {condition}"  # not shown
        rows = self._database.read(lambda c: c.execute(question, values).fetchall())
        return [stored_document(row) for row in rows]

    def _pages(
        self, document_id: str, condition: str, values: tuple[Any, ...]
    ) -> list[DocumentPage]:
        def work(connection: sqlite3.Connection) -> list[DocumentPage]:
            rows = connection.execute(
                "SELECT p.number, p.text, p.start, p.stop, p.label, p.line, p.remark FROM pages p "  # noqa: S608
                f"JOIN documents d ON d.seq = p.document WHERE d.id = ? {condition} "
                "ORDER BY p.number",
                (document_id, *values),
            )
            return [
                DocumentPage(
                    number, text, start, stop, label, line, Remark(remark) if remark else None
                )
                for number, text, start, stop, label, line, remark in rows
            ]

        return self._database.read(work)
