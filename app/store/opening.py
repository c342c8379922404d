"""Opening the store at start: lock, database, migrations, repair, and what is to be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.store.connect import open_reader, open_writer
from app.store.conversations import Library
from app.store.failures import file_error, typed_errors
from app.store.journal import repair_interrupted
from app.store.migrations import migrate
from app.store.readers import ReaderPool
from app.store.writer import Writer

DATABASE_NAME = "phial.db"


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What opening found and did.

    Attributes:
        interrupted: Ids of answers that a crash cut off; their text so far is there.
        sentences: What the user should be told, plain; empty on a usual start.
    """

    interrupted: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedLibrary:
    """The library, ready for use, and what opening it found."""

    library: Library
    report: OpenReport


def open_library(folder: Path) -> OpenedLibrary:
    """Open the conversations in ``folder``, which is made if it is missing.

    Raises:
        NewerDatabaseError: A newer Phial wrote them; they are untouched.
        ReadOnlyStoreError: The folder cannot be written to.
        StoreError: They cannot be opened.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(error, str(folder)) from error
    path = folder / DATABASE_NAME
    writer = Writer(lambda: open_writer(path))
    try:
        with typed_errors():
            writer.submit_bare(lambda c: migrate(c, lambda _version: None)).result()
            interrupted = writer.submit(repair_interrupted).result()
    except BaseException:
        writer.close()
        raise
    library = Library(writer, ReaderPool(lambda: open_reader(path)))
    return OpenedLibrary(library, OpenReport(interrupted=tuple(interrupted)))
