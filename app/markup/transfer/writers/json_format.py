"""Phial's JSON: one object with every chat in it, exact, documented by its own keys."""

from __future__ import annotations

import json
from functools import partial

from app.language import tr
from app.markup.transfer.readers.json_values import Json, ShapeError, as_list, as_map
from app.markup.transfer.values import Chat, ExportFormat, ExportOptions, ExportStep, no_step
from app.markup.transfer.writers.exported_turns import system_prompt, turns
from app.markup.transfer.writers.records import (
    chat_from_records,
    conversation_record,
    has_parts,
    message_record,
    pack,
    part_records,
    positions_of,
    unpack,
)

NAME = "phial"
VERSION = 1
WITH_PARTS = 2
"""Where a message has parts that are no text: a Phial that knows none must not lose them."""


class JsonExporter:
    """Writes chats as JSON."""

    format = ExportFormat(
        "json",
        "JSON",
        ".json",
        tr("For programs: every version and every detail, imports back exactly."),
        exact=True,
        several=True,
    )

    def write(
        self,
        chats: tuple[Chat, ...],
        options: ExportOptions,
        step: ExportStep = no_step,  # noqa: ARG002 - it is done at once
    ) -> bytes:
        """All chats as one object; without ``options.exact`` the walked branches only."""
        make = chat_to_json if options.exact else partial(_plain, options=options)
        document = {
            "format": NAME,
            "version": WITH_PARTS if any(map(has_parts, chats)) else VERSION,
            "conversations": [make(chat) for chat in chats],
        }
        return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


class PhialExporter(JsonExporter):
    """Writes the same JSON under the suffix that the system opens with Phial."""

    format = ExportFormat(
        "phial",
        tr("Phial chat"),
        ".phial",
        tr("To hand to another Phial: a double click imports it, exactly."),
        exact=True,
        several=True,
    )


def chat_to_json(chat: Chat) -> dict[str, object]:
    """The exact object of one chat."""
    positions = positions_of(chat)
    return {
        **conversation_record(chat),
        "messages": [
            {**message_record(message, positions), "content": pack(message.content)}
            for message in chat.messages
        ],
    }


def chat_from_json(value: object) -> Chat:
    """The chat of an exact object.

    Raises:
        ShapeError: It is not one.
    """
    record = as_map(value, tr("The chat"))
    if "id" not in record:
        raise ShapeError(tr("It is JSON, but not an exact export of Phial."))
    messages: list[tuple[Json, str]] = []
    for item in as_list(record.get("messages"), tr("The list of messages")):
        message = as_map(item, tr("A message"))
        content = unpack(message.get("content"))
        if not isinstance(content, str):
            raise ShapeError(tr("A message in it has no text."))
        messages.append((message, content))
    return chat_from_records(record, messages)


def _plain(chat: Chat, options: ExportOptions) -> dict[str, object]:
    c = chat.conversation
    return {
        "title": pack(c.title),
        "created_at": c.created_at.isoformat(),
        "system_prompt": pack(system_prompt(chat, options)),
        "messages": [
            {
                "role": turn.message.role.value,
                "created_at": turn.message.created_at.isoformat(),
                "content": pack(turn.message.content),
                **({"parts": part_records(turn.message.placed)} if turn.message.placed else {}),
                **({"version": turn.version.index} if turn.version else {}),
            }
            for turn in turns(chat, options)
        ],
    }
