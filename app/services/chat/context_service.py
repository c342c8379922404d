"""How full the context window is before a message is sent: exact counts, kept per message."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from app.domain.context import fit_turns, reserve_for
from app.domain.endpoints.source import EndpointSource
from app.domain.errors import ContextFullError, KnownError, PromptTooLongError
from app.domain.generation import OverflowPolicy, Role, Turn
from app.domain.model import LoadedModel
from app.domain.settings import Settings
from app.engine.base import Engine
from app.services.chat.prompt_messages import (
    asked_text,
    newest_summary,
    offers_calculator,
    with_calculator,
    with_summary,
    wrote,
)
from app.services.core.events import ContextMeasured, EventBus, ModelPhase
from app.services.core.serial_executor import SerialExecutor
from app.services.library.library_service import LibraryService
from app.services.models.model_service import ModelService
from app.services.presets.answer_options import AnswerOptions

_CHARACTERS_PER_TOKEN = 4  # of most languages, about


@dataclass(frozen=True, slots=True)
class _Counted:
    """A chat as it would be sent.

    Attributes:
        turns: Without their texts.
        costs: Tokens of each with its markup.
        replaced: Messages that a summary, part of the first turn, stands for.
    """

    turns: tuple[Turn, ...]
    costs: tuple[int, ...]
    replaced: int = 0


class ContextService:
    """Measures chats on the engine's executor, between answers; only the newest request counts."""

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        models: ModelService,
        library: LibraryService,
        options: AnswerOptions,
        bus: EventBus,
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._models = models
        self._library = library
        self._options = options
        self._bus = bus
        self._lock = threading.Lock()
        self._request: tuple[str, str] | None = None
        self._refused: tuple[tuple[str, str], KnownError] | None = None

    def refusal(self, conversation_id: str, draft: str) -> KnownError | None:
        """Why this draft cannot be sent, where the last measurement was of it and said so."""
        refused = self._refused
        if refused is not None and refused[0] == (conversation_id, draft):
            return refused[1]
        return None

    def forget_refusal(self) -> None:
        """What was refused may be sent now: other settings are in force."""
        self._refused = None

    def measure(self, conversation_id: str, draft: str) -> None:
        """Count a chat with its draft and publish :class:`ContextMeasured`; not without a model."""
        with self._lock:
            waiting = self._request is not None
            self._request = (conversation_id, draft)
        if not waiting:
            self._executor.submit(self._work)

    def _work(self) -> None:
        with self._lock:
            wish, self._request = self._request, None
        state = self._models.state
        if wish is None or state.phase is not ModelPhase.READY or state.loaded is None:
            return
        if isinstance(state.loaded.source, EndpointSource):
            self._bus.publish(self._as_told(*wish, state.loaded))
            return
        try:
            chat = self._count(*wish, state.loaded)
        except KnownError:  # the model went away meanwhile; the next wish asks again
            return
        sent = bool(wish[1].strip())
        left_out, refusal = self._fit(chat, wish[0], state.loaded) if sent else (0, None)
        self._refused = (wish, refusal) if refusal is not None else None
        tokens = sum(chat.costs) + state.loaded.answer_tokens
        size = state.loaded.context_size
        self._bus.publish(
            ContextMeasured(
                wish[0],
                tokens,
                size,
                chat.replaced + left_out,
                refusal,
                system=chat.costs[0] if chat.turns and chat.turns[0].role is Role.SYSTEM else 0,
                message=chat.costs[-1] if sent else 0,
            )
        )

    def _in_force(self, conversation_id: str) -> Settings:
        own = self._library.chats.get(conversation_id).options
        return self._options.in_force(own, self._models.state.model).settings

    def _as_told(self, conversation_id: str, draft: str, loaded: LoadedModel) -> ContextMeasured:
        """What the endpoint counted at the end of its last answer, and an estimate of the draft.

        Nothing is asked of it: what is typed goes nowhere before it is sent.
        """
        branch = [item.message for item in self._library.chats.branch(conversation_id)]
        last = next((one for one in reversed(branch) if one.role is Role.ASSISTANT), None)
        timings = last.timings if last is not None and wrote(loaded, last) else None
        told = timings.prompt_tokens + timings.completion_tokens if timings is not None else 0
        tokens = told + (len(draft) // _CHARACTERS_PER_TOKEN if told else 0)
        typed = tokens - told
        size, note = loaded.context_size, loaded.note
        return ContextMeasured(conversation_id, tokens, size, note=note, message=typed)

    def _fit(
        self, chat: _Counted, conversation_id: str, loaded: LoadedModel
    ) -> tuple[int, KnownError | None]:
        """As the engine will do it: how many messages fall out, or why nothing can be sent."""
        settings = self._in_force(conversation_id)
        size = loaded.context_size
        try:
            fitted = fit_turns(
                chat.turns,
                chat.costs,
                overhead=loaded.answer_tokens,
                context_size=size,
                reserve=reserve_for(settings.max_tokens, size),
                overflow=settings.overflow,
            )
        except (PromptTooLongError, ContextFullError) as error:
            return 0, error
        return len(fitted.left_out), None

    def _count(self, conversation_id: str, draft: str, loaded: LoadedModel) -> _Counted:
        """The turns a request would have, without their texts, and the tokens of each."""
        model = self._models.state.model
        key = self._models.facts.reference(model).sha256 if model is not None else ""
        conversation = self._library.chats.get(conversation_id)
        messages = [item.message for item in self._library.chats.branch(conversation_id)]
        known = self._library.chats.token_counts(conversation_id, key) if key else {}
        unknown = [message for message in messages if message.id not in known]
        texts = [asked_text(message) for message in unknown]
        in_force = self._options.in_force(conversation.options, model)
        system = conversation.system_prompt
        if offers_calculator(in_force.preset, model, None):
            system = with_calculator(system)
        counts = self._engine.count_tokens([system, draft, *texts])
        fresh = {message.id: count for message, count in zip(unknown, counts[2:], strict=True)}
        if key and fresh:
            self._library.set_token_counts(conversation_id, key, fresh)
        all_counts = {**known, **fresh}
        turns = [Turn(Role.SYSTEM, system)] if counts[0] else []
        tokens = [counts[0]] if counts[0] else []
        for message in messages:
            if all_counts[message.id]:
                turns.append(Turn(message.role, "", message.id))
                tokens.append(all_counts[message.id])
        if draft.strip():
            turns.append(Turn(Role.USER, ""))
            tokens.append(counts[1])
        chat = _Counted(tuple(turns), tuple(count + loaded.turn_tokens for count in tokens))
        return self._summed_up(chat, conversation_id, loaded)

    def _summed_up(self, chat: _Counted, conversation_id: str, loaded: LoadedModel) -> _Counted:
        """The chat as it would be sent: with the summary that stands for what does not fit."""
        settings, size = self._in_force(conversation_id), loaded.context_size
        room = size - reserve_for(settings.max_tokens, size) - loaded.answer_tokens
        if settings.overflow is not OverflowPolicy.SUMMARISE or sum(chat.costs) <= room:
            return chat
        at, text = newest_summary(chat.turns, self._library.chats.summaries(conversation_id))
        if not text:
            return chat
        turns = with_summary(chat.turns, at, text)
        (head,) = self._engine.count_tokens([turns[0].content])
        return _Counted(
            turns,
            (head + loaded.turn_tokens, *chat.costs[at + 1 :]),
            replaced=sum(1 for turn in chat.turns[: at + 1] if turn.message_id),
        )
