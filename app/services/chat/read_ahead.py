"""Reading before it is asked: what is shown and typed, when nobody else wants the engine."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.endpoints.source import EndpointSource
from app.domain.errors import KnownError
from app.domain.generation import (
    GenerationRequest,
    OverflowPolicy,
    ReadAheadProgress,
    ReadAheadRequest,
    Role,
)
from app.domain.model import ChosenModel, LoadedModel, finds_lines_only
from app.domain.parts import Part, PlacedPart
from app.domain.settings import ReadAheadWhen, Settings
from app.engine.base import Engine
from app.services.chat.prompt_messages import chat_turns, form_asked, offers_calculator
from app.services.chat.summary import Summariser
from app.services.core.events import AnswerStarted, Event, EventBus, ReadAheadChanged
from app.services.core.ids import utc_now
from app.services.core.serial_executor import SerialExecutor
from app.services.core.settings import SettingsService
from app.services.documents.attached import AttachedDocuments
from app.services.library.library_service import LibraryService
from app.services.models.model_service import ModelService
from app.services.presets.answer_options import AnswerOptions
from app.system.hardware import PowerSource

LEAST_CHARGE = 0.3  # of the battery, below which nothing is read that may never be asked
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What shall be read: a chat with what is typed and attached."""

    conversation_id: str
    draft: str
    attached: tuple[Part, ...]


class ReadAheadService:
    """Has the engine read the chat that is shown, behind everything else that it is asked.

    Only the newest wish counts. A reading that gave way goes on where it ended. A model at an
    endpoint is told nothing before it is sent.

    Args:
        engine: Reads.
        lane: The engine's executor.
        models: The chosen model, which is not loaded for this.
        library: The chats.
        options: What a chat is answered with.
        settings: Whether it is wanted.
        bus: Publishes how far it is.
        documents: What comes with messages.
        power: Where the computer's power comes from.
    """

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        models: ModelService,
        library: LibraryService,
        options: AnswerOptions,
        settings: SettingsService,
        bus: EventBus,
        *,
        documents: AttachedDocuments,
        power: Callable[[], PowerSource],
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._models = models
        self._library = library
        self._options = options
        self._settings = settings
        self._bus = bus
        self._documents = documents
        self._power = power
        self._summaries = Summariser(engine, library)
        self._lock = threading.Lock()
        self._wish: _Wish | None = None
        self._cancel = threading.Event()
        self._drafted = ""  # the chat of which unsent words were read last
        self._closed = False
        self._unsubscribe = bus.subscribe(self._on_event)

    def wish(self, conversation_id: str, draft: str, attached: Sequence[Part] = ()) -> None:
        """Read this chat, and what is typed in it, when there is time. Returns at once."""
        wish = _Wish(conversation_id, draft, tuple(attached))
        with self._lock:
            if self._closed:
                return
            self._wish = wish
            self._cancel.set()
            cancel = self._cancel = threading.Event()
        self._executor.submit_idle(lambda: self._read(wish, cancel), cancel.set)

    def close(self) -> None:
        """Read nothing more. May be called twice."""
        with self._lock:
            self._closed, self._wish = True, None
            self._cancel.set()
        self._unsubscribe()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AnswerStarted):  # what was typed is sent
            with self._lock:
                self._wish = None
                self._cancel.set()

    # --- on the executor ----------------------------------------------------------------

    def _read(self, wish: _Wish, cancel: threading.Event) -> None:
        try:
            if self._settings.current.read_ahead is ReadAheadWhen.OFF:
                return
            asked = self._asked(wish)
            if asked is None or not self._allowed():
                return
            self._drafted = wish.conversation_id if asked.draft.strip() else ""
            first = last = None
            for last in self._engine.read_ahead(asked, cancel):
                first = first or last
                self._tell(wish, last)
                if not self._allowed():
                    cancel.set()
                    self._tell(wish, ReadAheadProgress(0, 0))
                    return
        except KnownError as error:  # whoever asks is told, if it is still so then
            _log.info("Nothing was read ahead: %s", error.what)
            return
        went_on = first is not None and last is not None and first.done < last.done < last.total
        if cancel.is_set() or went_on:
            self._again(wish)

    def _tell(self, wish: _Wish, progress: ReadAheadProgress) -> None:
        told = ReadAheadChanged(wish.conversation_id, progress.done, progress.total)
        self._bus.publish(told)

    def _again(self, wish: _Wish) -> None:
        """It gave way to something: go on behind that, unless something else is wished now."""
        with self._lock:
            if self._wish is not wish:
                return
            cancel = self._cancel = threading.Event()
        self._executor.submit_idle(lambda: self._read(wish, cancel), cancel.set)

    def _allowed(self) -> bool:
        return may_read(self._settings.current.read_ahead, self._power())

    def _asked(self, wish: _Wish) -> ReadAheadRequest | None:
        """What would be asked if the draft were sent; None where nothing can be read for it."""
        chat = self._library.chats.get(wish.conversation_id)
        loaded = self._models.ready_for(lambda model: self._in_force(chat, model))
        model = self._models.state.model
        if loaded is None or model is None or isinstance(loaded.source, EndpointSource):
            return None
        if chat.head_id is not None and chat.options.model:  # an endpoint answers it
            return None
        branch = [item.message for item in self._library.chats.branch(chat.id)]
        last = branch[-1].status if branch else MessageStatus.COMPLETE
        if last is MessageStatus.STREAMING:
            return None
        thought = last.can_continue and bool(branch[-1].reasoning)
        if thought and not wish.draft.strip() and self._drafted != chat.id:
            return None  # going on with it needs what it thought, the next question does not
        in_force = self._options.in_force(chat.options, model)
        question = _question(chat, wish)
        messages = [*branch, question]
        calculator = offers_calculator(in_force.preset, model, form_asked(question))
        given = self._documents.given(
            chat_turns(chat, messages, calculator=calculator),
            messages,
            loaded.context_size,
            private=chat.private,
            demo=finds_lines_only(model),
        )
        # Passages are chosen with the whole question and stand before it: its words must wait.
        certain = given.plan is None or not given.plan.before
        request = GenerationRequest(
            conversation_id=chat.id,
            turns=given.turns,
            sampling=self._options.sampling(in_force, model),
            overflow=in_force.settings.overflow,
            private=chat.private,
            replace_system=in_force.settings.replace_model_prompt,
        )
        request = self._shortened(request, loaded)
        draft = wish.draft if certain else ""
        return ReadAheadRequest(replace(request, turns=request.turns[:-1]), draft)

    def _in_force(self, chat: Conversation, model: ChosenModel) -> Settings:
        return self._options.in_force(chat.options, model).settings

    def _shortened(self, request: GenerationRequest, loaded: LoadedModel) -> GenerationRequest:
        """With the summary that there is; none is made before somebody asks."""
        if request.overflow is not OverflowPolicy.SUMMARISE:
            return request
        request = replace(request, overflow=OverflowPolicy.LEAVE_OUT)
        return self._summaries.with_known(request, loaded).request


def may_read(when: ReadAheadWhen, power: PowerSource) -> bool:
    """Whether something may be read that may never be asked."""
    match when:
        case ReadAheadWhen.OFF:
            return False
        case ReadAheadWhen.PLUGGED_IN:
            return power.plugged_in
        case ReadAheadWhen.ALWAYS:
            return power.plugged_in or power.charge >= LEAST_CHARGE


def _question(chat: Conversation, wish: _Wish) -> Message:
    """The draft as the message that it would be."""
    return Message(
        id="",
        conversation_id=chat.id,
        parent_id=chat.head_id,
        role=Role.USER,
        content=wish.draft,
        status=MessageStatus.COMPLETE,
        created_at=utc_now(),
        placed=tuple(PlacedPart(0, part) for part in wish.attached),
    )
