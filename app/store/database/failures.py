"""The store's typed errors, from SQLite's and the system's error codes."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from app.domain.errors import (
    DamagedDatabaseError,
    DiskFullError,
    KnownError,
    ReadOnlyStoreError,
    StoreBusyError,
    StoreError,
)
from app.domain.private_files import NotAFileError
from app.language import tr

_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY_ERRNOS = {errno.EACCES, errno.EPERM, errno.EROFS}


def primary_code(error: sqlite3.Error) -> int:
    """The primary result code (low byte, https://sqlite.org/rescode.html); 0 where none is known.

    Errors of Python's own wrapper, such as a closed connection, carry no code.
    """
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else 0


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the error says that the file's content is not a sound database."""
    return primary_code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_index_damage(error: sqlite3.Error) -> bool:
    """Whether making the search index anew may help.

    A damaged FTS5 index also shows as a constraint of its hidden tables. The store's own
    constraints are looked at before they could fail.
    """
    return is_damage(error) or primary_code(error) == sqlite3.SQLITE_CONSTRAINT


def store_error(error: sqlite3.Error) -> KnownError:
    """The typed error for an SQLite error, chosen by its code and never by its text."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    detail = f"{name}: {error}"
    match primary_code(error):
        case sqlite3.SQLITE_IOERR if error.sqlite_errorcode == sqlite3.SQLITE_IOERR_SHMSIZE:
            # The file that readers and the writer share could not grow: the disk is full.
            return DiskFullError(tr("The disk is full."), detail=detail)
        case sqlite3.SQLITE_FULL:
            return DiskFullError(tr("The disk is full; the change was not saved."), detail=detail)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return ReadOnlyStoreError(tr("The conversations cannot be written to."), detail=detail)
        case sqlite3.SQLITE_CANTOPEN:
            return ReadOnlyStoreError(
                tr("The conversation database could not be opened."),
                action=tr("Check that the data folder exists and may be written to."),
                detail=detail,
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusyError(
                tr("Another program is using the conversation database."), detail=detail
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DamagedDatabaseError(tr("The conversation database is damaged."), detail=detail)
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                tr("The disk reported an error; the change was not saved."),
                action=tr("Check the disk, then try again."),
                detail=detail,
            )
        case _:
            return StoreError(tr("The conversation database refused the change."), detail=detail)


def file_error(error: OSError, name: str) -> KnownError:
    """The typed error for a failed file operation on ``name``, chosen by its errno."""
    if error.errno in _FULL_ERRNOS:
        return DiskFullError(
            tr("The disk is full; {name} was not saved.", name=name), detail=str(error)
        )
    if error.errno in _READ_ONLY_ERRNOS:
        return ReadOnlyStoreError(tr("{name} cannot be written to.", name=name), detail=str(error))
    if isinstance(error, NotAFileError):
        return StoreError(
            tr("{name} is not a file.", name=name),
            action=tr("Remove it or rename it, then try again."),
            detail=str(error),
        )
    return StoreError(
        tr("{name} could not be read or written.", name=name),
        action=tr("Check the disk, then try again."),
        detail=str(error),
    )


@contextmanager
def typed_errors() -> Iterator[None]:
    """Let SQLite's errors leave the block as the store's own.

    Raises:
        DiskFullError: SQLITE_FULL.
        ReadOnlyStoreError: SQLITE_READONLY, PERM, AUTH, CANTOPEN.
        StoreBusyError: SQLITE_BUSY or LOCKED after the busy timeout.
        DamagedDatabaseError: SQLITE_CORRUPT or NOTADB.
        StoreError: Every other code.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error) from error
