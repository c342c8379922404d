"""Backups of the conversation database: made by SQLite's backup API, checked, bounded, rotated."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from app.domain.errors import DamagedDatabaseError, KnownError
from app.language import tr
from app.store.database.connect import open_reader, open_scratch
from app.store.database.failures import file_error, typed_errors
from app.store.database.files import make_folder, sync_file, sync_folder
from app.store.safety.checks import CheckResult, full_check

T = TypeVar("T")
_log = logging.getLogger(__name__)
MAX_COUNT = 10
MAX_BYTES = 2 * 2**30
DAILY = "daily"
_EVERY = timedelta(hours=24)
_NAME = re.compile(r"phial-(\d{6})-(\d{8}-\d{6})-([a-z0-9-]+)\.db")
_STAMP = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup on disk.

    Attributes:
        path: The file, a complete database.
        number: Counts up with each backup, whatever the clock says.
        made_at: By the clock then, UTC.
        reason: "daily", "before-migration-2", "before-restore", "before-import",
            "by-hand".
        size: Bytes.
    """

    path: Path
    number: int
    made_at: datetime
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a database holds.

    Attributes:
        chats: Those outside the trash.
        messages: Those outside the trash.
        newest: The highest number a message ever had in it. It only rises, so a database whose
            number is lower than a backup's is not the one the backup was made of.
    """

    chats: int
    messages: int
    newest: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A backup with messages that the database never had.

    Attributes:
        backup: The one with the newest messages.
        content: What it holds.
        here: What the database holds.
    """

    backup: Backup
    content: Content
    here: Content


def content_of(connection: sqlite3.Connection) -> Content:
    """What a database of any schema holds."""
    chats, messages = (
        connection.execute(
            f"SELECT count(*) - (SELECT count(*) FROM {table} WHERE deleted_at IS NOT NULL) "  # noqa: S608
            f"FROM {table}"
        ).fetchone()[0]
        for table in ("conversations", "messages")
    )
    return Content(chats, messages, newest_message(connection))


def newest_message(connection: sqlite3.Connection) -> int:
    """The highest number a message ever had; see :class:`Content`."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").fetchone()
    return int(row[0]) if row else 0


class Backups:
    """The backups of one database.

    Args:
        folder: Where they are; made when the first is.
        max_count: Keep at most so many...
        max_bytes: ...of at most so many bytes together; the newest always stays.
    """

    def __init__(
        self, folder: Path, *, max_count: int = MAX_COUNT, max_bytes: int = MAX_BYTES
    ) -> None:
        self.folder = folder
        self._max_count = max_count
        self._max_bytes = max_bytes

    def list(self) -> tuple[Backup, ...]:
        """What is there, newest first."""
        found = []
        try:
            for path in self.folder.iterdir():
                match = _NAME.fullmatch(path.name)
                if match:
                    made = datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC)
                    size = path.stat().st_size
                    found.append(Backup(path, int(match[1]), made, match[3], size))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise file_error(error, self.folder.name) from error
        return tuple(sorted(found, key=lambda backup: backup.number, reverse=True))

    def is_due(self, now: datetime | None = None) -> bool:
        """Whether the daily backup is: none, an old one, or one from the future."""
        when = now or datetime.now(UTC)
        daily = [backup.made_at for backup in self.list() if backup.reason == DAILY]
        return not daily or not timedelta(0) <= when - daily[0] < _EVERY

    def make(
        self, source: sqlite3.Connection, reason: str, now: datetime | None = None
    ) -> tuple[Backup, CheckResult]:
        """Copy the database as it is at this moment, check the copy in full, then keep it.

        Args:
            source: A connection; others go on reading and, in WAL mode, writing meanwhile.
            reason: See :class:`Backup`.
            now: For the name.

        Returns:
            The backup, and what the check of it found about the search index.

        Raises:
            DamagedDatabaseError: The copy, and so the database, is damaged. Nothing was kept, and
                no older backup was removed.
            KnownError: It could not be written; older backups are untouched.
        """
        when = now or datetime.now(UTC)
        known = self.list()
        number = known[0].number + 1 if known else 1
        name = f"phial-{number:06d}-{when.strftime(_STAMP)}-{reason}.db"
        part = self.folder / f"{name}.part"
        try:
            make_folder(self.folder)
            try:
                result = _copy(source, part)
                if not result.sound:
                    raise DamagedDatabaseError(
                        tr("The conversation database is damaged."),
                        detail="\n".join(result.problems),
                    )
                sync_file(part)
                part.replace(self.folder / name)
                sync_folder(self.folder)
            finally:
                part.unlink(missing_ok=True)
            made = next(backup for backup in self.list() if backup.number == number)
            self._rotate(self.list())
        except OSError as error:
            raise file_error(error, tr("The backup")) from error
        return made, result

    def check(self, source: sqlite3.Connection) -> CheckResult:
        """Check a copy of the database in full, index against text, and throw the copy away.

        Raises:
            KnownError: There is no room for a copy.
        """
        copy = self.folder / "check.part"
        try:
            make_folder(self.folder)
            try:
                return _copy(source, copy, compare_index=True)
            finally:
                copy.unlink(missing_ok=True)
        except OSError as error:
            raise file_error(error, tr("The copy to check")) from error

    def list_if_readable(self) -> tuple[Backup, ...]:
        """As :meth:`list`; none where the folder cannot be read, for a start that must go on."""
        try:
            return self.list()
        except KnownError as error:
            _log.warning("The backups cannot be read: %s", error.detail)
            return ()

    def content(self, backup: Backup) -> Content | None:
        """What a backup holds; None where it cannot be read."""
        return self._read(backup, content_of)

    def newest_readable(self) -> sqlite3.Connection | None:
        """The backup with the newest messages; the caller closes it."""
        richest = self.richest(self.list_if_readable())
        return None if richest is None else open_reader(richest.path, immutable=True)

    def richest(self, backups: Sequence[Backup]) -> Backup | None:
        """Of these, newest first, the one with the newest messages; None where all are empty."""
        found = [(self._read(backup, newest_message) or 0, backup) for backup in backups]
        newest, backup = max(found, key=lambda pair: pair[0], default=(0, None))
        return backup if newest else None

    def _read(self, backup: Backup, work: Callable[[sqlite3.Connection], T]) -> T | None:
        try:
            with typed_errors(), closing(open_reader(backup.path, immutable=True)) as connection:
                return work(connection)
        except KnownError as error:
            _log.warning("The backup %s cannot be read: %s", backup.path.name, error.detail)
            return None

    def _rotate(self, backups: Sequence[Backup]) -> None:
        """Remove the oldest beyond the bounds, those with a newer one of their reason first.

        The one with the newest messages stays: while a database that is empty or another one lies
        in the place of the user's, its backups must not push out the last that is whole.
        """
        richest = self.richest(backups)
        newest_of_reason = {backup.reason: backup.number for backup in reversed(backups)}
        count, size = len(backups), sum(backup.size for backup in backups)

        def worth(backup: Backup) -> tuple[bool, int]:
            return newest_of_reason[backup.reason] == backup.number, backup.number

        for backup in sorted((one for one in backups[1:] if one != richest), key=worth):
            if count <= self._max_count and size <= self._max_bytes:
                break
            backup.path.unlink(missing_ok=True)
            count, size = count - 1, size - backup.size


def _copy(source: sqlite3.Connection, target: Path, *, compare_index: bool = False) -> CheckResult:
    target.unlink(missing_ok=True)
    with typed_errors(), closing(open_scratch(target)) as copy:
        source.backup(copy)
        # One file without a WAL, so that it can be carried away and opened read-only.
        copy.execute("PRAGMA journal_mode=DELETE")
        return full_check(copy, compare_index=compare_index)
