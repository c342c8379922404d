"""Reading Open WebUI's chat export: a list of chats, each with a tree of messages.

Shape, from the project's own export and importers of others: each item has ``id``, ``title``,
``created_at``, ``archived``, ``pinned`` and ``chat``; inside, ``history.messages`` maps ids to
``{id, parentId, childrenIds, role, content, model, timestamp}``, ``history.currentId`` names the
last message of the active branch. Very old exports have a plain ``messages`` list only.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.domain.parts import CitationPart
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
_MOST_PAGES = 1_000_000
_INSIDE = re.compile(r"data:([\w.+/-]*);base64,")  # not shown: the address of what follows it


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
        _attach(file, parts)
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


def _attach(file: Json, parts: Parts) -> None:
    """Add a file with what the model was given of it: its text, or the pieces it was cut into."""
    about = _map(file.get("file"))
    meta = _map(about.get("meta"))
    pieces = [text(one.get("content")) for one in maps(file.get("docs"))]
    read = text(_map(about.get("data")).get("content")) or text(file.get("content"))
    media = text(meta.get("content_type")) or text(file.get("content_type"))
    size = file.get("size") or meta.get("size")
    inside = _INSIDE.match(text(file.get("url")))
    if inside is not None:  # a picture that stands in the file itself
        data = text(file.get("url"))[inside.end() :]
        media, size = media or inside[1], len(data) * 3 // 4 - data[-2:].count("=")
    parts.attach(
        Loss.PICTURE if text(file.get("type")).startswith("image") else Loss.FILE,
        text(file.get("name")) or text(about.get("filename")),
        media,
        size,
        read or "\n\n".join(filter(None, pieces)),
    )


def _map(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _problem(problem: object) -> str:
    if isinstance(problem, dict):
        return text(problem.get("content")) or text(problem.get("message"))
    return text(problem)


def _say(content: str, message: Json, parts: Parts) -> None:
    """Add an answer, in which the page folds what is no text of it."""
    at = 0
    parts.sources = _sources(message)
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
    parts.cite_rest()


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


def _sources(message: Json) -> dict[int, CitationPart]:
    """The sources by their numbers: one for each address or file among documents."""
    found: dict[str, CitationPart] = {}
    for source in maps(message.get("sources")) or maps(message.get("citations")):
        whole = _map(source.get("source"))
        about = maps(source.get("metadata"))
        documents = source.get("document")
        for at, passage in enumerate(documents if isinstance(documents, list) else []):
            of_it = about[at] if at < len(about) else {}
            key = text(of_it.get("source")) or text(whole.get("id")) or "N/A"
            words = text(passage).strip()
            if (known := found.get(key)) is not None:  # another passage of it
                words = "\n\n".join(filter(None, (known.quotation, words)))
                found[key] = replace(known, quotation=words, page=None)
                continue
            name = text(of_it.get("title")) or text(of_it.get("name")) or text(whole.get("name"))
            address = key if _ADDRESS.match(key) else text(whole.get("url"))
            linked = bool(_ADDRESS.match(address))
            found[key] = CitationPart(
                name if linked else name or key,
                address if linked else "",
                words,
                _page(of_it),
                str(len(found) + 1),
            )
    return dict(enumerate(found.values(), 1))


def _page(about: Json) -> int | None:
    """The page of a passage, which is counted from 0 in the file."""
    page = about.get("page")
    return page + 1 if isinstance(page, int) and 0 <= page < _MOST_PAGES else None


def _system(chat: Json) -> str:
    for holder in (chat.get("params"), chat):
        if isinstance(holder, dict) and text(holder.get("system")):
            return text(holder.get("system"))
    return ""
