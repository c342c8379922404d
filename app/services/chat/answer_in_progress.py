"""The answer being written: its text while it grows, and the message it is in the end."""

from __future__ import annotations

import threading
from dataclasses import replace

from app.domain.conversation import Message, MessageStatus
from app.domain.errors import EngineDiedError, KnownError
from app.domain.generation import Finished, StopReason, Timings

_STATUS = {
    StopReason.END_OF_TURN: MessageStatus.COMPLETE,
    StopReason.STOP_STRING: MessageStatus.COMPLETE,
    StopReason.MAX_TOKENS: MessageStatus.CUT,
    StopReason.CONTEXT_FULL: MessageStatus.CUT,
    StopReason.STOPPED: MessageStatus.STOPPED,
    StopReason.ENGINE_DIED: MessageStatus.INTERRUPTED,
}


class AnswerInProgress:
    """The text of the answer being written, shared with the journal's thread.

    Args:
        message: As it was stored when the answer began.

    Attributes:
        message: The same with what has been learned since, but for the text.
        cancel: Stops it.
        done: It has ended; nothing more is journaled.
        news: There is more text since this was last cleared, or it has ended.
    """

    def __init__(self, message: Message) -> None:
        self.message = message
        self.cancel = threading.Event()
        self.done = threading.Event()
        self.news = threading.Event()
        self._lock = threading.Lock()
        self._pieces = [message.content]

    def add(self, text: str) -> None:
        """More of it came."""
        with self._lock:
            self._pieces.append(text)
        self.news.set()

    def end(self) -> None:
        """It has ended."""
        self.done.set()
        self.news.set()

    def text(self) -> str:
        """All of it so far."""
        with self._lock:
            self._pieces = ["".join(self._pieces)]
            return self._pieces[0]


def finished_message(message: Message, event: Finished) -> Message:
    """``message`` after the engine said how its answer ended."""
    timings = event.timings
    if message.timings is not None:  # a continued answer: its parts add up
        timings = _sum(message.timings, timings)
    return replace(
        message,
        status=_STATUS[event.reason],
        stop_reason=event.reason,
        timings=timings,
        seed=event.seed,
    )


def failed_message(message: Message, error: KnownError) -> Message:
    """``message`` after an error ended its answer."""
    died = isinstance(error, EngineDiedError)
    return replace(
        message,
        status=MessageStatus.INTERRUPTED if died else MessageStatus.FAILED,
        stop_reason=StopReason.ENGINE_DIED if died else None,
        error=error.told,
    )


def _sum(first: Timings, second: Timings) -> Timings:
    return replace(
        second,
        completion_tokens=first.completion_tokens + second.completion_tokens,
        completion_seconds=first.completion_seconds + second.completion_seconds,
    )
