"""Rows of the database as domain values, and back."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left, bisect_right
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.generation import (
    Role,
    Sampling,
    StopReason,
    Timings,
    sampling_from_dict,
)
from app.domain.model import ModelRef
from app.domain.presets.preset import NO_OPTIONS, ChatOptions, options_from_dict, options_to_dict
from app.language.sentence import from_stored
from app.store.database.part_rows import parts_of_rows, read_part_rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Names would take more room than a short answer; new ones go to the end.
_TIMINGS = (
    "prompt_tokens",
    "evaluated_tokens",
    "completion_tokens",
    "prompt_seconds",
    "completion_seconds",
    "restored_tokens",
    "restore_seconds",
    "drafted_tokens",
    "accepted_tokens",
)

# The columns the functions below read, in order; `c` and `m` are the tables' names in the query.
CONVERSATION_COLUMNS = """
    c.id, c.title, c.created_at, c.updated_at, c.title_by_user, c.system_prompt,
    c.head_id, c.draft, c.pinned, c.archived, c.folder,
    c.deleted_at, c.scroll_message_id, c.scroll_offset, c.scroll_y, c.activity, c.options
"""  # not shown: SQL
MESSAGE_COLUMNS = """
    m.id, (SELECT id FROM conversations WHERE seq = m.conversation),
    (SELECT id FROM messages WHERE seq = m.parent), m.role, m.content, m.status, m.created_at,
    (SELECT name FROM models WHERE seq = m.model),
    (SELECT quantization FROM models WHERE seq = m.model),
    (SELECT sha256 FROM models WHERE seq = m.model),
    (SELECT value FROM samplings WHERE seq = m.sampling),
    m.seed, m.stop_reason, m.timings, m.error, m.left_out, m.conversation, m.seq,
    EXISTS (SELECT 1 FROM parts WHERE message = m.seq)
"""


def to_blob(text: str) -> bytes:
    """Text as stored: every Python string has such a form, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")


def to_text(blob: bytes | None) -> str:
    """Stored text as it was."""
    return blob.decode("utf-8", "surrogatepass") if blob else ""


def to_time(value: datetime) -> int:
    """Microseconds since 1970. A time without a zone is taken as UTC."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return (value - _EPOCH) // _MICROSECOND


def from_time(value: int) -> datetime:
    """A stored time, UTC."""
    return _EPOCH + value * _MICROSECOND


def conversation_from_row(row: tuple[Any, ...], *, private: bool) -> Conversation:
    """Read one row of ``CONVERSATION_COLUMNS``; the sidebar reads ten thousand at once."""
    (id_, title, created, updated, by_user, prompt, head, draft, pinned, archived, folder,
     deleted, scroll_id, scroll_offset, scroll_y, activity, options) = row  # fmt: skip
    return Conversation(
        id_,
        to_text(title),
        from_time(created),
        from_time(updated),
        bool(by_user),
        to_text(prompt),
        head,
        to_text(draft),
        bool(pinned),
        bool(archived),
        to_text(folder),
        None if deleted is None else from_time(deleted),
        private,
        scroll_id,
        scroll_offset,
        scroll_y,
        activity,
        to_options(options) if options else NO_OPTIONS,
    )


class MessageReader:
    """Messages of rows of ``MESSAGE_COLUMNS``, of one connection and transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._left_out = LeftOutCodec(connection)

    def message(self, row: tuple[Any, ...]) -> Message:
        """Read one row."""
        (id_, conversation_id, parent, role, content, status, created, name, quantization, sha256,
         sampling, seed, stop_reason, timings, error, left_out, conversation, seq,
         has_parts) = row  # fmt: skip
        model = None
        if sha256 is not None:
            model = _model_ref(from_stored(to_text(name)), to_text(quantization), sha256)
        return Message(
            id=id_,
            conversation_id=conversation_id,
            parent_id=parent,
            role=Role(role),
            content=to_text(content),
            status=MessageStatus(status),
            created_at=from_time(created),
            model=model,
            sampling=None if sampling is None else sampling_from_dict(json.loads(sampling)),
            seed=seed,
            stop_reason=None if stop_reason is None else StopReason(stop_reason),
            timings=None if timings is None else timings_from_json(timings),
            error=from_stored(to_text(error)),
            left_out=() if left_out is None else self._left_out.to_ids(conversation, left_out),
            placed=parts_of_rows(read_part_rows(self._connection, seq)) if has_parts else (),
        )


ENDPOINT = "endpoint:"
"""Before an endpoint's id in the column of hashes, which is a model's identity."""


def model_identity(model: ModelRef) -> str:
    """What tells a model from another: the hash of its file, or the endpoint it is at."""
    return f"{ENDPOINT}{model.endpoint}" if model.endpoint else model.sha256


def _model_ref(name: str, quantization: str, identity: str) -> ModelRef:
    if identity.startswith(ENDPOINT):
        return ModelRef(name, quantization, endpoint=identity.removeprefix(ENDPOINT))
    return ModelRef(name, quantization, identity)


def to_options(text: str) -> ChatOptions:
    """What a chat has of its own; nothing where it cannot be read."""
    try:
        return options_from_dict(json.loads(text))
    except (ValueError, RecursionError):
        return NO_OPTIONS


def from_options(options: ChatOptions) -> str:
    """The stored form, JSON; empty where the chat has nothing of its own."""
    return json.dumps(options_to_dict(options)) if options else ""


def sampling_json(sampling: Sampling) -> str:
    """The stored form of a sampling; equal samplings have equal forms."""
    return json.dumps(asdict(sampling), sort_keys=True, separators=(",", ":"))


def timings_json(timings: Timings) -> str:
    """The stored form of timings: values in the order of ``_TIMINGS``, without zeros at the end."""
    values = [getattr(timings, name) for name in _TIMINGS]
    while values and not values[-1]:
        values.pop()
    return json.dumps(values, separators=(",", ":"))


def timings_from_json(text: str) -> Timings:
    """Read stored timings; values a newer version added are ignored."""
    return Timings(**dict(zip(_TIMINGS, json.loads(text), strict=False)))


class LeftOutCodec:
    """Reads and writes ``Message.left_out`` for messages of one connection and transaction.

    A long chat leaves out almost everything above each answer. Naming every id would let the
    database grow with the square of the chat's length, so runs of messages are stored as
    [first, last] ranges of ``seq`` where that gives back exactly the same ids.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._orders: dict[int, tuple[list[int], list[str]]] = {}

    def to_json(self, conversation: int, ids: tuple[str, ...]) -> str | None:
        """The stored form; None for nothing left out."""
        if not ids:
            return None
        wanted = set(ids)
        ranges: list[list[int]] = []
        running = False
        for seq, id_ in zip(*self._order(conversation), strict=True):
            if id_ not in wanted:
                running = False
            elif running:
                ranges[-1][1] = seq
            else:
                ranges.append([seq, seq])
                running = True
        text = json.dumps(ranges, separators=(",", ":"))
        if self.to_ids(conversation, text) == ids:
            return text
        return json.dumps(list(ids), separators=(",", ":"))

    def to_ids(self, conversation: int, text: str) -> tuple[str, ...]:
        """Read the stored form."""
        found: list[str] = []
        for item in json.loads(text):
            if isinstance(item, str):
                found.append(item)
            else:
                seqs, ids = self._order(conversation)
                found.extend(ids[bisect_left(seqs, item[0]) : bisect_right(seqs, item[1])])
        return tuple(found)

    def _order(self, conversation: int) -> tuple[list[int], list[str]]:
        if conversation not in self._orders:
            rows = self._connection.execute(
                "SELECT seq, id FROM messages WHERE conversation = ? ORDER BY seq", (conversation,)
            ).fetchall()
            self._orders[conversation] = ([row[0] for row in rows], [row[1] for row in rows])
        return self._orders[conversation]


def new_row(cursor: sqlite3.Cursor) -> int:
    """The row an INSERT made."""
    assert cursor.lastrowid is not None  # noqa: S101  # an INSERT that succeeded has one
    return cursor.lastrowid
