"""Writes one answer: what the model reads, what is told meanwhile, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.conversation import Message, MessageStatus
from app.domain.errors import EngineDiedError, KnownError, LoadCancelledError
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
from app.domain.model import ChosenModel, finds_lines_only
from app.domain.presets.preset import Preset
from app.engine.base import Engine
from app.language import tr
from app.services.chat.answer_in_progress import (
    AnswerInProgress,
    continued_turn,
    failed_message,
    finished_message,
)
from app.services.chat.homework import with_check
from app.services.chat.prompt_messages import (
    chat_turns,
    earlier_answers,
    form_asked,
    offers_calculator,
)
from app.services.chat.summary import ShortenedRequest, Summariser
from app.services.core.events import AnswerProgressed, AnswerSourced, EventBus, Summarising
from app.services.documents.attached import CONTEXT_UNKNOWN, AttachedDocuments
from app.services.library.library_service import LibraryService
from app.services.models.model_service import ModelService
from app.services.presets.answer_options import AnswerOptions


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """How an answer ended.

    Attributes:
        message: The answer but for its text and parts, which :class:`AnswerInProgress` has.
        error: Why it failed; None where it did not.
    """

    message: Message
    error: KnownError | None = None


class AnswerWriter:
    """Has the engine write answers, each as its chat wants it. On the engine's executor only."""

    def __init__(
        self,
        engine: Engine,
        models: ModelService,
        library: LibraryService,
        options: AnswerOptions,
        bus: EventBus,
        documents: AttachedDocuments | None = None,
    ) -> None:
        self._engine = engine
        self._models = models
        self._library = library
        self._options = options
        self._bus = bus
        self._documents = documents
        self._summaries = Summariser(engine, library)

    def write(self, writing: AnswerInProgress, *, resume: bool) -> WrittenAnswer:
        """Write an answer to its end; what comes of it is published.

        Args:
            writing: Takes in what comes.
            resume: Go on with what there is of it.
        """
        try:
            return WrittenAnswer(self._generate(writing, resume=resume))
        except LoadCancelledError:
            stopped = replace(
                writing.message, status=MessageStatus.STOPPED, stop_reason=StopReason.STOPPED
            )
            return WrittenAnswer(stopped)
        except KnownError as error:
            return WrittenAnswer(failed_message(writing.message, error), error)

    def _generate(self, writing: AnswerInProgress, *, resume: bool) -> Message:
        own = self._library.chats.get(writing.message.conversation_id).options
        model = self._models.ensure_loaded(
            writing.cancel,
            lambda model: self._options.in_force(own, model).settings,
            writing.model,
        )
        in_force = self._options.in_force(own, model)
        sampling = self._options.sampling(in_force, model)
        message = replace(
            writing.message, model=self._models.facts.reference(model), sampling=sampling
        )
        writing.message = message
        turns, calculator = self._turns(writing, in_force.preset, model, resume=resume)
        quotes = writing.given.quotes
        grammar = _grammar(writing)
        request = GenerationRequest(
            conversation_id=message.conversation_id,
            turns=turns,
            sampling=sampling,
            overflow=in_force.settings.overflow,
            continue_answer=turns[-1].role is Role.ASSISTANT,
            private=self._library.chats.is_private(message.conversation_id),
            replace_system=in_force.settings.replace_model_prompt,
            grammar=grammar,
            calculator=calculator and not grammar,
            likely=writing.earlier,
        )
        shortened = self._shortened(request, writing)
        if writing.given.plan is not None:
            from app.services.documents.checked_answer import streamed_check

            check = streamed_check(writing.given.plan, writing.given.question)
            self._bus.publish(AnswerSourced(message.conversation_id, message.id, check))
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

    def _turns(
        self,
        writing: AnswerInProgress,
        preset: Preset | None,
        model: ChosenModel,
        *,
        resume: bool,
    ) -> tuple[tuple[Turn, ...], bool]:
        """What the model reads: what the answer follows, and what there is to go on with.

        The second value is whether it is told of the calculator there.

        Not the active branch: another version may have been chosen while the answer waited.
        """
        answer = writing.message
        messages = {m.id: m for m in self._library.chats.tree(answer.conversation_id)}
        writing.earlier = earlier_answers(answer, messages.values())
        path: list[Message] = []
        above = answer.parent_id
        while above in messages:
            path.append(messages[above])
            above = path[-1].parent_id
        if path:
            path[0] = self._checked(path[0], preset)
        conversation = self._library.chats.get(answer.conversation_id)
        writing.form = form_asked(path[0]) if path else None
        calculator = offers_calculator(preset, model, writing.form)
        turns = chat_turns(conversation, path[::-1], calculator=calculator)
        if self._documents is not None:
            loaded = self._models.state.loaded
            size = loaded.context_size if loaded is not None else CONTEXT_UNKNOWN
            demo, private = finds_lines_only(self._models.state.model), conversation.private
            given = self._documents.given(turns, path[::-1], size, private=private, demo=demo)
            writing.given, turns = given, given.turns
        so_far = continued_turn(answer)
        begun = resume and bool(so_far.content or so_far.reasoning)
        if begun and writing.given.quotes is None:  # lines that stand there are passed over
            turns += (so_far,)
        return turns, calculator

    def _checked(self, question: Message, preset: Preset | None) -> Message:
        """The question with what checking its steps found, which is kept with it."""
        checked = with_check(question, preset)
        if checked is not question:
            self._library.change_message(checked)
        return checked


def _grammar(writing: AnswerInProgress) -> str:
    """What the sampler keeps the answer to: quotations alone before a form; empty for neither."""
    if writing.given.quotes is not None:
        return writing.given.quotes.grammar
    if writing.form is None:
        return ""
    from app.domain.grammar.form_grammar import form_grammar

    return form_grammar(writing.form)
