"""The measurement of this machine through the engine process, as its client sees it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

from app.domain.endpoints.source import FileSource
from app.domain.errors import EngineDiedError, LoadCancelledError
from app.domain.generation import GREEDY, Finished, GenerationRequest, Role, TextDelta, Turn
from app.domain.model import LoadedModel, LoadRequest
from app.engine.base import Engine
from app.language import tr
from app.language.numbers import write
from app.services.core.formatting import size
from app.services.core.ids import new_id

PROMPTS = (128, 512, 2_048)  # tokens
_AND_THEN = "And then?"  # not shown: said to the model
_WIDTHS = (13, 13, 12, 18, 11)  # of the columns of a report, at least
ANSWER = 48  # tokens an answer rate is measured over
SHORT = 8  # tokens where only the first matters
WORDS = (
    "river",
    "stone",
    "lamp",
    "violet",
    "engine",
    "paper",
    "north",
    "copper",
    "meadow",
    "clock",
)

MakeEngine = Callable[[bool], Engine]
MeasureMemory = Callable[[Engine], int]
BenchmarkProgress = Callable[
    [str, int, int], object
]  # what is done, and how many of how many steps are


@dataclass(frozen=True, slots=True)
class PromptLengthResult:
    """One prompt length.

    Attributes:
        prompt_tokens: Tokens of the prompt.
        prompt_rate: Tokens a second while reading.
        answer_rate: Tokens a second while writing after that prompt.
        first_token_cold: Seconds from the question to the first text, nothing in the cache.
        first_token_same_chat: The same for the next question in that chat.
    """

    prompt_tokens: int
    prompt_rate: float
    answer_rate: float
    first_token_cold: float
    first_token_same_chat: float


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What was measured.

    Attributes:
        model: What was loaded, and the plan.
        load_seconds: Until the model was ready.
        depths: By prompt length.
        first_token_restored: Seconds to the first text of the longest chat after the engine was
            ended and started again; 0 where it was not measured.
        restored_tokens: Tokens that came from the snapshot then.
        repeat_rate: Tokens a second of an answer that repeats its prompt, with lookup drafting.
        repeat_rate_plain: The same without drafting.
        memory: Bytes the engine process holds with the model loaded.
    """

    model: LoadedModel
    load_seconds: float
    depths: tuple[PromptLengthResult, ...]
    first_token_restored: float
    restored_tokens: int
    repeat_rate: float
    repeat_rate_plain: float
    memory: int

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values; seconds, bytes and tokens a second."""
        data = asdict(self)
        source = self.model.source
        data["model"] = {
            "path": str(source.path) if isinstance(source, FileSource) else str(source),
            "name": self.model.name,
            "quantization": self.model.quantization,
            "context_size": self.model.context_size,
            "plan": list(self.model.plan.reasons) if self.model.plan is not None else [],
        }
        return data


@dataclass(frozen=True, slots=True)
class _Run:
    text: str
    first: float
    finished: Finished


def measure(
    make_engine: MakeEngine,
    load: LoadRequest,
    memory: MeasureMemory,
    say: BenchmarkProgress,
    cancel: threading.Event,
) -> BenchReport | None:
    """Measure a model; takes minutes with a large one.

    Args:
        make_engine: Makes an engine with drafting on or off, and with a snapshot folder.
        load: What to measure.
        memory: Bytes an engine's process holds.
        say: Called with what is being done, and how many of how many steps are behind it.
        cancel: Stops.

    Returns:
        The report; None when cancelled.

    Raises:
        EngineError: The model cannot be loaded, or the engine died.
    """
    try:
        return _measure(make_engine, load, memory, say, cancel)
    except LoadCancelledError:
        return None


def _measure(
    make_engine: MakeEngine,
    load: LoadRequest,
    memory: MeasureMemory,
    say: BenchmarkProgress,
    cancel: threading.Event,
) -> BenchReport | None:
    engine = make_engine(True)
    steps = len(PROMPTS) + 4
    try:
        say(tr("Loading"), 0, steps)
        began = time.perf_counter()
        model = engine.load(load, lambda _fraction: None, cancel)
        load_seconds = time.perf_counter() - began
        depths: list[PromptLengthResult] = []
        chats: list[GenerationRequest] = []
        for tokens in _lengths(model.context_size):
            if cancel.is_set():
                return None
            say(
                tr("Reading and answering at {tokens} tokens", tokens=tokens),
                1 + len(depths),
                steps,
            )
            depth, chat = _at_depth(engine, tokens, cancel)
            depths.append(depth)
            chats.append(chat)
        engine.save_state(
            chats[-1].conversation_id
        )  # while the cache holds it: what follows is private
        say(tr("Repeating with lookup drafting"), steps - 3, steps)
        repeat = _repeat(engine, cancel)
        held = memory(engine)
    finally:
        engine.close()
    if cancel.is_set():
        return None
    say(tr("After a restart"), steps - 2, steps)
    restored = _again(make_engine(True), load, chats[-1], cancel)
    say(tr("Repeating without drafting"), steps - 1, steps)
    plain = make_engine(False)
    try:
        plain.load(load, lambda _fraction: None, cancel)
        repeat_plain = _repeat(plain, cancel)
    finally:
        plain.close()
    if cancel.is_set():
        return None
    return BenchReport(
        model=model,
        load_seconds=load_seconds,
        depths=tuple(depths),
        first_token_restored=restored.first,
        restored_tokens=restored.finished.timings.restored_tokens,
        repeat_rate=repeat,
        repeat_rate_plain=repeat_plain,
        memory=held,
    )


def report_table(report: BenchReport) -> str:
    """The report for people, in columns of a fixed width."""
    model = report.model
    head = tr(
        "{model}, context {tokens} tokens, loaded in {seconds} s, {size} of memory",
        model=f"{model.name} {model.quantization}",
        tokens=model.context_size,
        seconds=write(report.load_seconds, digits=2),
        size=size(report.memory),
    )
    headings = (
        tr("prompt tokens"),
        tr("reading t/s"),
        tr("answer t/s"),
        tr("first token cold"),
        tr("same chat"),
    )
    rows = [
        (
            write(depth.prompt_tokens),
            write(depth.prompt_rate, digits=1),
            write(depth.answer_rate, digits=1),
            tr("{seconds} s", seconds=write(depth.first_token_cold, digits=3)),
            tr("{seconds} s", seconds=write(depth.first_token_same_chat, digits=3)),
        )
        for depth in report.depths
    ]
    widths = [max(pair) for pair in zip(map(len, headings), _WIDTHS, strict=True)]
    table = [
        " ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        for row in (headings, *rows)
    ]
    first = write(report.first_token_restored, digits=3)
    if report.restored_tokens:
        restart = tr(
            "After a restart: first token in {seconds} s, {tokens} tokens from the snapshot",
            seconds=first,
            tokens=report.restored_tokens,
        )
    else:
        restart = tr(
            "After a restart: first token in {seconds} s, read again, which is as quick here",
            seconds=first,
        )
    repeat = tr(
        "Repeating its prompt: {fast} tokens/s with lookup drafting, {plain} without",
        fast=write(report.repeat_rate, digits=1),
        plain=write(report.repeat_rate_plain, digits=1),
    )
    return "\n".join([head, "", *table, "", restart, repeat])


def _lengths(context: int) -> Iterator[int]:
    for tokens in PROMPTS:
        if tokens + 4 * ANSWER < context:
            yield tokens


def _at_depth(
    engine: Engine, tokens: int, cancel: threading.Event
) -> tuple[PromptLengthResult, GenerationRequest]:
    request = GenerationRequest(
        conversation_id=new_id(),
        turns=(Turn(Role.USER, _text(engine, tokens)),),
        sampling=GREEDY.with_limit(ANSWER),
    )
    cold = _run(engine, request, cancel)
    following = replace(
        request,
        turns=(*request.turns, Turn(Role.ASSISTANT, cold.text), Turn(Role.USER, _AND_THEN)),
        sampling=GREEDY.with_limit(SHORT),
    )
    same = _run(engine, following, cancel)
    timings = cold.finished.timings
    rate = timings.evaluated_tokens / timings.prompt_seconds if timings.prompt_seconds else 0.0
    depth = PromptLengthResult(
        prompt_tokens=timings.prompt_tokens,
        prompt_rate=rate,
        answer_rate=timings.tokens_per_second,
        first_token_cold=cold.first,
        first_token_same_chat=same.first,
    )
    return depth, following


def _again(
    engine: Engine, load: LoadRequest, chat: GenerationRequest, cancel: threading.Event
) -> _Run:
    try:
        engine.load(load, lambda _fraction: None, cancel)
        return _run(engine, chat, cancel)
    finally:
        engine.close()


def _repeat(engine: Engine, cancel: threading.Event) -> float:
    text = " ".join(f"{number}. {WORDS[number % len(WORDS)]}" for number in range(60))
    turn = Turn(Role.USER, f"Repeat this list word for word:\n{text}")  # not shown
    request = GenerationRequest(new_id(), (turn,), GREEDY.with_limit(4 * ANSWER), private=True)
    return _run(engine, request, cancel).finished.timings.tokens_per_second


def _text(engine: Engine, tokens: int) -> str:
    """Words that come to about so many tokens, by the model's own tokenizer.

    No text is the beginning of another: what one left in the cache must not serve the next.
    """
    sample = " ".join(WORDS)
    each = engine.count_tokens([sample])[0] / len(WORDS)
    count = max(1, int(tokens / each))
    return f"{tokens} " + " ".join(WORDS[number % len(WORDS)] for number in range(count))


def _run(engine: Engine, request: GenerationRequest, cancel: threading.Event) -> _Run:
    began = time.perf_counter()
    first = 0.0
    pieces: list[str] = []
    for event in engine.generate(request, cancel):
        match event:
            case TextDelta(text):
                first = first or time.perf_counter() - began
                pieces.append(text)
            case Finished():
                return _Run("".join(pieces), first or time.perf_counter() - began, event)
    raise EngineDiedError(tr("The engine ended in the middle of a measurement."))
