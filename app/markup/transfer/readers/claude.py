"""Reading Claude's data export: conversations.json, a list of chats.

Shape, seen in public tools that read it: ``uuid``, ``name``, ``created_at``, ``updated_at`` (ISO)
and ``chat_messages``; a message has ``sender`` ("human", "assistant"), ``content`` (a list of
``text``, ``thinking``, ``tool_use``, ``tool_result``), ``text`` (the same as one text, in old
exports the only one), ``attachments`` with ``extracted_content``, ``files``, and since 2024
``parent_message_uuid``, which makes it a tree.
"""

from __future__ import annotations

import re

from app.domain.generation import Role
from app.markup.text import fenced
from app.markup.transfer.readers.beside_text import Loss, mark
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, chained
from app.markup.transfer.readers.json_values import Json, maps, moment, text
from app.markup.transfer.readers.message_parts import Parts

NAME = "Claude"  # not shown

_ROLES = {"human": Role.USER, "user": Role.USER, "assistant": Role.ASSISTANT}
_CODE = "application/vnd.ant.code"
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_OLD_THOUGHT = re.compile(r"<antThinking>(.*?)</antThinking>\s*", re.DOTALL)
_OLD_ARTIFACT = re.compile(r"\s*<antArtifact\b([^>]*)>(.*?)</antArtifact>\s*", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
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
    for file in maps(message.get("attachments")):
        name, read = text(file.get("file_name")), text(file.get("extracted_content"))
        parts.attach(Loss.FILE, name, text(file.get("file_type")), file.get("file_size"), read)
    for file in maps(message.get("files")):
        parts.attach(Loss.FILE, text(file.get("file_name")))
    listed = maps(message.get("content"))
    for part in listed:
        if part.get("type") == "tool_use" and _artifact(part):
            parts.say(_document(part))
        elif part.get("type") == "text":
            _say(_with_sources(part, parts), parts)
        else:
            parts.take([part])
    if not any(text(part.get("text")) for part in listed):
        _say(text(message.get("text")), parts)
    content, placed = parts.placed()
    return ForeignMessage(
        key,
        text(message.get("parent_message_uuid")) or None,
        _ROLES.get(text(message.get("sender"))) if content or placed else None,
        content,
        moment(message.get("created_at")),
        lost=tuple(parts.lost),
        placed=placed,
    )


def _with_sources(part: Json, parts: Parts) -> str:
    """A text with a number behind each place that names its source."""
    said = text(part.get("text"))
    found: dict[int, dict[str, None]] = {}
    for cited in maps(part.get("citations")):
        details, end = cited.get("details"), cited.get("end_index")
        about = {**(details if isinstance(details, dict) else {}), **cited}
        address = text(about.get("url"))
        if _ADDRESS.match(address) and isinstance(end, int) and 0 <= end <= len(said):
            found.setdefault(end, {})[parts.cite(text(about.get("title")), address)] = None
    for end in sorted(found, reverse=True):
        said = f"{said[:end]} {''.join(found[end])}{said[end:]}"
    return said


def _say(said: str, parts: Parts) -> None:
    """Add a text; in one of before 2025 thoughts and artifacts stand between tags."""
    for found in _OLD_THOUGHT.finditer(said):
        parts.think(found[1])
    parts.say(_OLD_ARTIFACT.sub(_old_artifact, _OLD_THOUGHT.sub("", said)))


def _old_artifact(match: re.Match[str]) -> str:
    about = dict(_ATTRIBUTE.findall(match[1]))
    return f"\n\n{_document({'input': {**about, 'content': match[2].strip(chr(10))}})}\n\n"


def _artifact(part: Json) -> bool:
    """Whether a call of a tool writes a document, which is what the reader saw."""
    given = part.get("input")
    has_text = isinstance(given, dict) and bool(text(given.get("content")))
    return part.get("name") == "artifacts" and has_text


def _document(part: Json) -> str:
    given = part.get("input")
    given = given if isinstance(given, dict) else {}
    document, kind = text(given.get("content")), text(given.get("type"))
    if kind == _CODE:
        document = fenced(text(given.get("language")), document)
    elif kind not in _PROSE:
        document = fenced(kind.rpartition("/")[2].rpartition(".")[2], document)
    return f"{mark('artifact', text(given.get('title')))}\n\n{document}"
