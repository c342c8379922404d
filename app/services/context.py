"""How full the context window is before a message is sent: exact counts, kept per message."""

from __future__ import annotations

import threading

from app.domain.errors import KnownError
from app.domain.generation import Role
from app.engine.base import Engine
from app.markup.thinking import strip_thinking
from app.services.events import ContextMeasured, EventBus, ModelPhase
from app.services.lane import Lane
from app.services.library import LibraryService
from app.services.models import ModelService

# Phi-4's template: <|im_start|>, the role, <|im_sep|> and <|im_end|> around each message, and the
# first three again before the answer.
TOKENS_AROUND = 4
TOKENS_BEFORE_ANSWER = 3


class ContextService:
    """Measures chats on the engine's lane, between answers; only the newest wish is served."""

    def __init__(
        self,
        engine: Engine,
        lane: Lane,
        models: ModelService,
        library: LibraryService,
        bus: EventBus,
    ) -> None:
        self._engine = engine
        self._lane = lane
        self._models = models
        self._library = library
        self._bus = bus
        self._lock = threading.Lock()
        self._wish: tuple[str, str] | None = None

    def measure(self, conversation_id: str, draft: str) -> None:
        """Count a chat with its draft; :class:`ContextMeasured` tells. Nothing without a model."""
        with self._lock:
            waiting = self._wish is not None
            self._wish = (conversation_id, draft)
        if not waiting:
            self._lane.submit(self._work)

    def _work(self) -> None:
        with self._lock:
            wish, self._wish = self._wish, None
        state = self._models.state
        if wish is None or state.phase is not ModelPhase.READY or state.loaded is None:
            return
        try:
            tokens = self._count(*wish)
        except KnownError:  # the model went away meanwhile; the next wish asks again
            return
        self._bus.publish(ContextMeasured(wish[0], tokens, state.loaded.context_size))

    def _count(self, conversation_id: str, draft: str) -> int:
        model = self._models.state.model
        key = self._models.reference(model).sha256 if model is not None else ""
        conversation = self._library.get(conversation_id)
        messages = [item.message for item in self._library.branch(conversation_id)]
        known = self._library.token_counts(conversation_id, key) if key else {}
        unknown = [message for message in messages if message.id not in known]
        texts = [
            strip_thinking(message.content) if message.role is Role.ASSISTANT else message.content
            for message in unknown
        ]
        counts = self._engine.count_tokens([conversation.system_prompt, draft, *texts])
        fresh = {message.id: count for message, count in zip(unknown, counts[2:], strict=True)}
        if key and fresh:
            self._library.set_token_counts(conversation_id, key, fresh)
        parts = [*counts[:2], *known.values(), *fresh.values()]
        wrapped = sum(part + TOKENS_AROUND for part in parts if part)
        return wrapped + TOKENS_BEFORE_ANSWER
