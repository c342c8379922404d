"""The way of one message, from Enter to disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.conversation import MessageStatus
from app.domain.errors import BugError, EngineBusyError, EngineDiedError, InvalidValueError
from app.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    Role,
    Sampling,
    StopReason,
    TextDelta,
)
from app.domain.model import ModelFile
from app.domain.settings import Settings
from app.engine.base import Cancel, Engine
from app.engine.scripted import ScriptedAnswer, ScriptedEngine
from app.services.chat.chat_service import ChatService
from app.services.core.events import (
    AnswerEnded,
    AnswerStarted,
    AnswerTextAdded,
    BranchChanged,
    LibraryChanged,
)
from app.services.core.first_words import title_from
from app.store.conversations.answer_journal import partial_answer
from app.store.conversations.message_queries import message_seq
from tests.support.gguf_factory import write_model
from tests.support.harness import Harness, build

Make = Callable[..., Harness]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Harness] = []

    def factory(engine: Engine | None = None, settings: Settings | None = None) -> Harness:
        harness = build(tmp_path / "data", engine, settings)
        made.append(harness)
        return harness

    yield factory
    for harness in made:
        harness.services.close()


def contents(harness: Harness, conversation_id: str) -> list[tuple[Role, str]]:
    branch = harness.services.library.chats.branch(conversation_id)
    return [(item.message.role, item.message.content) for item in branch]


class Gate:
    """Lets a scripted engine go on one word at a time."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, _seconds: float, cancel: Cancel) -> bool:
        while not self.open.is_set():
            if cancel.wait(0.01):
                return True
        return cancel.is_set()


def test_an_answer_streams_and_is_stored_whole(make: Make) -> None:
    harness = make(ScriptedEngine(["It is four."]))
    conversation, ended = harness.ask("What is two and two?")
    assert contents(harness, conversation) == [
        (Role.USER, "What is two and two?"),
        (Role.ASSISTANT, "It is four."),
    ]
    grown = "".join(e.text for e in harness.heard.events if isinstance(e, AnswerTextAdded))
    assert grown == "It is four."
    message = harness.services.library.chats.message(ended.message.id)
    assert message == ended.message
    assert message.status is MessageStatus.COMPLETE
    assert message.stop_reason is StopReason.END_OF_TURN
    assert message.model is not None
    assert message.model.sha256 == "5c" * 32
    assert message.timings is not None
    assert message.timings.completion_tokens == 3


def test_the_makers_advice_holds_where_the_user_set_nothing(tmp_path: Path) -> None:
    settings = Settings(top_p=0.5, max_tokens=100)
    harness = build(tmp_path / "data", settings=settings, name="Phi 4 Reasoning Plus")
    try:
        _, ended = harness.ask("Think.")
    finally:
        harness.services.close()
    assert ended.message.sampling is not None
    drawn = replace(ended.message.sampling, seed=None)
    assert drawn == Sampling(temperature=0.8, top_k=50, top_p=0.5, max_tokens=100)


def test_the_question_is_on_disk_before_the_engine_is_asked(make: Make) -> None:
    gate = Gate()
    harness = make(ScriptedEngine(["late"], pause=gate))
    conversation = harness.services.library.create().id
    exchange = harness.services.chat.send(conversation, "Are you there?")
    harness.heard.wait_for(lambda e: isinstance(e, AnswerStarted))
    stored = harness.services.library.chats.branch(conversation)
    assert [item.message.status for item in stored] == [
        MessageStatus.COMPLETE,
        MessageStatus.STREAMING,
    ]
    gate.open.set()
    harness.ended(exchange.answer_id)


def test_the_first_words_of_an_answer_are_on_disk_at_once(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.chat.chat_service.JOURNAL_SECONDS", 3_600.0)
    journaled, spoken = threading.Event(), iter(range(9))

    def after_the_first_word(seconds: float, cancel: Cancel) -> bool:
        return bool(seconds and next(spoken)) and journaled.wait(20) and cancel.is_set()

    engine = ScriptedEngine(["Once upon a time"], token_delay=1e-9, pause=after_the_first_word)
    harness = make(engine)
    library = harness.services.library
    conversation = library.create().id
    exchange = harness.services.chat.send(conversation, "Tell me a story.")
    harness.heard.wait_for(lambda e: isinstance(e, AnswerTextAdded))
    stored, kept = library._of(conversation), ""
    seq = stored.database.read(lambda c: message_seq(c, exchange.answer_id))
    for _ in range(2_000):
        kept = stored.database.read(lambda c: partial_answer(c, seq).text)
        if kept:
            break
        journaled.wait(0.005)
    harness.services.chat.stop()
    journaled.set()
    harness.ended(exchange.answer_id)
    assert kept == "Once"


def test_events_come_in_an_order_a_window_can_follow(make: Make) -> None:
    harness = make(ScriptedEngine(["one two"]))
    harness.ask("count")
    kinds = [type(e) for e in harness.heard.events]
    assert kinds.index(BranchChanged) < kinds.index(AnswerStarted) < kinds.index(AnswerTextAdded)
    assert kinds.index(LibraryChanged) < kinds.index(AnswerTextAdded)


def test_the_model_reads_the_walked_branch_with_its_system_prompt(make: Make) -> None:
    engine = ScriptedEngine(["first", "second"])
    harness = make(engine, Settings(system_prompt="Be brief."))
    conversation, _ = harness.ask("one")
    harness.ask("two", conversation)
    turns = [(turn.role, turn.content) for turn in engine.requests[-1].turns]
    assert turns == [
        (Role.SYSTEM, "Be brief."),
        (Role.USER, "one"),
        (Role.ASSISTANT, "first"),
        (Role.USER, "two"),
    ]


def test_a_new_system_prompt_reaches_chats_in_which_nothing_was_said_yet(make: Make) -> None:
    harness = make(ScriptedEngine(), Settings(system_prompt="Be brief."))
    library = harness.services.library
    said, _ = harness.ask("one")
    fresh, drafted, own = (library.create().id for _ in range(3))
    library.set_draft(drafted, "half a thought")
    library.set_system_prompt(own, "Be long.").result()
    harness.services.settings.update(system_prompt="Rhyme.")
    prompts = {one: library.chats.get(one).system_prompt for one in (said, fresh, own)}
    assert prompts == {said: "Be brief.", fresh: "Rhyme.", own: "Be long."}
    harness.ask("two", drafted)
    assert library.chats.get(drafted).system_prompt == "Rhyme."


def test_reasoning_is_left_out_of_what_the_model_reads_again(make: Make) -> None:
    engine = ScriptedEngine(["<think>hm, two…</think>Two.", "ok"])
    harness = make(engine)
    conversation, _ = harness.ask("one plus one?")
    harness.ask("thanks", conversation)
    assert engine.requests[-1].turns[1].content.strip() == "Two."


def test_stop_keeps_what_there_is_and_continue_goes_on(make: Make) -> None:
    gate = Gate()
    gate.open.set()

    def answer(request: GenerationRequest) -> str:
        return " and more" if request.continue_answer else "some words"

    harness = make(ScriptedEngine(answer, pause=gate))
    conversation = harness.services.library.create().id
    exchange = harness.services.chat.send(conversation, "talk")
    first = harness.ended(exchange.answer_id)
    assert first.message.status is MessageStatus.COMPLETE

    gate.open.clear()
    answer_id = harness.services.chat.regenerate(exchange.answer_id)
    harness.heard.wait_for(lambda e: isinstance(e, AnswerStarted) and e.message_id == answer_id)
    harness.services.chat.stop()
    stopped = harness.ended(answer_id)
    assert stopped.message.status is MessageStatus.STOPPED
    assert stopped.error is None

    gate.open.set()
    seen = len(harness.heard.events)
    harness.services.chat.continue_answer(answer_id)
    done = harness.ended(answer_id, after=seen)
    assert done.message.status is MessageStatus.COMPLETE


def test_a_continued_answer_is_one_message_with_its_parts_joined(make: Make) -> None:
    script = [ScriptedAnswer("one two three four"), ScriptedAnswer(" five")]
    engine = ScriptedEngine(script)
    harness = make(engine, Settings(max_tokens=16))
    harness.services.settings.update(max_tokens=None)
    engine_died = ScriptedEngine(
        [ScriptedAnswer("one two", error=EngineDiedError("The engine ended.")), " three"]
    )
    harness.services.close()
    harness = make(engine_died)
    conversation, broken = harness.ask("count")
    assert broken.message.status is MessageStatus.INTERRUPTED
    assert broken.message.content == "one two"
    assert isinstance(broken.error, EngineDiedError)
    seen = len(harness.heard.events)
    harness.services.chat.continue_answer(broken.message.id)
    done = harness.ended(broken.message.id, after=seen)
    assert done.message.content == "one two three"
    assert engine_died.requests[-1].continue_answer
    assert engine_died.requests[-1].turns[-1].content == "one two"
    assert len(harness.services.library.chats.branch(conversation)) == 2


def test_editing_and_regenerating_make_versions_and_erase_nothing(make: Make) -> None:
    harness = make(ScriptedEngine(["a", "b", "c"]))
    conversation, first = harness.ask("first words")
    second = harness.services.chat.regenerate(first.message.id)
    harness.ended(second)
    question = harness.services.library.chats.branch(conversation)[0].message
    exchange = harness.services.chat.edit(question.id, "other words")
    harness.ended(exchange.answer_id)
    branch = harness.services.library.chats.branch(conversation)
    assert [item.message.content for item in branch] == ["other words", "c"]
    assert (branch[0].version.index, branch[0].version.count) == (2, 2)
    harness.services.library.select_version(branch[0].message.id, -1).result()
    branch = harness.services.library.chats.branch(conversation)
    assert [item.message.content for item in branch] == ["first words", "b"]
    assert (branch[1].version.index, branch[1].version.count) == (2, 2)


def test_a_message_on_another_branch_is_walked_to(make: Make) -> None:
    harness = make(ScriptedEngine(["a", "b"]))
    library = harness.services.library
    conversation, first = harness.ask("first words")
    question = library.chats.branch(conversation)[0].message
    harness.ended(harness.services.chat.edit(question.id, "other words").answer_id)
    library.activate_branch(first.message.id).result()
    assert contents(harness, conversation) == [(Role.USER, "first words"), (Role.ASSISTANT, "a")]


def test_only_one_answer_is_written_at_a_time(make: Make) -> None:
    gate = Gate()
    harness = make(ScriptedEngine(["slow"], pause=gate))
    conversation = harness.services.library.create().id
    exchange = harness.services.chat.send(conversation, "one")
    with pytest.raises(EngineBusyError):
        harness.services.chat.send(conversation, "two")
    gate.open.set()
    harness.ended(exchange.answer_id)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_blank_message_is_refused_in_words(make: Make, text: str) -> None:
    harness = make()
    with pytest.raises(InvalidValueError, match="empty"):
        harness.services.chat.send(harness.services.library.create().id, text)


@pytest.mark.parametrize(
    "text",
    [
        "nul \x00 inside",
        "lone \ud800 surrogate",
        "<|im_end|><|im_start|>system<|im_sep|>",
        "x" * 10**6,
    ],
    ids=["nul", "surrogate", "control tokens", "a megabyte"],
)
def test_nasty_text_is_kept_byte_for_byte(make: Make, text: str) -> None:
    harness = make(ScriptedEngine([text], context_size=10**7))
    conversation, ended = harness.ask(text)
    assert ended.error is None
    assert contents(harness, conversation) == [(Role.USER, text), (Role.ASSISTANT, text)]


def test_a_private_chat_never_reaches_the_database(make: Make, tmp_path: Path) -> None:
    harness = make(ScriptedEngine(["a private answer"]))
    conversation = harness.services.library.create(private=True).id
    harness.ask("a private question", conversation)
    assert contents(harness, conversation)[0][1] == "a private question"
    assert [c.id for c in harness.services.library.chats.conversations()] == [conversation]
    harness.services.close()
    for file in (tmp_path / "data").rglob("*"):
        if file.is_file():
            assert b"private" not in file.read_bytes()


def test_closing_in_mid_answer_keeps_the_text_and_ends_in_order(make: Make, tmp_path: Path) -> None:
    gate = Gate()
    harness = make(ScriptedEngine(["never seen"], pause=gate))
    conversation = harness.services.library.create().id
    harness.services.chat.send(conversation, "hello")
    harness.heard.wait_for(lambda e: isinstance(e, AnswerStarted))
    harness.services.close()
    again = make()
    stored = again.services.library.chats.branch(conversation)
    assert stored[1].message.status is MessageStatus.STOPPED


def test_a_chat_takes_its_first_title_from_the_first_words(make: Make) -> None:
    harness = make()
    conversation, _ = harness.ask("  How do   I bake\nbread? ")
    assert harness.services.library.chats.get(conversation).title == "How do I bake bread?"
    harness.services.library.rename(conversation, "Bread").result()
    harness.ask("And rolls?", conversation)
    assert harness.services.library.chats.get(conversation).title == "Bread"


def test_a_long_title_is_cut_between_words() -> None:
    title = title_from("word " * 40)
    assert len(title) <= 61
    assert title.endswith("word…")


def test_a_title_is_of_words_rather_than_of_code() -> None:
    assert title_from("```py\nx = 1\n```\n\nWhat is *this*?") == "What is *this*?"
    assert title_from("~~~\nx = 1\n~~~") == "x = 1"
    assert title_from("``` is a fence\n") == "``` is a fence"


def test_a_title_holds_nothing_that_turns_its_letters_round_or_controls() -> None:
    assert title_from("see \u202egnp.exe\x07\x1b \x00 now") == "see gnp.exe now"


def test_an_empty_chat_leaves_nothing_and_a_draft_keeps_it(make: Make) -> None:
    harness = make()
    library = harness.services.library
    library.create()
    assert library.chats.conversations() == []
    kept = library.create()
    library.set_draft(kept.id, "half a thought")
    library.rename(kept.id, "Kept").result()
    assert [c.id for c in library.chats.conversations()] == [kept.id]
    assert library.chats.get(kept.id).draft == "half a thought"


@pytest.mark.parametrize("private", [True, False])
def test_the_engine_is_told_whether_what_it_is_asked_is_private(make: Make, private: bool) -> None:
    engine = ScriptedEngine(["One.", "Two."])
    harness = make(engine)
    chat = harness.services.library.create(private=private).id
    _, ended = harness.ask("Anybody?", chat)
    seen = len(harness.heard.events)
    harness.ended(harness.services.chat.regenerate(ended.message.id), after=seen)
    assert [request.private for request in engine.requests] == [private, private]


class Broken(ScriptedEngine):
    """Fails once in a way that nobody expects."""

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        first = not self.requests
        events = super().generate(request, cancel)
        for event in events:
            yield event
            if first and isinstance(event, TextDelta):
                raise IndexError("a mistake of ours")


def test_a_bug_ends_the_answer_with_its_words_and_a_reason_and_the_chat_goes_on(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bugs: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: bugs.append(told.exc_type))
    harness = make(Broken(["One two three"]))
    conversation, ended = harness.ask("Count.")
    stored = harness.services.library.chats.message(ended.message.id)
    assert stored == ended.message
    assert (stored.status, stored.content[:3]) == (MessageStatus.FAILED, "One")
    assert "IndexError" in stored.error
    assert isinstance(ended.error, BugError)
    harness.services.executor.submit(lambda: None).result()
    assert bugs == [IndexError]
    _, again = harness.ask("And now?", conversation)
    assert again.message.status is MessageStatus.COMPLETE


def test_an_answer_that_cannot_be_started_ends_and_the_next_one_is_written(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bugs: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: bugs.append(told.exc_type))
    harness = make(ScriptedEngine(["Two."]))
    conversation = harness.services.library.create().id

    def no_thread(_self: object, _writing: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as broken:
        broken.setattr(ChatService, "_journal_beside", no_thread)
        exchange = harness.services.chat.send(conversation, "One?")
        ended = harness.ended(exchange.answer_id)
    assert (ended.message.status, bugs) == (MessageStatus.FAILED, [RuntimeError])
    _, again = harness.ask("Two?", conversation)
    assert again.message.status is MessageStatus.COMPLETE
    assert harness.services.library.chats.message(exchange.answer_id).status is MessageStatus.FAILED


def test_an_answer_of_a_chat_that_was_removed_keeps_no_other_off_the_disk(make: Make) -> None:
    gate = Gate()
    harness = make(ScriptedEngine(["late"], pause=gate))
    library = harness.services.library
    gone = library.create().id
    exchange = harness.services.chat.send(gone, "Are you there?")
    harness.heard.wait_for(lambda e: isinstance(e, AnswerStarted))
    harness.stored.conversations.delete([gone]).result()
    harness.stored.conversations.empty_trash().result()
    gate.open.set()
    harness.ended(exchange.answer_id)
    _, kept = harness.ask("Another chat")
    assert library.chats.message(kept.message.id).content == "late"


def test_a_model_lent_for_one_answer_is_given_back_before_its_end_is_told(
    make: Make, tmp_path: Path
) -> None:
    harness = make(ScriptedEngine(["One."]))
    models = harness.services.models
    chosen = models.state.model
    _, ended = harness.ask("Who?")
    used: list[object] = []

    def ask_at_once(event: object) -> None:
        if isinstance(event, AnswerEnded):
            used.append(models.state.model)

    harness.services.bus.subscribe(ask_at_once)
    after = len(harness.heard.events)
    other = ModelFile(write_model(tmp_path / "other.gguf"), "Other", "Q4_K_M", sha256="7d" * 32)
    harness.services.chat.answer_with(ended.message.id, other)
    told = harness.heard.wait_for(lambda e: isinstance(e, AnswerEnded), after=after)
    assert isinstance(told, AnswerEnded)
    assert told.message.model is not None
    assert (told.message.model.name, used) == ("Other", [chosen])
