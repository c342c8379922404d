"""Reading Open WebUI's chat export: a list of chats, each with a tree of messages.

Shape, from the project's own export and importers of others: each item has ``id``, ``title``,
``created_at``, ``archived``, ``pinned`` and ``chat``; inside, ``history.messages`` maps ids to
``{id, parentId, childrenIds, role, content, model, timestamp}``, ``history.currentId`` names the
last message of the active branch. Very old exports have a plain ``messages`` list only.
"""

from __future__ import annotations

import html
import re

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.markup.transfer.readers.beside_text import Loss, mark, thought
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, chained, in_order
from app.markup.transfer.readers.json_values import (
    Json,
    ShapeError,
    as_map,
    maps,
    moment,
    strings,
    text,
)

NAME = "Open WebUI"

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_REASONING = re.compile(
    r'<details type="reasoning"[^>]*>\s*(?:<summary>.*?</summary>)?(.*?)</details>\s*', re.DOTALL
)

_DETAILS = re.compile(r'<details type="tool_calls"[^>]*>.*?</details>\s*', re.DOTALL)


def claims(value: object) -> bool:
    """Whether a JSON value is a chat of Open WebUI."""
    return _chat(value) is not None


def read(value: Json) -> ForeignChat:
    """One chat.

    Raises:
        ShapeError: It is damaged.
    """
    chat = _chat(value)
    if chat is None:
        raise ShapeError("It holds no chat.")
    history = chat.get("history")
    head: str | None = None
    nodes: tuple[ForeignMessage, ...]
    if isinstance(history, dict) and isinstance(history.get("messages"), dict):
        head = text(history.get("currentId")) or None
        listed = {key: as_map(item, "A message") for key, item in history["messages"].items()}
        nodes = in_order(
            (_node(key, item) for key, item in listed.items()),
            (strings(item.get("childrenIds")) for item in listed.values()),
        )
    else:
        nodes = chained(
            _node(str(index), item) for index, item in enumerate(maps(chat.get("messages")))
        )
    return ForeignChat(
        source="openwebui",
        key=text(value.get("id")) or text(chat.get("id")),
        title=text(value.get("title")) or text(chat.get("title")),
        nodes=nodes,
        head=head,
        created_at=moment(value.get("created_at")) or moment(chat.get("timestamp")),
        updated_at=moment(value.get("updated_at")),
        system_prompt=_system(chat),
        archived=value.get("archived") is True,
        pinned=value.get("pinned") is True,
    )


def _chat(value: object) -> Json | None:
    if not isinstance(value, dict):
        return None
    for candidate in (value.get("chat"), value):
        if not isinstance(candidate, dict):
            continue
        history = candidate.get("history")
        if isinstance(history, dict) and isinstance(history.get("messages"), dict):
            return candidate
        listed = candidate.get("messages")
        if candidate is not value and isinstance(listed, list):
            return candidate
    return None


def _node(key: str, message: Json) -> ForeignMessage:
    lost: list[Loss] = []
    said, calls = _DETAILS.subn("", _text(message, lost))
    lost += [Loss.TOOL] * calls
    thoughts: list[str] = []
    said = _REASONING.sub(lambda found: _thought(found, thoughts), said)
    said = thought("\n\n".join(thoughts), said)
    attached = [_file(file, lost) for file in maps(message.get("files"))]
    if attached:
        said = "\n\n".join([*attached, *([said] if said else [])])
    problem = message.get("error")
    failed = bool(problem) and not said
    role = _ROLES.get(text(message.get("role")))
    return ForeignMessage(
        key,
        text(message.get("parentId")) or None,
        role if said or failed else None,
        said,
        moment(message.get("timestamp")),
        text(message.get("model")),
        MessageStatus.FAILED if failed else MessageStatus.COMPLETE,
        error=text(problem.get("content")) if isinstance(problem, dict) else text(problem),
        lost=tuple(lost),
    )


def _text(message: Json, lost: list[Loss]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    said: list[str] = []
    for part in maps(content):
        if text(part.get("text")):
            said.append(text(part.get("text")))
        elif "image" in text(part.get("type")):
            lost.append(Loss.PICTURE)
            said.append(mark("picture"))
    return "\n\n".join(said)


def _file(file: Json, lost: list[Loss]) -> str:
    kind = "picture" if file.get("type") == "image" else "file"
    lost.append(Loss.PICTURE if kind == "picture" else Loss.FILE)
    return mark(kind, text(file.get("name")))


def _thought(match: re.Match[str], thoughts: list[str]) -> str:
    # Open WebUI keeps reasoning as escaped, quoted lines inside a <details> of its own.
    lines = html.unescape(match[1]).strip().split("\n")
    thoughts.append("\n".join(re.sub(r"^> ?", "", item) for item in lines))
    return ""


def _system(chat: Json) -> str:
    for holder in (chat.get("params"), chat):
        if isinstance(holder, dict) and text(holder.get("system")):
            return text(holder.get("system"))
    return ""
