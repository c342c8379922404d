"""Reading the conversations where nothing can be written, so that what can be read is shown.

From the file itself where SQLite can do that without writing, otherwise from a copy in memory:
there a WAL is put over the file, an older schema brought up to date, a damaged file recovered.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from app.domain.errors import (
    DamagedDatabaseError,
    DiskFullError,
    KnownError,
    NewerDatabaseError,
    ReadOnlyStoreError,
    StoreError,
)
from app.language import paragraph, tr
from app.store.conversations.answer_journal import repair_interrupted
from app.store.conversations.message_repository import MessageRepository
from app.store.database.connect import open_image, open_memory, open_reader
from app.store.database.failures import file_error, typed_errors
from app.store.database.image import read_image
from app.store.database.migrations import (
    SCHEMA_VERSION,
    columns_of,
    layouts,
    migrate,
    schema_version,
)
from app.store.database.readers import ReaderPool
from app.store.database.sqlite_database import Database
from app.store.database.writer import DatabaseWriter
from app.store.safety.backups import Backups
from app.store.safety.checks import CHECK_AT_ONCE_BYTES, quick_check
from app.store.safety.record_tables import SHAPES
from app.store.safety.recovery import rebuild


def refusal(folder: Path, cause: KnownError) -> KnownError:
    """What whoever wants to change something is told, and the user when the window opens."""
    only = tr("Your chats can be read, not changed.")
    if isinstance(cause, DiskFullError):
        return DiskFullError(
            tr("The disk that holds {folder} is full.", folder=str(folder)),
            data=paragraph(only, tr("What was saved before is untouched.")),
            action=tr("Free some space and start Phial again."),
            detail=cause.detail,
        )
    if isinstance(cause, NewerDatabaseError):
        return NewerDatabaseError(
            cause.what, data=paragraph(only, tr("Nothing of them is touched.")), detail=cause.detail
        )
    what = tr("The data folder {folder} cannot be written to.", folder=str(folder))
    if os.access(folder, os.W_OK):
        what = tr("The conversation database in {folder} cannot be written to.", folder=str(folder))
    return ReadOnlyStoreError(
        what,
        data=paragraph(only, tr("What was saved before is untouched.")),
        action=tr("Make it writable and start Phial again."),
        detail=cause.detail,
    )


def read_only_library(path: Path, backups: Backups, told: KnownError) -> MessageRepository:
    """The conversations at ``path``; every change is refused with ``told``.

    Raises:
        NewerDatabaseError: A newer Phial wrote them, in a way that this one cannot read.
        DamagedDatabaseError: Nothing can be read.
        KnownError: The file cannot be read.
    """
    wal = path.with_name(f"{path.name}-wal")
    alone = path.exists() and (not wal.exists() or wal.stat().st_size == 0)
    # Without a WAL nothing is missing from the file itself, and no lock file is needed to read it.
    # With one, another program may be writing, unless the disk is what keeps us from it.
    if alone or isinstance(told, ReadOnlyStoreError):
        try:
            return _from_file(path, told, alone=alone)
        except NewerDatabaseError:
            raise
        except StoreError:
            return _from_memory(path, backups, told)
    return _from_memory(path, backups, told)


def _from_file(path: Path, told: KnownError, *, alone: bool) -> MessageRepository:
    connect = partial(open_reader, path, immutable=alone)
    with ExitStack() as undo:
        writer = DatabaseWriter(connect, refuse=told)
        library = undo.enter_context(
            closing(MessageRepository(Database(writer, ReaderPool(connect))))
        )
        if library.database.read(_readable_version) < SCHEMA_VERSION:
            raise StoreError("The conversations are of an older version.")  # not shown: caught
        if library.database.read(_is_streaming):
            raise StoreError("The text of an answer lies in its journal.")  # not shown: caught
        if (
            path.stat().st_size <= CHECK_AT_ONCE_BYTES
            and not library.database.read(quick_check).sound
        ):
            raise DamagedDatabaseError(tr("The conversation database is damaged."))
        undo.pop_all()
    return library


def _from_memory(path: Path, backups: Backups, told: KnownError) -> MessageRepository:
    return MessageRepository(
        Database(DatabaseWriter(partial(_open_copy, path, backups), refuse=told), None)
    )


def _open_copy(path: Path, backups: Backups) -> sqlite3.Connection:
    with ExitStack() as undo:
        try:
            with typed_errors():
                connection = undo.enter_context(closing(open_image(_image(path))))
                if _readable_version(connection) < SCHEMA_VERSION:
                    migrate(connection, lambda _version: None)
                sound = quick_check(connection).sound
        except DamagedDatabaseError:
            sound = False
        if not sound:
            with typed_errors():
                connection = undo.enter_context(closing(open_memory()))
                migrate(connection, lambda _version: None)
                if not rebuild(connection, path, backups).messages:
                    raise DamagedDatabaseError(
                        tr(
                            "The conversation database is damaged, nothing of it can be read, and "
                            "the data folder {folder} cannot be written to.",
                            folder=str(path.parent),
                        ),
                        data=tr("The damaged file is as it was."),
                        action=tr("Check the disk and the folder's permissions, then start again."),
                    )
        repair_interrupted(connection)
        connection.execute("PRAGMA query_only=1")
        undo.pop_all()
    return connection


def _is_streaming(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT 1 FROM messages WHERE status = 'streaming'").fetchone()
    return row is not None


def _image(path: Path) -> bytes:
    try:
        return read_image(path)
    except PermissionError as error:
        raise StoreError(
            tr(
                "{name} in {folder} may not be read by this user.",
                name=path.name,
                folder=str(path.parent),
            ),
            action=tr("Give yourself the right to read it, and start Phial again."),
            detail=str(error),
        ) from error
    except OSError as error:
        raise file_error(error, path.name) from error


def _readable_version(connection: sqlite3.Connection) -> int:
    """The schema; of a newer one whose tables still have every column that is read, the newest.

    Raises:
        NewerDatabaseError: Columns are missing from it.
    """
    try:
        return schema_version(connection)
    except NewerDatabaseError:
        for table in SHAPES:
            if not set(layouts(table)[0]) <= set(columns_of(connection, table)):
                raise
        return SCHEMA_VERSION
