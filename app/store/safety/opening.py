"""Opening the store at start: lock, database, recovery, migrations, repair, and the report."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.domain.errors import (
    DamagedDatabaseError,
    DiskFullError,
    KnownError,
    NewerDatabaseError,
    ReadOnlyStoreError,
    StoreBusyError,
)
from app.language import tr, trn
from app.store.conversations import trash
from app.store.conversations.answer_journal import repair_interrupted
from app.store.conversations.message_repository import MessageRepository
from app.store.database.connect import open_memory, open_reader, open_scratch, open_writer
from app.store.database.failures import file_error, is_damage, primary_code, typed_errors
from app.store.database.files import make_folder, sync_above
from app.store.database.migrations import (
    SCHEMA_VERSION,
    Progress,
    migrate,
    quiet,
    schema_version,
)
from app.store.database.owner_lock import OwnerLock
from app.store.database.readers import ReaderPool
from app.store.database.search_index import index_fits, rebuild_index
from app.store.database.sqlite_database import Database
from app.store.database.writer import DatabaseWriter
from app.store.safety.backups import Backups, Lost
from app.store.safety.checks import CHECK_AT_ONCE_BYTES, quick_check
from app.store.safety.health import (
    Health,
    clear_recovery_mark,
    recovery_is_unfinished,
    recovery_mark,
)

if TYPE_CHECKING:  # a start in which nothing is wrong does not wait for it
    from app.store.safety.recovery import Recovery

DATABASE_NAME = "phial.db"
BACKUPS_NAME = "backups"
TOLD_SECONDS = 0.05  # between two words about a start that takes a while
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What opening found and did.

    Attributes:
        interrupted: Ids of answers that a crash cut off; their text so far is there.
        migrated_from: The schema it had; None where nothing was to be migrated.
        recovery: What became of a damaged database; None where it was sound.
        refusal: What every change is refused with; None where chats can be changed.
        lost: What a backup holds and this database, which is missing, empty or another one, does
            not; None where nothing is missing.
        owner: False where another Phial looks after the data; both can use it.
        sentences: What the user should know, plain; empty on a usual start.
    """

    interrupted: tuple[str, ...] = ()
    migrated_from: int | None = None
    recovery: Recovery | None = None
    refusal: KnownError | None = None
    lost: Lost | None = None
    owner: bool = True
    sentences: tuple[str, ...] = ()

    @property
    def read_only(self) -> bool:
        """Nothing can be written."""
        return self.refusal is not None


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """The library, ready for use, what opening it found, and what keeps it well.

    Attributes:
        repository: The conversations.
        report: What opening found.
        health: Checks, backups and restoring; ``health.maintain()`` is for a background thread
            soon after start.
    """

    repository: MessageRepository
    report: OpenReport
    health: Health

    def close(self) -> None:
        """Finish every queued write, move the WAL into the database, close, let others own it."""
        self.repository.close()


def open_store(
    folder: Path, now: datetime | None = None, progress: Progress = quiet
) -> OpenedStore:
    """Open the conversations in ``folder``, which is made if it is missing.

    The first process to come owns the folder: it recovers, migrates, repairs interrupted answers
    and purges the trash. Another one that comes while it runs uses the database beside it.

    Args:
        folder: The data folder.
        now: The time, for the trash.
        progress: Told on this thread, every now and then, how far a start is that takes a while.

    Where nothing can be written, what can be read is shown: see ``OpenReport.refusal``. What a
    newer Phial wrote is never written to.

    Raises:
        NewerDatabaseError: A newer Phial wrote them so that this one cannot read them.
        ReadOnlyStoreError: There is nothing yet, and the folder cannot be written to.
        StoreBusyError: Another program holds the database, or is just migrating it.
        DiskFullError: There is nothing yet, and no room.
        StoreError: They cannot be opened.
    """
    path = folder / DATABASE_NAME
    try:
        make_folder(folder)
        if not path.exists():
            sync_above(folder)
    except OSError as error:
        raise file_error(error, str(folder)) from error
    lock: OwnerLock | None = None
    try:
        with typed_errors():
            lock = OwnerLock.acquire(folder)
        if lock is None:
            return _open_as_guest(folder)
        return _open_as_owner(folder, lock, now or datetime.now(UTC), progress)
    except (ReadOnlyStoreError, DiskFullError, NewerDatabaseError) as cause:
        return _open_read_only(folder, cause)


def open_private_store() -> MessageRepository:
    """A library that lives in memory and is gone when closed; the same interface."""

    def connect() -> sqlite3.Connection:
        connection = open_memory()
        migrate(connection, lambda _version: None)
        return connection

    return MessageRepository(Database(DatabaseWriter(connect), None, private=True))


def _open_as_owner(folder: Path, lock: OwnerLock, now: datetime, progress: Progress) -> OpenedStore:
    path = folder / DATABASE_NAME
    backups = Backups(folder / BACKUPS_NAME)
    with ExitStack() as undo:
        undo.callback(lock.release)
        recovery = _recover_if_needed(path, backups)
        try:
            library = undo.enter_context(closing(_library(path)))
        except DamagedDatabaseError:
            recovery = _recover(path, backups)
            library = undo.enter_context(closing(_library(path)))
        try:
            done = _bring_up_to_date(library, backups, now, progress)
        except DamagedDatabaseError:
            if recovery is not None:  # a database made a moment ago: the disk itself is bad
                raise
            library.close()
            recovery = _recover(path, backups)
            library = undo.enter_context(closing(_library(path)))
            done = _bring_up_to_date(library, backups, now, progress)
        health = Health(library, path, backups, owner=True)
        _accept_recovery(health, recovery, done)
        lost = health.missing()
        undo.pop_all()
    library.database.call_after_close(lock.release)
    return OpenedStore(library, _report(done, recovery, lost), health)


def _accept_recovery(health: Health, recovery: Recovery | None, done: _UpToDate) -> None:
    """What the backups had and the damaged file had not is in a recovered database."""
    if recovery is not None and not done.problem:
        health.keep_as_it_is()


def _report(done: _UpToDate, recovery: Recovery | None, lost: Lost | None) -> OpenReport:
    sentences = [recovery.sentence] if recovery else []
    if done.interrupted:
        sentences.append(
            trn(
                "One answer was interrupted; the text so far is there.",
                "{n} answers were interrupted; the text so far is there.",
                len(done.interrupted),
            )
        )
    if done.problem:
        sentences.append(done.problem)
    return OpenReport(
        done.interrupted, done.migrated_from, recovery, lost=lost, sentences=tuple(sentences)
    )


def _recover_if_needed(path: Path, backups: Backups) -> Recovery | None:
    try:
        if recovery_is_unfinished(path):
            from app.store.safety.recovery import finish_recovery

            finish_recovery(path)
    except OSError as error:
        raise file_error(error, path.name) from error
    if not path.exists() or path.stat().st_size == 0:
        # SQLite would throw away the WAL of a database that is gone; what it holds was saved.
        return _recover(path, backups) if has_wal(path) else None
    recovery = None
    damaged = _is_damaged(
        path
    )  # asked first: what a newer Phial wrote is not recovered by this one
    if damaged or recovery_mark(path).exists():
        recovery = _recover(path, backups)
        clear_recovery_mark(path)
    return recovery


def _recover(path: Path, backups: Backups) -> Recovery:
    from app.store.safety.recovery import recover

    return recover(path, backups)


def has_wal(path: Path) -> bool:
    """Whether a WAL with something in it lies beside the database."""
    wal = path.with_name(f"{path.name}-wal")
    return wal.exists() and wal.stat().st_size > 0


def _is_damaged(path: Path) -> bool:
    """The quick look before anything is written; raises for files that are not to be touched."""
    with typed_errors():
        try:
            return _looks_damaged(path, open_reader)
        except sqlite3.Error as error:
            if primary_code(error) != sqlite3.SQLITE_READONLY:
                raise
        # A crash in the middle of a write of old: only a writing connection may undo it.
        return _looks_damaged(path, open_scratch)


def _looks_damaged(path: Path, connect: Callable[[Path], sqlite3.Connection]) -> bool:
    try:
        with closing(connect(path)) as connection:
            schema_version(connection)
            if path.stat().st_size > CHECK_AT_ONCE_BYTES:
                return False
            return not quick_check(connection).sound
    except sqlite3.Error as error:
        if is_damage(error):
            return True
        raise


def _library(path: Path) -> MessageRepository:
    library: MessageRepository | None = None

    def heal(connection: sqlite3.Connection) -> None:
        if library is not None:
            library.forget_journal()
        rebuild_index(connection)

    writer = DatabaseWriter(partial(open_writer, path), heal)
    library = MessageRepository(Database(writer, ReaderPool(partial(open_reader, path))))
    return library


@dataclass(frozen=True, slots=True)
class _UpToDate:
    migrated_from: int | None
    interrupted: tuple[str, ...] = ()
    problem: str = ""


def _bring_up_to_date(
    library: MessageRepository, backups: Backups, now: datetime, progress: Progress
) -> _UpToDate:
    def back_up_before(connection: sqlite3.Connection, version: int) -> None:
        backups.make(connection, f"before-migration-{version + 1}")

    steps = _Steps(progress)
    before = steps.wait(
        library.database.submit_bare(
            lambda c: migrate(c, partial(back_up_before, c), steps.reached)
        )
    )
    migrated_from = before if 0 < before < SCHEMA_VERSION else None
    try:
        interrupted = steps.wait(
            library.database.submit(partial(_start, now=now, progress=steps.reached))
        )
    except DiskFullError as error:
        # Everything can be read; what start would have tidied up, a later start will.
        return _UpToDate(migrated_from, problem=str(error))
    return _UpToDate(migrated_from, tuple(interrupted))


class _Steps:
    """Tells on the opening thread how far the writer's is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done = 0.0

    def reached(self, done: float) -> None:
        """The writer's thread has come this far, 0 to 1."""
        self._done = done

    def wait(self, work: Future[T]) -> T:
        """The work's result; what it takes longer than a moment for is told of."""
        while wait((work,), TOLD_SECONDS).not_done:
            self._progress(self._done)
        return work.result()


def _start(connection: sqlite3.Connection, now: datetime, progress: Progress) -> list[str]:
    if not index_fits(connection):
        rebuild_index(connection, progress)
    trash.purge(connection, now)
    return repair_interrupted(connection)


def _open_as_guest(folder: Path) -> OpenedStore:
    path = folder / DATABASE_NAME
    with ExitStack() as undo:
        if path.exists():
            with typed_errors(), closing(open_reader(path)) as connection:
                schema_version(connection)  # a newer one is not even opened for writing
        library = undo.enter_context(closing(_library(path)))
        version = library.database.submit(schema_version).result()
        if version != SCHEMA_VERSION:
            raise StoreBusyError(tr("Another Phial is just preparing the conversation database."))
        undo.pop_all()
    health = Health(library, path, Backups(folder / BACKUPS_NAME), owner=False)
    return OpenedStore(library, OpenReport(owner=False), health)


def _open_read_only(folder: Path, cause: KnownError) -> OpenedStore:
    path, backups = folder / DATABASE_NAME, Backups(folder / BACKUPS_NAME)
    if not path.exists() and not has_wal(path):
        raise cause
    from app.store.safety.viewing import read_only_library, refusal

    told = refusal(folder, cause)
    library = read_only_library(path, backups, told)
    report = OpenReport(refusal=told, owner=False, sentences=(str(told),))
    return OpenedStore(library, report, Health(library, path, backups, owner=False))
