"""Opening SQLite connections with the promises the store relies on, checked rather than hoped for.

In WAL mode ``synchronous=NORMAL`` may lose the last commits on power loss
(https://sqlite.org/pragma.html#pragma_synchronous), and a message shown as sent must not be lost;
hence FULL, with ``fullfsync`` for macOS, where fsync alone does not reach the platter.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from app.domain.errors import StoreError
from app.domain.private_files import make_file
from app.language import tr
from app.store.database.failures import file_error
from app.store.database.text_normalization import index_body, index_parts, index_words

APPLICATION_ID = 0x5048494C  # "PHIL", in the file header for `file` and for our own check
# Messages of about a kilobyte fill pages of 8 KiB better than SQLite's usual 4: measured over
# 100,000 messages, 4 % of the text less; 16 KiB would double what each commit writes.
PAGE_SIZE = 8_192
BUSY_TIMEOUT_MS = 5_000
WAL_LIMIT_BYTES = 64 * 2**20  # the WAL file is cut back to this after a checkpoint
CACHE_KIB = 16_384

_WRITER_PRAGMAS = {
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "secure_delete": 1,  # what the user deletes for good is overwritten in the file
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "cell_size_check": 1,  # notice damage early
    "temp_store": 2,  # MEMORY: nothing of a chat leaks into temporary files
    "cache_size": -CACHE_KIB,
}


def open_writer(path: Path) -> sqlite3.Connection:
    """Open (and create) the database at ``path`` for the writer thread.

    Raises:
        sqlite3.Error: It cannot be opened or is no database; see ``failures``.
        KnownError: The file cannot be made, or a promise (a pragma) could not be had.
    """
    with _closed_on_failure(_connect(_made(path))) as connection:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")  # takes effect in a new file only
        _promise(connection, _WRITER_PRAGMAS)
        # A few network file systems cannot do WAL; a rollback journal keeps the same promises.
        connection.execute("PRAGMA journal_mode=WAL").fetchone()
        connection.execute(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}")
    return connection


def open_memory() -> sqlite3.Connection:
    """Open an empty database that never touches a disk."""
    with _closed_on_failure(_connect(":memory:")) as connection:
        _promise(connection, {"foreign_keys": 1, "temp_store": 2})
    return connection


def open_image(image: bytes) -> sqlite3.Connection:
    """Open a database that lies in memory, by its content.

    Raises:
        sqlite3.Error: It is no database.
    """
    with _closed_on_failure(open_memory()) as connection:
        connection.deserialize(image)
    return connection


def open_scratch(path: Path) -> sqlite3.Connection:
    """Open a file that is not yet anybody's database: a copy or a recovery in the making."""
    with _closed_on_failure(_connect(_made(path))) as connection:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        _promise(connection, {"synchronous": 2, "temp_store": 2, "cache_size": -CACHE_KIB})
    return connection


def open_reader(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """Open ``path`` for reading only.

    Args:
        path: The database.
        immutable: The file cannot change, as a backup or one on a read-only disk: no lock and no
            ``-shm`` file is made for it.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    with _closed_on_failure(_connect(_uri(path, "ro", immutable=immutable))) as connection:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA query_only=1")
        connection.execute("PRAGMA temp_store=2")
        connection.execute(f"PRAGMA cache_size={-CACHE_KIB}")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing of it; on the disk when it is left.

    Raises:
        sqlite3.Error: It could not begin, or not be committed; nothing was changed.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # None is open after a COMMIT, nor after failures (disk full, I/O) that rolled back alone.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def pragma_int(connection: sqlite3.Connection, name: str) -> int:
    """The value of a pragma that is a number."""
    row = connection.execute(f"PRAGMA {name}").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _closed_on_failure(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    with ExitStack() as undo:
        yield undo.enter_context(closing(connection))
        undo.pop_all()


def _connect(target: str) -> sqlite3.Connection:
    # Threads: the pool and the writer hand a connection to one thread at a time.
    connection = sqlite3.connect(
        target, uri=target != ":memory:", isolation_level=None, check_same_thread=False
    )
    connection.create_function("index_body", 1, index_body, deterministic=True)
    connection.create_function("index_words", 1, index_words, deterministic=True)
    connection.create_function("index_parts", 1, index_parts, deterministic=True)
    return connection


def _made(path: Path) -> str:
    """A URI to write to ``path``. SQLite gives WAL and journals the mode of the database."""
    try:
        make_file(path)
    except OSError as error:
        raise file_error(error, path.name) from error
    return _uri(path, "rw")


def _uri(path: Path, mode: str, *, immutable: bool = False) -> str:
    suffix = "&immutable=1" if immutable else ""
    # On Windows the form is file:///C:/folder/name, and file:////server/share/name.
    text = quote(os.fsencode(path.absolute().as_posix()), safe="/:")
    return f"file://{'' if text.startswith('/') else '/'}{text}?mode={mode}{suffix}"


def _promise(connection: sqlite3.Connection, pragmas: dict[str, int]) -> None:
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name}={value}")
        row = connection.execute(f"PRAGMA {name}").fetchone()
        if row is None or int(row[0]) != value:
            raise StoreError(
                tr(
                    "This SQLite cannot set {name}, which Phial needs to keep your words safe.",
                    name=name,
                ),
                action=tr("Install Phial with another build of Python."),
                detail=f"PRAGMA {name} is {row}, {value} was asked for",
            )
