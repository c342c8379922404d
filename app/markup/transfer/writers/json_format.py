"""Phial's JSON: one object with every chat in it, exact, documented by its own keys."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from functools import partial

from app.domain.errors import TransferError
from app.domain.parts import picture_file
from app.language import formats, tr
from app.markup.transfer.readers.json_values import Json, ShapeError, as_list, as_map, text
from app.markup.transfer.values import (
    Chat,
    ExportFormat,
    ExportOptions,
    ExportStep,
    OtherFile,
    no_step,
)
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

MOST_PICTURES = 256 * 2**20  # bytes of pictures in one file, which is held in memory
_PICTURES = "pictures"  # in the object of a chat: files as base64, by what attachments call them
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
        pictures=True,
    )

    def write(
        self,
        chats: tuple[Chat, ...],
        options: ExportOptions,
        step: ExportStep = no_step,  # noqa: ARG002 - it is done at once
    ) -> bytes:
        """All chats as one object; without ``options.exact`` the walked branches only."""
        held = sum(file.size for chat in chats for file in chat.pictures.values())
        if held > MOST_PICTURES:
            raise TransferError(
                tr(
                    "The pictures of these chats are {size}; one file takes {most} at most.",
                    size=formats.size(held),
                    most=formats.size(MOST_PICTURES),
                ),
                action=tr("Export them into an archive, which has a file for each chat."),
            )
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
        pictures=True,
    )


def chat_to_json(chat: Chat) -> dict[str, object]:
    """The exact object of one chat."""
    positions = positions_of(chat)
    pictures = {
        reference: base64.b64encode(file.read()).decode("ascii")
        for reference, file in chat.pictures.items()
    }
    return {
        **conversation_record(chat),
        **({_PICTURES: pictures} if pictures else {}),
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
    return replace(chat_from_records(record, messages), pictures=_pictures(record))


def _pictures(record: Json) -> dict[str, OtherFile]:
    found: dict[str, OtherFile] = {}
    for reference, written in as_map(record.get(_PICTURES, {}), tr("The pictures")).items():
        try:
            content = base64.b64decode(text(written), validate=True)
        except ValueError as error:
            raise ShapeError(tr("A picture in it is damaged.")) from error
        name = picture_file(reference)
        found[reference] = OtherFile(name, len(content), partial(bytes, content))
    return found


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
