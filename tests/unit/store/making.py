"""Values for the tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.generation import Role

NOW = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)


def chat(title: str = "A chat", **values: object) -> Conversation:
    base: dict[str, object] = {
        "id": uuid4().hex,
        "title": title,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Conversation(**{**base, **values})  # type: ignore[arg-type]


def message(
    conversation: Conversation | str,
    parent: Message | str | None,
    role: Role,
    content: str = "",
    **values: object,
) -> Message:
    base: dict[str, object] = {
        "id": uuid4().hex,
        "conversation_id": conversation if isinstance(conversation, str) else conversation.id,
        "parent_id": parent.id if isinstance(parent, Message) else parent,
        "role": role,
        "content": content,
        "status": MessageStatus.COMPLETE,
        "created_at": NOW,
    }
    return Message(**{**base, **values})  # type: ignore[arg-type]


def question(conversation: Conversation, parent: Message | None, text: str = "Why?") -> Message:
    return message(conversation, parent, Role.USER, text)


def answer(parent: Message, text: str = "", **values: object) -> Message:
    status = MessageStatus.COMPLETE if text else MessageStatus.STREAMING
    return message(
        parent.conversation_id, parent, Role.ASSISTANT, text, **{"status": status, **values}
    )
