"""Documents as rows of the database's tables, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.documents import (
    DocumentFacts,
    DocumentHeading,
    DocumentKind,
    DocumentPage,
    PageUnit,
    Remark,
    StoredDocument,
)
from app.domain.errors import NotFoundError
from app.language import tr
from app.store.database.rows import to_blob, to_text
from app.store.documents.question import has_other_letters

COLUMNS = (
    "d.id, d.name, d.path, d.collection, d.modified, d.read_at, d.kind, d.unit, d.size, d.sha256, "
    "d.pages, d.characters, d.title, d.headings, d.remarks, d.origin, "
    "(SELECT count(*) FROM passages WHERE document = d.seq)"
)


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """What is known of a document before it is read.

    Attributes:
        id: Unique, 32 hex digits.
        name: The file's name, without folders.
        path: Where it is read: the original, or Phial's copy.
        origin: Where the original is.
        collection: The name it is to be kept under.
        modified: The file's time of change, nanoseconds since 1970.
        read_at: Now, microseconds since 1970, UTC.
    """

    id: str
    name: str
    path: str
    origin: str
    collection: str
    modified: int
    read_at: int


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A passage before it is stored."""

    page: int
    start: int
    text: str
    heading: str


def insert_document(connection: sqlite3.Connection, source: DocumentSource) -> None:
    """A document that is about to be read, or is read: nobody sees it yet."""
    connection.execute(
        "INSERT INTO documents (id, collection, name, path, origin, modified, read_at, "
        "complete, kind, unit, size, sha256, pages, characters, title, headings, remarks) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0, 'text', 'page', 0, '', 0, 0, '', '[]', '[]')",
        (
            source.id,
            to_blob(source.collection),
            to_blob(source.name),
            to_blob(source.path),
            to_blob(source.origin),
            source.modified,
            source.read_at,
        ),
    )


def insert_pages(
    connection: sqlite3.Connection,
    document_id: str,
    pages: Sequence[DocumentPage],
    passages: Sequence[PassageDraft],
) -> None:
    """More pages of a document, and their passages.

    Raises:
        NotFoundError: There is no document of that id.
    """
    seq = document_seq(connection, document_id)
    connection.executemany(
        "INSERT INTO pages (document, number, start, stop, line, label, remark, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (seq, one.number, one.start, one.end, one.line, one.label, one.remark, one.text)
            for one in pages
        ],
    )
    connection.executemany(
        "INSERT INTO passages (document, page, start, plain, heading, text) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (seq, one.page, one.start, has_other_letters(one.text), one.heading, one.text)
            for one in passages
        ],
    )


def complete_document(
    connection: sqlite3.Connection, document_id: str, facts: DocumentFacts, replaces: str
) -> StoredDocument:
    """What is known of a document once all of it was read; the one it replaces is in no list."""
    headings = [(one.level, one.text, one.page, one.at) for one in facts.headings]
    connection.execute(
        "UPDATE documents SET complete = 1, kind = ?, unit = ?, size = ?, sha256 = ?, "
        "pages = ?, characters = ?, title = ?, headings = ?, remarks = ? WHERE id = ?",
        (
            facts.kind,
            facts.unit,
            facts.size,
            facts.sha256,
            facts.pages,
            facts.characters,
            to_blob(facts.title),
            json.dumps(headings),
            json.dumps(facts.remarks),
            document_id,
        ),
    )
    if replaces:
        connection.execute("UPDATE documents SET superseded = 1 WHERE id = ?", (replaces,))
    return read_document(connection, document_id)


def document_seq(connection: sqlite3.Connection, document_id: str) -> int:
    """The number of a document, by its id.

    Raises:
        NotFoundError: There is none.
    """
    row = connection.execute("SELECT seq FROM documents WHERE id = ?", (document_id,)).fetchone()
    if row is None:
        raise NotFoundError(tr("The document is not there any more."))
    return int(row[0])


def read_document(connection: sqlite3.Connection, document_id: str) -> StoredDocument:
    """A document that was read to its end.

    Raises:
        NotFoundError: There is none of that id.
    """
    row = connection.execute(
        f"SELECT {COLUMNS} FROM documents d WHERE d.complete AND d.id = ?",  # noqa: S608
        (document_id,),
    ).fetchone()
    if row is None:
        raise NotFoundError(tr("The document is not there any more."))
    return stored_document(row)


def stored_document(row: tuple[Any, ...]) -> StoredDocument:
    """A document from a row of :data:`COLUMNS`."""
    (id_, name, path, collection, modified, read_at, kind, unit, size, sha256, pages, characters,
     title, headings, remarks, origin, passages) = row  # fmt: skip
    facts = DocumentFacts(
        DocumentKind(kind),
        PageUnit(unit),
        size,
        sha256,
        pages,
        characters,
        tuple(DocumentHeading(*one) for one in json.loads(headings)),
        to_text(title),
        tuple(Remark(one) for one in json.loads(remarks)),
    )
    return StoredDocument(
        id_,
        to_text(name),
        to_text(path),
        to_text(collection),
        facts,
        modified,
        read_at,
        passages,
        to_text(origin),
    )
