"""Reading ChatGPT's data export: conversations.json, a list of trees.

Shape, seen in public tools that read it: each conversation has ``mapping`` (node id to
``{id, parent, children, message}``), ``current_node``, ``title``, ``create_time``,
``update_time``; a message has ``author.role``, ``content`` with a ``content_type``, and
``metadata``. Thoughts, tool calls and hidden system messages are nodes too. What the reader saw of
tools is kept: documents of the canvas (calls of ``canmore``, JSON in the text), code that was run,
what it printed, pictures. Large exports are split into ``conversations-000.json`` and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.domain.parts import AttachmentPart, ReasoningPart
from app.language import tr
from app.markup.text import fenced
from app.markup.transfer.readers.beside_text import Loss, mark
from app.markup.transfer.readers.chatgpt_marks import resolved
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, in_order
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
from app.markup.transfer.readers.message_parts import Parts
from app.markup.transfer.values import BESIDE, OtherFile, spoken_of

NAME = "ChatGPT"
NOTHING_BESIDE: Mapping[str, OtherFile] = MappingProxyType({})

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_CANVAS = "canmore."  # not shown
_LONGEST = 1e6  # seconds
_CODE = "code/"  # the type of a canvas that is not prose, before the language


def claims(value: object) -> bool:
    """Whether a JSON value is one conversation of ChatGPT."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def read(value: Json, others: Mapping[str, OtherFile] = NOTHING_BESIDE) -> ForeignChat:
    """One conversation.

    Args:
        value: As it stands in the file.
        others: The pictures and files beside that file, by what conversations call them.

    Raises:
        ShapeError: It is damaged.
    """
    mapping = as_map(value.get("mapping"), tr("The tree of messages"))
    nodes: list[ForeignMessage] = []
    children: list[list[str]] = []
    system = custom = ""
    for key, item in mapping.items():
        entry = as_map(item, tr("A message"))
        children.append(strings(entry.get("children")))
        message = entry.get("message")
        parent = text(entry.get("parent")) or None
        if not isinstance(message, dict):
            nodes.append(ForeignMessage(key, parent, None, ""))
            continue
        node = _node(key, parent, message, others)
        custom = custom or _custom_instructions(message)
        if _role(message) == "system" and node.content and not _hidden(message):
            system = system or node.content
            node = replace(node, content="")
        nodes.append(node)
    return ForeignChat(
        source="chatgpt",
        key=text(value.get("conversation_id")) or text(value.get("id")),
        title=text(value.get("title")),
        nodes=in_order(nodes, children),
        head=text(value.get("current_node")) or None,
        created_at=moment(value.get("create_time")),
        updated_at=moment(value.get("update_time")),
        system_prompt="\n\n".join(filter(None, (custom, system))),
        archived=value.get("is_archived") is True,
        pinned=value.get("is_starred") is True,
    )


def _node(
    key: str, parent: str | None, message: Json, others: Mapping[str, OtherFile]
) -> ForeignMessage:
    parts = Parts()
    role = _ROLES.get(_role(message))
    if _hidden(message):
        parts.lost += [Loss.MEMORY] if _memory(message) else []
    elif _role(message) == "tool":
        _tool(message, parts, others)
        shows = any(isinstance(part, AttachmentPart) for part in parts.found)
        role = Role.ASSISTANT if shows else None
    else:
        for file in _files(message):
            _attach(Loss.FILE, file, text(file.get("id")), None, parts, others)
        role = role if _said(message, parts, others) else None
    content, placed = parts.placed()
    metadata = message.get("metadata")
    model = text(metadata.get("model_slug")) if isinstance(metadata, dict) else ""
    cut = message.get("status") == "finished_partial_completion"
    return ForeignMessage(
        key,
        parent,
        role if content or placed else None,
        content,
        moment(message.get("create_time")),
        model,
        MessageStatus.STOPPED if cut else MessageStatus.COMPLETE,
        lost=tuple(parts.lost),
        placed=placed,
    )


def _custom_instructions(message: Json) -> str:
    """What the user tells ChatGPT before every chat; the model reads it as a system prompt."""
    content, metadata = message.get("content"), message.get("metadata")
    if not isinstance(content, dict) or content.get("content_type") != "user_editable_context":
        return ""
    raw = metadata.get("user_context_message_data") if isinstance(metadata, dict) else None
    raw = raw if isinstance(raw, dict) else {}  # without the sentences that are put around it
    about = text(raw.get("about_user_message")) or text(content.get("user_profile"))
    wanted = text(raw.get("about_model_message")) or text(content.get("user_instructions"))
    return "\n\n".join(part.strip() for part in (about, wanted) if part.strip())


def _memory(message: Json) -> bool:
    content = message.get("content")
    return isinstance(content, dict) and bool(text(content.get("model_set_context")).strip())


def _said(message: Json, parts: Parts, others: Mapping[str, OtherFile]) -> bool:
    """Add what a message is; whether it is one that people read, and not a step to an answer."""
    recipient = text(message.get("recipient")) or "all"
    content = message.get("content")
    content = content if isinstance(content, dict) else {}
    kind = text(content.get("content_type"))
    if recipient.startswith(_CANVAS):
        parts.say(_canvas(content))
        return True
    if kind == "thoughts":
        for one in maps(content.get("thoughts")):
            summary, body = text(one.get("summary")).strip(), text(one.get("content")).strip()
            parts.think("\n\n".join(filter(None, (f"**{summary}**" if summary else "", body))))
        return False
    if kind == "reasoning_recap":  # how long the thoughts before it took
        parts.found.append(ReasoningPart("", _seconds(message)))
        return False
    if message.get("channel") == "analysis":
        parts.think(_words(content))
        return False
    if recipient != "all":
        parts.call(recipient, _words(content))
        return False
    _pieces(message, content, parts, others)
    return True


def _words(content: Json) -> str:
    return "\n\n".join(filter(None, (text(content.get("text")), *strings(content.get("parts")))))


def _seconds(message: Json) -> float | None:
    metadata = message.get("metadata")
    took = metadata.get("finished_duration_sec") if isinstance(metadata, dict) else None
    return float(took) if isinstance(took, int | float) and 0 < took < _LONGEST else None


def _canvas(content: Json) -> str:
    """The document that a call of the canvas wrote, or what it put in place of parts of one."""
    said = "".join([text(content.get("text")), *strings(content.get("parts"))])
    try:
        call = as_map(parse_json(said), tr("A call"))
    except ShapeError:
        return fenced("", said) if said else ""
    if text(call.get("content")):
        kind = text(call.get("type"))
        body = text(call.get("content"))
        if kind.startswith(_CODE):
            body = fenced(kind.removeprefix(_CODE), body)
        return f"{mark('canvas', text(call.get('name')) or 'unnamed')}\n\n{body}"
    changed = [text(item.get("replacement")) for item in maps(call.get("updates"))]
    changes = mark("canvas changed")  # not shown: alike in all languages, as it is stored
    return "\n\n".join([changes, *(fenced("", one) for one in changed if one)])


def _tool(message: Json, parts: Parts, others: Mapping[str, OtherFile]) -> None:
    """What a tool answered, and the pictures that it made."""
    content = message.get("content")
    content = content if isinstance(content, dict) else {}
    name, kind = _author_name(message), text(content.get("content_type"))
    names = _pictures(message)
    for part in maps(content.get("parts")):
        if "image" in text(part.get("content_type")):
            _beside(part, names, parts, others, spoken=False)
    given = (text(content.get("result")), text(content.get("url")), _words(content))
    answer = "\n\n".join(filter(None, given))
    made_canvas = name.startswith(_CANVAS)
    if answer.strip() and not made_canvas and not parts.found:
        parts.answer(answer, name, failed=kind == "system_error")


def _attachments(message: Json) -> list[Json]:
    metadata = message.get("metadata")
    return maps(metadata.get("attachments")) if isinstance(metadata, dict) else []


def _kind(file: Json) -> str:
    return text(file.get("mime_type")) or text(file.get("mimeType"))


def _files(message: Json) -> Iterator[Json]:
    """Files that came with a message; pictures among them are parts of its content as well."""
    return (file for file in _attachments(message) if not _kind(file).startswith("image/"))


def _pictures(message: Json) -> dict[str, Json]:
    """Attached files by the id that the content knows them by."""
    return {text(file.get("id")): file for file in _attachments(message)}


def _asset(part: Json) -> str:
    return text(part.get("asset_pointer")).rpartition("//")[2]


def _role(message: Json) -> str:
    author = message.get("author")
    return text(author.get("role")) if isinstance(author, dict) else ""


def _author_name(message: Json) -> str:
    author = message.get("author")
    return text(author.get("name")) if isinstance(author, dict) else ""


def _hidden(message: Json) -> bool:
    metadata = message.get("metadata")
    return (
        isinstance(metadata, dict) and metadata.get("is_visually_hidden_from_conversation") is True
    )


def _pieces(message: Json, content: Json, parts: Parts, others: Mapping[str, OtherFile]) -> None:
    def say(words: str) -> None:
        parts.say(resolved(words, message, parts.cite) if _role(message) == "assistant" else words)

    match content.get("content_type"):
        case "user_editable_context" | "model_editable_context":
            return
        case "code":
            language = text(content.get("language"))
            say(fenced("" if language == "unknown" else language, text(content.get("text"))))
            return
        case _:
            pass
    say(text(content.get("text")))
    listed = content.get("parts")
    if "text" not in content and not isinstance(listed, list) and content:
        parts.lost.append(Loss.PART)
    spoken = any(text(part.get("text")) for part in maps(listed))
    names = _pictures(message)
    for part in listed if isinstance(listed, list) else []:
        if isinstance(part, str):
            say(part)
        elif isinstance(part, dict) and text(part.get("text")):
            say(text(part.get("text")))
        elif isinstance(part, dict):
            _beside(part, names, parts, others, spoken=spoken)


def _beside(
    part: Json,
    names: Mapping[str, Json],
    parts: Parts,
    others: Mapping[str, OtherFile],
    *,
    spoken: bool,
) -> None:
    """Add what is no text; a voice whose words stand beside it is none of its own."""
    kind, asset = text(part.get("content_type")), _asset(part)
    if "audio" in kind and spoken:
        parts.lost.append(Loss.SOUND)
        return
    loss = Loss.PICTURE if "image" in kind else Loss.SOUND if "audio" in kind else Loss.FILE
    _attach(loss, names.get(asset, {}), asset, part.get("size_bytes"), parts, others)


def _attach(
    loss: Loss,
    file: Json,
    asset: str,
    size: object,
    parts: Parts,
    others: Mapping[str, OtherFile],
) -> None:
    """Add a file; what the conversation does not tell of it, the file beside it does.

    A picture that is there is brought along. Nothing else is: what it may be is not known, and who
    opens it would have the system run it.
    """
    called = spoken_of(asset)
    there = others.get(called)
    name = text(file.get("name")) or (there.name if there is not None else "")
    size = size or file.get("size") or (there.size if there is not None else None)
    brought = f"{BESIDE}{called}" if there is not None and loss is Loss.PICTURE else ""
    parts.attach(loss, name, _kind(file), size, beside=brought)
