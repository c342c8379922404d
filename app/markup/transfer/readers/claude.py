"""Reading Claude's data export: conversations.json, a list of chats.

Shape, seen in public tools that read it: ``uuid``, ``name``, ``created_at``, ``updated_at`` (ISO)
and ``chat_messages``; a message has ``sender`` ("human", "assistant"), ``content`` (a list of
``text``, ``thinking``, ``tool_use``, ``tool_result``), ``text`` (the same as one text, in old
exports the only one), ``attachments`` with ``extracted_content``, ``files``, and since 2024
``parent_message_uuid``, which makes it a tree.
"""

from __future__ import annotations

from app.domain.generation import Role
from app.markup.transfer.readers.beside_text import Loss, fenced, mark
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, chained
from app.markup.transfer.readers.json_values import Json, maps, moment, text
from app.markup.transfer.readers.message_parts import Parts

NAME = "Claude"

_ROLES = {"human": Role.USER, "user": Role.USER, "assistant": Role.ASSISTANT}
_CODE = "application/vnd.ant.code"
_PROSE = {"text/markdown", "text/plain", ""}


def claims(value: object) -> bool:
    """Whether a JSON value is one conversation of Claude."""
    return isinstance(value, dict) and isinstance(value.get("chat_messages"), list)


def read(value: Json) -> ForeignChat:
    """One conversation."""
    messages = maps(value.get("chat_messages"))
    nodes = [
        _node(text(message.get("uuid")) or str(at), message) for at, message in enumerate(messages)
    ]
    is_tree = any(node.parent for node in nodes)
    return ForeignChat(
        source="claude",
        key=text(value.get("uuid")),
        title=text(value.get("name")),
        nodes=tuple(nodes) if is_tree else chained(nodes),
        head=text(value.get("current_leaf_message_uuid")) or None,
        created_at=moment(value.get("created_at")),
        updated_at=moment(value.get("updated_at")),
        pinned=value.get("is_starred") is True,
    )


def _node(key: str, message: Json) -> ForeignMessage:
    parts = Parts()
    for part in maps(message.get("content")):
        if part.get("type") == "tool_use":
            _tool(part, parts)
        else:
            parts.take([part])
    if not parts.said:
        parts.take(text(message.get("text")))
    attached = Parts()
    for file in maps(message.get("attachments")):
        name = text(file.get("file_name"))
        attached.said.append(mark("file", name))
        if text(file.get("extracted_content")):  # what the model was given of it
            attached.said.append(fenced("text", text(file.get("extracted_content"))))
        else:
            attached.lost.append(Loss.FILE)
    for file in maps(message.get("files")):
        attached.beside("file", Loss.FILE, text(file.get("file_name")))
    parts.said = [*attached.said, *parts.said]
    said = parts.content()
    return ForeignMessage(
        key,
        text(message.get("parent_message_uuid")) or None,
        _ROLES.get(text(message.get("sender"))) if said else None,
        said,
        moment(message.get("created_at")),
        lost=(*parts.lost, *attached.lost),
    )


def _tool(part: Json, parts: Parts) -> None:
    """A call of a tool; the document of an artifact is what the reader saw."""
    given = part.get("input")
    document = text(given.get("content")) if isinstance(given, dict) else ""
    if part.get("name") != "artifacts" or not isinstance(given, dict) or not document:
        parts.lost.append(Loss.TOOL)
        return
    kind = text(given.get("type"))
    if kind == _CODE:
        document = fenced(text(given.get("language")), document)
    elif kind not in _PROSE:
        document = fenced(kind.rpartition("/")[2].rpartition(".")[2], document)
    parts.said += [mark("artifact", text(given.get("title"))), document]
