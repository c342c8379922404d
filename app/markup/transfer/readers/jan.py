"""Reading Jan's threads: a folder each, with thread.json and messages.jsonl.

Shape, from Jan's own specification (``thread``, ``thread.message``): a thread has ``id``,
``title``, ``created``/``updated`` (seconds), ``assistants`` with ``instructions`` and ``model``; a
message has ``role``, ``content`` (a list of ``{type: "text", text: {value}}``), ``created_at``
(seconds, later milliseconds) and ``status``. A thread is a line, not a tree.
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.language import tr
from app.markup.transfer.readers.beside_text import Loss
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, chained
from app.markup.transfer.readers.json_values import (
    Json,
    ShapeError,
    as_map,
    maps,
    moment,
    parse_json,
    text,
)
from app.markup.transfer.readers.message_parts import Parts

NAME = "Jan"  # not shown
THREAD, MESSAGES = "thread.json", "messages.jsonl"

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_STATUS = {
    "stopped": MessageStatus.STOPPED,
    "error": MessageStatus.FAILED,
    "pending": MessageStatus.INTERRUPTED,
}


def read(thread: Json, lines: str) -> tuple[ForeignChat, int]:
    """One thread, and how many lines of its messages could not be read.

    Args:
        thread: thread.json; empty where only the messages are at hand.
        lines: messages.jsonl. Its lines end at a line feed alone: U+2028 and U+0085, at which
            Python also splits, stand in messages.

    Raises:
        ShapeError: Nothing of it can be read.
    """
    nodes: list[ForeignMessage] = []
    broken = 0
    key = text(thread.get("id"))
    system = ""
    for index, item in enumerate(lines.split("\n")):
        if not item.strip():
            continue
        try:
            message = as_map(parse_json(item), tr("A message"))
        except ShapeError:
            broken += 1
            continue
        key = key or text(message.get("thread_id"))
        node = _node(index, message)
        if message.get("role") == "system":
            system = system or node.content
            node = replace(node, content="")
        nodes.append(node)
    if broken and not nodes:
        raise ShapeError(tr("None of its messages can be read."))
    found = ForeignChat(
        source="jan",
        key=key,
        title=_title(thread),
        nodes=chained(nodes),
        created_at=moment(thread.get("created")),
        updated_at=moment(thread.get("updated")),
        system_prompt=_instructions(thread) or system,
        pinned=thread.get("isFavorite") is True,
    )
    return found, broken


def _node(index: int, message: Json) -> ForeignMessage:
    parts = Parts()
    metadata = message.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for file in maps(message.get("attachments")):
        parts.attach(Loss.FILE, text(file.get("name")))
    parts.take(message.get("content"))
    for call in maps(metadata.get("tool_calls")):
        answer = call.get("response")
        inner = call.get("tool")
        parts.use_tool(inner if isinstance(inner, dict) else call)
        if answer is not None:
            content = answer.get("content") if isinstance(answer, dict) else answer
            error = isinstance(answer, dict) and bool(answer.get("error"))
            parts.answer(content, "", text(call.get("id")), failed=error)
    content, placed = parts.placed()
    return ForeignMessage(
        str(index),
        None,
        _ROLES.get(text(message.get("role"))) if content or placed else None,
        content,
        moment(message.get("created_at")),
        text(metadata.get("modelId")),
        _STATUS.get(text(message.get("status")), MessageStatus.COMPLETE),
        lost=tuple(parts.lost),
        placed=placed,
    )


def _title(thread: Json) -> str:
    metadata = thread.get("metadata")
    named = text(metadata.get("title")) if isinstance(metadata, dict) else ""
    return text(thread.get("title")) or named or text(thread.get("summary"))


def _instructions(thread: Json) -> str:
    assistants = thread.get("assistants")
    for item in assistants if isinstance(assistants, list) else []:
        if isinstance(item, dict) and text(item.get("instructions")):
            return text(item.get("instructions"))
    return ""
