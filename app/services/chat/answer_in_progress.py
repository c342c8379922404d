"""The answer being written: its parts while they grow, and the message it is in the end."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from app.domain.answers.calculation import with_calculations
from app.domain.conversation import Message, MessageStatus
from app.domain.errors import EngineDiedError, KnownError
from app.domain.generation import (
    Finished,
    PartAdded,
    ReasoningDelta,
    ReasoningEnded,
    ReasoningStarted,
    Role,
    StopReason,
    TextDelta,
    Timings,
    Turn,
)
from app.domain.grammar.form import Form
from app.domain.model import ChosenModel
from app.domain.parts import FormPart, PlacedPart, ReasoningPart
from app.services.core.events import (
    AnswerPartAdded,
    AnswerReasoningAdded,
    AnswerReasoningEnded,
    AnswerTextAdded,
    Event,
)
from app.services.documents.attached import GivenDocuments

AnswerEvent = TextDelta | ReasoningStarted | ReasoningDelta | ReasoningEnded | PartAdded

_STATUS = {
    StopReason.END_OF_TURN: MessageStatus.COMPLETE,
    StopReason.STOP_STRING: MessageStatus.COMPLETE,
    StopReason.MAX_TOKENS: MessageStatus.CUT,
    StopReason.CONTEXT_FULL: MessageStatus.CUT,
    StopReason.STOPPED: MessageStatus.STOPPED,
    StopReason.ENGINE_DIED: MessageStatus.INTERRUPTED,
}


class AnswerInProgress:
    """What there is of the answer being written, shared with the journal's thread.

    Args:
        message: As it was stored when the answer began.
        model: What was chosen then; it answers, whatever is chosen while the answer waits.

    Attributes:
        message: The same with what has been learned since, but for text and parts.
        cancel: Stops it.
        done: It has ended; nothing more is journaled.
        given: What the model reads, documents included.
        form: What the answer must be; None for any.
        earlier: Answers to the same question.
    """

    def __init__(self, message: Message, model: ChosenModel | None = None) -> None:
        self.message = message
        self.model = model
        self.given = GivenDocuments(())
        self.form: Form | None = None
        self.earlier: tuple[str, ...] = ()
        self.cancel = threading.Event()
        self.done = threading.Event()
        self._news = threading.Event()  # there is more of it, or it has ended
        self._lock = threading.Lock()
        self._pieces = [message.content]
        self._length = len(message.content)
        self._placed = list(message.placed)
        self._thought: list[str] = []  # what came of the reasoning that is the last part

    def take(self, event: AnswerEvent) -> Event:
        """Take in more of the answer; returns what there is to publish of it."""
        where = (self.message.conversation_id, self.message.id)
        with self._lock:
            self._news.set()
            match event:
                case TextDelta(text, tokens):
                    if text:
                        self._end_reasoning()
                    self._pieces.append(text)
                    self._length += len(text)
                    return AnswerTextAdded(*where, text, tokens)
                case ReasoningStarted():
                    self._begin_reasoning()
                    return AnswerReasoningAdded(*where, "", 0)
                case ReasoningDelta(text, tokens):
                    self._begin_reasoning()
                    self._thought.append(text)
                    return AnswerReasoningAdded(*where, text, tokens)
                case ReasoningEnded(seconds):
                    self._end_reasoning(seconds)
                    return AnswerReasoningEnded(*where, seconds)
                case PartAdded(part):
                    self._end_reasoning()
                    self._placed.append(PlacedPart(self._length, part))
                    return AnswerPartAdded(*where, part)

    def _begin_reasoning(self) -> None:
        """What comes is more of the part that was cut, or of a new one."""
        if _open_reasoning(self._placed) is None:
            self._placed.append(PlacedPart(self._length, ReasoningPart("", closed=False)))

    def _end_reasoning(self, seconds: float = 0.0) -> None:
        """It took so long since it began or was continued; 0 where nobody says how long."""
        self._settle()
        part = _open_reasoning(self._placed)
        if part is not None:
            took = (part.seconds or 0.0) + seconds or None
            whole = replace(part, seconds=took, closed=True)
            self._placed[-1] = replace(self._placed[-1], part=whole)

    def end(self) -> None:
        """It has ended."""
        self.done.set()
        self._news.set()

    def has_news(self) -> bool:
        """Wait until there is more of it; False once it has ended. For one thread."""
        self._news.wait()
        self._news.clear()
        return not self.done.is_set()  # looked at last: an end that was cleared away is seen

    def so_far(self) -> tuple[str, tuple[PlacedPart, ...]]:
        """All of its text, and its other parts."""
        with self._lock:
            self._pieces = ["".join(self._pieces)]
            self._settle()
            return self._pieces[0], tuple(self._placed)

    def _settle(self) -> None:
        """Put what came of the reasoning into its part."""
        thought, self._thought = "".join(self._thought), []
        part = _open_reasoning(self._placed)
        if part is not None and thought:
            self._placed[-1] = replace(
                self._placed[-1], part=replace(part, text=part.text + thought)
            )


def _open_reasoning(placed: Sequence[PlacedPart]) -> ReasoningPart | None:
    """The reasoning that an answer was cut in; None where it was not."""
    last = placed[-1].part if placed else None
    return last if isinstance(last, ReasoningPart) and not last.closed else None


def continued_turn(message: Message) -> Turn:
    """An answer as the model goes on with it: with what it thought, which else it never reads."""
    thinking = _open_reasoning(message.placed) is not None
    text = with_calculations(message.content, message.placed)
    return Turn(Role.ASSISTANT, text, message.id, message.reasoning, thinking)


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


def with_form(message: Message, form: Form | None) -> Message:
    """``message`` with what checking it against its form found; what ended early is not valid."""
    if form is None:
        return message
    from app.domain.grammar.form_check import keeps_to  # not before an answer has a form

    done = message.status is MessageStatus.COMPLETE
    done = done and message.stop_reason is not StopReason.STOP_STRING  # which the form knows not of
    kept = done and keeps_to(form, message.content)
    part = replace(form.part(), valid=kept, cut=not done)
    others = tuple(one for one in message.placed if not isinstance(one.part, FormPart))
    return replace(message, placed=(*others, PlacedPart(len(message.content), part)))


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
