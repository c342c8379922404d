"""Answers for other programs, on the engine's executor behind everything the window wants.

A served answer is private: no chat, no snapshot, nothing that another client's request could find.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.errors import EngineBusyError, KnownError, ModelNotLoadedError, NotFoundError
from app.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    OverflowPolicy,
    Role,
    Sampling,
)
from app.domain.model import ModelFile
from app.domain.network.serving import (
    MOST_WAITING,
    ServedModel,
    ServedPrompt,
    ServedRequest,
    ServedStatus,
)
from app.domain.presets.preset import NO_OPTIONS
from app.engine.base import Cancel, Engine
from app.language import tr
from app.services.core.serial_executor import SerialExecutor
from app.services.core.settings import SettingsService
from app.services.models.model_service import ModelService
from app.services.presets.answer_options import AnswerOptions
from app.services.serving.request_list import RequestList
from app.services.serving.served_answer import Deliver, ServedAnswer

GUESSED_SECONDS = 10.0  # what an answer takes, until one was measured
LONGEST_WAIT = 120  # seconds that a client is told to wait at most


class ServedAnswers:
    """The answers that wait and the one being written.

    Args:
        engine: Answers.
        lane: The engine's executor, which the window uses too.
        models: The chosen model.
        settings: Of all chats.
        options: What is used where a client asks for nothing else.
        listed: The list of requests.
    """

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        models: ModelService,
        settings: SettingsService,
        options: AnswerOptions,
        listed: RequestList,
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._models = models
        self._settings = settings
        self._options = options
        self._listed = listed
        self._lock = threading.Lock()
        self._open: dict[int, ServedAnswer] = {}
        self._seconds = GUESSED_SECONDS

    # --- for the room that listens -----------------------------------------------------------

    def model(self) -> ServedModel | None:
        """The model that answers; None where none of this computer is chosen.

        One at an endpoint is not lent: it would be another computer that reads what is asked.
        """
        state = self._models.state
        model = state.model
        if not isinstance(model, ModelFile):
            return None
        loaded = state.loaded
        return ServedModel(
            id=served_name(model),
            context_size=loaded.context_size if loaded else None,
            trained_context=loaded.trained_context if loaded else None,
            parameters=loaded.parameters if loaded else None,
            size=model.size,
        )

    def ask(self, prompt: ServedPrompt, deliver: Deliver) -> ServedAnswer:
        """Answer when it is this request's turn.

        Args:
            prompt: What is asked.
            deliver: Called on other threads with each event; the last is a
                :class:`app.domain.generation.Finished` or a
                :class:`app.domain.network.serving.ServedFailure`.

        Raises:
            EngineBusyError: Too many wait already.
            NotFoundError: Another model is asked for than the one there is.
        """
        try:
            model = self._models.state.model
            if isinstance(model, ModelFile):
                _refuse_another(prompt, model)
        except KnownError:
            self.refuse(prompt.client, prompt.path)
            raise
        with self._lock:
            full = len(self._open) > MOST_WAITING
            if not full:
                request = self._listed.add(prompt.client, prompt.path)
                answer = self._open[request.number] = ServedAnswer(self, request, prompt, deliver)
        if full:
            self.refuse(prompt.client, prompt.path)
            raise EngineBusyError(
                tr("The model is busy: {n} requests wait already.", n=MOST_WAITING),
                data="",
                action=tr("Try again later."),
            )
        self.queue(answer)
        return answer

    def refuse(self, client: str, path: str) -> None:
        """List a request that was wrong, or came when too many waited."""
        self._listed.add(client, path, ServedStatus.REFUSED)

    def answered(self, client: str, path: str) -> None:
        """List a question that was answered without the model, as for its name."""
        self._listed.add_answered(client, path)

    def wait_seconds(self) -> int:
        """How long whoever is refused should wait, by what answers took lately."""
        return max(1, min(LONGEST_WAIT, round(self._seconds)))

    def stop_all(self) -> None:
        """Stop what is written and drop what waits; each client is told so."""
        with self._lock:
            answers = list(self._open.values())
        for answer in answers:
            answer.cancel()

    # --- for an answer -----------------------------------------------------------------------

    def queue(self, answer: ServedAnswer, *, again: bool = False) -> None:
        """Have it written when nothing of the window's waits."""
        if not self._executor.submit_later(answer.run, answer.give_way, first=again):
            answer.cancel()  # Phial quits

    def begin(self, prompt: ServedPrompt, cancel: Cancel) -> tuple[Path, str]:
        """See :class:`app.services.serving.served_answer.Desk`."""
        if self.model() is None:
            raise ModelNotLoadedError(tr("No model of this computer is chosen."), data="")
        model = self._models.ensure_loaded(cancel)
        if not isinstance(model, ModelFile):
            raise ModelNotLoadedError(tr("No model of this computer is chosen."), data="")
        _refuse_another(prompt, model)
        return model.path, served_name(model)

    def events(self, prompt: ServedPrompt, cancel: Cancel) -> Iterator[GenerationEvent]:
        """See :class:`app.services.serving.served_answer.Desk`."""
        request = GenerationRequest(
            conversation_id=prompt.owner,
            turns=prompt.turns,
            sampling=self._sampling(prompt),
            overflow=OverflowPolicy.REFUSE,
            continue_answer=bool(prompt.turns) and prompt.turns[-1].role is Role.ASSISTANT,
            private=True,
            grammar=prompt.grammar,
            replace_system=self._settings.current.replace_model_prompt,
            owner=prompt.owner,
            raw=prompt.raw,
        )
        return self._engine.generate(request, cancel)

    def update(self, request: ServedRequest) -> None:
        """See :class:`app.services.serving.served_answer.Desk`."""
        self._listed.update(request)

    def ended(self, request: ServedRequest) -> None:
        """See :class:`app.services.serving.served_answer.Desk`."""
        with self._lock:
            del self._open[request.number]
            if request.status is ServedStatus.DONE:
                self._seconds = 0.5 * self._seconds + 0.5 * request.seconds
        self._listed.update(request)

    def _sampling(self, prompt: ServedPrompt) -> Sampling:
        model = self._models.state.model
        usual = Sampling()
        if model is not None:
            usual = self._options.sampling(self._options.in_force(NO_OPTIONS, model), model)
        asked: dict[str, Any] = {"seed": None, "max_tokens": None, **prompt.sampling}
        return replace(usual, **asked)


def served_name(model: ModelFile) -> str:
    """What clients call a model: the name of its file, or of the demo."""
    return "phial-demo" if model.demo else model.path.stem


def _refuse_another(prompt: ServedPrompt, model: ModelFile) -> None:
    """Raise NotFoundError where a prompt is for another model."""
    name = served_name(model)
    if prompt.model not in {"", name}:
        raise NotFoundError(
            tr("There is no model “{asked}” here.", asked=prompt.model),
            data="",
            action=tr("Ask for {name}.", name=name),
        )
