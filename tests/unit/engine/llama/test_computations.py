"""The calculator in an answer, through the real llama.cpp."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.answers.calculation import MOST_CALLS, spelled
from app.domain.generation import (
    GREEDY,
    Finished,
    GenerationEvent,
    PartAdded,
    StopReason,
    TextDelta,
)
from app.domain.parts import ToolResultPart
from app.engine.llama.engine import LlamaEngine
from tests.support.calculating import (
    CALLS_A_TOOL,
    COUNTS,
    FOR_EVER,
    JOINED,
    NO_SUM,
    computing_model,
)
from tests.support.engines import Said, ask, load, never, request, turns

pytestmark = pytest.mark.llama

RIGHT = ToolResultPart("391", "calc", asked="17*23")


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    made = LlamaEngine()
    yield made
    made.close()


def computed(said: Said) -> list[object]:
    return [event.part for event in said.of(PartAdded)]


def before_the_part(events: tuple[GenerationEvent, ...]) -> str:
    at = next(i for i, event in enumerate(events) if isinstance(event, PartAdded))
    return "".join(one.text for one in events[:at] if isinstance(one, TextDelta))


def test_the_result_is_put_in_and_the_answer_goes_on_behind_it(
    engine: LlamaEngine, tmp_path: Path
) -> None:
    load(engine, computing_model(tmp_path / "counts.gguf", COUNTS))
    said = ask(engine, request("How many?", calculator=True))
    assert said.text == "There are \n apples."
    assert before_the_part(said.events) == "There are \n"
    assert computed(said) == [RIGHT]
    # What it guessed itself, 400, stays nowhere: the next prompt finds the answer in the cache.
    told = f"There are \n{spelled(RIGHT)} apples."
    again = ask(engine, request(turns("How many?", told, "Sure?"), calculator=True))
    timings = said.finished.timings
    assert again.fitted.reused_tokens == timings.prompt_tokens + timings.completion_tokens
    unasked = ask(engine, request("How many?"))
    assert unasked.text == "There are \n<calc>17*23=400</calc> apples."


def test_one_token_may_hold_a_mark_and_words_around_it(engine: LlamaEngine, tmp_path: Path) -> None:
    load(engine, computing_model(tmp_path / "joined.gguf", JOINED))
    said = ask(engine, request("Which?", calculator=True))
    assert said.text == "It is ( That is it."
    assert computed(said) == [ToolResultPart("true: 9.11 < 9.9", "calc", asked="9.11 < 9.9")]


def test_what_cannot_be_computed_is_said_to_the_model_too(
    engine: LlamaEngine, tmp_path: Path
) -> None:
    load(engine, computing_model(tmp_path / "no-sum.gguf", NO_SUM))
    said = ask(engine, request("How many?", calculator=True))
    (part,) = computed(said)
    assert isinstance(part, ToolResultPart)
    assert part.failed
    assert part.asked == "many apples"
    assert said.text == " Sorry."


def test_a_model_that_calls_tools_by_its_own_tokens_is_answered(
    engine: LlamaEngine, tmp_path: Path
) -> None:
    load(engine, computing_model(tmp_path / "tools.gguf", CALLS_A_TOOL))
    said = ask(engine, request("How many?", calculator=True))
    assert computed(said) == [RIGHT]
    assert said.text == " So it is."


def test_an_answer_that_asks_for_ever_is_bounded(engine: LlamaEngine, tmp_path: Path) -> None:
    load(engine, computing_model(tmp_path / "for-ever.gguf", FOR_EVER))
    said = ask(engine, request("How many?", calculator=True))
    parts = [part for part in computed(said) if isinstance(part, ToolResultPart)]
    assert said.finished.reason is StopReason.CONTEXT_FULL
    assert [part.failed for part in parts[: MOST_CALLS + 1]] == [False] * MOST_CALLS + [True]


def test_a_limit_within_one_drops_the_half_and_it_is_gone_on_with(
    engine: LlamaEngine, tmp_path: Path
) -> None:
    load(engine, computing_model(tmp_path / "counts.gguf", COUNTS))
    short = GREEDY.with_limit(4)
    half = ask(engine, request("How many?", sampling=short, calculator=True))
    assert (half.text, half.finished.reason) == ("There are \n", StopReason.MAX_TOKENS)
    chat = turns("How many?", half.text)
    rest = ask(engine, request(chat, calculator=True, continue_answer=True))
    assert (rest.text, computed(rest)) == (" apples.", [RIGHT])
    # One that was whole is read again, and nothing is asked twice.
    chat = turns("How many?", f"There are \n{spelled(RIGHT)}")
    rest = ask(engine, request(chat, calculator=True, continue_answer=True))
    assert (rest.text, computed(rest)) == (" apples.", [])


def test_a_stop_right_behind_a_result_keeps_it(engine: LlamaEngine, tmp_path: Path) -> None:
    load(engine, computing_model(tmp_path / "for-ever.gguf", FOR_EVER))
    cancel, events = never(), []
    for event in engine.generate(request("How many?", calculator=True), cancel):
        events.append(event)
        if isinstance(event, PartAdded):
            cancel.set()
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is StopReason.STOPPED
    assert len([one for one in events if isinstance(one, PartAdded)]) == 1
