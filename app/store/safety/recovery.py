"""A damaged database: set aside, never overwritten, and what can be read put into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.language import paragraph, tr, trn
from app.store.conversations.message_queries import reselect_branch
from app.store.database.connect import open_scratch
from app.store.database.failures import file_error, typed_errors
from app.store.database.files import free_name, sync_file, sync_folder
from app.store.database.migrations import columns_of, migrate, quiet
from app.store.database.moved_reasoning import move_reasoning
from app.store.database.rows import to_blob
from app.store.safety.backups import Backups
from app.store.safety.health import recovered_file
from app.store.safety.page_scanner import CarvedRow, carve
from app.store.safety.record_tables import KnownTables

RECOVERED_TITLE = tr("Recovered chat")


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was recovered from a damaged database.

    Attributes:
        set_aside: Where the damaged file is now.
        conversations: Chats in the new database.
        messages: Messages in the new database.
        from_backup: How many of these messages only a backup still had.
        orphans: Messages whose chat was lost; they are in chats named "Recovered chat".
    """

    set_aside: Path
    conversations: int
    messages: int
    from_backup: int
    orphans: int

    @property
    def sentence(self) -> str:
        """For the user."""
        chats = trn("{n} chat", "{n} chats", self.conversations)
        found = trn(
            "{n} message in {chats} was recovered.",
            "{n} messages in {chats} were recovered.",
            self.messages,
            chats=chats,
        )
        if self.from_backup:
            found = trn(
                "{n} message in {chats} was recovered, {old} of them from a backup.",
                "{n} messages in {chats} were recovered, {old} of them from a backup.",
                self.messages,
                chats=chats,
                old=self.from_backup,
            )
        kept = tr("The damaged file is kept as {name}.", name=self.set_aside.name)
        return paragraph(tr("The conversation database was damaged."), found, kept)


def recover(path: Path, backups: Backups) -> Recovery:
    """Set the database at ``path`` aside and put a new one with its content in its place.

    Raises:
        KnownError: The disk is full or cannot be written; the damaged file is where it was.
    """
    new = _beside(path, ".recovering")
    try:
        for leftover in (new, _beside(new, "-journal")):
            leftover.unlink(missing_ok=True)
        with typed_errors(), closing(open_scratch(new)) as target:
            migrate(target, lambda _version: None)
            found = rebuild(target, path, backups)
        sync_file(new)
        new.replace(recovered_file(path))  # from here on it is known to be complete
        sync_folder(path.parent)
        aside = finish_recovery(path)
    except OSError as error:
        raise file_error(error, path.name) from error
    return Recovery(aside, found.conversations, found.messages, found.from_backup, found.orphans)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What :func:`rebuild` found; see :class:`Recovery`."""

    conversations: int
    messages: int
    from_backup: int
    orphans: int


def rebuild(target: sqlite3.Connection, path: Path, backups: Backups) -> Rebuilt:
    """Fill an empty database with what can be read at ``path``, and what only a backup still has.

    Raises:
        sqlite3.Error: It cannot be written.
        KnownError: The damaged file cannot be read at all.
    """
    target.execute("PRAGMA foreign_keys=0")
    target.execute("BEGIN")
    try:
        _fill(target, carve(path))
    except OSError as error:
        raise file_error(error, path.name) from error
    from_backup = _add_from_backup(target, backups)
    orphans = _mend(target)
    move_reasoning(target, quiet)  # of rows and backups of a schema that had it in the text
    counts = [
        target.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        for table in ("conversations", "messages")
    ]
    target.execute("COMMIT")
    return Rebuilt(counts[0], counts[1], from_backup, orphans)


def finish_recovery(path: Path) -> Path:
    """Swap the damaged database for the recovered one; also after a crash in the middle of it.

    Returns:
        Where the damaged database is now.

    Raises:
        OSError: A file could not be renamed.
    """
    aside = free_name(path, "damaged")
    for suffix in ("", "-wal", "-shm"):
        source = _beside(path, suffix)
        if source.exists():
            source.rename(_beside(aside, suffix))
    recovered_file(path).replace(path)
    sync_folder(path.parent)
    return aside


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")


def _fill(target: sqlite3.Connection, rows: Iterable[CarvedRow]) -> None:
    known = KnownTables()
    for row in rows:
        found = known.recognise(row)
        if found is not None:
            # A row whose id or seq was read before is a stale copy of it.
            _insert(target, found.table, found.values)


def _insert(target: sqlite3.Connection, table: str, values: Mapping[str, object]) -> int:
    """Insert by names: columns that a row of an older schema lacks get their defaults."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = target.execute(
        f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
        tuple(values.values()),
    )
    return cursor.rowcount


def _add_from_backup(target: sqlite3.Connection, backups: Backups) -> int:
    """Add the chats and messages that only the newest readable backup still has."""
    source = backups.newest_readable()
    if source is None:
        return 0
    with closing(source):
        for table in ("models", "samplings", "conversations"):
            _copy_missing(source, target, table)
        added = _copy_missing(source, target, "messages")
        for table in ("summaries", "edits", "parts"):
            _copy_missing(source, target, table)
        return added


def _copy_missing(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> int:
    """Add the rows that are missing, of a backup of any schema, by the columns both have."""
    both = _common_columns(source, target, table)
    added = 0
    if not both:  # a table that came after the backup
        return added
    try:
        for row in source.execute(f"SELECT {', '.join(both)} FROM {table} ORDER BY 1"):  # noqa: S608
            added += _insert(target, table, dict(zip(both, row, strict=True)))
    except sqlite3.DatabaseError:
        # The backup was sound when it was made; now it is damaged too. What was read is kept.
        return added
    return added


def _common_columns(
    source: sqlite3.Connection, target: sqlite3.Connection, table: str
) -> list[str]:
    old = columns_of(source, table)
    return [name for name in columns_of(target, table) if name in old]


def _mend(target: sqlite3.Connection) -> int:
    """Make every reference point at something again; returns how many messages had no chat."""
    orphans = target.execute(
        "SELECT count(*), min(created_at) FROM messages "
        "WHERE conversation NOT IN (SELECT seq FROM conversations)"
    ).fetchone()
    target.execute(
        "INSERT INTO conversations (seq, id, title, title_by_user, created_at, updated_at, "
        "activity, system_prompt, draft, pinned, archived, folder, scroll_offset) "
        "SELECT conversation, lower(hex(randomblob(16))), ?1, 0, "
        "min(created_at), max(created_at), 0, x'', x'', 0, 0, x'', 0 "
        "FROM messages WHERE conversation NOT IN (SELECT seq FROM conversations) "
        "GROUP BY conversation",
        (to_blob(RECOVERED_TITLE),),
    )
    # A message whose parent is lost follows the one written before it. Parents are always older;
    # what says otherwise is damage, and would make a circle.
    target.execute(
        "UPDATE messages SET parent = (SELECT max(e.seq) FROM messages e "
        "WHERE e.conversation = messages.conversation AND e.seq < messages.seq) "
        "WHERE parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages p WHERE "
        "p.seq = messages.parent AND p.seq < messages.seq "
        "AND p.conversation = messages.conversation)"
    )
    target.execute(
        "UPDATE messages SET chosen = NULL WHERE chosen IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM messages k WHERE k.seq = messages.chosen AND k.parent = messages.seq)"
    )
    target.execute(
        "UPDATE conversations SET root = NULL WHERE root IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM messages r WHERE r.seq = conversations.root AND r.parent IS NULL "
        "AND r.conversation = conversations.seq)"
    )
    for table, column, other in (
        ("messages", "model", "models"),
        ("messages", "sampling", "samplings"),
    ):
        target.execute(
            f"UPDATE {table} SET {column} = NULL "  # noqa: S608
            f"WHERE {column} NOT IN (SELECT seq FROM {other})"
        )
    for table in ("journal", "summaries", "edits", "parts"):
        target.execute(
            f"DELETE FROM {table} WHERE message NOT IN (SELECT seq FROM messages)"  # noqa: S608
        )
    target.execute("UPDATE conversations SET head = NULL")
    for (seq,) in target.execute("SELECT seq FROM conversations").fetchall():
        reselect_branch(target, seq)
    return int(orphans[0])
