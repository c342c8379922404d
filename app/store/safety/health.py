"""Keeping the database well while Phial runs: checks, backups, restoring, the search index."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from app.domain.errors import DamagedDatabaseError, NotFoundError
from app.language import tr
from app.store.conversations.message_repository import MessageRepository
from app.store.conversations.trash import INDEX_UNTIDY
from app.store.database.connect import open_reader, open_scratch, open_writer
from app.store.database.failures import file_error, typed_errors
from app.store.database.files import write_atomically
from app.store.database.migrations import migrate, schema_version
from app.store.database.readers import ReaderPool
from app.store.database.search_index import rebuild_index
from app.store.database.sqlite_database import Database
from app.store.database.writer import DatabaseWriter
from app.store.safety.backups import (
    DAILY,
    Backup,
    Backups,
    Content,
    Lost,
    content_of,
    newest_message,
)
from app.store.safety.checks import CheckResult, quick_check

_MERGE_PAGES = 300
_SEEN = "backups_seen"  # in `meta`: the newest backup the user decided about


@dataclass(frozen=True, slots=True)
class MaintenanceReport:
    """What one round of :meth:`Health.maintain` did.

    Attributes:
        check: What the check found.
        backup: The backup that was made; None where none was due.
        sentences: What the user should know; empty when all is well.
    """

    check: CheckResult
    backup: Backup | None = None
    sentences: tuple[str, ...] = ()


class Health:
    """Looks after one library. Every method blocks: call them on a background thread.

    Args:
        library: The open library.
        path: Its database.
        backups: Its backups.
        owner: Whether this process looks after the folder, and so makes the daily backups.
    """

    def __init__(
        self, library: MessageRepository, path: Path, backups: Backups, *, owner: bool
    ) -> None:
        self._owner = owner
        self._library = library
        self._path = path
        self._backups = backups

    def maintain(self, now: datetime | None = None) -> MaintenanceReport:
        """Check the tables, and once a day make a backup, which is checked in full.

        Meant to run once in the background after each start, and daily after that. Does nothing
        where another process owns the folder, or where it cannot be written to.

        Raises:
            KnownError: The disk is full or cannot be written; nothing was changed.
        """
        if not self._owner:
            return MaintenanceReport(CheckResult(True))
        self._tidy_index()
        check = self.quick_check()
        if not check.sound or not self._backups.is_due(now):
            return MaintenanceReport(check, sentences=self._told(check))
        try:
            backup, check = self._make(DAILY, now)
        except DamagedDatabaseError as error:
            self._ask_for_recovery()
            check = CheckResult(False, problems=(error.detail,))
            return MaintenanceReport(check, sentences=self._told(check))
        if check.index_sound:
            return MaintenanceReport(check, backup)
        self.rebuild_index()
        told = (tr("The search index was damaged and has been made anew."),)
        return MaintenanceReport(check, backup, told)

    def quick_check(self) -> CheckResult:
        """Check the tables' structure on a connection of its own; writing goes on meanwhile."""
        check = self._library.database.read(quick_check)
        if not check.sound:
            self._ask_for_recovery()
        return check

    def _tidy_index(self) -> None:
        """Merge the index's segments if messages were removed for good; their words go with them.

        In steps of some milliseconds, each a transaction, so that no message waits for all of it.
        """
        if not self._library.database.read(_is_untidy):
            return
        for name in ("message_index", "title_index"):
            pages = -_MERGE_PAGES  # negative: begin a merge of everything
            while self._library.database.submit(partial(_merge, name=name, pages=pages)).result():
                pages = _MERGE_PAGES
        self._library.database.submit(_mark_tidy).result()

    def full_check(self) -> CheckResult:
        """Check everything, on a copy; chats go on meanwhile. Takes a while.

        Raises:
            KnownError: There is no room for a copy.
        """
        check = self._library.database.read(self._backups.check)
        if not check.sound:
            self._ask_for_recovery()
        return check

    def rebuild_index(self) -> None:
        """Make the search index anew from the text."""
        self._library.database.submit(rebuild_index).result()

    def back_up(self, reason: str = "by-hand") -> Backup:
        """Make a backup now.

        Raises:
            DamagedDatabaseError: The database is damaged; older backups are untouched.
            KnownError: It could not be written.
        """
        return self._make(reason, None)[0]

    def list_backups(self) -> tuple[Backup, ...]:
        """The backups, newest first."""
        return self._backups.list()

    def restore(self, backup: Backup) -> Backup:
        """Replace everything by what a backup holds. What is there now is backed up first.

        Open libraries of other processes see the restored content with their next read.

        Returns:
            The backup of what was there before, for undoing this.

        Raises:
            NotFoundError: The backup is gone.
            DamagedDatabaseError: The backup is damaged; nothing was changed.
            KnownError: Nothing was changed.
        """
        if not backup.path.exists():
            raise NotFoundError(tr("This backup no longer exists."), detail=backup.path.name)
        before = self._make("before-restore", None)[0]
        self._library.database.submit_bare(lambda target: self._copy_back(backup, target)).result()
        self.keep_as_it_is()
        return before

    def content(self, backup: Backup) -> Content | None:
        """What a backup holds; None where it cannot be read."""
        return self._backups.content(backup)

    def missing(self) -> Lost | None:
        """The backup with messages that this database never had, unless the user wants it so.

        That is so where the file was removed, emptied, or replaced by an older or another one.
        """
        here, seen = self._library.database.read(lambda c: (newest_message(c), _backups_seen(c)))
        newer = [b for b in self._backups.list_if_readable() if b.number > seen]
        richest = self._backups.richest(newer)
        content = None if richest is None else self._backups.content(richest)
        if richest is None or content is None or content.newest <= here:
            return None
        return Lost(richest, content, self._library.database.read(content_of))

    def keep_as_it_is(self) -> None:
        """From now on :meth:`missing` looks at backups only that are made after this.

        Raises:
            KnownError: It could not be stored.
        """
        newest = max((b.number for b in self._backups.list_if_readable()), default=0)
        self._library.database.submit(partial(_see_backups, number=newest)).result()

    @contextmanager
    def look_into(self, backup: Backup) -> Iterator[MessageRepository]:
        """The chats of a backup, to read: a copy of it brought up to this schema.

        Raises:
            NotFoundError: The backup is gone.
            KnownError: It is damaged, or there is no room for a copy.
        """
        if not backup.path.exists():
            raise NotFoundError(tr("This backup no longer exists."), detail=backup.path.name)
        copy = backup.path.with_name(f"look-{os.getpid()}.part")
        with ExitStack() as undo:
            for end in ("", "-wal", "-shm"):
                path = copy.with_name(copy.name + end)
                undo.callback(path.unlink, missing_ok=True)
                path.unlink(missing_ok=True)
            with typed_errors(), closing(open_scratch(copy)) as target:
                self._copy_of(backup, target)
                migrate(target, lambda _version: None)
            writer = DatabaseWriter(partial(open_writer, copy))
            readers = ReaderPool(partial(open_reader, copy))
            yield undo.enter_context(closing(MessageRepository(Database(writer, readers))))

    def _copy_back(self, backup: Backup, target: sqlite3.Connection) -> None:
        self._copy_of(backup, target)
        self._library.forget_journal()
        migrate(target, lambda _version: None)

    def _copy_of(self, backup: Backup, target: sqlite3.Connection) -> None:
        with closing(open_reader(backup.path, immutable=True)) as source:
            schema_version(source)  # refuses what a newer Phial or another program wrote
            if not quick_check(source).sound:
                raise DamagedDatabaseError(
                    tr("This backup is damaged."),
                    data=tr("Nothing was changed."),
                    action=tr("Choose another one."),
                    detail=backup.path.name,
                )
            source.backup(target)

    def _make(self, reason: str, now: datetime | None) -> tuple[Backup, CheckResult]:
        if self._library.database.refusal is not None:  # what is shown may be a copy in memory
            raise self._library.database.refusal
        return self._library.database.read(lambda source: self._backups.make(source, reason, now))

    def _told(self, check: CheckResult) -> tuple[str, ...]:
        if check.sound:
            return ()
        told = tr(
            "The conversation database is damaged. Start Phial again: "
            "what can be read will be recovered, and the damaged file is kept."
        )
        return (told,)

    def _ask_for_recovery(self) -> None:
        if self._library.database.refusal is None:
            write_atomically(recovery_mark(self._path), b"A check found damage.\n")


def _is_untidy(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT 1 FROM meta WHERE key = ?", (INDEX_UNTIDY,)).fetchone()
    return row is not None


def _merge(connection: sqlite3.Connection, name: str, pages: int) -> bool:
    """One step; returns whether there may be more (https://sqlite.org/fts5.html, 'merge')."""
    before = connection.total_changes
    connection.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('merge', ?)", (pages,))  # noqa: S608
    return connection.total_changes - before >= 2


def _backups_seen(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_SEEN,)).fetchone()
    return int(row[0]) if row else 0


def _see_backups(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_SEEN, number))


def _mark_tidy(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM meta WHERE key = ?", (INDEX_UNTIDY,))


def recovered_file(path: Path) -> Path:
    """Where a recovered database lies, whole, until it takes the place of the one at ``path``."""
    return path.with_name(f"{path.name}.recovered")


def recovery_is_unfinished(path: Path) -> bool:
    """Whether a crash came between recovering a database and putting it in its place."""
    return recovered_file(path).exists()


def recovery_mark(path: Path) -> Path:
    """The file that asks the next start to recover the database at ``path``."""
    return path.with_name(f"{path.name}.check-failed")


def clear_recovery_mark(path: Path) -> None:
    """The database was recovered."""
    try:
        recovery_mark(path).unlink(missing_ok=True)
    except OSError as error:
        raise file_error(error, path.name) from error
