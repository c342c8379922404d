"""Opening the documents' database; a damaged one is set aside, since it can be read anew."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.domain.errors import DamagedDatabaseError, NewerDatabaseError
from app.language import tr
from app.store.database.connect import open_memory, open_reader, open_writer, pragma_int
from app.store.database.files import make_folder, set_aside
from app.store.database.migrations import migrate
from app.store.database.readers import ReaderPool
from app.store.database.sqlite_database import Database
from app.store.database.writer import DatabaseWriter
from app.store.documents.document_repository import DocumentRepository
from app.store.documents.schema import MIGRATIONS

DATABASE_NAME = "documents.db"


@dataclass(frozen=True, slots=True)
class OpenedDocuments:
    """The documents, and what the user should know of opening them; empty on a usual start."""

    repository: DocumentRepository
    told: str = ""


def open_documents(folder: Path) -> OpenedDocuments:
    """Open the documents in a data folder.

    Raises:
        NewerDatabaseError: A newer Phial wrote them; nothing is touched.
        StoreError: They cannot be opened.
    """
    make_folder(folder)
    path = folder / DATABASE_NAME
    told = ""
    try:
        writer = DatabaseWriter(partial(_open, path))
    except DamagedDatabaseError:
        aside = set_aside(path)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        told = tr(
            "What was read of documents was damaged and is kept as {name}. The documents "
            "themselves are untouched; add them again.",
            name=aside.name,
        )
        writer = DatabaseWriter(partial(_open, path))
    return OpenedDocuments(
        DocumentRepository(Database(writer, ReaderPool(partial(open_reader, path)))), told
    )


def open_private_documents() -> DocumentRepository:
    """Documents of private chats: in memory, never on a disk."""
    writer = DatabaseWriter(lambda: _migrated(open_memory()))
    return DocumentRepository(Database(writer, None, private=True))


def _open(path: Path) -> sqlite3.Connection:
    return _migrated(open_writer(path))


def _migrated(connection: sqlite3.Connection) -> sqlite3.Connection:
    if pragma_int(connection, "user_version") > len(MIGRATIONS):
        connection.close()
        raise NewerDatabaseError(tr("The documents were read by a newer Phial."))
    # No copy before a step: what is in it can be read anew.
    migrate(connection, lambda _version: None, migrations=MIGRATIONS)
    return connection
