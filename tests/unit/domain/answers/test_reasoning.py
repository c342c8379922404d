"""What a model thinks is told apart from its answer, however its marks are cut into tokens."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answers.reasoning import (
    SPELLINGS,
    ReasoningEvent,
    ReasoningFilter,
    answer_pieces,
    left_open,
    marks_in,
)
from app.domain.generation import (
    ReasoningDelta,
    ReasoningEnded,
    ReasoningStarted,
    Role,
    TextDelta,
    Turn,
)
from app.engine.prompt import TokenCache

MARKS = SPELLINGS[0]


def said(events: list[ReasoningEvent]) -> tuple[str, str, bool]:
    """Reasoning and text of a stream, and whether the reasoning was ended."""
    thought = "".join(e.text for e in events if isinstance(e, ReasoningDelta))
    text = "".join(e.text for e in events if isinstance(e, TextDelta))
    return thought, text, any(isinstance(e, ReasoningEnded) for e in events)


def fed(text: str, cuts: list[int] | None = None, **made: object) -> list[ReasoningEvent]:
    """The events of a text that comes in pieces."""
    filtered = ReasoningFilter(clock=itertools.count().__next__, **made)  # type: ignore[arg-type]
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts or ())})
    events: list[ReasoningEvent] = []
    for at, end in itertools.pairwise(places):
        events += filtered.feed(text[at:end], 1)
    return events + filtered.end()


STREAMS = {
    "<think>\nHm.\n\nYes.\n</think>\n\nIt is c.": ("Hm.\n\nYes.", "It is c.", True),
    "<think>Hm.</think>It is c.": ("Hm.", "It is c.", True),
    " \n<think>Hm.</think> It is c.": ("Hm.", "It is c.", True),
    "<think>Hm.</think>\n    code": ("Hm.", "    code", True),
    "<think>a <think> b </thin k></think>\n</think>": ("a <think> b </thin k>", "</think>", True),
    "<think>\nCut off in the mid\n": ("Cut off in the mid\n", "", False),
    "<think>Cut in the mark</thi": ("Cut in the mark", "", False),
    "<think>\n\n</think>\n\nAt once.": ("", "At once.", False),
    "<think>\n": ("", "", False),
    "<think>a</think><think>b</think>": ("a", "<think>b</think>", True),
    "As <think>here</think>.": ("", "As <think>here</think>.", False),
    "  indented": ("", "  indented", False),
    "<thinker>": ("", "<thinker>", False),
    "<": ("", "<", False),
    "</think>": ("", "</think>", False),
    "": ("", "", False),
} | {f"{m.begin}a{m.end}b": ("a", "b", True) for m in SPELLINGS}


@pytest.mark.parametrize(("text", "wanted"), STREAMS.items())
def test_reasoning_is_what_stands_in_marks_at_the_start(
    text: str, wanted: tuple[str, str, bool]
) -> None:
    assert said(fed(text)) == wanted


@given(st.sampled_from(sorted(STREAMS)), st.lists(st.integers(0, 99), max_size=60))
def test_any_cuts_into_tokens_tell_the_same(text: str, cuts: list[int]) -> None:
    events = fed(text, cuts)
    assert said(events) == said(fed(text))
    kinds = [type(event) for event in events]
    order = [k for k, _ in itertools.groupby(kinds)]
    assert order in (
        [],
        [TextDelta],
        [ReasoningStarted, ReasoningDelta],
        [ReasoningStarted, ReasoningDelta, ReasoningEnded],
        [ReasoningStarted, ReasoningDelta, ReasoningEnded, TextDelta],
    )
    told = sum(e.tokens for e in events if isinstance(e, TextDelta | ReasoningDelta))
    assert told == len({0, len(text), *(cut % (len(text) + 1) for cut in cuts)}) - 1


def test_how_long_it_thought_is_told() -> None:
    ticks = iter([10.0, 13.5])
    filtered = ReasoningFilter(clock=ticks.__next__)
    events = filtered.feed("<think>a b</think>c")
    assert events[2] == ReasoningEnded(3.5)


def test_a_prompt_that_begins_the_reasoning_is_gone_on_with() -> None:
    inside = left_open("<|im_start|>assistant\n<think>\n")
    assert inside is MARKS
    assert said(fed("Hm.\n</think>\n\nIt is c.", inside=inside)) == ("Hm.", "It is c.", True)
    assert said(fed("Hm.", inside=inside)) == ("Hm.", "", False)
    assert left_open("<think>\n\n</think>\n\n") is None


def test_an_answer_is_continued_where_it_was_cut() -> None:
    turn = Turn(Role.ASSISTANT, "", reasoning="Once upon\n", thinking=True)
    assert said(fed(" a time</think>\n\nYes", before=turn)) == (" a time", "Yes", True)
    assert said(fed("</think>\n\nYes", before=turn)) == ("", "Yes", True)
    behind = Turn(Role.ASSISTANT, "", reasoning="Once.")
    assert said(fed("\n\nYes", before=behind)) == ("", "Yes", False)
    text = Turn(Role.ASSISTANT, "As", reasoning="Once.")
    assert said(fed("\n<think>", before=text)) == ("", "\n<think>", False)


class Letters:
    """A vocabulary of letters, in which each mark is one token."""

    size = 1_114_112

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        return [-1] if special else [ord(letter) for letter in text]

    def control_token(self, text: str) -> int | None:
        return None

    def bos_token(self) -> list[int]:
        return []

    def marks(self) -> tuple[str, str]:
        return "", ""


def spelled(turn: Turn, *, begun: bool = False) -> str:
    return "".join(text for text, _ in answer_pieces(turn, MARKS, begun=begun))


def test_what_is_continued_is_read_with_its_reasoning_as_the_model_marks_it() -> None:
    thinking = Turn(Role.ASSISTANT, "", reasoning="Hm", thinking=True)
    answering = Turn(Role.ASSISTANT, "Yes", reasoning="Hm.")
    assert spelled(thinking) == "<think>\nHm"
    assert spelled(answering) == "<think>\nHm.\n</think>\n\nYes"
    assert spelled(answering, begun=True) == "Hm.\n</think>\n\nYes"
    assert spelled(Turn(Role.ASSISTANT, "Yes"), begun=True) == "\n</think>\n\nYes"
    assert spelled(Turn(Role.ASSISTANT, "Yes")) == "Yes"
    assert marks_in("{% if '[THINK]' %}").end == "[/THINK]"
    memory = TokenCache(Letters(), MARKS)
    assert memory.continued(thinking, "chat") == [-1, ord("\n"), ord("H"), ord("m")]
    memory.remember("chat", thinking, [7, 8])
    assert memory.continued(thinking, "chat") == [7, 8], "the tokens it was written with"
    assert memory.turn(Turn(Role.ASSISTANT, "Hm"), "chat") == [ord("H"), ord("m")]
