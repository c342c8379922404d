"""The exact record of a chat: values that JSON can hold, and back, nothing lost.

Both exact formats carry it. Every string of Python comes back: one with lone surrogates, which no
JSON text can hold safely (a high one next to a low one would merge), is carried as base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.errors import InvalidValueError
from app.domain.generation import Role, Sampling, StopReason, Timings, sampling_from_dict
from app.domain.model import ModelRef
from app.domain.parts import (
    PART_KINDS,
    PlacedPart,
    part_from,
    part_kind,
    part_values,
    unknown_part,
)
from app.domain.presets.preset import options_from_dict, options_to_dict
from app.language import tr
from app.markup.transfer.readers.beside_text import split_thinking
from app.markup.transfer.readers.json_values import Json, ShapeError, as_list, as_map, moment
from app.markup.transfer.values import Chat

_SURROGATE = re.compile("[\ud800-\udfff]")
_BASE64 = "utf8-base64"
_ID = re.compile(r"[0-9a-f]{32}")
PARTS = 1
"""In the record of a chat: its messages have parts. Before, reasoning stood in the texts."""


# --- strings ---------------------------------------------------------------------------------


def pack(value: object) -> object:
    """``value`` with every string in a form that JSON carries."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raw = value.encode("utf-8", "surrogatepass")
            return {_BASE64: base64.b64encode(raw).decode("ascii")}
        return value
    if isinstance(value, dict):
        return {key: pack(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [pack(item) for item in value]
    return value


def unpack(value: object) -> object:
    """What :func:`pack` was given.

    Raises:
        ShapeError: A packed string is damaged.
    """
    if isinstance(value, dict):
        if value.keys() == {_BASE64}:
            try:
                raw = base64.b64decode(str(value[_BASE64]), validate=True)
                return raw.decode("utf-8", "surrogatepass")
            except (binascii.Error, ValueError) as error:
                raise ShapeError(tr("A text in it is damaged.")) from error
        return {key: unpack(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unpack(item) for item in value]
    return value


# --- writing ---------------------------------------------------------------------------------


def conversation_record(chat: Chat) -> dict[str, object]:
    """A conversation without its messages."""
    c = chat.conversation
    return _pruned(
        {
            "id": c.id,
            "title": pack(c.title),
            "title_by_user": c.title_by_user,
            "created_at": c.created_at.isoformat(),
            "updated_at": c.updated_at.isoformat(),
            "system_prompt": pack(c.system_prompt),
            "head_id": c.head_id,
            "draft": pack(c.draft),
            "pinned": c.pinned,
            "archived": c.archived,
            "folder": pack(c.folder),
            "deleted_at": c.deleted_at.isoformat() if c.deleted_at else None,
            "scroll_message_id": c.scroll_message_id,
            "scroll_offset": c.scroll_offset,
            "scroll_y": c.scroll_y,
            "options": pack(options_to_dict(c.options)),
            "parts": PARTS,
            "chosen": [[parent, child] for parent, child in chat.selected_children.items()],
        }
    )


def message_record(message: Message, positions: Mapping[str, int]) -> dict[str, object]:
    """A message without its text.

    Args:
        message: The message.
        positions: Message id to its place in the chat; names long runs of left-out messages.
    """
    model, sampling, timings = message.model, message.sampling, message.timings
    return _pruned(
        {
            "id": message.id,
            "parent_id": message.parent_id,
            "role": message.role.value,
            "status": message.status.value,
            "created_at": message.created_at.isoformat(),
            "model": pack(asdict(model)) if model else None,
            "sampling": pack(asdict(sampling)) if sampling else None,
            "seed": message.seed,
            "stop_reason": message.stop_reason.value if message.stop_reason else None,
            "timings": asdict(timings) if timings else None,
            "error": pack(message.error),
            "left_out": _runs(message.left_out, positions),
            "parts": part_records(message.placed),
        }
    )


def part_records(placed: Iterable[PlacedPart]) -> list[object]:
    """Parts of a message that are no text: place, kind and values of each."""
    return [[one.at, part_kind(one.part), pack(part_values(one.part))] for one in placed]


def has_parts(chat: Chat) -> bool:
    """Whether a message has parts that are no text."""
    return any(message.placed for message in chat.messages)


def positions_of(chat: Chat) -> dict[str, int]:
    """Message id to its place in the chat, from 0."""
    return {message.id: index for index, message in enumerate(chat.messages)}


def _pruned(record: dict[str, object]) -> dict[str, object]:
    # What is empty, false or unknown is what a missing key means; 0 and the seed 0 stay.
    return {
        key: value
        for key, value in record.items()
        if not (value is None or value is False or value in ("", [], {}))
    }


def _runs(ids: Iterable[str], positions: Mapping[str, int]) -> list[object]:
    # A long chat leaves out almost everything above each answer: runs keep the file linear.
    runs: list[object] = []
    first = last = -2
    for id_ in ids:
        at = positions.get(id_, -2)
        if at >= 0 and at == last + 1:
            last = at
            runs[-1] = [first, last]
        elif at >= 0:
            first = last = at
            runs.append([first, last])
        else:
            first = last = -2
            runs.append(id_)
    return runs


# --- reading ---------------------------------------------------------------------------------


def chat_from_records(conversation: Json, messages: list[tuple[Json, str]]) -> Chat:
    """A chat from its records and texts, its tree checked.

    Raises:
        ShapeError: Something in it cannot be.
    """
    ids = [_id(record.get("id")) for record, _ in messages]
    found = _conversation(conversation)
    pairs = as_list(conversation.get("chosen", []), tr("The list of walked messages"))
    chosen: dict[str | None, str] = {}
    for pair in pairs:
        parent, child = _pair(pair)
        chosen[None if parent is None else _id(parent)] = _id(child)
    read = tuple(_message(record, content, found.id, ids) for record, content in messages)
    if "parts" not in conversation:
        read = tuple(map(_with_reasoning_apart, read))
    return checked(Chat(found, read, chosen))


def checked(chat: Chat) -> Chat:
    """The chat with references that lead nowhere dropped.

    Raises:
        ShapeError: Two messages have one id, or a parent does not come before its child.
    """
    known: set[str] = set()
    parents: dict[str, str | None] = {}
    for message in chat.messages:
        if message.id in known:
            raise ShapeError(tr("Two messages in it have the same id."))
        if message.parent_id is not None and message.parent_id not in known:
            raise ShapeError(tr("A message in it answers one that is not there."))
        known.add(message.id)
        parents[message.id] = message.parent_id
    head = chat.conversation.head_id
    if head not in known:
        head = chat.messages[-1].id if chat.messages else None
    chosen = {
        parent: child
        for parent, child in chat.selected_children.items()
        if child in known and parents[child] == parent
    }
    return replace(
        chat, conversation=replace(chat.conversation, head_id=head), selected_children=chosen
    )


def _conversation(record: Json) -> Conversation:
    created = _moment(record.get("created_at"))
    return Conversation(
        id=_id(record.get("id")),
        title=_text(record.get("title", "")),
        created_at=created,
        updated_at=_moment(record.get("updated_at"), created),
        title_by_user=record.get("title_by_user") is True,
        system_prompt=_text(record.get("system_prompt", "")),
        head_id=_optional_id(record.get("head_id")),
        draft=_text(record.get("draft", "")),
        pinned=record.get("pinned") is True,
        archived=record.get("archived") is True,
        folder=_text(record.get("folder", "")),
        deleted_at=_moment(record["deleted_at"]) if record.get("deleted_at") else None,
        scroll_message_id=_optional_id(record.get("scroll_message_id")),
        scroll_offset=_int(record.get("scroll_offset", 0)),
        scroll_y=_int(record.get("scroll_y", 0)),
        options=options_from_dict(unpack(record.get("options"))),
    )


def _message(record: Json, content: str, conversation_id: str, ids: list[str]) -> Message:
    try:
        role = Role(str(record.get("role")))
        status = MessageStatus(str(record.get("status", MessageStatus.COMPLETE.value)))
        reason = record.get("stop_reason")
        stop_reason = None if reason is None else StopReason(str(reason))
    except ValueError as error:
        raise ShapeError(
            tr("A message in it has an unknown role or state ({error}).", error=str(error))
        ) from error
    seed = record.get("seed")
    return Message(
        id=_id(record.get("id")),
        conversation_id=conversation_id,
        parent_id=_optional_id(record.get("parent_id")),
        role=role,
        content=content,
        status=status,
        created_at=_moment(record.get("created_at")),
        model=_model(record.get("model")),
        sampling=_sampling(record.get("sampling")),
        seed=None if seed is None else _int(seed),
        stop_reason=stop_reason,
        timings=_timings(record.get("timings")),
        error=_text(record.get("error", "")),
        left_out=_left_out(record.get("left_out", []), ids),
        placed=placed_from(record.get("parts", [])),
    )


def _with_reasoning_apart(message: Message) -> Message:
    """A message of a file from before reasoning was a part of its own."""
    if message.role is not Role.ASSISTANT:
        return message
    content, placed = split_thinking(message.content)
    return replace(message, content=content, placed=placed)


def placed_from(value: object) -> tuple[PlacedPart, ...]:
    """What `part_records` was given; what only a newer Phial knows is kept as it came.

    Raises:
        ShapeError: It is damaged.
    """
    found: list[PlacedPart] = []
    for item in as_list(value, tr("The parts of a message")):
        at, kind, values = (*as_list(item, tr("A part of a message")), None, None, None)[:3]
        said = as_map(unpack(values), tr("A part of a message"))
        make = part_from if kind in PART_KINDS else unknown_part
        try:
            found.append(PlacedPart(_int(at), make(_text(kind), said)))
        except ValueError as error:
            raise ShapeError(tr("A part of a message in it cannot be read.")) from error
    return tuple(found)


def _model(value: object) -> ModelRef | None:
    if value is None:
        return None
    record = as_map(value, tr("A model"))
    names = ("name", "quantization", "sha256", "endpoint")
    return ModelRef(*(_text(record.get(name, "")) for name in names))


def _sampling(value: object) -> Sampling | None:
    if value is None:
        return None
    record = as_map(unpack(value), tr("A sampling"))
    try:
        return sampling_from_dict(dict(record))
    except InvalidValueError as error:
        raise ShapeError(error.what) from error
    except TypeError as error:  # a text where a number belongs
        raise ShapeError(tr("Sampling values in it are damaged.")) from error


def _timings(value: object) -> Timings | None:
    if value is None:
        return None
    record = as_map(value, tr("A timing"))
    numbers = {
        field.name: record[field.name]
        for field in fields(Timings)
        if isinstance(record.get(field.name), int | float)
    }
    return Timings(**numbers)  # type: ignore[arg-type]  # numbers only, by the line above


def _left_out(value: object, ids: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for item in as_list(value, tr("The list of left-out messages")):
        if isinstance(item, str):
            found.append(item)
            continue
        first, last = _pair(item)
        low, high = _int(first), _int(last)
        if not 0 <= low <= high < len(ids):
            raise ShapeError(tr("It leaves out messages that are not there."))
        found.extend(ids[low : high + 1])
    return tuple(found)


def _pair(value: object) -> tuple[object, object]:
    pair = as_list(value, tr("A pair"))
    if len(pair) != 2:
        raise ShapeError(tr("A pair in it has not two parts."))
    return pair[0], pair[1]


def _text(value: object) -> str:
    found = unpack(value)
    if not isinstance(found, str):
        raise ShapeError(tr("A text in it is not a text."))
    return found


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ShapeError(tr("An id in it is missing or damaged."))
    return value


def _optional_id(value: object) -> str | None:
    return None if value is None else _id(value)


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ShapeError(tr("A number in it is not a number."))
    if not -(2**63) <= value < 2**63:
        raise ShapeError(tr("A number in it is too large."))
    return value


def _moment(value: object, default: datetime | None = None) -> datetime:
    found = moment(value) or default
    if found is None:
        raise ShapeError(tr("A date in it is missing or damaged."))
    return found
