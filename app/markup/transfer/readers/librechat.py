"""Reading LibreChat's JSON export of a conversation.

Shape, from LibreChat's sources (``useExportConversation``): ``conversationId``, ``title``,
``endpoint``, ``options`` (``model``, ``promptPrefix`` or ``system``) and ``messages``, either
nested (``children``) or flat with ``parentMessageId``; a message has ``messageId``, ``text`` or
``content`` (parts), ``isCreatedByUser``, ``sender``, ``model``, ``createdAt``, ``files``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.domain.parts import TextPart
from app.markup.transfer.readers.beside_text import Loss, mark
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage
from app.markup.transfer.readers.json_values import Json, maps, moment, text
from app.markup.transfer.readers.message_parts import Parts

NAME = "LibreChat"

_THOUGHT = re.compile(r"^:::thinking[ ]*\n(.*?)\n:::[ ]*$\s*", re.MULTILINE | re.DOTALL)
_ARTIFACT = re.compile(
    r"^:::artifact(?:\{([^}\n]*)\})?[ ]*\n(.*?)\n:::[ ]*$", re.MULTILINE | re.DOTALL
)
_TITLE = re.compile(r'\btitle="([^"]*)"')
# Marks of pages that were searched, as characters or as they are written in JSON.
_SEARCHED = re.compile("[ ]?(?:\ue202|\\\\ue202)turn\\d+\\w+?\\d+|[\ue200-\ue206]|\\\\ue20[0-6]")


def claims(value: object) -> bool:
    """Whether a JSON value is one conversation of LibreChat."""
    return (
        isinstance(value, dict)
        and "conversationId" in value
        and isinstance(value.get("messages"), list)
    )


def read(value: Json) -> ForeignChat:
    """One conversation."""
    options = value.get("options")
    options = options if isinstance(options, dict) else {}
    nodes: list[ForeignMessage] = []
    waiting = [(message, "") for message in reversed(maps(value.get("messages")))]
    while waiting:
        message, above = waiting.pop()
        node = _node(message, above, text(options.get("model")), str(len(nodes)))
        nodes.append(node)
        waiting += [(child, node.key) for child in reversed(maps(message.get("children")))]
    return ForeignChat(
        source="librechat",
        key=text(value.get("conversationId")),
        title=text(value.get("title")),
        nodes=tuple(nodes),
        created_at=moment(value.get("createdAt")),
        updated_at=moment(value.get("updatedAt")),
        system_prompt=text(options.get("promptPrefix")) or text(options.get("system")),
    )


def _document(match: re.Match[str]) -> str:
    title = _TITLE.search(match[1] or "")
    return f"{mark('artifact', title[1] if title else '')}\n\n{match[2]}"


def _node(message: Json, above: str, model: str, number: str) -> ForeignMessage:
    parts = Parts()
    for file in maps(message.get("files")):
        kind = text(file.get("type"))
        loss = Loss.PICTURE if kind.startswith("image/") else Loss.FILE
        parts.attach(loss, text(file.get("filename")), kind, file.get("bytes"))
    parts.take(message.get("content"))
    if not parts.said:
        for found in _THOUGHT.finditer(text(message.get("text"))):
            parts.think(found[1])
        parts.say(_THOUGHT.sub("", text(message.get("text"))))
    parts.found = [
        replace(part, text=_SEARCHED.sub("", _ARTIFACT.sub(_document, part.text)))
        if isinstance(part, TextPart)
        else part
        for part in parts.found
    ]
    failed = message.get("error") is True
    said, placed = parts.placed()
    mine = message.get("isCreatedByUser") is True
    return ForeignMessage(
        text(message.get("messageId")) or number,
        text(message.get("parentMessageId")) or above or None,
        (Role.USER if mine else Role.ASSISTANT) if said or placed or failed else None,
        "" if failed else said,
        moment(message.get("createdAt")),
        text(message.get("model")) or model,
        MessageStatus.FAILED if failed else MessageStatus.COMPLETE,
        error=said if failed else "",
        lost=tuple(parts.lost),
        placed=() if failed else placed,
    )
