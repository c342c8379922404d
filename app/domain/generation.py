"""What is asked of an engine and what it answers: requests, sampling, events, timings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from app.domain.errors import InvalidValueError
from app.domain.options import shown
from app.domain.parts import Part
from app.language import tr

MAX_SEED = 2**32 - 2  # llama.cpp keeps 2**32 - 1 for "choose one at random"
RANGES: Mapping[str, tuple[float, float]] = {
    "temperature": (0, 5),
    "top_k": (0, 1_000_000),
    "top_p": (0.0001, 1),
    "min_p": (0, 1),
    "repeat_penalty": (0.5, 2),
    "repeat_last_n": (0, 1_000_000),
    "seed": (0, MAX_SEED),
    "max_tokens": (1, 2**31 - 1),
}
"""Smallest and largest value of each number of :class:`Sampling`."""


class Role(StrEnum):
    """Who speaks. Phi-4's template knows exactly these three."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class StopReason(StrEnum):
    """Why an answer ended."""

    END_OF_TURN = "end_of_turn"  # the model ended its turn
    STOP_STRING = "stop_string"
    MAX_TOKENS = "max_tokens"  # the limit for one answer: Continue is offered
    CONTEXT_FULL = "context_full"  # the context window is used up: Continue is offered
    STOPPED = "stopped"  # by the user
    ENGINE_DIED = "engine_died"


class OverflowPolicy(StrEnum):
    """What to do when a chat outgrows the context window."""

    LEAVE_OUT = "leave_out"  # leave out the oldest turns whole, and mark them
    REFUSE = "refuse"  # stop and tell
    SUMMARISE = "summarise"  # the services put a summary in their place; the engine leaves out


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as the model reads it.

    Attributes:
        role: Who speaks.
        content: The text, verbatim. Control-token text in it stays text.
        message_id: Which stored message it comes from; empty for the system prompt.
        reasoning: What the model thought before it; only of an answer that is continued.
        thinking: The reasoning is not ended: what comes next is more of it.
    """

    role: Role
    content: str
    message_id: str = ""
    reasoning: str = ""
    thinking: bool = False


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. Defaults are Phi-4's usual chat settings.

    Attributes:
        temperature: 0 is greedy; range 0 to 5.
        top_k: Keep the k likeliest tokens; 0 keeps all.
        top_p: Nucleus probability mass, 0 (exclusive) to 1.
        min_p: Drop tokens below this share of the likeliest one's probability, 0 to 1.
        repeat_penalty: 1 is off; range 0.5 to 2.
        repeat_last_n: Tokens the penalty looks back over; 0 is off.
        seed: 0 to 2**32 - 2, or None for a fresh random one, which the answer then records.
        max_tokens: Limit for one answer, or None for what the context leaves.
        stop: Strings that end the answer; they are not part of it.

    Raises:
        InvalidValueError: A value is outside its range.
    """

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    repeat_last_n: int = 64
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            if (value := getattr(self, name)) is not None:
                _in_range(name.replace("_", " "), value, low, high)
        if any(not text for text in self.stop):
            raise InvalidValueError(tr("An empty stop string would end every answer at once."))

    def with_limit(self, max_tokens: int) -> Sampling:
        """The same with another limit for one answer."""
        return replace(self, max_tokens=max_tokens)


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # what is no number is not between two either
        raise InvalidValueError(
            tr(
                "{name} is {value}; it must be between {low} and {high}.",
                name=name,
                value=shown(value),
                low=shown(low),
                high=shown(high),
            )
        )


GREEDY = Sampling(temperature=0.0, top_k=0, top_p=1.0, min_p=0.0)


@dataclass(frozen=True, slots=True)
class RawPrompt:
    """A text to go on with as it is, without turns and their markup, as editors ask for.

    Attributes:
        text: What comes before.
        suffix: What comes after; None where nothing does. Only models that were trained to fill in
            the middle can be asked for what stands between.
    """

    text: str
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One answer to write.

    Attributes:
        conversation_id: Keys the KV snapshot of the chat.
        turns: System prompt (optional, first), then user and assistant turns, oldest first. The
            last is a user turn, or with ``continue_answer`` the assistant turn to go on with.
        sampling: How tokens are drawn.
        overflow: What to do when the turns do not fit.
        continue_answer: Go on with the last assistant turn instead of starting a new one.
        private: Never write a KV snapshot of this chat.
        grammar: A GBNF grammar the answer must follow; empty for none.
        summarised: What a summary in the system prompt stands for: turns that are still the
            chat's, the system prompt as it was before included. What the model worked out for the
            turns behind them may then stay in its cache.
        replace_system: The chat's system prompt stands in place of the one that a model brings
            itself, where it brings one; else it follows that.
        owner: Who may use what the model works out for it: another program's requests and the
            window's chats find nothing of each other in the KV cache, nor on disk. Empty for the
            window's own.
        raw: In place of turns, of which there are none then.
        calculator: The model was told that it may ask for computations, as
            :mod:`app.domain.answers.calculation` spells them. Not together with a grammar.
        likely: Texts that the answer may repeat though the model does not read them, such as
            earlier answers to the question. They change no answer, only how soon it comes.
    """

    conversation_id: str
    turns: tuple[Turn, ...]
    sampling: Sampling = field(default_factory=Sampling)
    overflow: OverflowPolicy = OverflowPolicy.LEAVE_OUT
    continue_answer: bool = False
    private: bool = False
    grammar: str = ""
    summarised: tuple[Turn, ...] = ()
    replace_system: bool = False
    owner: str = ""
    raw: RawPrompt | None = None
    calculator: bool = False
    likely: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadAheadRequest:
    """A chat as it would be asked about, with the question so far.

    Attributes:
        request: The chat, without the question. Its turns may be none.
        draft: What is typed; blank where nothing is. It is read up to the last word's beginning,
            stays in memory, and is gone from there when the words are.
    """

    request: GenerationRequest
    draft: str = ""


@dataclass(frozen=True, slots=True)
class ReadAheadProgress:
    """How far the reading is.

    Attributes:
        done: Tokens that need no reading any more.
        total: Tokens that can be read by now.
        restored: How many of them came back from disk.
    """

    done: int
    total: int
    restored: int = 0


@dataclass(frozen=True, slots=True)
class Timings:
    """What one answer cost.

    Attributes:
        prompt_tokens: Tokens of the whole prompt.
        evaluated_tokens: Prompt tokens that were really evaluated.
        restored_tokens: Prompt tokens that came from a snapshot on disk.
        completion_tokens: Tokens of the answer.
        prompt_seconds: Time to read the prompt.
        completion_seconds: Time to write the answer.
        restore_seconds: Time to restore the snapshot.
        drafted_tokens: Tokens guessed by lookup drafting.
        accepted_tokens: Guesses the model agreed with.
    """

    prompt_tokens: int = 0
    evaluated_tokens: int = 0
    restored_tokens: int = 0
    completion_tokens: int = 0
    prompt_seconds: float = 0.0
    completion_seconds: float = 0.0
    restore_seconds: float = 0.0
    drafted_tokens: int = 0
    accepted_tokens: int = 0

    @property
    def tokens_per_second(self) -> float:
        """Answer rate; 0 where nothing was measured."""
        if self.completion_seconds <= 0:
            return 0.0
        return self.completion_tokens / self.completion_seconds


@dataclass(frozen=True, slots=True)
class ContextFitted:
    """The history that will be read was chosen.

    Attributes:
        left_out: Ids of messages the model does not see, oldest first.
        prompt_tokens: Tokens of the prompt.
        context_size: Tokens of the context window.
        reused_tokens: Prompt tokens already in the KV cache.
    """

    left_out: tuple[str, ...]
    prompt_tokens: int
    context_size: int
    reused_tokens: int = 0


@dataclass(frozen=True, slots=True)
class SnapshotRestored:
    """A KV snapshot came back from disk: ``tokens`` of ``total`` prompt tokens in ``seconds``."""

    tokens: int
    total: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """The prompt is being read.

    Attributes:
        done: Prompt tokens in the KV cache so far.
        total: Prompt tokens in all.
        seconds_left: Estimate from the measured rate; None before there is one.
    """

    done: int
    total: int
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer: whole characters only, and how many tokens they stand for."""

    text: str
    tokens: int = 1


@dataclass(frozen=True, slots=True)
class ReasoningStarted:
    """The model begins to think; what comes next is :class:`ReasoningDelta`."""


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thinks: whole characters only, and how many tokens they are."""

    text: str
    tokens: int = 1


@dataclass(frozen=True, slots=True)
class ReasoningEnded:
    """The model stopped thinking after ``seconds``; the answer comes next."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PartAdded:
    """A part that is no text and came whole, at the end of the text so far."""

    part: Part


@dataclass(frozen=True, slots=True)
class EngineRestarted:
    """The engine died and was started again with a safer plan.

    Attributes:
        step: The ladder step now in force, in words.
        reason: What ended the old process, in words.
    """

    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete or was cut.

    Attributes:
        reason: Why it ended.
        timings: What it cost.
        seed: The seed that was used; None where a server did not say.
        stop_string: The stop string that was met, if any.
    """

    reason: StopReason
    timings: Timings
    seed: int | None
    stop_string: str = ""


GenerationEvent = (
    ContextFitted
    | SnapshotRestored
    | PromptProgress
    | TextDelta
    | ReasoningStarted
    | ReasoningDelta
    | ReasoningEnded
    | PartAdded
    | EngineRestarted
    | Finished
)


def sampling_from_dict(data: dict[str, object]) -> Sampling:
    """Rebuild a :class:`Sampling` from its stored form; unknown keys are ignored.

    Raises:
        InvalidValueError: A value has the wrong type or range.
    """
    known = {f.name for f in fields(Sampling)}
    values = {key: value for key, value in data.items() if key in known}
    stop = values.get("stop", ())
    if isinstance(stop, list):
        values["stop"] = tuple(str(item) for item in stop)
    try:
        return Sampling(**values)  # type: ignore[arg-type]  # checked by __post_init__ below
    except TypeError as error:
        raise InvalidValueError(
            tr("Stored sampling values are damaged."), detail=str(error)
        ) from error
