"""Reading LM Studio's conversation files (``*.conversation.json``).

Shape, seen in public tools that read and write it: ``name``, ``createdAt`` (milliseconds),
``systemPrompt``, ``messages``; each message has ``versions`` and ``currentlySelected``. A user's
version has ``content``, a list of ``{type: "text", text}``; an assistant's is ``multiStep`` with
``steps`` of which ``contentBlock`` ones hold text, some styled as thinking, and may carry
``genInfo``. There is no tree: versions are of one message, whatever follows belongs to the
selected one.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.conversation import MessageStatus
from app.domain.generation import Role, Timings
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage
from app.markup.transfer.readers.json_values import Json, ShapeError, as_list, as_map, moment, text

NAME = "LM Studio"

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}


def claims(value: object) -> bool:
    """Whether a JSON value is a conversation of LM Studio."""
    if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
        return False
    messages = value["messages"]
    return bool(messages) and all(isinstance(m, dict) and "versions" in m for m in messages[:3])


def read(value: Json) -> ForeignChat:
    """One conversation.

    Raises:
        ShapeError: It is damaged.
    """
    nodes: list[ForeignMessage] = []
    parent: str | None = None
    system = text(value.get("systemPrompt"))
    for index, item in enumerate(as_list(value.get("messages"), "The list of messages")):
        message = as_map(item, "A message")
        versions = as_list(message.get("versions"), "The versions of a message")
        if not versions:
            raise ShapeError("A message in it has no version.")
        selected = message.get("currentlySelected")
        at = selected if isinstance(selected, int) and 0 <= selected < len(versions) else 0
        for number, version in enumerate(versions):
            node = _node(f"{index}.{number}", parent, as_map(version, "A version"))
            if as_map(version, "A version").get("role") == "system":
                system = system or node.content
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
    pieces = list(_content(version.get("content")))
    model = ""
    timings = None
    status = MessageStatus.COMPLETE
    steps = version.get("steps")
    for item in steps if isinstance(steps, list) else []:
        if not isinstance(item, dict):
            continue
        if item.get("type") == "contentBlock":
            said = "".join(_content(item.get("content")))
            style = item.get("style")
            if isinstance(style, dict) and style.get("type") == "thinking":
                said = f"<think>{said}</think>\n\n"
            pieces.append(said)
        info = item.get("genInfo")
        if isinstance(info, dict):
            model = text(info.get("identifier")) or model
            timings, status = _outcome(info)
    sender = version.get("senderInfo")
    if isinstance(sender, dict):
        model = model or text(sender.get("senderName"))
    role = _ROLES.get(text(version.get("role")))
    return ForeignMessage(key, parent, role, "".join(pieces), None, model, status, timings)


def _content(value: object) -> Iterator[str]:
    yield text(value)  # the oldest files have no list of parts
    for part in value if isinstance(value, list) else []:
        if not isinstance(part, dict):
            continue
        if part.get("type") == "text":
            yield text(part.get("text"))
        elif part.get("type") == "file":
            yield f"*[file not included: {text(part.get('fileIdentifier')) or 'unnamed'}]*"


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
