"""Reading chats as OpenAI's API has them: one a line (fine-tuning), or a list of messages.

Shape, from OpenAI's documentation: ``{"messages": [{"role", "content"}]}``; roles are system,
developer, user, assistant and tool; content is a text or a list of parts; an assistant may have
``tool_calls``, and of other programs ``reasoning_content``.
"""

from __future__ import annotations

from app.domain.generation import Role
from app.markup.transfer.readers.beside_text import Loss
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, chained
from app.markup.transfer.readers.json_values import Json, maps, moment, text
from app.markup.transfer.readers.message_parts import Parts

NAME = "OpenAI messages"  # not shown: a name, of which ids are made

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_KNOWN = {"system", "developer", "user", "assistant", "tool", "function"}


def is_message(value: object) -> bool:
    """Whether a JSON value is one message."""
    return (
        isinstance(value, dict)
        and text(value.get("role")) in _KNOWN
        and ("content" in value or "tool_calls" in value)
    )


def claims(value: object) -> bool:
    """Whether a JSON value is one chat."""
    if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
        return False
    return all(is_message(message) for message in value["messages"])


def read(value: Json) -> ForeignChat:
    """One chat."""
    system = ""
    nodes: list[ForeignMessage] = []
    for index, message in enumerate(maps(value.get("messages"))):
        role = text(message.get("role"))
        node = _node(str(index), role, message)
        if role in {"system", "developer"}:
            kept = system in {"", node.content}
            system = system or node.content
            node = ForeignMessage(str(index), None, None, "", lost=() if kept else (Loss.SYSTEM,))
        nodes.append(node)
    return ForeignChat(
        source="openai",
        key=text(value.get("id")),
        title=text(value.get("title")),
        nodes=chained(nodes),
        created_at=moment(value.get("created_at")),
        system_prompt=system,
    )


def _node(key: str, role: str, message: Json) -> ForeignMessage:
    parts = Parts()
    parts.think(text(message.get("reasoning_content")))
    if role in {"tool", "function"}:
        name, call = text(message.get("name")), text(message.get("tool_call_id"))
        parts.answer(message.get("content"), name, call)
    else:
        parts.take(message.get("content"))
        if not parts.said:
            parts.say(text(message.get("refusal")))
    for call_ in maps(message.get("tool_calls")):
        parts.use_tool(call_)
    content, placed = parts.placed()
    return ForeignMessage(
        key,
        None,
        _ROLES.get(role) if content or (placed and role == "user") else None,
        content,
        moment(message.get("timestamp")),
        text(message.get("model")),
        lost=tuple(parts.lost),
        placed=placed,
    )
