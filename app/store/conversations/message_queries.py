"""The tree of messages in SQL: adding, selecting branches and versions, copying a branch.

Each function takes the connection of the transaction it runs in. A deleted message hides what
stands below it; its siblings and its parent are untouched.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.domain.conversation import (
    BranchMessage,
    Conversation,
    Message,
    MessageStatus,
    Version,
)
from app.domain.errors import InvalidValueError, NotFoundError
from app.domain.model import ModelRef
from app.language import tr
from app.language.sentence import to_stored
from app.store.conversations.conversation_queries import (
    conversation_seq,
    insert_conversation,
    mark_used,
    read_conversation,
)
from app.store.database.part_rows import copy_part_rows, write_parts
from app.store.database.rows import (
    MESSAGE_COLUMNS,
    LeftOutCodec,
    MessageReader,
    model_identity,
    new_row,
    sampling_json,
    timings_json,
    to_blob,
    to_time,
)

Connection = sqlite3.Connection

_TREE = f"""
    WITH RECURSIVE tree (seq) AS (
        SELECT seq FROM messages WHERE conversation = ? AND parent IS NULL AND deleted_at IS NULL
        UNION ALL
        SELECT k.seq FROM tree JOIN messages k ON k.parent = tree.seq WHERE k.deleted_at IS NULL
    )
    SELECT {MESSAGE_COLUMNS} FROM tree JOIN messages m ON m.seq = tree.seq ORDER BY m.seq
"""  # noqa: S608
_BRANCH = f"""
    WITH RECURSIVE branch (seq, depth) AS (
        SELECT head, 0 FROM conversations WHERE seq = :c AND head IS NOT NULL
        UNION ALL
        SELECT m.parent, depth + 1 FROM branch JOIN messages m ON m.seq = branch.seq
        WHERE m.parent IS NOT NULL
    )
    SELECT m.parent, m.seq, {MESSAGE_COLUMNS}
    FROM branch JOIN messages m ON m.seq = branch.seq ORDER BY branch.depth DESC
"""  # noqa: S608


def message_seq(connection: Connection, message_id: str) -> int:
    """The row of a message.

    Raises:
        NotFoundError: There is none.
    """
    row = connection.execute("SELECT seq FROM messages WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise NotFoundError(tr("This message no longer exists."), detail=message_id)
    return int(row[0])


def insert_message(connection: Connection, message: Message) -> int:
    """Add a message below its parent, without choosing it.

    Raises:
        NotFoundError: Its conversation or its parent does not exist there.
        InvalidValueError: Its id is taken.
    """
    conversation = conversation_seq(connection, message.conversation_id)
    parent = None
    if message.parent_id is not None:
        row = connection.execute(
            "SELECT seq FROM messages WHERE id = ? AND conversation = ?",
            (message.parent_id, conversation),
        ).fetchone()
        if row is None:
            raise NotFoundError(
                tr("The message before this one no longer exists."), detail=message.parent_id
            )
        parent = row[0]
    if connection.execute("SELECT 1 FROM messages WHERE id = ?", (message.id,)).fetchone():
        raise InvalidValueError(tr("This message is stored already."), detail=message.id)
    cursor = connection.execute(
        "INSERT INTO messages (id, conversation, parent, role, created_at, status, content, "
        "model, sampling, seed, stop_reason, timings, error, left_out) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.id,
            conversation,
            parent,
            str(message.role),
            to_time(message.created_at),
            *_outcome(connection, conversation, message),
        ),
    )
    seq = new_row(cursor)
    if message.placed:
        write_parts(connection, seq, message.placed)
    return seq


def update_message(connection: Connection, message: Message) -> None:
    """Store everything an answer ended with, its parts too, and drop its journal.

    Raises:
        NotFoundError: The message does not exist.
    """
    seq = message_seq(connection, message.id)
    conversation = connection.execute(
        "SELECT conversation FROM messages WHERE seq = ?", (seq,)
    ).fetchone()[0]
    connection.execute(
        "UPDATE messages SET status = ?, content = ?, model = ?, sampling = ?, seed = ?, "
        "stop_reason = ?, timings = ?, error = ?, left_out = ? WHERE seq = ?",
        (*_outcome(connection, conversation, message), seq),
    )
    write_parts(connection, seq, message.placed)
    connection.execute("DELETE FROM journal WHERE message = ?", (seq,))


def select_branch(connection: Connection, seq: int) -> None:
    """Make the branch through this message active, and below it the one selected last.

    Below a message in the trash there is nothing to select yet: the choice is remembered, and the
    branch stays where it can be seen.
    """
    conversation, parent, head = connection.execute(
        "SELECT m.conversation, m.parent, c.head FROM messages m "
        "JOIN conversations c ON c.seq = m.conversation WHERE m.seq = ?",
        (seq,),
    ).fetchone()
    if parent is not None and parent == head:  # the usual case, whatever the chat's length
        connection.execute("UPDATE messages SET chosen = ? WHERE seq = ?", (seq, parent))
        _set_head(connection, conversation, _last_below(connection, seq))
        return
    child = seq
    while parent is not None:
        connection.execute(
            "UPDATE messages SET chosen = ? WHERE seq = ? AND chosen IS NOT ?",
            (child, parent, child),
        )
        child = parent
        parent = connection.execute(
            "SELECT parent FROM messages WHERE seq = ?", (parent,)
        ).fetchone()[0]
    connection.execute("UPDATE conversations SET root = ? WHERE seq = ?", (child, conversation))
    reselect_branch(connection, conversation)


def reselect_branch(connection: Connection, conversation: int) -> None:
    """Find the active branch anew from the top, after messages went away or came back."""
    root = connection.execute(
        "SELECT coalesce("
        "(SELECT r.seq FROM conversations c JOIN messages r ON r.seq = c.root"
        " WHERE c.seq = :c AND r.deleted_at IS NULL), "
        "(SELECT max(seq) FROM messages"
        " WHERE conversation = :c AND parent IS NULL AND deleted_at IS NULL))",
        {"c": conversation},
    ).fetchone()[0]
    head = None if root is None else _last_below(connection, root)
    connection.execute("UPDATE conversations SET root = ? WHERE seq = ?", (root, conversation))
    _set_head(connection, conversation, head)


def read_message(connection: Connection, message_id: str) -> Message:
    """One message, also one in the trash.

    Raises:
        NotFoundError: There is none.
    """
    row = connection.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM messages m WHERE m.id = ?",  # noqa: S608
        (message_id,),
    ).fetchone()
    if row is None:
        raise NotFoundError(tr("This message no longer exists."), detail=message_id)
    return MessageReader(connection).message(row)


def read_tree(connection: Connection, conversation_id: str) -> tuple[Message, ...]:
    """Every message that is not in the trash nor below one that is; parents come first."""
    conversation = conversation_seq(connection, conversation_id)
    reader = MessageReader(connection)
    rows = connection.execute(
        _TREE,
        (conversation,),
    ).fetchall()
    return tuple(reader.message(row) for row in rows)


def read_branch(connection: Connection, conversation_id: str) -> tuple[BranchMessage, ...]:
    """The active branch, first message first."""
    conversation = conversation_seq(connection, conversation_id)
    reader = MessageReader(connection)
    rows = connection.execute(
        _BRANCH,
        {"c": conversation},
    ).fetchall()
    return tuple(
        BranchMessage(reader.message(row[2:]), _version(connection, conversation, *row[:2]))
        for row in rows
    )


def read_versions(connection: Connection, message_id: str) -> tuple[Message, ...]:
    """A message and its siblings of the same role, oldest first.

    Raises:
        NotFoundError: There is no such message.
    """
    reader = MessageReader(connection)
    conversation, parent, role = connection.execute(
        "SELECT conversation, parent, role FROM messages WHERE seq = ?",
        (message_seq(connection, message_id),),
    ).fetchone()
    rows = connection.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM messages m "  # noqa: S608
        "WHERE m.conversation = ? AND m.parent IS ? AND m.role = ? AND m.deleted_at IS NULL "
        "ORDER BY m.seq",
        (conversation, parent, role),
    ).fetchall()
    return tuple(reader.message(row) for row in rows)


def read_selected_children(connection: Connection, conversation_id: str) -> dict[str | None, str]:
    """The child selected below each message; the key None names the first message."""
    conversation = conversation_seq(connection, conversation_id)
    rows = connection.execute(
        "SELECT p.id, k.id FROM messages p JOIN messages k ON k.seq = p.chosen "
        "WHERE p.conversation = :c "
        "UNION ALL SELECT NULL, m.id FROM conversations c JOIN messages m ON m.seq = c.root "
        "WHERE c.seq = :c",
        {"c": conversation},
    )
    return {row[0]: row[1] for row in rows}


def write_selected_children(
    connection: Connection, conversation: int, chosen: dict[str | None, str]
) -> None:
    """Restore what :func:`read_selected_children` gave; names that do not fit are passed over."""
    for parent_id, child_id in chosen.items():
        if parent_id is None:
            connection.execute(
                "UPDATE conversations SET root = (SELECT seq FROM messages WHERE id = ?1 "
                "AND conversation = ?2 AND parent IS NULL) WHERE seq = ?2",
                (child_id, conversation),
            )
        else:
            connection.execute(
                "UPDATE messages SET chosen = (SELECT k.seq FROM messages k WHERE k.id = ?1 "
                "AND k.parent = messages.seq) WHERE id = ?2 AND conversation = ?3",
                (child_id, parent_id, conversation),
            )
    reselect_branch(connection, conversation)


def copy_branch(
    connection: Connection, message_id: str, title: str | None, now: datetime
) -> tuple[str, dict[str, str]]:
    """Copy the messages from the first to ``message_id`` into a new conversation.

    Returns:
        The new conversation's id, and the new id of each message by its old one. It has the old
        one's title unless another is given, and its system prompt and folder.

    Raises:
        NotFoundError: There is no such message.
    """
    path: list[Message] = []
    at: str | None = message_id
    while at is not None:
        path.append(read_message(connection, at))
        at = path[-1].parent_id
    path.reverse()
    new_ids = {message.id: os.urandom(16).hex() for message in path}
    old = read_conversation(connection, path[0].conversation_id, private=False)
    target = Conversation(
        id=os.urandom(16).hex(),
        title=old.title if title is None else title,
        title_by_user=old.title_by_user or title is not None,
        created_at=now,
        updated_at=now,
        system_prompt=old.system_prompt,
        folder=old.folder,
        options=replace(old.options, queued=()),
    )
    conversation = insert_conversation(connection, target)
    last = None
    for message in path:
        status = message.status
        if status is MessageStatus.STREAMING:
            status = MessageStatus.INTERRUPTED  # the copy has no engine writing it
        copy = replace(
            message,
            id=new_ids[message.id],
            conversation_id=target.id,
            parent_id=new_ids.get(message.parent_id or ""),
            status=status,
            placed=(),
            left_out=tuple(new_ids[id_] for id_ in message.left_out if id_ in new_ids),
        )
        last = insert_message(connection, copy)
        if message.placed:
            copy_part_rows(connection, message_seq(connection, message.id), last)
    if last is not None:
        select_branch(connection, last)
    mark_used(connection, conversation, now)
    return target.id, new_ids


def insert_tree(connection: Connection, messages: Iterable[Message]) -> None:
    """Add many messages of one conversation; parents must come before their children."""
    for message in messages:
        insert_message(connection, message)


def _set_head(connection: Connection, conversation: int, head: int | None) -> None:
    connection.execute(
        "UPDATE conversations SET head = ?1, head_id = (SELECT id FROM messages WHERE seq = ?1) "
        "WHERE seq = ?2",
        (head, conversation),
    )


def _last_below(connection: Connection, seq: int) -> int:
    # Down through the chosen children; the newest where none was chosen or it was deleted.
    while True:
        child = connection.execute(
            "SELECT coalesce("
            "(SELECT k.seq FROM messages m JOIN messages k ON k.seq = m.chosen"
            " WHERE m.seq = :m AND k.deleted_at IS NULL), "
            "(SELECT max(seq) FROM messages WHERE parent = :m AND deleted_at IS NULL))",
            {"m": seq},
        ).fetchone()[0]
        if child is None:
            return seq
        seq = child


def _version(connection: Connection, conversation: int, parent: int | None, seq: int) -> Version:
    index, count = connection.execute(
        "SELECT count(CASE WHEN seq <= :m THEN 1 END), count(*) FROM messages "
        "WHERE conversation = :c AND parent IS :p AND deleted_at IS NULL "
        "AND role = (SELECT role FROM messages WHERE seq = :m)",
        {"m": seq, "c": conversation, "p": parent},
    ).fetchone()
    return Version(index, count)


def _outcome(connection: Connection, conversation: int, message: Message) -> tuple[object, ...]:
    sampling = message.sampling
    return (
        str(message.status),
        to_blob(message.content),
        None if message.model is None else _model_seq(connection, message.model),
        None if sampling is None else _sampling_seq(connection, sampling_json(sampling)),
        message.seed,
        None if message.stop_reason is None else str(message.stop_reason),
        None if message.timings is None else timings_json(message.timings),
        to_blob(to_stored(message.error)) if message.error else None,
        LeftOutCodec(connection).to_json(conversation, message.left_out),
    )


def _model_seq(connection: Connection, model: ModelRef) -> int:
    # The demo's name is a sentence, as the language of the day has it.
    name = to_blob(to_stored(model.name))
    values = (name, to_blob(model.quantization), model_identity(model))
    connection.execute(
        "INSERT OR IGNORE INTO models (name, quantization, sha256) VALUES (?, ?, ?)", values
    )
    row = connection.execute(
        "SELECT seq FROM models WHERE name = ? AND quantization = ? AND sha256 = ?", values
    ).fetchone()
    return int(row[0])


def _sampling_seq(connection: Connection, value: str) -> int:
    connection.execute("INSERT OR IGNORE INTO samplings (value) VALUES (?)", (value,))
    row = connection.execute("SELECT seq FROM samplings WHERE value = ?", (value,)).fetchone()
    return int(row[0])
