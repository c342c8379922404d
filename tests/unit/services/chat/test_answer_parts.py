"""What an answer is made of: reasoning and other parts are told of, journaled and stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.conversation import MessageStatus
from app.domain.generation import GenerationRequest, PartAdded, ReasoningDelta, Role, TextDelta
from app.domain.parts import (
    AttachmentPart,
    PlacedPart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from app.engine.base import Cancel
from app.engine.scripted import ScriptedAnswer, ScriptedEngine
from app.services.chat.answer_in_progress import AnswerInProgress
from app.services.core.events import (
    AnswerPartAdded,
    AnswerReasoningAdded,
    AnswerReasoningEnded,
    AnswerTextAdded,
)
from app.store.conversations.answer_journal import partial_answer
from app.store.conversations.message_queries import message_seq
from tests.support.harness import Harness, build
from tests.unit.store.making import answer, chat, question

THOUGHTFUL = "<think>\nFirst a, then b.\n</think>\n\nIt is c."
Make = Callable[..., Harness]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    built: list[Harness] = []

    def one(engine: ScriptedEngine) -> Harness:
        built.append(build(tmp_path / "data", engine))
        return built[-1]

    yield one
    for harness in built:
        harness.services.close()


def told(harness: Harness) -> list[tuple[str, str]]:
    """What was published of answers, neighbours of one kind as one."""
    found: list[tuple[str, str]] = []
    for event in harness.heard.events:
        match event:
            case AnswerTextAdded() | AnswerReasoningAdded():
                kind = type(event).__name__
                if found and found[-1][0] == kind:
                    found[-1] = (kind, found[-1][1] + event.text)
                else:
                    found.append((kind, event.text))
            case AnswerReasoningEnded() | AnswerPartAdded():
                found.append((type(event).__name__, ""))
    return found


def test_reasoning_is_told_of_and_stored_as_what_it_is(make: Make) -> None:
    harness = make(ScriptedEngine([THOUGHTFUL]))
    _, ended = harness.ask("Why?")
    assert told(harness) == [
        ("AnswerReasoningAdded", "First a, then b."),
        ("AnswerReasoningEnded", ""),
        ("AnswerTextAdded", "It is c."),
    ]
    stored = harness.services.library.chats.message(ended.message.id)
    assert stored == ended.message
    reasoning, text = stored.parts
    assert text == TextPart("It is c.")
    assert isinstance(reasoning, ReasoningPart)
    assert (reasoning.text, reasoning.closed) == ("First a, then b.", True)
    assert reasoning.seconds


def test_reasoning_that_was_stopped_is_gone_on_with_where_it_stood(make: Make) -> None:
    words = threading.Semaphore(3)

    def three_words(seconds: float, cancel: Cancel) -> bool:
        return bool(seconds) and not (words.acquire(blocking=False)) and cancel.wait(20)

    def say(request: GenerationRequest) -> str:
        return " then b.\n</think>\n\nIt is c." if request.continue_answer else THOUGHTFUL

    engine = ScriptedEngine(say, token_delay=1e-9, pause=three_words)
    harness = make(engine)
    conversation = harness.services.library.create().id
    exchange = harness.services.chat.send(conversation, "Why?")
    harness.heard.wait_for(lambda e: isinstance(e, AnswerReasoningAdded) and "a," in e.text)
    harness.services.chat.stop()
    stopped = harness.ended(exchange.answer_id).message
    assert (stopped.content, stopped.status) == ("", MessageStatus.STOPPED)
    assert stopped.placed == (PlacedPart(0, ReasoningPart("First a,", closed=False)),)

    words.release(100)
    seen = len(harness.heard.events)
    harness.services.chat.continue_answer(exchange.answer_id)
    whole = harness.ended(exchange.answer_id, after=seen).message
    turn = engine.requests[-1].turns[-1]
    assert (turn.role, turn.content) == (Role.ASSISTANT, "")
    assert (turn.reasoning, turn.thinking) == ("First a,", True)
    assert engine.requests[-1].continue_answer
    assert whole.content == "It is c."
    assert [replace(part, seconds=None) for part in (whole.placed[0].part,)] == [
        ReasoningPart("First a, then b.")
    ]
    assert len(whole.placed) == 1


def test_an_answer_that_was_cut_behind_its_reasoning_is_gone_on_with_behind_it(make: Make) -> None:
    def say(request: GenerationRequest) -> ScriptedAnswer:
        return ScriptedAnswer(" c." if request.continue_answer else "<think>Hm.</think>It is")

    engine = ScriptedEngine(say)
    harness = make(engine)
    harness.services.settings.update(max_tokens=1)
    _, cut = harness.ask("Why?")
    assert cut.message.status is MessageStatus.CUT
    harness.services.settings.update(max_tokens=None)
    seen = len(harness.heard.events)
    harness.services.chat.continue_answer(cut.message.id)
    whole = harness.ended(cut.message.id, after=seen).message
    turn = engine.requests[-1].turns[-1]
    assert (turn.content, turn.reasoning, turn.thinking) == ("It", "Hm.", False)
    assert whole.content == "It c."
    assert len(whole.placed) == 1


def test_reasoning_is_on_disk_while_the_model_thinks(make: Make) -> None:
    spoken, go_on = iter(range(99)), threading.Event()

    def three_words(seconds: float, cancel: Cancel) -> bool:
        return bool(seconds) and next(spoken) > 2 and go_on.wait(20) and cancel.is_set()

    harness = make(ScriptedEngine([THOUGHTFUL], token_delay=1e-9, pause=three_words))
    library = harness.services.library
    conversation = library.create().id
    exchange = harness.services.chat.send(conversation, "Why?")
    harness.heard.wait_for(lambda e: isinstance(e, AnswerReasoningAdded) and "a," in e.text)
    stored = library._of(conversation)
    seq = stored.database.read(lambda c: message_seq(c, exchange.answer_id))
    wanted = (PlacedPart(0, ReasoningPart("First a,", closed=False)),)
    for _ in range(2_000):
        found = stored.database.read(lambda c: partial_answer(c, seq))
        if found.placed == wanted:
            break
        go_on.wait(0.005)
    go_on.set()
    harness.ended(exchange.answer_id)
    assert (found.text, found.placed) == ("", wanted)


def test_a_part_that_comes_whole_is_told_of_and_stored_in_its_place(make: Make) -> None:
    call, result = ToolCallPart("calculate", "6 * 7"), ToolResultPart("42", "calculate")
    script = ScriptedAnswer("It is 42.", behind=(PartAdded(call), PartAdded(result)))
    harness = make(ScriptedEngine([script]))
    _, ended = harness.ask("How much?")
    assert [kind for kind, _ in told(harness)] == ["AnswerTextAdded", *["AnswerPartAdded"] * 2]
    stored = harness.services.library.chats.message(ended.message.id)
    assert stored.placed == (PlacedPart(9, call), PlacedPart(9, result))


def test_a_part_in_the_middle_of_reasoning_parts_it_and_nothing_is_lost() -> None:
    writing = AnswerInProgress(answer(question(chat(), None)))
    call = ToolCallPart("calculate", "6 * 7")
    for event in (ReasoningDelta("a"), PartAdded(call), ReasoningDelta("b"), TextDelta("c")):
        writing.take(event)
    text, placed = writing.so_far()
    assert text == "c"
    assert [one.part for one in placed] == [ReasoningPart("a"), call, ReasoningPart("b")]


def test_a_question_that_is_edited_keeps_what_was_attached_to_it(make: Make) -> None:
    harness = make(ScriptedEngine(["ok"]))
    library, attached = harness.services.library, AttachmentPart("notes.pdf", size=3)
    conversation, _ = harness.ask("What is in it?")
    old = library.chats.branch(conversation)[0].message
    placed = (PlacedPart(14, attached),)
    stored = library._of(conversation)
    stored.finish(replace(old, placed=placed)).result()
    harness.ended(harness.services.chat.edit(old.id, "Sum it up").answer_id)
    asked = library.chats.branch(conversation)[0].message
    assert (asked.content, asked.placed) == ("Sum it up", (PlacedPart(9, attached),))


def test_an_end_between_waiting_for_news_and_clearing_them_is_seen() -> None:
    """The journal's thread waited for ever then, and the program never ended."""
    writing = AnswerInProgress(answer(question(chat(), None)))

    class Ending(threading.Event):
        def clear(self) -> None:
            writing.end()
            super().clear()

    writing._news = Ending()
    writing.take(TextDelta("word", 1))
    assert not writing.has_news()
