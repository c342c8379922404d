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

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.language import tr
from app.markup.transfer.readers.beside_text import Loss, fenced, mark
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

NAME = "ChatGPT"

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_CANVAS = "canmore."  # not shown
_CODE = "code/"  # the type of a canvas that is not prose, before the language


def claims(value: object) -> bool:
    """Whether a JSON value is one conversation of ChatGPT."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def read(value: Json) -> ForeignChat:
    """One conversation.

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
        node = _node(key, parent, message)
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


def _node(key: str, parent: str | None, message: Json) -> ForeignMessage:
    role = _ROLES.get(_role(message))
    names = _pictures(message)
    content, lost = _content(message, names)
    attached = [mark("file", name) for name in _files(message)]
    content = "\n\n".join([*attached, *([content] if content else [])])
    lost += [Loss.FILE] * len(attached)
    if _role(message) == "tool":
        role = Role.ASSISTANT
    if _hidden(message):
        content, lost = "", [Loss.MEMORY] if _memory(message) else []
    metadata = message.get("metadata")
    model = text(metadata.get("model_slug")) if isinstance(metadata, dict) else ""
    cut = message.get("status") == "finished_partial_completion"
    return ForeignMessage(
        key,
        parent,
        role if content else None,
        content,
        moment(message.get("create_time")),
        model,
        MessageStatus.STOPPED if cut else MessageStatus.COMPLETE,
        lost=tuple(lost),
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


def _content(message: Json, names: Mapping[str, str]) -> tuple[str, list[Loss]]:
    """What a reader saw of a message, and what is not kept of it."""
    recipient = text(message.get("recipient")) or "all"
    content = message.get("content")
    content = content if isinstance(content, dict) else {}
    lost: list[Loss] = []
    if _role(message) == "tool":
        pieces = list(_tool_pieces(content, names, lost))
        made_canvas = _author_name(message).startswith(_CANVAS)
        if not pieces and not made_canvas and content:
            lost.append(Loss.TOOL)
        return "\n\n".join(pieces), lost
    if recipient.startswith(_CANVAS):
        return _canvas(content), []
    if text(content.get("content_type")) in {"thoughts", "reasoning_recap"}:
        # A recap says only how long the thoughts before it took.
        return "", [Loss.THOUGHT] if content.get("content_type") == "thoughts" else []
    if message.get("channel") == "analysis":
        return "", [Loss.THOUGHT]
    if recipient not in {"all", "python"}:  # said to a tool that nobody looks over the shoulder
        return "", [Loss.TOOL]
    said = "\n\n".join(_pieces(content, names, lost))
    return (resolved(said, message) if _role(message) == "assistant" else said), lost


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


def _tool_pieces(content: Json, names: Mapping[str, str], lost: list[Loss]) -> Iterator[str]:
    """What a tool showed: what code printed, and pictures. Pages it read are not the answer."""
    if content.get("content_type") == "execution_output" and text(content.get("text")).strip():
        yield fenced("text", text(content.get("text")))
    for part in maps(content.get("parts")):
        if "image" in text(part.get("content_type")):
            lost.append(Loss.PICTURE)
            yield mark("picture", names.get(_asset(part), ""))


def _attachments(message: Json) -> list[Json]:
    metadata = message.get("metadata")
    return maps(metadata.get("attachments")) if isinstance(metadata, dict) else []


def _kind(file: Json) -> str:
    return text(file.get("mime_type")) or text(file.get("mimeType"))


def _files(message: Json) -> Iterator[str]:
    """Files that came with a message; pictures among them are parts of its content as well."""
    for file in _attachments(message):
        if not _kind(file).startswith("image/"):
            yield text(file.get("name")) or "unnamed"


def _pictures(message: Json) -> dict[str, str]:
    """The names of pictures by the id that the content knows them by."""
    return {text(file.get("id")): text(file.get("name")) for file in _attachments(message)}


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


def _pieces(content: Json, names: Mapping[str, str], lost: list[Loss]) -> Iterator[str]:
    match content.get("content_type"):
        case "user_editable_context" | "model_editable_context":
            return
        case "code":
            language = text(content.get("language"))
            yield fenced("" if language == "unknown" else language, text(content.get("text")))
            return
        case _:
            pass
    if text(content.get("text")):
        yield text(content.get("text"))
    parts = content.get("parts")
    if "text" not in content and not isinstance(parts, list) and content:
        lost.append(Loss.PART)
    spoken = any(text(part.get("text")) for part in maps(parts))
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            if part:
                yield part
        elif isinstance(part, dict) and text(part.get("text")):
            yield text(part.get("text"))
        elif isinstance(part, dict):
            yield from _beside(part, names, lost, spoken=spoken)


def _beside(
    part: Json, names: Mapping[str, str], lost: list[Loss], *, spoken: bool
) -> Iterator[str]:
    """Where a part was that is no text; a voice whose words stand beside it leaves no mark."""
    kind = text(part.get("content_type"))
    if "image" in kind:
        lost.append(Loss.PICTURE)
        yield mark("picture", names.get(_asset(part), ""))
    elif "audio" in kind:
        lost.append(Loss.SOUND)
        if not spoken:
            yield mark("recording")
    else:
        lost.append(Loss.FILE)
        yield mark("file", names.get(_asset(part), ""))
