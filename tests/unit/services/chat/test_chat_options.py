"""What a chat has of its own is kept whatever else is on its way to the disk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.conversation import Conversation
from app.domain.errors import StoreError
from app.domain.presets.preset import ChatOptions, Preset
from tests.support.harness import PATIENCE, Harness, build


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data")
    yield made
    made.services.close()


@contextmanager
def slow_disk(harness: Harness) -> Iterator[None]:
    """Nothing that is stored here reaches the disk before the end."""
    go_on = threading.Event()
    harness.stored.database.submit(lambda _connection: go_on.wait(PATIENCE))
    try:
        yield
    finally:
        go_on.set()


def test_a_message_sent_at_once_costs_nothing_that_is_still_to_be_written(
    harness: Harness,
) -> None:
    services = harness.services
    chat, _ = harness.ask("One")
    services.library.change_options(chat, lambda own: replace(own, model="box/small")).result()
    with slow_disk(harness):
        services.chat_options.set_queued(chat, ("Later",))
        here = services.models.state.model
        assert here is not None
        services.chat_options.set_model(services.library.chats.get(chat), here)
        exchange = services.chat.send(chat, "Two")
        storing = services.chat_options.set_values(chat, {"temperature": 0.5})
    harness.ended(exchange.answer_id)
    storing.result(PATIENCE)
    kept = services.library.chats.get(chat).options
    assert kept == ChatOptions(queued=("Later",), values={"temperature": 0.5})


def test_options_leave_a_system_prompt_alone_that_is_still_to_be_written(harness: Harness) -> None:
    services = harness.services
    chat, _ = harness.ask("One")
    with slow_disk(harness):
        services.library.set_system_prompt(chat, "Rhyme.")
        storing = services.chat_options.set_values(chat, {"temperature": 0.5})
    storing.result(PATIENCE)
    assert services.library.chats.get(chat).system_prompt == "Rhyme."


def test_what_could_not_be_handed_over_is_not_taken_for_kept(harness: Harness) -> None:
    services = harness.services
    chat, _ = harness.ask("One")
    harness.stored.database.close()
    with pytest.raises(StoreError):
        services.chat_options._store(chat, lambda own: replace(own, queued=("Lost",)))
    assert services.chat_options._under_way == {}


def test_what_is_written_while_it_is_read_is_found(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = harness.services
    chat, _ = harness.ask("One")
    reader = services.library.chats
    read, go_on, kept = reader.get, threading.Event(), threading.Event()
    harness.stored.database.submit(lambda _connection: go_on.wait(PATIENCE))
    storing = services.chat_options._store(chat, lambda own: replace(own, queued=("Later",)))
    storing.add_done_callback(lambda _outcome: kept.set())

    def late(conversation_id: str) -> Conversation:
        """Read just before it is written, and seen just after."""
        stale = read(conversation_id)
        go_on.set()
        assert kept.wait(PATIENCE)
        return stale

    monkeypatch.setattr(reader, "get", late)
    monkeypatch.setattr(reader, "is_gone", lambda _id: False)
    assert services.chat_options.queued(chat) == ("Later",)


def test_a_changed_preset_takes_a_chat_along_that_is_still_to_be_written(harness: Harness) -> None:
    services = harness.services
    chat, _ = harness.ask("One")
    preset = services.presets.save(Preset("", "Pirate", system_prompt="Rhyme."))
    with slow_disk(harness):
        services.chat_options.choose(chat, preset)
        services.presets.save(replace(preset, system_prompt="Sing."))
    services.library.set_draft(chat, "").result(PATIENCE)  # behind them
    assert services.library.chats.get(chat).system_prompt == "Sing."
