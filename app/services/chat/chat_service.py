"""Answers: send, stop, regenerate, edit, continue. The way of one message, from Enter to disk."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from app.domain.answers.calculation import is_check
from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.errors import (
    BugError,
    EngineBusyError,
    InvalidValueError,
    KnownError,
    NotFoundError,
)
from app.domain.generation import Role
from app.domain.model import ChosenModel
from app.domain.parts import Part, PlacedPart, ReadingChoicePart
from app.engine.base import Engine
from app.language import tr
from app.services.chat.answer_in_progress import AnswerInProgress, failed_message, with_form
from app.services.chat.answer_writer import AnswerWriter, WrittenAnswer
from app.services.chat.answering_model import AnsweringModel
from app.services.chat.chat_options import ChatOptionsService
from app.services.core.events import (
    AnswerEnded,
    AnswerStarted,
    Asked,
    BranchChanged,
    ErrorReported,
    EventBus,
    LibraryChanged,
    SendFailed,
)
from app.services.core.first_words import title_from
from app.services.core.ids import new_id, utc_now
from app.services.core.serial_executor import SerialExecutor, tell_of_bug
from app.services.library.library_service import LibraryService
from app.services.models.model_service import ModelService

FIRST_JOURNAL_SECONDS = 0.05  # doubled until it is the one below
JOURNAL_SECONDS = 0.7  # a crash loses at most about a second of the answer
MAX_MESSAGE_CHARACTERS = 20_000_000  # far above any context window; guards memory only
_log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
StoreAction = Callable[[], Future[None]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was stored for a question: the answer that is being written."""

    answer_id: str


@dataclass(frozen=True, slots=True)
class ActiveAnswer:
    """The answer being written now."""

    conversation_id: str
    message_id: str


class ChatService:
    """Generates answers, one at a time, and stores every word of them."""

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        models: ModelService,
        library: LibraryService,
        options: ChatOptionsService,
        bus: EventBus,
        writer: AnswerWriter,
        *,
        now: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._models = models
        self._library = library
        self._options = options
        self._answering = AnsweringModel(models, library, options)
        self._bus = bus
        self._writer = writer
        self._now = now
        self._lock = threading.Lock()
        self._writing: AnswerInProgress | None = None
        self._unsaved: dict[str, Message] = {}

    @property
    def active(self) -> ActiveAnswer | None:
        """The answer being written, if any."""
        writing = self._writing
        if writing is None:
            return None
        return ActiveAnswer(writing.message.conversation_id, writing.message.id)

    def send(self, conversation_id: str, text: str, attached: Sequence[Part] = ()) -> Exchange:
        """Store a question and begin its answer. Returns at once.

        Args:
            conversation_id: The chat.
            text: The question.
            attached: What comes with it: documents, how they are read, the answer's form, which
                is else that of the chat's preset.

        Raises:
            InvalidValueError: The text is blank or absurdly long.
            EngineBusyError: Another answer is being written.
            NotFoundError: There is no such conversation.
            PrivateChatError: The chat is private, and the model is at an endpoint.

        If the question cannot be stored nothing is begun, and :class:`SendFailed` is published.
        """
        conversation = self._library.chats.get(conversation_id)
        given = self._options.asked_with(conversation, attached)
        placed = tuple(PlacedPart(0, part) for part in given)
        return self._ask(conversation, conversation.head_id, text, placed=placed)

    def edit(
        self, message_id: str, text: str, reading: ReadingChoicePart | None = None
    ) -> Exchange:
        """Ask again with other words; the old question and its answers stay as a version.

        What was attached to it stays attached.

        Args:
            message_id: The question.
            text: In its new words.
            reading: How its documents are read; None for as before.

        Raises:
            As :meth:`send`.
        """
        message = self._library.chats.message(message_id)
        if message.role is not Role.USER:
            raise InvalidValueError(tr("Only your own messages can be edited."))
        conversation = self._library.chats.get(message.conversation_id)
        kept = [
            replace(one, at=min(one.at, len(text)))
            for one in message.placed
            if not is_check(one.part)  # of the old words
        ]
        if reading is not None:
            kept = [one for one in kept if not isinstance(one.part, ReadingChoicePart)]
            kept.append(PlacedPart(0, reading))
            kept.sort(key=lambda one: one.at)
        return self._ask(
            conversation, message.parent_id, text, edited=message_id, placed=tuple(kept)
        )

    def regenerate(self, answer_id: str, model: ChosenModel | None = None) -> str:
        """Write another version of an answer; returns its id.

        Args:
            answer_id: The answer, or a question that has none.
            model: Writes it; None for the chat's own.

        Raises:
            EngineBusyError: Another answer is being written.
        """
        old = self._library.chats.message(answer_id)
        question = old.id if old.role is Role.USER else old.parent_id
        answer = self._blank_answer(old.conversation_id, question)
        self._begin(answer, lambda: self._library.add_message(answer), resume=False, model=model)
        return answer.id

    def answer_with(self, answer_id: str, model: ChosenModel) -> None:
        """Write another version of an answer with another model, once that is loaded.

        It is used for this answer only; the chosen model answers what comes after it. If it
        cannot be loaded no version is begun: the model before must not answer in its name.

        Raises:
            EngineBusyError: Another answer is being written.
        """
        self._refuse_if_busy()

        def answer() -> None:
            try:
                self.regenerate(answer_id, model)
            except KnownError as error:  # something was sent while the model was loading
                self._models.give_back()
                self._bus.publish(ErrorReported(error))

        self._models.borrow(model, answer)

    def continue_answer(self, answer_id: str) -> None:
        """Go on with an answer that was stopped, cut or interrupted, or that could not begin.

        Raises:
            EngineBusyError: Another answer is being written.
            InvalidValueError: There is nothing to go on with.
        """
        message = self._library.chats.message(answer_id)
        status = message.status
        unfinished = status.can_continue or status is MessageStatus.FAILED
        if message.role is not Role.ASSISTANT or not unfinished:
            raise InvalidValueError(tr("This answer is complete."))
        message = replace(message, status=MessageStatus.STREAMING, error="")
        self._begin(message, lambda: self._library.resume(message), resume=True)

    def stop(self) -> None:
        """Stop the answer being written; what there is of it stays."""
        writing = self._writing
        if writing is not None:
            writing.cancel.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until no answer is being written; False when ``timeout`` seconds passed first."""
        writing = self._writing
        return True if writing is None else writing.done.wait(timeout)

    def save_state(self, conversation_id: str) -> None:
        """A chat was left: let the engine keep its state on disk, when it has time."""
        if not self._library.chats.is_private(conversation_id):
            self._executor.submit(lambda: self._engine.save_state(conversation_id))

    def close(self) -> None:
        """Stop and wait for the end. May be called twice."""
        self.stop()
        self.wait()

    def save_pending(self) -> None:
        """Store ended answers, also those that could not be stored when they ended.

        Raises:
            StoreError, DiskFullError: They still cannot be stored.
        """
        failure: KnownError | None = None
        for message in list(self._unsaved.values()):
            try:
                self._library.finish(message).result()
            except NotFoundError:  # its chat was removed for good meanwhile
                _log.info("An answer ended in a chat that is gone")
            except KnownError as error:  # it must not keep the others off the disk
                failure = error
                continue
            del self._unsaved[message.id]
        if failure is not None:
            raise failure

    # --- beginning ----------------------------------------------------------------------

    def _ask(
        self,
        conversation: Conversation,
        parent_id: str | None,
        text: str,
        edited: str | None = None,
        placed: tuple[PlacedPart, ...] = (),
    ) -> Exchange:
        if not text.strip():
            raise InvalidValueError(tr("The message is empty."), action=tr("Type something first."))
        if len(text) > MAX_MESSAGE_CHARACTERS:
            raise InvalidValueError(
                tr(
                    "The message has {count} characters; at most {most} can be handled.",
                    count=len(text),
                    most=MAX_MESSAGE_CHARACTERS,
                ),
                data=tr("It is still in the composer."),
                action=tr("Send it in parts."),
            )
        question = Message(
            id=new_id(),
            conversation_id=conversation.id,
            parent_id=parent_id,
            role=Role.USER,
            content=text,
            status=MessageStatus.COMPLETE,
            created_at=self._now(),
            placed=placed,
        )
        answer = self._blank_answer(conversation.id, question.id)

        reworded = edited is not None and parent_id is None and not conversation.title_by_user
        title = title_from(text) if reworded or not conversation.title else ""
        self._begin(
            answer,
            lambda: self._library.add_exchange(question, answer, title=title, edited=edited),
            resume=False,
            asked=Asked(text, edited),
        )
        return Exchange(answer.id)

    def _blank_answer(self, conversation_id: str, parent_id: str | None) -> Message:
        return Message(
            id=new_id(),
            conversation_id=conversation_id,
            parent_id=parent_id,
            role=Role.ASSISTANT,
            content="",
            status=MessageStatus.STREAMING,
            created_at=self._now(),
        )

    def _refuse_if_busy(self) -> None:
        if self._writing is not None:
            raise EngineBusyError(tr("An answer is still being written."))

    def _begin(
        self,
        answer: Message,
        store: StoreAction,
        *,
        resume: bool,
        asked: Asked | None = None,
        model: ChosenModel | None = None,
    ) -> None:
        model = model or self._answering.own(answer.conversation_id)
        self._answering.keep_private(answer.conversation_id, model)
        with self._lock:
            self._refuse_if_busy()
            writing = self._writing = AnswerInProgress(answer, model)

        def stored(outcome: Future[None]) -> None:
            error = outcome.exception()
            if error is None:
                with ExitStack() as undo:
                    undo.push(partial(self._could_not_start, writing))
                    self._start(writing, resume=resume)
                return
            self._never_began(writing)
            if not isinstance(error, KnownError):
                tell_of_bug(error)
                error = BugError(type(error).__name__)  # the words are given back all the same
            self._bus.publish(SendFailed(answer.conversation_id, asked, error))

        with ExitStack() as undo:
            undo.callback(self._never_began, writing)
            if asked is not None:  # another version may be asked of another model, once
                self._answering.remember(answer.conversation_id, model)
            storing = store()
            undo.pop_all()
        storing.add_done_callback(stored)

    def _never_began(self, writing: AnswerInProgress) -> None:
        self._writing = None
        writing.end()
        self._models.give_back()

    def _could_not_start(
        self,
        writing: AnswerInProgress,
        _kind: type[BaseException] | None,
        bug: BaseException | None,
        _trace: object,
    ) -> bool:
        """The question is on the disk and its answer cannot begin: it ends, and that is told."""
        if bug is None:
            return False
        broken = _broken(writing.message, bug)
        self._unsaved[broken.message.id] = broken.message
        self._library.finish(broken.message)  # not waited for: this may be the writer's thread
        self._never_began(writing)
        tell_of_bug(bug)
        self._bus.publish(AnswerEnded(broken.message, broken.error))
        return True

    def _start(self, writing: AnswerInProgress, *, resume: bool) -> None:
        """The question is on disk: show it, and answer it when the executor is free."""
        conversation_id = writing.message.conversation_id
        self._bus.publish(BranchChanged(conversation_id))
        self._bus.publish(LibraryChanged((conversation_id,)))
        self._bus.publish(AnswerStarted(conversation_id, writing.message.id))
        self._journal_beside(writing)
        self._executor.submit(lambda: self._write(writing, resume=resume), urgent=True)

    # --- on the executor ----------------------------------------------------------------

    def _write(self, writing: AnswerInProgress, *, resume: bool) -> None:
        written: WrittenAnswer | None = None
        try:
            written = self._writer.write(writing, resume=resume)
        finally:  # it ends after a bug as well, of which the executor tells
            self._end(writing, written or _broken(writing.message, sys.exception()))

    def _journal_beside(self, writing: AnswerInProgress) -> None:
        threading.Thread(target=self._journal, args=(writing,), name="answer-journal").start()

    def _journal(self, writing: AnswerInProgress) -> None:
        """Hand what there is to the store: the first words at once, then ever less often.

        Runs until the answer ends. The first second is kept as well as any other that way.
        """
        pause = FIRST_JOURNAL_SECONDS
        while writing.has_news():
            journaled = self._library.journal(writing.message, *writing.so_far())
            journaled.add_done_callback(_log_failure)
            writing.done.wait(pause)
            pause = min(2 * pause, JOURNAL_SECONDS)

    def _end(self, writing: AnswerInProgress, written: WrittenAnswer) -> None:
        content, placed = writing.so_far()
        message = replace(written.message, content=content, placed=placed)
        try:
            checked = writing.given.checked(content, placed)
            message = with_form(replace(message, placed=checked), writing.form)
        finally:  # the answer is whole without that
            self._store_end(writing, message, written.error)

    def _store_end(
        self, writing: AnswerInProgress, message: Message, error: KnownError | None
    ) -> None:
        writing.end()
        self._unsaved[message.id] = message
        try:
            self.save_pending()
        except KnownError as problem:
            self._bus.publish(ErrorReported(problem))
        finally:
            self._models.give_back()  # before anyone hears of the end and asks the next question
            self._writing = None
            self._bus.publish(AnswerEnded(message, error))
            self._bus.publish(LibraryChanged((message.conversation_id,)))


def _broken(message: Message, bug: BaseException | None) -> WrittenAnswer:
    """An answer that an error of ours has ended."""
    error = BugError(type(bug).__name__)
    return WrittenAnswer(failed_message(message, error), error)


def _log_failure(journaled: Future[None]) -> None:
    error = journaled.exception()
    if error is not None:  # the next one, or the end of the answer, tries again
        _log.warning("The answer so far could not be journaled: %s", error)
