"""Opening the documents' database; a damaged one is set aside, since it can be read anew.

Where nothing can be written, it is read from the file as it is, or from a copy in memory.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.domain.errors import (
    DamagedDatabaseError,
    DiskFullError,
    KnownError,
    NewerDatabaseError,
    ReadOnlyStoreError,
)
from app.language import paragraph, tr
from app.store.database.connect import (
    open_image,
    open_memory,
    open_reader,
    open_writer,
    pragma_int,
)
from app.store.database.failures import typed_errors
from app.store.database.files import make_folder, set_aside
from app.store.database.image import read_image
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
    """Open the documents in a data folder; where nothing can be written, to be read only.

    Raises:
        NewerDatabaseError: A newer Phial wrote them; nothing is touched.
        StoreError: They cannot be opened.
    """
    make_folder(folder)
    path = folder / DATABASE_NAME
    try:
        return _open_to_write(path)
    except (DiskFullError, ReadOnlyStoreError) as error:
        told = _refusal(folder, error)
        return OpenedDocuments(DocumentRepository(_open_to_read(path, told)), str(told))


def _open_to_write(path: Path) -> OpenedDocuments:
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


def _refusal(folder: Path, cause: KnownError) -> KnownError:
    """What whoever wants to change something is told."""
    data = paragraph(
        tr("Your documents can be read, not changed."), tr("What was saved before is untouched.")
    )
    if isinstance(cause, DiskFullError):
        what = tr("The disk that holds {folder} is full.", folder=str(folder))
        action = tr("Free some space and start Phial again.")
        return DiskFullError(what, data=data, action=action, detail=cause.detail)
    what = tr("The data folder {folder} cannot be written to.", folder=str(folder))
    action = tr("Make it writable and start Phial again.")
    return ReadOnlyStoreError(what, data=data, action=action, detail=cause.detail)


def _open_to_read(path: Path, told: KnownError) -> Database:
    """The documents at ``path``, none where there is no file; every change fails with ``told``."""
    wal = path.with_name(f"{path.name}-wal")
    if path.exists() and (not wal.exists() or wal.stat().st_size == 0):
        connect = partial(open_reader, path, immutable=True)
        with typed_errors(), closing(connect()) as connection:
            current = pragma_int(connection, "user_version") == len(MIGRATIONS)
        if current:
            return Database(DatabaseWriter(connect, refuse=told), ReaderPool(connect))
    return Database(DatabaseWriter(partial(_open_copy, path), refuse=told), None)


def _open_copy(path: Path) -> sqlite3.Connection:
    connection = _migrated(open_image(read_image(path)) if path.exists() else open_memory())
    connection.execute("PRAGMA query_only=1")
    return connection


def open_private_documents() -> DocumentRepository:
    """Documents of private chats: in memory, never on a disk."""
    writer = DatabaseWriter(lambda: _migrated(open_memory()))
    return DocumentRepository(Database(writer, None, private=True))


def _open(path: Path) -> sqlite3.Connection:
    with ExitStack() as undo:
        connection = undo.enter_context(closing(_migrated(open_writer(path))))
        # A file that may only be read opens all the same, and begins a transaction.
        connection.execute("DELETE FROM documents WHERE id = ''")
        undo.pop_all()
    return connection


def _migrated(connection: sqlite3.Connection) -> sqlite3.Connection:
    if pragma_int(connection, "user_version") > len(MIGRATIONS):
        connection.close()
        raise NewerDatabaseError(tr("The documents were read by a newer Phial."))
    # No copy before a step: what is in it can be read anew.
    migrate(connection, lambda _version: None, migrations=MIGRATIONS)
    return connection
