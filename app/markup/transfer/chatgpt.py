"""Owns reading ChatGPT's data export: conversations.json, a list of trees.

Shape, seen in public tools that read it: each conversation has ``mapping`` (node id to
``{id, parent, children, message}``), ``current_node``, ``title``, ``create_time``,
``update_time``; a message has ``author.role``, ``content`` with a ``content_type``, and
``metadata``. Thoughts, tool calls and hidden system messages are nodes too.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.markup.transfer.foreign import Found, Node
from app.markup.transfer.shape import Json, as_map, moment, text

NAME = "ChatGPT"

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}


def claims(value: object) -> bool:
    """Whether a JSON value is one conversation of ChatGPT."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def read(value: Json) -> Found:
    """One conversation.

    Raises:
        ShapeError: It is damaged.
    """
    mapping = as_map(value.get("mapping"), "The tree of messages")
    nodes: list[Node] = []
    system = ""
    for key, item in mapping.items():
        entry = as_map(item, "A message")
        message = entry.get("message")
        parent = text(entry.get("parent")) or None
        if not isinstance(message, dict):
            nodes.append(Node(key, parent, None, ""))
            continue
        node = _node(key, parent, message)
        if _role(message) == "system" and node.content and not _hidden(message):
            system = system or node.content
        nodes.append(node)
    return Found(
        source="chatgpt",
        key=text(value.get("conversation_id")) or text(value.get("id")),
        title=text(value.get("title")),
        nodes=tuple(nodes),
        head=text(value.get("current_node")) or None,
        created_at=moment(value.get("create_time")),
        updated_at=moment(value.get("update_time")),
        system_prompt=system,
        archived=value.get("is_archived") is True,
        pinned=value.get("is_starred") is True,
    )


def _node(key: str, parent: str | None, message: Json) -> Node:
    content = "\n\n".join(_pieces(message.get("content")))
    role = None if _hidden(message) else _ROLES.get(_role(message))
    recipient = message.get("recipient")
    if recipient not in (None, "all"):  # said to a tool, not to the reader
        role = None
    if not content:
        role = None
    metadata = message.get("metadata")
    model = text(metadata.get("model_slug")) if isinstance(metadata, dict) else ""
    cut = message.get("status") == "finished_partial_completion"
    return Node(
        key,
        parent,
        role,
        content,
        moment(message.get("create_time")),
        model,
        MessageStatus.STOPPED if cut else MessageStatus.COMPLETE,
    )


def _role(message: Json) -> str:
    author = message.get("author")
    return text(author.get("role")) if isinstance(author, dict) else ""


def _hidden(message: Json) -> bool:
    metadata = message.get("metadata")
    return (
        isinstance(metadata, dict) and metadata.get("is_visually_hidden_from_conversation") is True
    )


def _pieces(content: object) -> Iterator[str]:
    if not isinstance(content, dict):
        return
    match content.get("content_type"):
        case "thoughts" | "reasoning_recap" | "user_editable_context" | "model_editable_context":
            return
        case "code":
            code = text(content.get("text"))
            language = text(content.get("language"))
            yield f"```{'' if language == 'unknown' else language}\n{code}\n```"
            return
        case _:
            pass
    if text(content.get("text")):
        yield text(content.get("text"))
    parts = content.get("parts")
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            if part:
                yield part
        elif isinstance(part, dict):
            yield text(part.get("text")) or _attachment(part)


def _attachment(part: Json) -> str:
    kind = text(part.get("content_type"))
    name = "image" if "image" in kind else "audio" if "audio" in kind else "attachment"
    return f"*[{name} not included in the export]*"
