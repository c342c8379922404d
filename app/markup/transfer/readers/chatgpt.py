"""Reading ChatGPT's data export: conversations.json, a list of trees.

Shape, seen in public tools that read it: each conversation has ``mapping`` (node id to
``{id, parent, children, message}``), ``current_node``, ``title``, ``create_time``,
``update_time``; a message has ``author.role``, ``content`` with a ``content_type``, and
``metadata``. Thoughts, tool calls and hidden system messages are nodes too. What the reader saw of
tools is kept: documents of the canvas (calls of ``canmore``, JSON in the text), code that was run,
what it printed, pictures. Large exports are split into ``conversations-000.json`` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage
from app.markup.transfer.readers.json_values import (
    Json,
    ShapeError,
    as_map,
    moment,
    parse_json,
    text,
)

NAME = "ChatGPT"

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_CANVAS = "canmore."
_CODE = "code/"  # the type of a canvas that is not prose, before the language
_RUN = re.compile(r"`+")


def claims(value: object) -> bool:
    """Whether a JSON value is one conversation of ChatGPT."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def read(value: Json) -> ForeignChat:
    """One conversation.

    Raises:
        ShapeError: It is damaged.
    """
    mapping = as_map(value.get("mapping"), "The tree of messages")
    nodes: list[ForeignMessage] = []
    system = ""
    for key, item in mapping.items():
        entry = as_map(item, "A message")
        message = entry.get("message")
        parent = text(entry.get("parent")) or None
        if not isinstance(message, dict):
            nodes.append(ForeignMessage(key, parent, None, ""))
            continue
        node = _node(key, parent, message)
        if _role(message) == "system" and node.content and not _hidden(message):
            system = system or node.content
        nodes.append(node)
    return ForeignChat(
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


def _node(key: str, parent: str | None, message: Json) -> ForeignMessage:
    content = "\n\n".join(_pieces(message.get("content")))
    role = _ROLES.get(_role(message))
    recipient = text(message.get("recipient")) or "all"
    if recipient.startswith(_CANVAS):
        content = _canvas(message.get("content"))
    elif recipient not in {"all", "python"}:  # said to a tool that nobody looks over the shoulder
        role = None
    if _role(message) == "tool":
        role, content = Role.ASSISTANT, "\n\n".join(_tool_pieces(message.get("content")))
    attached = "\n\n".join(_attached(message))
    if attached:
        content = f"{attached}\n\n{content}".strip()
    if _hidden(message) or not content:
        role = None
    metadata = message.get("metadata")
    model = text(metadata.get("model_slug")) if isinstance(metadata, dict) else ""
    cut = message.get("status") == "finished_partial_completion"
    return ForeignMessage(
        key,
        parent,
        role,
        content,
        moment(message.get("create_time")),
        model,
        MessageStatus.STOPPED if cut else MessageStatus.COMPLETE,
    )


def _canvas(content: object) -> str:
    """The document that a call of the canvas wrote, or what it put in place of parts of one."""
    said = "".join(_raw(content))
    try:
        call = as_map(parse_json(said), "A call")
    except ShapeError:
        return _fenced("", said) if said else ""
    if text(call.get("content")):
        kind = text(call.get("type"))
        body = text(call.get("content"))
        if kind.startswith(_CODE):
            body = _fenced(kind.removeprefix(_CODE), body)
        return f"*[canvas: {text(call.get('name')) or 'unnamed'}]*\n\n{body}"
    updates = call.get("updates")
    changed = [
        text(item.get("replacement"))
        for item in (updates if isinstance(updates, list) else [])
        if isinstance(item, dict)
    ]
    return "\n\n".join(["*[canvas changed]*", *(_fenced("", one) for one in changed if one)])


def _raw(content: object) -> Iterator[str]:
    if not isinstance(content, dict):
        return
    yield text(content.get("text"))
    parts = content.get("parts")
    yield from (
        part for part in (parts if isinstance(parts, list) else []) if isinstance(part, str)
    )


def _tool_pieces(content: object) -> Iterator[str]:
    """What a tool showed: what code printed, and pictures. Pages it read are not the answer."""
    if not isinstance(content, dict):
        return
    if content.get("content_type") == "execution_output" and text(content.get("text")).strip():
        yield _fenced("text", text(content.get("text")))
    parts = content.get("parts")
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, dict) and "image" in text(part.get("content_type")):
            yield _attachment(part)


def _attached(message: Json) -> Iterator[str]:
    """Files that came with a message; pictures among them are parts of its content as well."""
    metadata = message.get("metadata")
    files = metadata.get("attachments") if isinstance(metadata, dict) else None
    for file in files if isinstance(files, list) else []:
        if not isinstance(file, dict):
            continue
        kind = text(file.get("mime_type")) or text(file.get("mimeType"))
        if not kind.startswith("image/"):
            yield f"*[file not included in the export: {text(file.get('name')) or 'unnamed'}]*"


def _fenced(language: str, code: str) -> str:
    longest = max((len(run) for run in _RUN.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


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
            yield _fenced("" if language == "unknown" else language, code)
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
