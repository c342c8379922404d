"""A damaged database: set aside, never overwritten, and what can be read put into a new one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.domain.conversation import MessageStatus
from app.domain.generation import Role, StopReason
from app.store.backups import Backups
from app.store.carve import CarvedRow, Value, carve
from app.store.connect import open_scratch
from app.store.failures import file_error, typed_errors
from app.store.files import free_name, sync_file, sync_folder
from app.store.messages import rechoose
from app.store.migrations import migrate
from app.store.rows import to_blob

RECOVERED_TITLE = "Recovered chat"
_COLUMNS = {
    "conversations": 18,
    "messages": 17,
    "models": 4,
    "samplings": 2,
    "journal": 3,
    "summaries": 3,
}
_ROLES, _STATUSES = set(map(str, Role)), set(map(str, MessageStatus))
_STOP_REASONS = {None, *map(str, StopReason)}


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
        text = (
            f"The conversation database was damaged. {self.messages:,} messages in "
            f"{self.conversations:,} chats were recovered"
        )
        if self.from_backup:
            text += f", {self.from_backup:,} of them from a backup"
        return f"{text}. The damaged file is kept as {self.set_aside.name}."


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
            target.execute("PRAGMA foreign_keys=0")
            target.execute("BEGIN")
            _fill(target, carve(path))
            from_backup = _add_from_backup(target, backups)
            orphans = _mend(target)
            counts = [
                target.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
                for table in ("conversations", "messages")
            ]
            target.execute("COMMIT")
        sync_file(new)
        new.replace(_beside(path, ".recovered"))  # from here on it is known to be complete
        sync_folder(path.parent)
        aside = finish_recovery(path)
    except OSError as error:
        raise file_error(error, path.name) from error
    return Recovery(aside, counts[0], counts[1], from_backup, orphans)


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
    _beside(path, ".recovered").replace(path)
    sync_folder(path.parent)
    return aside


def recovery_is_unfinished(path: Path) -> bool:
    """Whether a crash came between recovering a database and putting it in its place."""
    return _beside(path, ".recovered").exists()


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")


def _fill(target: sqlite3.Connection, rows: Iterable[CarvedRow]) -> None:
    for row in rows:
        table = _table_of(row)
        if table is None:
            continue
        marks = ", ".join("?" * _COLUMNS[table])
        # A row whose id or seq was read before is a stale copy of it.
        target.execute(
            f"INSERT OR IGNORE INTO {table} VALUES ({marks})",  # noqa: S608
            (row.rowid, *row.values[1:]),
        )


def _table_of(row: CarvedRow) -> str | None:
    values = row.values
    for table, fits in _SHAPES.items():
        if len(values) == _COLUMNS[table] and values[0] is None and fits(values):
            return table
    return None


def _is_message(values: tuple[Value, ...]) -> bool:
    (_, id_, conversation, parent, chosen, role, status, created, deleted, model, sampling,
     seed, stop_reason, timings, error, left_out, content) = values  # fmt: skip
    return (
        isinstance(id_, str)
        and isinstance(conversation, int)
        and all(v is None or isinstance(v, int) for v in (parent, chosen, deleted, model, sampling))
        and role in _ROLES
        and status in _STATUSES
        and isinstance(created, int)
        and (seed is None or isinstance(seed, int))
        and stop_reason in _STOP_REASONS
        and all(_is_json(v) for v in (timings, left_out))
        and (error is None or _is_text(error))
        and _is_text(content)
    )


def _is_conversation(values: tuple[Value, ...]) -> bool:
    (_, id_, title, by_user, created, updated, activity, prompt, root, head, head_id,
     draft, pinned, archived, folder, deleted, scroll_id, scroll_offset) = values  # fmt: skip
    numbers = (by_user, created, updated, activity, pinned, archived, scroll_offset)
    return (
        isinstance(id_, str)
        and all(isinstance(v, int) for v in numbers)
        and all(v is None or isinstance(v, int) for v in (root, head, deleted))
        and all(v is None or isinstance(v, str) for v in (head_id, scroll_id))
        and all(_is_text(v) for v in (title, prompt, draft, folder))
    )


def _is_model(values: tuple[Value, ...]) -> bool:
    return _is_text(values[1]) and _is_text(values[2]) and isinstance(values[3], str)


def _is_sampling(values: tuple[Value, ...]) -> bool:
    return isinstance(values[1], str) and _is_json(values[1])


def _is_summary(values: tuple[Value, ...]) -> bool:
    return _is_text(values[1]) and values[2] in {0, 1}


def _is_journal(values: tuple[Value, ...]) -> bool:
    return isinstance(values[1], int) and _is_text(values[2])


_SHAPES: dict[str, Callable[[tuple[Value, ...]], bool]] = {
    "messages": _is_message,
    "conversations": _is_conversation,
    "models": _is_model,
    "samplings": _is_sampling,
    "journal": _is_journal,
    "summaries": _is_summary,
}


def _is_text(value: Value) -> bool:
    if not isinstance(value, bytes):
        return False
    try:
        value.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _is_json(value: Value) -> bool:
    if value is None:
        return True
    if not isinstance(value, str):
        return False
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def _add_from_backup(target: sqlite3.Connection, backups: Backups) -> int:
    """Add the chats and messages that only the newest readable backup still has."""
    source = backups.newest_readable()
    if source is None:
        return 0
    with closing(source):
        for table in ("models", "samplings", "conversations"):
            _copy_missing(source, target, table)
        return _copy_missing(source, target, "messages")


def _copy_missing(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> int:
    marks = ", ".join("?" * _COLUMNS[table])
    added = 0
    try:
        for row in source.execute(f"SELECT * FROM {table} ORDER BY seq"):  # noqa: S608
            cursor = target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)  # noqa: S608
            added += cursor.rowcount
    except sqlite3.DatabaseError:
        # The backup was sound when it was made; now it is damaged too. What was read is kept.
        return added
    return added


def _mend(target: sqlite3.Connection) -> int:
    """Make every reference point at something again; returns how many messages had no chat."""
    orphans = target.execute(
        "SELECT count(*), min(created_at) FROM messages "
        "WHERE conversation NOT IN (SELECT seq FROM conversations)"
    ).fetchone()
    target.execute(
        "INSERT INTO conversations SELECT conversation, lower(hex(randomblob(16))), ?1, 0, "
        "min(created_at), max(created_at), 0, x'', NULL, NULL, NULL, x'', 0, 0, x'', NULL, NULL, 0 "
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
    for table in ("journal", "summaries"):
        target.execute(
            f"DELETE FROM {table} WHERE message NOT IN (SELECT seq FROM messages)"  # noqa: S608
        )
    target.execute("UPDATE conversations SET head = NULL")
    for (seq,) in target.execute("SELECT seq FROM conversations").fetchall():
        rechoose(target, seq)
    return int(orphans[0])
