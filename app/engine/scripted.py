"""An engine that answers from a script, for tests and pictures. Deterministic, no llama.cpp.

Tokens are words with the white space before them, so that counts can be worked out by hand.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.answers.reasoning import ReasoningFilter
from app.domain.context import fit_turns, reserve_for
from app.domain.errors import KnownError, LoadCancelledError, ModelNotLoadedError
from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    ReadAheadProgress,
    ReadAheadRequest,
    StopReason,
    Timings,
)
from app.domain.model import Device, KvType, LoadedModel, LoadPlan, LoadRequest
from app.engine.base import Cancel, EngineOptions, LoadProgressCallback
from app.language import tr

_TOKEN = re.compile(r"\s*\S+|\s+$")
PROMPT_STEPS = 4

Pause = Callable[[float, Cancel], bool]


def wait(seconds: float, cancel: Cancel) -> bool:
    """Real time: wait unless ``cancel`` is set first; return whether it is set."""
    return cancel.wait(seconds) if seconds > 0 else cancel.is_set()


def split_words(text: str) -> list[str]:
    """The tokens of ``text``; joined they are ``text`` again."""
    return _TOKEN.findall(text)


@dataclass(frozen=True, slots=True)
class ScriptedAnswer:
    """One answer.

    Attributes:
        text: What is said.
        reason: How it ends, unless a limit, a stop string or the user ends it before.
        error: Raised after ``text``, in place of an end.
        before: Events to emit ahead of the first word, such as ``EngineRestarted``.
        behind: Events to emit after the last one, such as ``PartAdded``.
    """

    text: str
    reason: StopReason = StopReason.END_OF_TURN
    error: KnownError | None = None
    before: tuple[GenerationEvent, ...] = ()
    behind: tuple[GenerationEvent, ...] = ()


Answers = Sequence[str | ScriptedAnswer] | Callable[[GenerationRequest], str | ScriptedAnswer]


class ScriptedEngine:
    """Answers from a list, over and over, or from a function of the request.

    Args:
        answers: What to say.
        context_size: Tokens (words) of its context window.
        token_delay: Seconds before each word.
        prompt_delay: Seconds the prompt takes, in four steps.
        load_delay: Seconds loading takes, in four steps.
        load_error: Raised by ``load``.
        seed: Reported where a request has none.
        pause: How time passes; the default really waits, and ends at once when cancelled.

    Attributes:
        requests: Every request, in order.
        loads: Every load, in order.
        read_aheads: Everything that was read before it was asked, in order.
        saved_states: Every conversation that was left, in order.
        loaded: The model in force.
        closed: Whether ``close`` was called.
    """

    pid = None
    confinement = None

    def __init__(
        self,
        answers: Answers = ("Hello!",),  # not shown: what the script says
        *,
        context_size: int = 4_096,
        token_delay: float = 0.0,
        prompt_delay: float = 0.0,
        load_delay: float = 0.0,
        load_error: KnownError | None = None,
        seed: int = 42,
        pause: Pause = wait,
    ) -> None:
        self._answers = answers
        self._context_size = context_size
        self._token_delay = token_delay
        self._prompt_delay = prompt_delay
        self._load_delay = load_delay
        self.load_error = load_error
        self._seed = seed
        self._pause = pause
        self.requests: list[GenerationRequest] = []
        self.starts = 0
        self.loads: list[LoadRequest] = []
        self.read_aheads: list[ReadAheadRequest] = []
        self.saved_states: list[str] = []
        self.options: list[EngineOptions] = []
        self.loaded: LoadedModel | None = None
        self.closed = False

    def start(self) -> None:
        """Always ready."""
        self.starts += 1

    def load(
        self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
    ) -> LoadedModel:
        """See :meth:`app.engine.base.Engine.load`."""
        self.loads.append(request)
        self.loaded = None
        for step in range(PROMPT_STEPS + 1):
            progress(step / PROMPT_STEPS)
            if self._pause(self._load_delay / (PROMPT_STEPS + 1), cancel):
                raise LoadCancelledError(tr("Loading was stopped."))
        if self.load_error is not None:
            raise self.load_error
        plan = LoadPlan(
            context_size=request.context_size or self._context_size,
            gpu_layers=request.gpu_layers or 0,
            kv_type=request.kv_type or KvType.F16,
            threads=request.threads or 1,
            batch_size=512,
            extra_buffers=True,
            weights_bytes=0,
            kv_bytes=0,
            compute_bytes=0,
        )
        self.loaded = _loaded(request, plan, self._load_delay)
        return self.loaded

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        """See :meth:`app.engine.base.Engine.generate`."""
        if self.loaded is None:
            raise ModelNotLoadedError(tr("No model is loaded."))
        self.requests.append(request)
        size = self.loaded.context_size
        sampling = request.sampling
        fitted = fit_turns(
            request.turns,
            [len(split_words(turn.content)) + 1 for turn in request.turns],
            overhead=1,
            context_size=size,
            reserve=reserve_for(sampling.max_tokens, size),
            overflow=request.overflow,
            continuing=request.continue_answer,
        )
        seed = self._seed if sampling.seed is None else sampling.seed
        script = self._script(request)

        def finished(reason: StopReason, written: int, stop: str = "") -> Finished:
            return Finished(reason, _timings(self, fitted.tokens, written), seed, stop)

        yield ContextFitted(fitted.left_out, fitted.tokens, size)
        for step in range(1, PROMPT_STEPS + 1):
            if self._pause(self._prompt_delay / PROMPT_STEPS, cancel):
                yield finished(StopReason.STOPPED, 0)
                return
            left = self._prompt_delay * (1 - step / PROMPT_STEPS)
            yield PromptProgress(fitted.tokens * step // PROMPT_STEPS, fitted.tokens, left)
        yield from script.before
        text, stop = _cut(script.text, sampling.stop)
        limit = sampling.max_tokens or size - fitted.tokens
        tokens = split_words(text)
        before = request.turns[-1] if request.continue_answer else None
        reasoning = ReasoningFilter(before, clock=itertools.count().__next__)
        for written, token in enumerate(tokens):
            if written >= limit:
                yield from reasoning.end()
                full = StopReason.MAX_TOKENS if sampling.max_tokens else StopReason.CONTEXT_FULL
                yield finished(full, written)
                return
            if self._pause(self._token_delay, cancel):
                yield from reasoning.end()
                yield finished(StopReason.STOPPED, written)
                return
            yield from reasoning.feed(token, 1)
        yield from reasoning.end()
        yield from script.behind
        if script.error is not None:
            raise script.error
        yield finished(StopReason.STOP_STRING if stop else script.reason, len(tokens), stop)

    def _script(self, request: GenerationRequest) -> ScriptedAnswer:
        if callable(self._answers):
            answer = self._answers(request)
        else:
            answer = self._answers[(len(self.requests) - 1) % len(self._answers)]
        return ScriptedAnswer(answer) if isinstance(answer, str) else answer

    def read_ahead(self, asked: ReadAheadRequest, cancel: Cancel) -> Iterator[ReadAheadProgress]:
        """Note what may be asked; it takes as long as a prompt, in the same steps."""
        self.read_aheads.append(asked)
        total = sum(len(split_words(turn.content)) + 1 for turn in asked.request.turns)
        total += len(split_words(asked.draft))
        for step in range(PROMPT_STEPS + 1):
            yield ReadAheadProgress(total * step // PROMPT_STEPS, total)
            if self._pause(self._prompt_delay / PROMPT_STEPS, cancel):
                return

    def seconds(self, prompt: bool, tokens: int) -> float:
        """Scripted time, so that rates in tests and pictures do not depend on the machine."""
        return self._prompt_delay or 0.5 if prompt else tokens * (self._token_delay or 0.05)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words of each text."""
        if self.loaded is None:
            raise ModelNotLoadedError(tr("No model is loaded."))
        return [len(split_words(text)) for text in texts]

    def devices(self) -> list[Device]:
        """One processor of a fixed size."""
        gib = 2**30
        return [Device("CPU", tr("Scripted processor"), "CPU", 8 * gib, 16 * gib)]

    def configure(self, options: EngineOptions) -> None:
        """Note other options."""
        self.options.append(options)

    def save_state(self, conversation_id: str) -> None:
        """Note that a chat was left."""
        self.saved_states.append(conversation_id)

    def unload(self) -> None:
        """Forget the model."""
        self.loaded = None

    def close(self) -> None:
        """Forget everything."""
        self.loaded = None
        self.closed = True


def _timings(engine: ScriptedEngine, prompt: int, written: int) -> Timings:
    return Timings(
        prompt_tokens=prompt,
        evaluated_tokens=prompt,
        completion_tokens=written,
        prompt_seconds=engine.seconds(True, prompt),
        completion_seconds=engine.seconds(False, written),
    )


def _cut(text: str, stops: Sequence[str]) -> tuple[str, str]:
    """``text`` before the first stop string, and that string."""
    found = [(text.find(stop), stop) for stop in stops if stop in text]
    if not found:
        return text, ""
    at, stop = min(found)
    return text[:at], stop


def _loaded(request: LoadRequest, plan: LoadPlan, seconds: float) -> LoadedModel:
    return LoadedModel(
        source=request.source,
        name=request.path.stem,
        architecture="scripted",
        quantization="",
        parameters=0,
        context_size=plan.context_size,
        trained_context=plan.context_size,
        template="phi-4",
        plan=plan,
        turn_tokens=1,
        answer_tokens=1,
        seconds=seconds,
    )
