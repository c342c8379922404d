"""A chat's words go to its own model, whichever is in use for another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.endpoints.source import EndpointSource
from app.domain.model import EndpointModel
from app.engine.scripted import ScriptedEngine
from app.services.chat.titles import QUESTION
from app.services.core.events import ModelPhase, ModelStateChanged
from tests.support.endpoint_server import EndpointServer
from tests.support.harness import Harness, build


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    with EndpointServer("llama-server") as one:
        yield one


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(["Local."])


@pytest.fixture
def harness(tmp_path: Path, engine: ScriptedEngine) -> Iterator[Harness]:
    made = build(tmp_path / "data", engine)
    yield made
    made.services.close()


def use(harness: Harness, server: EndpointServer) -> EndpointModel:
    """Have the endpoint in use, as where a chat of it is shown."""
    endpoints = harness.services.endpoints
    if not endpoints.all():
        endpoints.add("Box", server.address, models=server.models)
    model = endpoints.model(EndpointSource("box", server.models[0]))
    after = len(harness.heard.events)
    harness.services.models.choose(model)
    harness.heard.wait_for(
        lambda e: (
            isinstance(e, ModelStateChanged)
            and e.state.phase is ModelPhase.READY
            and e.state.model == model
        ),
        after=after,
    )
    return model


def asked(server: EndpointServer) -> list[str]:
    """Its questions, but for titles."""
    said = (body["messages"][-1]["content"] for body in server.asked())
    return [one for one in said if one != QUESTION]


def test_words_of_a_chat_of_this_computer_stay_here_while_an_endpoint_is_in_use(
    harness: Harness, engine: ScriptedEngine, server: EndpointServer
) -> None:
    services = harness.services
    local, first = harness.ask("One")
    model = use(harness, server)
    there, _ = harness.ask("Two")
    _, sent = harness.ask("Three", local)  # nobody had the chat's own model in use before
    assert services.models.state.model == model, "the endpoint was given back"
    after = len(harness.heard.events)
    again = services.chat.regenerate(first.message.id)
    harness.ended(again, after=after)
    edited = services.chat.edit(services.library.chats.branch(local)[0].message.id, "Four")
    harness.ended(edited.answer_id, after=after)
    assert [one.turns[-1].content for one in engine.requests] == ["One", "Three", "One", "Four"]
    assert asked(server) == ["Two"]
    assert sent.message.model is not None
    assert not sent.message.model.endpoint
    services.models.use(None)
    harness.ask("Five", there)
    assert asked(server) == ["Two", "Five"], "and the other way round"


def test_a_chat_that_was_just_given_a_model_is_answered_by_it_before_that_is_on_the_disk(
    harness: Harness, engine: ScriptedEngine, server: EndpointServer
) -> None:
    services = harness.services
    chat, _ = harness.ask("One")
    model = use(harness, server)
    services.chat_options.set_model(services.library.chats.get(chat), model)
    exchange = services.chat.send(chat, "Two")
    harness.ended(exchange.answer_id)
    assert (asked(server), len(engine.requests)) == (["Two"], 1)
