"""Answers: send, stop, regenerate, edit, continue. The way of one message, from Enter to disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.endpoints.endpoint import PrivateChatError
from app.domain.errors import (
    BugError,
    EngineBusyError,
    EngineDiedError,
    InvalidValueError,
    KnownError,
    LoadCancelledError,
)
from app.domain.generation import (
    ContextFitted,
    EngineRestarted,
    Finished,
    GenerationRequest,
    OverflowPolicy,
    PromptProgress,
    Role,
    SnapshotRestored,
    StopReason,
    Turn,
)
from app.domain.model import ChosenModel, EndpointModel, finds_lines_only
from app.domain.parts import Part, PlacedPart, ReadingChoicePart
from app.engine.base import Engine
from app.language import tr
from app.services.chat.answer_in_progress import (
    AnswerInProgress,
    continued_turn,
    failed_message,
    finished_message,
)
from app.services.chat.prompt_messages import chat_turns
from app.services.chat.summary import ShortenedRequest, Summariser
from app.services.chat.titles import title_from
from app.services.core.events import (
    AnswerEnded,
    AnswerProgressed,
    AnswerStarted,
    Asked,
    BranchChanged,
    ErrorReported,
    EventBus,
    LibraryChanged,
    SendFailed,
    Summarising,
)
from app.services.core.ids import new_id, utc_now
from app.services.core.serial_executor import SerialExecutor, tell_of_bug
from app.services.documents.attached import CONTEXT_UNKNOWN, AttachedDocuments
from app.services.library.library_service import LibraryService
from app.services.models.model_service import ModelService
from app.services.presets.answer_options import AnswerOptions

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
        options: AnswerOptions,
        bus: EventBus,
        documents: AttachedDocuments | None = None,
        *,
        now: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._models = models
        self._library = library
        self._options = options
        self._bus = bus
        self._documents = documents
        self._now = now
        self._lock = threading.Lock()
        self._writing: AnswerInProgress | None = None
        self._unsaved: dict[str, Message] = {}
        self._summaries = Summariser(engine, library)

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
            attached: What comes with it: documents, and how they are read.

        Raises:
            InvalidValueError: The text is blank or absurdly long.
            EngineBusyError: Another answer is being written.
            NotFoundError: There is no such conversation.
            PrivateChatError: The chat is private, and the model is at an endpoint.

        If the question cannot be stored nothing is begun, and :class:`SendFailed` is published.
        """
        conversation = self._library.chats.get(conversation_id)
        placed = tuple(PlacedPart(0, part) for part in attached)
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
        kept = [replace(one, at=min(one.at, len(text))) for one in message.placed]
        if reading is not None:
            kept = [one for one in kept if not isinstance(one.part, ReadingChoicePart)]
            kept.append(PlacedPart(0, reading))
            kept.sort(key=lambda one: one.at)
        return self._ask(
            conversation, message.parent_id, text, edited=message_id, placed=tuple(kept)
        )

    def regenerate(self, answer_id: str) -> str:
        """Write another version of an answer; returns its id.

        Raises:
            EngineBusyError: Another answer is being written.
        """
        old = self._library.chats.message(answer_id)
        if old.role is not Role.ASSISTANT:
            raise InvalidValueError(tr("Only answers can be regenerated."))
        answer = self._blank_answer(old.conversation_id, old.parent_id)
        self._begin(answer, lambda: self._library.add_message(answer), resume=False)
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
                self.regenerate(answer_id)
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
        for message in list(self._unsaved.values()):
            self._library.finish(message).result()
            del self._unsaved[message.id]

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

        title = "" if conversation.title else title_from(text)
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
        self, answer: Message, store: StoreAction, *, resume: bool, asked: Asked | None = None
    ) -> None:
        model = self._models.state.model
        self._keep_private(answer.conversation_id, model)
        with self._lock:
            self._refuse_if_busy()
            writing = self._writing = AnswerInProgress(answer, model)

        def stored(outcome: Future[None]) -> None:
            error = outcome.exception()
            if error is None:
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
                self._remember(answer.conversation_id, model)
            storing = store()
            undo.pop_all()
        storing.add_done_callback(stored)

    def _remember(self, conversation_id: str, model: ChosenModel | None) -> None:
        """A chat that is sent to an endpoint is one of that endpoint from then on."""
        known = self._library.chats.get(conversation_id).options.model
        named = str(model.source) if isinstance(model, EndpointModel) else ""
        if named != known:
            self._library.change_options(conversation_id, lambda own: replace(own, model=named))

    def _keep_private(self, conversation_id: str, model: ChosenModel | None) -> None:
        if isinstance(model, EndpointModel) and self._library.chats.is_private(conversation_id):
            raise PrivateChatError(
                tr("A private chat is not sent to {server}.", server=model.server)
            )

    def _never_began(self, writing: AnswerInProgress) -> None:
        self._writing = None
        writing.end()
        self._models.give_back()

    def _start(self, writing: AnswerInProgress, *, resume: bool) -> None:
        """The question is on disk: show it, and answer it when the executor is free."""
        conversation_id = writing.message.conversation_id
        self._bus.publish(BranchChanged(conversation_id))
        self._bus.publish(LibraryChanged((conversation_id,)))
        self._bus.publish(AnswerStarted(conversation_id, writing.message.id))
        threading.Thread(target=self._journal, args=(writing,), name="answer-journal").start()
        self._executor.submit(lambda: self._write(writing, resume=resume), urgent=True)

    # --- on the executor ----------------------------------------------------------------

    def _write(self, writing: AnswerInProgress, *, resume: bool) -> None:
        error: KnownError | None = None
        message = writing.message
        try:
            message = self._generate(writing, resume=resume)
        except LoadCancelledError:
            message = replace(
                writing.message, status=MessageStatus.STOPPED, stop_reason=StopReason.STOPPED
            )
        except KnownError as problem:
            error = problem
            message = failed_message(writing.message, problem)
        finally:
            content, placed = writing.so_far()
            placed = (*placed, *writing.given.citations(content))
            self._end(writing, replace(message, content=content, placed=placed), error)

    def _generate(self, writing: AnswerInProgress, *, resume: bool) -> Message:
        own = self._library.chats.get(writing.message.conversation_id).options
        model = self._models.ensure_loaded(
            writing.cancel,
            lambda model: self._options.in_force(own, model).settings,
            writing.model,
        )
        in_force = self._options.in_force(own, model)
        sampling = self._options.sampling(in_force, model)
        message = replace(writing.message, model=self._models.reference(model), sampling=sampling)
        writing.message = message
        turns = self._turns(writing, resume=resume)
        quotes = writing.given.quotes
        request = GenerationRequest(
            conversation_id=message.conversation_id,
            turns=turns,
            sampling=sampling,
            overflow=in_force.settings.overflow,
            continue_answer=turns[-1].role is Role.ASSISTANT,
            grammar=quotes.grammar if quotes is not None else "",
            private=self._library.chats.is_private(message.conversation_id),
            replace_system=in_force.settings.replace_model_prompt,
        )
        shortened = self._shortened(request, writing)
        events = self._engine.generate(shortened.request, writing.cancel)
        if quotes is not None:
            from app.services.documents.quoting import quoted_events

            events = quoted_events(events, quotes, message.content)
        for event in events:
            match event:
                case ContextFitted() | SnapshotRestored() | PromptProgress() | EngineRestarted():
                    step = event
                    if isinstance(event, ContextFitted):
                        left_out = (*shortened.replaced, *event.left_out)
                        message = writing.message = replace(message, left_out=left_out)
                        step = replace(event, left_out=left_out)
                    self._bus.publish(AnswerProgressed(message.conversation_id, message.id, step))
                case Finished():
                    return finished_message(message, event)
                case _:
                    self._bus.publish(writing.take(event))
        raise EngineDiedError(tr("The engine ended without finishing the answer."))

    def _shortened(self, request: GenerationRequest, writing: AnswerInProgress) -> ShortenedRequest:
        """The request with a summary in place of what falls out, where the user wants that."""
        loaded = self._models.state.loaded
        if request.overflow is not OverflowPolicy.SUMMARISE or loaded is None:
            return ShortenedRequest(request)
        message = writing.message

        def tell(reading: PromptProgress | None, messages: int) -> None:
            step = Summarising(messages, reading)
            self._bus.publish(AnswerProgressed(message.conversation_id, message.id, step))

        request = replace(request, overflow=OverflowPolicy.LEAVE_OUT)
        return self._summaries.shorten(request, loaded, writing.cancel, tell)

    def _turns(self, writing: AnswerInProgress, *, resume: bool) -> tuple[Turn, ...]:
        """What the model reads: what the answer follows, and what there is to go on with.

        Not the active branch: another version may have been chosen while the answer waited.
        """
        answer = writing.message
        messages = {m.id: m for m in self._library.chats.tree(answer.conversation_id)}
        path: list[Message] = []
        above = answer.parent_id
        while above in messages:
            path.append(messages[above])
            above = path[-1].parent_id
        conversation = self._library.chats.get(answer.conversation_id)
        turns = chat_turns(conversation, path[::-1])
        if self._documents is not None:
            loaded = self._models.state.loaded
            size = loaded.context_size if loaded is not None else CONTEXT_UNKNOWN
            demo, private = finds_lines_only(self._models.state.model), conversation.private
            given = self._documents.given(turns, path[::-1], size, private=private, demo=demo)
            writing.given, turns = given, given.turns
        begun = resume and bool(answer.content or answer.reasoning)
        if begun and writing.given.quotes is None:  # lines that stand there are passed over
            turns += (continued_turn(answer),)
        return turns

    def _journal(self, writing: AnswerInProgress) -> None:
        """Hand what there is to the store: the first words at once, then ever less often.

        Runs until the answer ends. The first second is kept as well as any other that way.
        """
        pause = FIRST_JOURNAL_SECONDS
        while writing.news.wait() and not writing.done.is_set():
            writing.news.clear()
            journaled = self._library.journal(writing.message, *writing.so_far())
            journaled.add_done_callback(_log_failure)
            writing.done.wait(pause)
            pause = min(2 * pause, JOURNAL_SECONDS)

    def _end(self, writing: AnswerInProgress, message: Message, error: KnownError | None) -> None:
        writing.end()
        self._unsaved[message.id] = message
        try:
            self.save_pending()
        except KnownError as problem:
            self._bus.publish(ErrorReported(problem))
        self._writing = None
        self._bus.publish(AnswerEnded(message, error))
        self._models.give_back()
        self._bus.publish(LibraryChanged((message.conversation_id,)))


def _log_failure(journaled: Future[None]) -> None:
    error = journaled.exception()
    if error is not None:  # the next one, or the end of the answer, tries again
        _log.warning("The answer so far could not be journaled: %s", error)
