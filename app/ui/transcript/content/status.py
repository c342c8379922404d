"""What is said of an answer: how it ended, what was not read, how long it was thought about."""

from __future__ import annotations

from app.domain.conversation import Message, MessageStatus
from app.domain.generation import Role, StopReason
from app.domain.parts import ReasoningPart
from app.language import tr, trn
from app.services.core import formatting


def status_text(message: Message) -> str:
    """What is said under an answer: how it ended, if not by itself, and what was not read."""
    count = len(message.left_out) if message.role is Role.ASSISTANT else 0
    if not count:
        return _end_words(message)
    left_out = trn("{n} older message left out", "{n} older messages left out", count)
    return formatting.join(_end_words(message), left_out)


def _end_words(message: Message) -> str:
    match message.status:
        case MessageStatus.STOPPED:
            return tr("Stopped by you")
        case MessageStatus.INTERRUPTED:
            return tr("Interrupted; the text so far was kept")
        case MessageStatus.CUT:
            if message.stop_reason is StopReason.CONTEXT_FULL:
                return tr("Cut: the context window is full")
            return tr("Cut at the token limit")
    return ""


def estimated_thinking(message: Message, part: ReasoningPart) -> float | None:
    """Seconds of an answer that its reasoning took, by its share of the text.

    Where nobody measured it; the time of the whole answer is always stored.
    """
    written = len(message.reasoning) + len(message.content)
    if message.timings is None or not written:
        return None
    return message.timings.completion_seconds * len(part.text) / written or None
