"""Titles made by the model, context measured before sending, speeds remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import ContextFullError, PromptTooLongError
from app.domain.generation import GenerationRequest, OverflowPolicy
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.services.chat.titles import QUESTION, clean_title
from app.services.core.events import ContextMeasured, LibraryChanged
from tests.support.harness import Harness, build


def answer(request: GenerationRequest) -> str:
    """A title when asked for one, else an answer."""
    return '**Title:** "Baking bread"\n' if request.turns[-1].content == QUESTION else "Flour."


def wait_for_title(harness: Harness, conversation: str, title: str) -> None:
    harness.heard.wait_for(
        lambda e: (
            isinstance(e, LibraryChanged)
            and harness.services.library.chats.get(conversation).title == title
        )
    )


def test_a_chat_is_named_by_the_model_after_its_first_exchange(tmp_path: Path) -> None:
    harness = build(tmp_path / "data", ScriptedEngine(answer), titles=True)
    conversation, _ = harness.ask("How do I bake bread?")
    wait_for_title(harness, conversation, "Baking bread")
    harness.services.close()


def test_answering_again_leaves_a_chats_name_and_asking_in_other_words_does_not(
    tmp_path: Path,
) -> None:
    titles = iter(["Baking bread", "Brewing beer"])
    asked: list[str] = []

    def names(request: GenerationRequest) -> str:
        asked.append(request.turns[-1].content)
        return next(titles) if asked[-1] == QUESTION else "Flour."

    harness = build(tmp_path / "data", ScriptedEngine(names), titles=True)
    conversation, ended = harness.ask("How do I bake bread?")
    wait_for_title(harness, conversation, "Baking bread")
    heard = len(harness.heard.events)
    again = harness.services.chat.regenerate(ended.message.id)
    harness.ended(again, after=heard)
    harness.services.executor.submit(lambda: None).result()
    assert asked.count(QUESTION) == 1
    assert harness.services.library.chats.get(conversation).title == "Baking bread"

    def edited(to: str) -> None:
        heard = len(harness.heard.events)
        first = harness.services.library.chats.branch(conversation)[0].message
        harness.ended(harness.services.chat.edit(first.id, to).answer_id, after=heard)
        harness.services.executor.submit(lambda: None).result()  # behind what the answer caused

    edited("How do I brew beer?")
    wait_for_title(harness, conversation, "Brewing beer")
    titles = iter([""])  # what this model makes of it is no title: the first words are one
    edited("How do I make wine?")
    assert harness.services.library.chats.get(conversation).title == "How do I make wine?"
    harness.services.library.rename(conversation, "Mine").result()
    edited("How do I make cider?")
    assert harness.services.library.chats.get(conversation).title == "Mine"
    harness.services.close()


@pytest.mark.parametrize("private", [True, False])
def test_the_model_is_asked_for_a_title_without_a_snapshot_of_it(
    tmp_path: Path, private: bool
) -> None:
    engine = ScriptedEngine(answer)
    harness = build(tmp_path / "data", engine, titles=True)
    chat = harness.services.library.create(private=private).id
    harness.ask("How do I bake bread?", chat)
    wait_for_title(harness, chat, "Baking bread")
    asked = {request.turns[-1].content: request.private for request in engine.requests}
    assert asked == {"How do I bake bread?": private, QUESTION: True}
    harness.services.close()


def test_only_the_first_answer_of_a_chat_has_a_title_made(tmp_path: Path) -> None:
    def unnamed(request: GenerationRequest) -> str:
        return "" if request.turns[-1].content == QUESTION else "Flour."

    engine = ScriptedEngine(unnamed)
    harness = build(tmp_path / "data", engine, titles=True)
    chat: str | None = None
    for text in ("How do I bake bread?", "And how long?", "And how hot?"):
        chat, _ = harness.ask(text, chat)
        harness.services.executor.submit(lambda: None).result()  # behind what the answer caused
    asked = [request.turns[-1].content for request in engine.requests]
    assert asked == ["How do I bake bread?", QUESTION, "And how long?", "And how hot?"]
    harness.services.close()


def test_a_title_of_the_users_is_never_replaced(tmp_path: Path) -> None:
    harness = build(tmp_path / "data", ScriptedEngine(answer), titles=True)
    conversation = harness.services.library.create().id
    harness.services.library.rename(conversation, "Mine").result()
    harness.ask("How do I bake bread?", conversation)
    harness.services.close()
    again = build(tmp_path / "data")
    assert again.services.library.chats.get(conversation).title == "Mine"
    again.services.close()


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Baking bread.", "Baking bread"),
        ("Title: 'Baking bread'\nMore", "Baking bread"),
        ("\n# Baking bread", "Baking bread"),
        ("*Phial*: a bowl", "Phial: a bowl"),
        ("A *small* bowl, `phial` in **Greek**", "A small bowl, phial in Greek"),
        ("Why 2*3*4 is 24", "Why 2*3*4 is 24"),
        ("", ""),
    ],
)
def test_a_title_is_one_clean_line(said: str, title: str) -> None:
    assert clean_title(said) == title


def test_the_context_meter_counts_branch_and_draft_with_the_models_tokenizer(
    tmp_path: Path,
) -> None:
    harness = build(tmp_path / "data", ScriptedEngine(["one two three"]))
    conversation, _ = harness.ask("four words are here")
    harness.services.context.measure(conversation, "two more")
    event = harness.heard.wait_for(lambda e: isinstance(e, ContextMeasured))
    assert isinstance(event, ContextMeasured)
    assert event.tokens == (4 + 1) + (3 + 1) + (2 + 1) + 1
    assert event.context_size == 4_096
    harness.services.close()


def test_before_sending_it_is_known_what_falls_out_and_what_cannot_be_sent(
    tmp_path: Path,
) -> None:
    harness = build(tmp_path / "data", ScriptedEngine(["fine"], context_size=100))
    conversation, _ = harness.ask("word " * 30)
    harness.ask("word " * 20, conversation)
    context = harness.services.context

    def measured(draft: str) -> ContextMeasured:
        after = len(harness.heard.events)
        context.measure(conversation, draft)
        event = harness.heard.wait_for(lambda e: isinstance(e, ContextMeasured), after=after)
        assert isinstance(event, ContextMeasured)
        return event

    assert (measured("short").left_out, measured("").left_out) == (0, 0)
    long = "word " * 30
    event = measured(long)
    assert (event.left_out, event.refusal) == (2, None)
    _, ended = harness.ask(long, conversation)
    assert len(ended.message.left_out) == event.left_out  # the engine agrees

    huge = "word " * 200
    refusal = measured(huge).refusal
    assert isinstance(refusal, PromptTooLongError)
    assert (refusal.tokens, refusal.limit) == (203, 100 - 25)
    assert context.refusal(conversation, huge) is refusal
    assert context.refusal(conversation, "short") is None
    harness.services.close()


def test_who_wants_to_be_told_is_told_before_sending(tmp_path: Path) -> None:
    settings = Settings(overflow=OverflowPolicy.REFUSE)
    harness = build(tmp_path / "data", ScriptedEngine(["fine"], context_size=100), settings)
    conversation, _ = harness.ask("word " * 50)
    harness.services.context.measure(conversation, "word " * 30)
    event = harness.heard.wait_for(lambda e: isinstance(e, ContextMeasured))
    assert isinstance(event, ContextMeasured)
    assert isinstance(event.refusal, ContextFullError)
    assert "needs 87 tokens" in event.refusal.what
    harness.services.close()


def test_a_measured_speed_is_remembered_for_the_file(tmp_path: Path) -> None:
    words = "word " * 40
    harness = build(tmp_path / "data", ScriptedEngine([words.strip()]))
    harness.ask("talk")
    assert harness.services.models.speeds.speed_of("5c" * 32) == pytest.approx(20.0)
    harness.services.close()
