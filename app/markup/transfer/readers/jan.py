"""Reading Jan's threads: a folder each, with thread.json and messages.jsonl.

Shape, from Jan's own specification (``thread``, ``thread.message``): a thread has ``id``,
``title``, ``created``/``updated`` (seconds), ``assistants`` with ``instructions`` and ``model``; a
message has ``role``, ``content`` (a list of ``{type: "text", text: {value}}``), ``created_at``
(seconds, later milliseconds) and ``status``. A thread is a line, not a tree.
"""

from __future__ import annotations

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, chained
from app.markup.transfer.readers.json_values import (
    Json,
    ShapeError,
    as_map,
    moment,
    parse_json,
    text,
)

NAME = "Jan"
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
        lines: messages.jsonl.

    Raises:
        ShapeError: Nothing of it can be read.
    """
    nodes: list[ForeignMessage] = []
    broken = 0
    key = text(thread.get("id"))
    system = ""
    for index, item in enumerate(lines.splitlines()):
        if not item.strip():
            continue
        try:
            message = as_map(parse_json(item), "A message")
        except ShapeError:
            broken += 1
            continue
        key = key or text(message.get("thread_id"))
        node = _node(index, message)
        if message.get("role") == "system":
            system = system or node.content
        nodes.append(node)
    if broken and not nodes:
        raise ShapeError("None of its messages can be read.")
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
    said = "\n\n".join(_parts(message.get("content")))
    metadata = message.get("metadata")
    model = text(metadata.get("modelId")) if isinstance(metadata, dict) else ""
    return ForeignMessage(
        str(index),
        None,
        _ROLES.get(text(message.get("role"))) if said else None,
        said,
        moment(message.get("created_at")),
        model,
        _STATUS.get(text(message.get("status")), MessageStatus.COMPLETE),
    )


def _parts(content: object) -> list[str]:
    if isinstance(content, str):
        return [content]
    found: list[str] = []
    for part in content if isinstance(content, list) else []:
        if not isinstance(part, dict):
            continue
        said = part.get("text")
        value = text(said.get("value")) if isinstance(said, dict) else text(said)
        if part.get("type") == "reasoning" and value:
            value = f"<think>\n{value}\n</think>"
        if value:
            found.append(value)
        elif "image" in text(part.get("type")):
            found.append("*[image not included]*")
    return found


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
