"""When a chat outgrows the window and the user wants a summary: made, kept, used, editable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.conversation import MessageStatus
from app.domain.generation import GenerationRequest, OverflowPolicy, Role
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.services.chat.prompt_messages import HEADING
from app.services.core.events import AnswerProgressed, ContextMeasured, Summarising
from tests.support.harness import Harness, build

WINDOW = 600  # words, as the scripted engine counts
LONG = "word " * 60
Answer = Callable[[GenerationRequest], str]
Make = Callable[..., Harness]


def is_summary(request: GenerationRequest) -> bool:
    return request.turns[-1].content.startswith("Summarise this conversation")


def answer(request: GenerationRequest) -> str:
    return "They spoke of words." if is_summary(request) else "fine " * 10


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Harness] = []

    def begin(
        policy: OverflowPolicy = OverflowPolicy.SUMMARISE, script: Answer = answer
    ) -> Harness:
        settings = Settings(overflow=policy)
        engine = ScriptedEngine(script, context_size=WINDOW)
        made.append(build(tmp_path / "data", engine, settings))
        return made[-1]

    yield begin
    for harness in made:
        harness.services.close()


def requests(harness: Harness) -> list[GenerationRequest]:
    assert isinstance(harness.engine, ScriptedEngine)
    return harness.engine.requests


def outgrow(harness: Harness, questions: int = 8) -> str:
    conversation, _ = harness.ask(f"0 {LONG}")
    for number in range(1, questions):
        harness.ask(f"{number} {LONG}", conversation)
    return conversation


def test_a_chat_that_fits_is_never_summed_up(make: Make) -> None:
    harness = make()
    conversation = outgrow(harness, 3)
    assert not any(map(is_summary, requests(harness)))
    assert harness.services.library.chats.summaries(conversation) == {}


def test_what_falls_out_is_summed_up_before_the_answer_and_the_model_reads_that(
    make: Make,
) -> None:
    harness = make()
    conversation = outgrow(harness)
    library = harness.services.library
    branch = [item.message for item in library.chats.branch(conversation)]
    assert [m.status for m in branch] == [MessageStatus.COMPLETE] * 16
    assert all(m.content.strip() for m in branch)  # the originals are kept

    made = library.chats.summaries(conversation)
    assert set(made.values()) == {"They spoke of words."}
    last = requests(harness)[-1]
    assert last.turns[0].role is Role.SYSTEM
    assert last.turns[0].content == f"{HEADING}They spoke of words."
    assert last.overflow is OverflowPolicy.LEAVE_OUT

    # What the transcript dims is exactly what the model did not read word for word.
    read = {turn.message_id for turn in last.turns if turn.message_id}
    before = {m.id for m in branch[:-1]}
    assert set(branch[-1].left_out) == before - read
    assert branch[-1].left_out[-1] in made


def test_a_summary_serves_several_turns_and_the_next_one_builds_on_it(make: Make) -> None:
    harness = make()
    outgrow(harness, 16)
    kinds = [is_summary(request) for request in requests(harness)]
    assert 1 < sum(kinds) <= (16 - 6) // 2 + 1
    second = [request for request in requests(harness) if is_summary(request)][1]
    assert "They spoke of words." in second.turns[0].content


def test_a_summary_is_asked_for_behind_what_was_read_last(make: Make) -> None:
    """So the engine evaluates the question only, and the turns that stay remain in its cache."""
    harness = make()
    outgrow(harness)
    at = next(i for i, request in enumerate(requests(harness)) if is_summary(request))
    asked, before = requests(harness)[at], requests(harness)[at - 1]
    assert asked.turns[: len(before.turns)] == before.turns
    assert asked.private  # no snapshot for its sake


def test_the_engine_is_told_what_a_summary_stands_for_and_nothing_else(make: Make) -> None:
    """Its cache may keep what has seen these; an edited summary is not among them."""
    harness = make()
    conversation = outgrow(harness, 16)
    first, *_ = [r for r in requests(harness) if HEADING in r.turns[0].content]
    plain = requests(harness)[0]
    assert plain.summarised == ()
    before = next(r for r in requests(harness) if is_summary(r))
    assert first.summarised == before.turns[: len(first.summarised)]
    assert not set(first.summarised) & set(first.turns)
    assert first.turns[1].message_id not in {turn.message_id for turn in first.summarised}

    *_, last = requests(harness)
    older = [turn for turn in last.summarised if turn.role is Role.SYSTEM]
    summaries = harness.services.library.chats.summaries(conversation)
    assert len(older) == len(summaries) - 1 > 0
    path = [item.message.id for item in harness.services.library.chats.branch(conversation)]
    told = [turn.message_id for turn in last.summarised if turn.message_id]
    assert told + [turn.message_id for turn in last.turns[1:]] == path[:-1]

    harness.services.library.set_summary(next(iter(summaries)), "Mine.").result()
    harness.ask("short", conversation)
    now = [t.content for t in requests(harness)[-1].summarised if t.role is Role.SYSTEM]
    assert any("Mine." in text for text in now)


def test_the_meter_counts_what_would_be_sent_and_not_what_the_summary_stands_for(
    make: Make,
) -> None:
    harness = make()
    conversation = outgrow(harness)
    after = len(harness.heard.events)
    harness.services.context.measure(conversation, "Hello")
    measured = harness.heard.wait_for(lambda e: isinstance(e, ContextMeasured), after=after)
    assert isinstance(measured, ContextMeasured)
    harness.ask("Hello", conversation)
    sent = requests(harness)[-1]
    assert sent.turns[0].content.startswith(HEADING)
    counts = harness.engine.count_tokens([turn.content for turn in sent.turns])
    assert measured.tokens == sum(counts) + len(counts) + 1 < WINDOW  # a token of markup each
    assert measured.left_out == 17 - len(sent.turns[1:])


def test_an_edited_summary_is_what_the_model_reads_next(make: Make) -> None:
    harness = make()
    conversation = outgrow(harness)
    library = harness.services.library
    ((message_id, _),) = library.chats.summaries(conversation).items()
    library.set_summary(message_id, "Mine: they disagreed.").result()
    harness.ask("short", conversation)
    assert "Mine: they disagreed." in requests(harness)[-1].turns[0].content
    library.set_summary(message_id, "  ").result()
    assert library.chats.summaries(conversation) == {}


def test_the_window_is_told_that_a_summary_is_made(make: Make) -> None:
    harness = make()
    outgrow(harness)
    steps = [e.step for e in harness.heard.events if isinstance(e, AnswerProgressed)]
    told = [step for step in steps if isinstance(step, Summarising)]
    assert told[0].messages >= 2
    assert any(step.reading is not None for step in told)


def test_without_a_summary_the_oldest_are_left_out_and_marked(make: Make) -> None:
    harness = make(script=lambda request: "" if is_summary(request) else "fine " * 10)
    conversation = outgrow(harness)
    branch = [item.message for item in harness.services.library.chats.branch(conversation)]
    assert branch[-1].status is MessageStatus.COMPLETE
    assert branch[-1].left_out
    assert harness.services.library.chats.summaries(conversation) == {}


def test_other_policies_ask_for_no_summary(make: Make) -> None:
    harness = make(OverflowPolicy.REFUSE)
    conversation, _ = harness.ask(f"0 {LONG}")
    ended = [harness.ask(f"{n} {LONG}", conversation)[1] for n in range(1, 9)]
    assert not any(map(is_summary, requests(harness)))
    assert ended[-1].message.status is MessageStatus.FAILED
    assert "needs" in ended[-1].message.error
    assert "room for" in ended[-1].message.error


def test_a_private_chat_keeps_its_summary_in_memory(make: Make, tmp_path: Path) -> None:
    harness = make()
    conversation = harness.services.library.create(private=True).id
    for number in range(8):
        harness.ask(f"{number} {LONG}", conversation)
    assert harness.services.library.chats.summaries(conversation)
    harness.services.close()
    data = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("phial.db*"))
    assert b"They spoke" not in data


def test_a_branch_into_a_new_chat_takes_its_summary_along(make: Make) -> None:
    harness = make()
    conversation = outgrow(harness)
    library = harness.services.library
    last = library.chats.branch(conversation)[-1].message
    copy = library.branch_into_new_chat(last.id)
    assert set(library.chats.summaries(copy.id).values()) == {"They spoke of words."}
