"""Reading LibreChat's JSON export of a conversation.

Shape, from LibreChat's sources (``useExportConversation``): ``conversationId``, ``title``,
``endpoint``, ``options`` (``model``, ``promptPrefix`` or ``system``) and ``messages``, either
nested (``children``) or flat with ``parentMessageId``; a message has ``messageId``, ``text`` or
``content`` (parts), ``isCreatedByUser``, ``sender``, ``model``, ``createdAt``, ``files``.
"""

from __future__ import annotations

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.markup.transfer.readers.beside_text import Loss
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage
from app.markup.transfer.readers.json_values import Json, maps, moment, text
from app.markup.transfer.readers.message_parts import Parts

NAME = "LibreChat"


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


def _node(message: Json, above: str, model: str, number: str) -> ForeignMessage:
    parts = Parts()
    for file in maps(message.get("files")):
        picture = text(file.get("type")).startswith("image/")
        loss = Loss.PICTURE if picture else Loss.FILE
        parts.beside("picture" if picture else "file", loss, text(file.get("filename")))
    parts.take(message.get("content"))
    if not any(parts.said):
        parts.take(text(message.get("text")))
    said = parts.content()
    mine = message.get("isCreatedByUser") is True
    return ForeignMessage(
        text(message.get("messageId")) or number,
        text(message.get("parentMessageId")) or above or None,
        (Role.USER if mine else Role.ASSISTANT) if said else None,
        said,
        moment(message.get("createdAt")),
        text(message.get("model")) or model,
        MessageStatus.FAILED if message.get("error") is True else MessageStatus.COMPLETE,
        lost=tuple(parts.lost),
    )
