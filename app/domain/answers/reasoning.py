"""Reasoning told apart from the answer: the marks around it, in a stream and in a prompt. Pure.

Models mark what they think before they answer, as with ``<think>`` and ``</think>``. Only what
stands at the very start of an answer counts: the same marks further on are the answer's words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto

from app.domain.generation import (
    ReasoningDelta,
    ReasoningEnded,
    ReasoningStarted,
    TextDelta,
    Turn,
)

ReasoningEvent = TextDelta | ReasoningStarted | ReasoningDelta | ReasoningEnded


@dataclass(frozen=True, slots=True)
class Marks:
    """How a model spells the begin and the end of its reasoning."""

    begin: str
    end: str


# The first is what a model is taken to use of whose template nothing can be learned.
SPELLINGS = (
    Marks("<think>", "</think>"),  # Phi-4-reasoning, DeepSeek, Qwen, and most others
    Marks("<thinking>", "</thinking>"),
    Marks("<thought>", "</thought>"),  # EXAONE Deep
    Marks("<seed:think>", "</seed:think>"),  # Seed-OSS
    Marks("[THINK]", "[/THINK]"),  # Magistral
    Marks("◁think▷", "◁/think▷"),  # Kimi
    Marks("<|begin_of_thought|>", "<|end_of_thought|>"),  # OpenThinker
    Marks("<|START_THINKING|>", "<|END_THINKING|>"),  # Command
    Marks("<|inner_prefix|>", "<|inner_suffix|>"),  # Apertus
)
MARK_TEXTS = frozenset(text for marks in SPELLINGS for text in (marks.begin, marks.end))


def marks_in(template: str) -> Marks:
    """The marks that a template's source has; the usual ones where it has none."""
    return next((m for m in SPELLINGS if m.begin in template or m.end in template), SPELLINGS[0])


def thinks(template: str) -> bool:
    """Whether a template's source has marks: its model thinks before it answers."""
    return any(marks.begin in template or marks.end in template for marks in SPELLINGS)


def left_open(prompt: str) -> Marks | None:
    """The marks whose begin a prompt ends with: the model goes on inside."""
    end = prompt.rstrip()
    return next((marks for marks in SPELLINGS if end.endswith(marks.begin)), None)


def answer_key(turn: Turn) -> str:
    """What an answer's own tokens are remembered under: its text, and reasoning that goes on."""
    if not turn.reasoning:
        return turn.content
    state = "\0..." if turn.thinking else "\0"  # not shown: a key
    return f"{turn.reasoning}{state}{turn.content}"


def answer_pieces(turn: Turn, marks: Marks, *, begun: bool) -> list[tuple[str, bool]]:
    """The text of an answer that is continued, in pieces; True for those that are marks.

    Args:
        turn: The answer so far.
        marks: As the model spells them.
        begun: The prompt ends with the begin of reasoning already.
    """
    if not turn.reasoning:
        if not begun or not turn.content:
            return [(turn.content, False)]
        return [("\n", False), (marks.end, True), (f"\n\n{turn.content}", False)]
    begin = [] if begun else [(marks.begin, True), ("\n", False)]
    if turn.thinking:
        return [*begin, (turn.reasoning, False)]
    rest = [(f"{turn.reasoning}\n", False), (marks.end, True), (f"\n\n{turn.content}", False)]
    return [*begin, *rest]


class _State(Enum):
    START = auto()  # nothing but blanks came, or what may be the begin of a mark
    REASONING = auto()
    BEHIND = auto()  # behind the end of reasoning: blanks are dropped until the answer begins
    TEXT = auto()


class ReasoningFilter:
    """Feeds an answer through and tells its reasoning apart. Text is held back where it must be.

    Blanks around the marks belong to them. An end that was cut keeps its blanks: what goes on
    there needs them.

    Args:
        before: The answer that is continued; None for a new one.
        inside: Marks whose begin the prompt ends with; None where it does not.
        clock: Seconds.

    Attributes:
        marked: There was a mark, or the prompt ends with one.
        cut_mark: The answer was cut in the middle of the mark that ends reasoning; that is not
            told, so that who continues it may write the whole mark.
    """

    def __init__(
        self,
        before: Turn | None = None,
        inside: Marks | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._ends = (inside.end,) if inside else tuple(m.end for m in SPELLINGS)
        self._began: float | None = None
        self._held = ""
        self._tokens = 0
        self.marked = before is None and inside is not None
        self.cut_mark = False
        self._goes_on = before is not None and before.thinking
        self._state = _first_state(before, inside)

    @property
    def undecided(self) -> bool:
        """Whether nothing has been told, so that the model may still begin to think."""
        return self._state is _State.START

    @property
    def in_thought(self) -> bool:
        """Whether what comes next is reasoning, be it the first of it."""
        return self._state is _State.REASONING

    @property
    def thinking(self) -> bool:
        """Whether reasoning has begun and not ended."""
        return self._state is _State.REASONING and (self._goes_on or self._began is not None)

    def feed(self, text: str, tokens: int = 0) -> list[ReasoningEvent]:
        """What may be told now; ``tokens`` that bring nothing count with what comes next."""
        self._held += text
        self._tokens += tokens
        found: list[ReasoningEvent] = []
        while self._held and self._step(found):
            pass
        return found

    def end(self) -> list[ReasoningEvent]:
        """What was held back, and tokens that were not told of, when nothing more comes."""
        held, self._held = self._held, ""
        if self._state is _State.REASONING:
            keep = max(overlap(held, end) for end in self._ends)
            self.cut_mark = keep > 0
            held = held[: len(held) - keep]
            if not self.thinking and not held.strip():
                held = ""  # a thought without a word
        if self._state is _State.BEHIND:
            held = ""
        found: list[ReasoningEvent] = []
        if held or self._tokens:
            self._tell(found, held)
        return found

    def _step(self, found: list[ReasoningEvent]) -> bool:
        """Take some of what is held; False where more has to come first."""
        match self._state:
            case _State.START:
                return self._start()
            case _State.REASONING:
                return self._reason(found)
            case _State.BEHIND:
                return self._leave()
            case _State.TEXT:
                held, self._held = self._held, ""
                self._tell(found, held)
                return False

    def _start(self) -> bool:
        said = self._held.lstrip()
        for marks in SPELLINGS:
            if said.startswith(marks.begin):
                self._ends, self.marked = (marks.end,), True
                self._held = said[len(marks.begin) :]
                self._state = _State.REASONING
                return True
        if any(marks.begin.startswith(said) for marks in SPELLINGS):
            return False  # blanks too
        self._state = _State.TEXT
        return True

    def _reason(self, found: list[ReasoningEvent]) -> bool:
        if self._began is None and not self._goes_on:
            self._held = self._held.lstrip()
        at, mark = _first_of(self._ends, self._held)
        if at >= 0:
            thought, self._held = self._held[:at].rstrip(), self._held[at + len(mark) :]
            if thought or (self._goes_on and self._began is None):
                self._tell(found, thought)
            if self._began is not None:
                found.append(ReasoningEnded(self._clock() - self._began))
            self._state = _State.BEHIND
            return True
        keep = max(overlap(self._held, end) for end in self._ends)
        ready = self._held[: len(self._held) - keep].rstrip()
        self._held = self._held[len(ready) :]
        if ready:
            self._tell(found, ready)
        return False

    def _leave(self) -> bool:
        said = self._held.lstrip()
        if not said:
            return False
        blanks = self._held[: len(self._held) - len(said)]
        indent = blanks.rpartition("\n")[2] if "\n" in blanks else ""
        self._held = indent + said
        self._state = _State.TEXT
        return True

    def _tell(self, found: list[ReasoningEvent], text: str) -> None:
        tokens, self._tokens = self._tokens, 0
        if self._state is not _State.REASONING:
            found.append(TextDelta(text, tokens))
            return
        if self._began is None:
            self._began = self._clock()
            found.append(ReasoningStarted())
        found.append(ReasoningDelta(text, tokens))


class PartialAnswer:
    """What an answer has said so far, of the events that tell it."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._thoughts: list[str] = []

    def added(self, events: list[ReasoningEvent]) -> list[ReasoningEvent]:
        """Take events in, and pass them on."""
        for event in events:
            if isinstance(event, TextDelta):
                self._text.append(event.text)
            elif isinstance(event, ReasoningDelta):
                self._thoughts.append(event.text)
        return events

    def put_in(self, text: str) -> None:
        """Take in what stands in the answer as the model reads it, and is told as a part."""
        self._text.append(text)

    @property
    def text(self) -> str:
        """The words of it, without reasoning."""
        return "".join(self._text)

    def behind(self, before: Turn) -> Turn:
        """The answer as a turn: what was there, and this."""
        text, thought = "".join(self._text), "".join(self._thoughts)
        return replace(before, content=before.content + text, reasoning=before.reasoning + thought)


def overlap(text: str, word: str) -> int:
    """Length of the longest end of ``text`` that begins ``word`` and is not all of it."""
    for length in range(min(len(text), len(word) - 1), 0, -1):
        if text.endswith(word[:length]):
            return length
    return 0


def _first_of(words: Iterable[str], text: str) -> tuple[int, str]:
    """Where the first of the words is in the text, and which; -1 where none is."""
    found = [(at, word) for word in words if (at := text.find(word)) >= 0]
    return min(found, default=(-1, ""))


def _first_state(before: Turn | None, inside: Marks | None) -> _State:
    if before is None:
        return _State.START if inside is None else _State.REASONING
    if before.thinking:
        return _State.REASONING
    return _State.BEHIND if before.reasoning and not before.content else _State.TEXT
