"""Reading LM Studio's conversation files (``*.conversation.json``).

Shape, seen in public tools that read and write it: ``name``, ``createdAt`` (milliseconds),
``systemPrompt``, ``messages``; each message has ``versions`` and ``currentlySelected``. A user's
version has ``content``, a list of ``{type: "text", text}``; an assistant's is ``multiStep`` with
``steps`` of which ``contentBlock`` ones hold text, some styled as thinking, and may carry
``genInfo``. There is no tree: versions are of one message, whatever follows belongs to the
selected one.
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.conversation import MessageStatus
from app.domain.generation import Role, Timings
from app.domain.parts import ToolCallPart, ToolResultPart
from app.language import tr
from app.markup.transfer.readers.beside_text import Loss
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage
from app.markup.transfer.readers.json_values import Json, as_list, as_map, maps, moment, text
from app.markup.transfer.readers.message_parts import Parts

NAME = "LM Studio"  # not shown

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}


def claims(value: object) -> bool:
    """Whether a JSON value is a conversation of LM Studio."""
    if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
        return False
    messages = value["messages"]
    if not messages:
        return "userLastMessagedAt" in value or "perChatPredictionConfig" in value
    return all(isinstance(m, dict) and "versions" in m for m in messages[:3])


def read(value: Json) -> ForeignChat:
    """One conversation.

    Raises:
        ShapeError: It is damaged.
    """
    nodes: list[ForeignMessage] = []
    parent: str | None = None
    system = text(value.get("systemPrompt"))
    for index, item in enumerate(as_list(value.get("messages"), tr("The list of messages"))):
        message = as_map(item, tr("A message"))
        versions = maps(message.get("versions"))
        if not versions:
            nodes.append(ForeignMessage(str(index), parent, None, "", lost=(Loss.MESSAGE,)))
            continue
        selected = message.get("currentlySelected")
        at = selected if isinstance(selected, int) and 0 <= selected < len(versions) else 0
        for number, version in enumerate(versions):
            node = _node(f"{index}.{number}", parent, version)
            if version.get("role") == "system":
                # One in the middle of a chat has no place here.
                kept = system in {"", node.content}
                system = system or node.content
                node = replace(node, content="", lost=() if kept else (Loss.SYSTEM,))
            nodes.append(node)
        parent = f"{index}.{at}"
    return ForeignChat(
        source="lmstudio",
        key="",
        title=text(value.get("name")),
        nodes=tuple(nodes),
        head=parent,
        created_at=moment(value.get("createdAt")),
        updated_at=moment(value.get("assistantLastMessagedAt")),
        system_prompt=system or _configured_prompt(value),
        pinned=value.get("pinned") is True,
    )


def _node(key: str, parent: str | None, version: Json) -> ForeignMessage:
    parts = Parts()
    _take(version.get("content"), parts)
    model = ""
    timings = None
    status = MessageStatus.COMPLETE
    goes_on = False  # the next block continues the sentence of the one before
    steps = maps(version.get("steps"))
    for item in steps:
        if item.get("type") == "contentBlock":
            style = item.get("style")
            thinks = isinstance(style, dict) and style.get("type") == "thinking"
            _take(item.get("content"), parts, thinks=thinks, goes_on=goes_on)
            goes_on = False
        info = item.get("genInfo")
        if isinstance(info, dict):
            model = text(info.get("identifier")) or model
            timings, status = _outcome(info)
            goes_on = status in {MessageStatus.STOPPED, MessageStatus.CUT}
    if not any(isinstance(part, ToolCallPart | ToolResultPart) for part in parts.found):
        parts.lost += [Loss.TOOL for item in steps if item.get("type") == "toolStatus"]
    sender = version.get("senderInfo")
    if isinstance(sender, dict):
        model = model or text(sender.get("senderName"))
    content, placed = parts.placed()
    return ForeignMessage(
        key,
        parent,
        _ROLES.get(text(version.get("role"))),
        content,
        None,
        model,
        status,
        timings,
        lost=tuple(parts.lost),
        placed=placed,
    )


def _take(value: object, parts: Parts, *, thinks: bool = False, goes_on: bool = False) -> None:
    if isinstance(value, str):  # the oldest files have no list of parts
        parts.say(value)
        return
    for part in maps(value):
        match part.get("type"):
            case "text" if thinks:
                parts.think(text(part.get("text")))
            case "text":
                parts.say(text(part.get("text")), goes_on=goes_on)
                goes_on = True
                continue
            case "file":
                loss = Loss.PICTURE if part.get("fileType") == "image" else Loss.FILE
                name = text(part.get("fileIdentifier"))
                parts.attach(loss, name, size=part.get("sizeBytes"))
            case "toolCallRequest" | "toolCallResult":
                parts.use_tool(part)
            case _:
                parts.lost.append(Loss.PART)
        goes_on = False


def _outcome(info: Json) -> tuple[Timings | None, MessageStatus]:
    stats = info.get("stats")
    if not isinstance(stats, dict):
        return None, MessageStatus.COMPLETE
    prompt = _number(stats.get("promptTokensCount"))
    answer = _number(stats.get("predictedTokensCount"))
    rate = _number(stats.get("tokensPerSecond"))
    timings = Timings(
        prompt_tokens=int(prompt),
        completion_tokens=int(answer),
        prompt_seconds=_number(stats.get("timeToFirstTokenSec")),
        completion_seconds=answer / rate if rate else 0.0,
    )
    match stats.get("stopReason"):
        case "userStopped":
            return timings, MessageStatus.STOPPED
        case "maxPredictedTokensReached" | "contextLengthReached":
            return timings, MessageStatus.CUT
        case "failed":
            return timings, MessageStatus.FAILED
        case _:
            return timings, MessageStatus.COMPLETE


def _number(value: object) -> float:
    if isinstance(value, int | float) and 0 <= value < 1e12:
        return float(value)
    return 0.0


def _configured_prompt(value: Json) -> str:
    config = value.get("perChatPredictionConfig")
    settings = config.get("fields") if isinstance(config, dict) else None
    for item in settings if isinstance(settings, list) else []:
        if isinstance(item, dict) and item.get("key") == "llm.prediction.systemPrompt":
            return text(item.get("value"))
    return ""
