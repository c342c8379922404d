"""Reading what llama.cpp's web UI exports: JSON of one or all chats, or JSON Lines of one.

Shape, from the web UI's sources (``database.ts``): ``{conv, messages}``; ``conv`` has ``id``,
``name``, ``lastModified`` (milliseconds), ``currNode``; a message ``id``, ``parent``,
``children``, ``role``, ``content``, ``timestamp``, ``thinking`` (later ``reasoningContent``),
``model``, ``timings`` (``prompt_n``, ``prompt_ms``, ``predicted_n``, ``predicted_ms``), ``extra``
(files) and ``toolCalls``; the first, of type "root", is empty. Newer ones write lines: a
``session``, then ``message`` lines with ``id``, ``parentId`` and ``message``.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace

from app.domain.generation import Role, Timings
from app.language import tr
from app.markup.transfer.readers.beside_text import Loss
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, in_order
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

NAME = "llama.cpp"

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_MARKED = re.compile(
    r"\s*(?:<<<AGENTIC_TOOL_CALL_START>>>(?P<call>.*?)<<<AGENTIC_TOOL_CALL_END>>>"
    r"|<<<reasoning_content_start>>>(?P<thought>.*?)<<<reasoning_content_end>>>)\s*",
    re.DOTALL,
)
_ABOUT = re.compile(r"<<<TOOL_(NAME|ARGS_BASE64):([^>]*)>>>")
_MOST = 1e9  # of a count or of milliseconds


def claims(value: object) -> bool:
    """Whether a JSON value is one conversation of the web UI."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("conv"), dict)
        and isinstance(value.get("messages"), list)
    )


def begins(value: object) -> bool:
    """Whether a line is the first of a conversation in JSON Lines."""
    return isinstance(value, dict) and value.get("type") == "session" and "harness" in value


def read(value: Json) -> ForeignChat:
    """One conversation.

    Raises:
        ShapeError: It is damaged.
    """
    about = as_map(value.get("conv"), tr("The conversation"))
    messages = maps(value.get("messages"))
    nodes = [_node(message, _key(message.get("parent"))) for message in messages]
    children = [message.get("children") for message in messages]
    return _found(
        about,
        _system(nodes),
        in_order(
            nodes, ([_key(one) for one in some] for some in children if isinstance(some, list))
        ),
        head=_key(about.get("currNode")) or None,
    )


def read_lines(session: Json, lines: list[Json]) -> ForeignChat:
    """One conversation of lines."""
    nodes = []
    for item in lines:
        inner = item.get("message")
        if item.get("type") == "message" and isinstance(inner, dict):
            stamp = item.get("timestamp") or inner.get("timestamp")
            message = {**inner, "id": item.get("id"), "timestamp": stamp}
            nodes.append(_node(message, text(item.get("parentId"))))
    return _found(session, _system(nodes), tuple(nodes), head=nodes[-1].key if nodes else None)


def _key(value: object) -> str:
    """An id; the first versions of the web UI have numbers."""
    return str(value) if isinstance(value, int) else text(value)


def _system(nodes: list[ForeignMessage]) -> str:
    """The first in the file: one in the middle of a chat has no place here."""
    return next((node.content for node in nodes if _is_system(node)), "")


def _found(
    about: Json, system: str, nodes: tuple[ForeignMessage, ...], head: str | None
) -> ForeignChat:
    return ForeignChat(
        source="llamacpp",
        key=text(about.get("id")),
        title=text(about.get("name")),
        nodes=tuple(_without_system(node, system) for node in nodes),
        head=head,
        updated_at=moment(about.get("lastModified")),
        system_prompt=system,
    )


def _without_system(node: ForeignMessage, kept: str) -> ForeignMessage:
    if not _is_system(node):
        return node
    return replace(node, content="", lost=() if node.content == kept else (Loss.SYSTEM,))


def _is_system(node: ForeignMessage) -> bool:
    return node.role is None and bool(node.content)


def _node(message: Json, parent: str) -> ForeignMessage:
    parts = Parts()
    role = text(message.get("role"))
    for file in maps(message.get("extra")):
        read = text(file.get("content"))
        picture = not read and "image" in text(file.get("type")).casefold()
        loss = Loss.PICTURE if picture else Loss.FILE
        parts.attach(loss, text(file.get("name")), read=read)
    for name in ("thinking", "reasoningContent", "reasoning_content"):
        parts.think(text(message.get(name)))
    content = message.get("content")
    if role == "tool":
        call = text(message.get("toolCallId")) or text(message.get("tool_call_id"))
        parts.answer(content, text(message.get("name")), call)
    elif isinstance(content, str):
        _say(content, parts)
    else:
        parts.take(content)
    for one in _calls(message.get("toolCalls") or message.get("tool_calls")):
        parts.use_tool(one)
    said, placed = parts.placed()
    shown = said or (placed and role == "user")
    return ForeignMessage(
        _key(message.get("id")),
        parent or None,
        _ROLES.get(role) if shown else None,
        said,
        moment(message.get("timestamp")),
        text(message.get("model")),
        timings=_timings(message.get("timings")),
        lost=tuple(parts.lost),
        placed=placed,
    )


def _say(content: str, parts: Parts) -> None:
    """Add an answer; some versions mark the steps of tools and the thoughts in it."""
    at = 0
    for found in _MARKED.finditer(content):
        parts.say(content[at : found.start()])
        at = found.end()
        if found["thought"] is not None:
            parts.think(found["thought"])
            continue
        about = dict(_ABOUT.findall(found["call"]))
        parts.call(about.get("NAME", ""), _decoded(about.get("ARGS_BASE64", "")))
        _, ended, answer = found["call"].partition("<<<TOOL_ARGS_END>>>")
        if ended and answer.strip():
            parts.answer(answer.strip(), about.get("NAME", ""))
    parts.say(content[at:])


def _decoded(data: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return data


def _calls(value: object) -> list[Json]:
    """Calls of tools: a list, or one as a text of JSON."""
    if not isinstance(value, str):
        return maps(value)
    try:
        return maps(parse_json(value))
    except ShapeError:
        return []


def _timings(value: object) -> Timings | None:
    if not isinstance(value, dict) or not _number(value.get("predicted_n")):
        return None
    return Timings(
        prompt_tokens=int(_number(value.get("prompt_n"))),
        completion_tokens=int(_number(value.get("predicted_n"))),
        prompt_seconds=_number(value.get("prompt_ms")) / 1000,
        completion_seconds=_number(value.get("predicted_ms")) / 1000,
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < _MOST else 0.0
