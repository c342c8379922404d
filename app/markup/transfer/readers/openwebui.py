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
from app.language import tr
from app.markup.text import fenced
from app.markup.transfer.readers.beside_text import Loss
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, chained, in_order
from app.markup.transfer.readers.json_values import (
    Json,
    ShapeError,
    as_map,
    maps,
    moment,
    parse_json,
    strings,
    text,
)
from app.markup.transfer.readers.message_parts import Parts, cited_here

NAME = "Open WebUI"  # not shown

_STREAMS = ("stdout", "stderr", "result")
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
# What is no text of the answer: ``<details type="reasoning" …><summary>…</summary>…</details>``.
_DETAILS = re.compile(
    r'<details\b([^>]*\btype="(reasoning|tool_calls|code_interpreter)"[^>]*)>\s*'
    r"(?:<summary>.*?</summary>)?(.*?)</details>\s*",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r'\b([a-z_]+)="([^"]*)"')
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,9})?")
_CODE = re.compile(
    r"(^[ ]{0,3}(?:```|~~~).*?(?:^[ ]{0,3}(?:```|~~~)[ ]*$|\Z)|`+[^`\n]*`+)",
    re.MULTILINE | re.DOTALL,
)
# ``[1]`` and ``[1, 2]``, which is neither a link nor the name of one.
_CITED = re.compile(r"(?<![\\!])\[(\d{1,4}(?:#[^\]\s]*)?(?:, ?\d{1,4}(?:#[^\]\s]*)?)*)\](?![(:])")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


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
        raise ShapeError(tr("It holds no chat."))
    history = chat.get("history")
    head: str | None = None
    nodes: tuple[ForeignMessage, ...]
    if isinstance(history, dict) and isinstance(history.get("messages"), dict):
        head = text(history.get("currentId")) or None
        listed = {key: as_map(item, tr("A message")) for key, item in history["messages"].items()}
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
    parts = Parts()
    for file in maps(message.get("files")):
        kind = text(file.get("type"))
        loss = Loss.PICTURE if kind.startswith("image") else Loss.FILE
        held = file.get("file")
        about = held if isinstance(held, dict) else {}
        meta = about.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        media = text(meta.get("content_type"))
        name = text(file.get("name")) or text(about.get("filename"))
        parts.attach(loss, name, media, file.get("size") or meta.get("size"))
    content = message.get("content")
    if isinstance(content, str):
        _say(content, message, parts)
    else:
        parts.take(content)
    said, placed = parts.placed()
    problem = message.get("error")
    failed = bool(problem) and not said
    role = _ROLES.get(text(message.get("role")))
    return ForeignMessage(
        key,
        text(message.get("parentId")) or None,
        role if said or placed or failed else None,
        said,
        moment(message.get("timestamp")),
        text(message.get("model")) or text(message.get("modelName")),
        MessageStatus.FAILED if failed else MessageStatus.COMPLETE,
        error=_problem(problem),
        lost=tuple(parts.lost),
        placed=placed,
    )


def _problem(problem: object) -> str:
    if isinstance(problem, dict):
        return text(problem.get("content")) or text(problem.get("message"))
    return text(problem)


def _say(content: str, message: Json, parts: Parts) -> None:
    """Add an answer, in which the page folds what is no text of it."""
    at = 0
    parts.sources = dict(enumerate(_sources(message), 1))
    for found in _DETAILS.finditer(content):
        parts.say(_cited(content[at : found.start()].rstrip("\n"), parts))
        at = found.end()
        about, kind, body = found.groups()
        attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(about)}
        if kind == "tool_calls":
            name, key = attributes.get("name", ""), attributes.get("id", "")
            parts.call(name, _plain(attributes.get("arguments", "")), key)
            answer = _plain(attributes.get("result", "")) or html.unescape(body).strip()
            if answer:
                parts.answer(answer, name, key)
        elif kind == "code_interpreter":
            parts.say(body.strip())
            parts.say(_output(attributes.get("output", "")))
        else:  # escaped, and quoted
            lines = html.unescape(body).strip().split("\n")
            seconds = attributes.get("duration", "")
            thought = "\n".join(re.sub(r"^> ?", "", item) for item in lines)
            parts.think(thought, float(seconds) if _NUMBER.fullmatch(seconds) else None)
    parts.say(_cited(content[at:], parts))


def _plain(value: str) -> str:
    """What stands in an attribute as a text of JSON, where it is one."""
    try:
        told = parse_json(value)
    except ShapeError:
        return value
    return told if isinstance(told, str) else value


def _output(value: str) -> str:
    """What code printed, which stands in an attribute as JSON."""
    try:
        told = parse_json(value) if value else ""
    except ShapeError:
        return ""
    if isinstance(told, dict):
        told = "\n".join(filter(None, (text(told.get(name)) for name in _STREAMS)))
    return fenced("text", text(told)) if text(told).strip() else ""


def _cited(said: str, parts: Parts) -> str:
    """An answer whose ``[1]`` stand for the sources that the page numbers so."""

    def cited(match: re.Match[str]) -> str:
        numbers = [int(one.partition("#")[0]) for one in match[1].split(",")]
        if not all(number in parts.sources for number in numbers):
            return match[0]
        return f"[{', '.join(map(str, numbers))}]{''.join(map(cited_here, numbers))}"

    pieces = _CODE.split(said) if parts.sources else [said]
    return "".join(
        piece if place % 2 else _CITED.sub(cited, piece) for place, piece in enumerate(pieces)
    )


def _sources(message: Json) -> list[tuple[str, str]]:
    """The sources in the order of their numbers: one for each address or file among documents."""
    found: dict[str, tuple[str, str]] = {}
    for source in maps(message.get("sources")) or maps(message.get("citations")):
        whole = source.get("source")
        whole = whole if isinstance(whole, dict) else {}
        about = maps(source.get("metadata"))
        documents = source.get("document")
        for at in range(len(documents) if isinstance(documents, list) else 0):
            of_it = about[at] if at < len(about) else {}
            key = text(of_it.get("source")) or text(whole.get("id")) or "N/A"
            name = text(of_it.get("title")) or text(of_it.get("name")) or text(whole.get("name"))
            address = key if _ADDRESS.match(key) else text(whole.get("url"))
            linked = bool(_ADDRESS.match(address))
            found.setdefault(key, (name if linked else name or key, address if linked else ""))
    return list(found.values())


def _system(chat: Json) -> str:
    for holder in (chat.get("params"), chat):
        if isinstance(holder, dict) and text(holder.get("system")):
            return text(holder.get("system"))
    return ""
