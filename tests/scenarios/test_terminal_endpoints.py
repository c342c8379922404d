"""``phial endpoints``: every action and option, over a server on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from app.cli import EXIT_FAILED
from tests.scenarios.registry import scenario
from tests.support.endpoint_server import EndpointServer
from tests.support.terminal import phial

NOT_HERE = "http://192.0.2.1:8080"
"""An address that is kept for examples: nobody is there, and nobody is asked."""


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are kept nowhere."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    """A server that wants no key."""
    with EndpointServer("llama-server", models=("small", "/org/large")) as one:
        yield one


@pytest.fixture
def locked() -> Iterator[EndpointServer]:
    """A server that wants a key."""
    with EndpointServer(key="sesame") as one:
        yield one


def listed() -> dict[str, list[str]]:
    """Id and models of each endpoint of the list."""
    return {one["id"]: one["models"] for one in phial("endpoints", "list", "--json").data}


@scenario("option", "endpoints add")
@scenario("option", "endpoints add ADDRESS")
@scenario("option", "endpoints list")
@scenario("option", "endpoints list --json")
def test_an_endpoint_is_added_and_listed_with_its_models(server: EndpointServer) -> None:
    phial("endpoints", "add", server.address)
    assert list(listed().values()) == [["small", "/org/large"]]


@scenario("option", "endpoints add --name")
@scenario("option", "endpoints add --json")
def test_an_endpoint_is_called_as_it_is_told(server: EndpointServer) -> None:
    told = phial("endpoints", "add", server.address, "--name", "Big Box", "--json").data
    assert (told["id"], told["name"]) == ("big-box", "Big Box")


@scenario("option", "endpoints add --key")
def test_a_key_is_read_from_a_pipe_and_is_in_no_file(locked: EndpointServer, home: Path) -> None:
    phial("endpoints", "add", locked.address, "--key", stdin="sesame\n")
    assert locked.requests[0].headers["Authorization"] == "Bearer sesame"
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert all(b"sesame" not in path.read_bytes() for path in kept)


@scenario("option", "endpoints add --key-variable")
def test_a_key_can_be_that_of_a_variable(locked: EndpointServer) -> None:
    words = ("endpoints", "add", locked.address, "--name", "box", "--key-variable", "BOX_KEY")
    failed = phial(*words, code=EXIT_FAILED, BOX_KEY=None)
    assert "The environment variable BOX_KEY is not set" in failed.err
    assert locked.requests == []
    phial(*words, BOX_KEY="sesame")
    assert phial("ask", "Hello?", "--model", "box/small", BOX_KEY="sesame").out == "Hello there.\n"


@scenario("option", "endpoints add --yes")
def test_what_is_not_encrypted_is_only_added_when_that_is_said() -> None:
    phial("settings", "set", "offline", "on")  # nobody is asked in earnest
    asked = phial("endpoints", "add", NOT_HERE, code=EXIT_FAILED, stdin="n\n")
    assert "not encrypted" in asked.out + asked.err
    tried = phial("endpoints", "add", NOT_HERE, "--yes", code=EXIT_FAILED)
    assert "not encrypted" not in tried.out + tried.err
    assert "Offline" in tried.err


@scenario("option", "endpoints test")
@scenario("option", "endpoints test NAME")
@scenario("option", "endpoints test --json")
def test_an_endpoint_is_asked_again_for_its_models(server: EndpointServer) -> None:
    phial("endpoints", "add", server.address, "--name", "box")
    server.models = ("another",)
    told = phial("endpoints", "test", "box", "--json").data
    assert (told["kind"], told["models"]) == ("llama-server", ["another"])
    assert listed() == {"box": ["another"]}


@scenario("option", "endpoints remove")
@scenario("option", "endpoints remove NAME")
@scenario("option", "endpoints remove --json")
def test_an_endpoint_is_removed(server: EndpointServer) -> None:
    phial("endpoints", "add", server.address, "--name", "box")
    assert phial("endpoints", "remove", "box", "--json").data == {"id": "box", "removed": True}
    assert listed() == {}


def test_a_question_is_answered_by_an_endpoint_and_by_nobody_else(
    server: EndpointServer, home: Path
) -> None:
    phial("endpoints", "add", server.address, "--name", "box")
    asked = phial("ask", "Hello?", "--model", "box//org/large", "--json")
    told = asked.data
    assert (told["text"], told["model"], asked.err) == ("Hello there.", "box//org/large", "")
    (home / "settings.json").write_text('{"endpoint_model": "box/small"}')
    assert "What you write here goes to box" in phial("ask", "Hello?").err
    server.stop()
    failed = phial("ask", "Hello?", "--model", "box/small", code=EXIT_FAILED)
    assert failed.out == ""
    assert "Nothing answers" in failed.err


def test_what_an_endpoint_does_wrong_is_said_in_words_for_the_terminal(
    server: EndpointServer,
) -> None:
    phial("endpoints", "add", server.address, "--name", "box")
    ask = partial(phial, "ask", "Hello?", "--model", "box/small", code=EXIT_FAILED)
    server.faults.body = b"data: [DONE]\n\n"
    silent = ask()
    assert (silent.out, "before the first word" in silent.err) == ("", True)
    call = {"delta": {"tool_calls": [{"function": {"name": "get_weather", "arguments": "{}"}}]}}
    server.faults.body = f"data: {json.dumps({'choices': [call]})}\n\ndata: [DONE]\n\n".encode()
    tool = ask("--json")
    assert "“get_weather”" in tool.err
    assert [part["name"] for part in tool.data["parts"]] == ["get_weather"]
    server.faults.body, server.faults.drop_after = None, 2
    cut = ask("--json")
    assert (cut.data["text"], cut.data["stop_reason"]) == ("Hello there", None)
    assert cut.data["error"] in cut.err
    assert cut.data["error"].endswith("Ask again to have all of it.")
    server.faults.drop_after, server.faults.endless = None, True
    endless = ask("--max-tokens", "2")
    assert endless.out.startswith("Hello there.Hello there.")
    assert "did not end its answer" in endless.err
    server.faults.endless = False
    server.faults.body = b'data: {"choices": [{"delta": {"content": "Hi"}}]}\n\ndata: [DONE]\n\n'
    told = ask("--json", code=0).data
    assert (told["text"], told["prompt_tokens"], told["error"]) == ("Hi", None, None)


def test_a_chat_in_the_terminal_talks_with_an_endpoint(server: EndpointServer) -> None:
    phial("endpoints", "add", server.address, "--name", "box")
    told = phial("chat", "--model", "box/small", stdin="Hello?\n/quit\n").out
    assert "Hello there." in told
    assert "What you write here goes to box, another program on this computer" in told
    (body,) = [one for one in server.asked() if one["messages"][-1]["content"] == "Hello?"]
    assert body["model"] == "small"


def test_offline_asks_no_endpoint(server: EndpointServer) -> None:
    phial("endpoints", "add", server.address, "--name", "box")
    phial("settings", "set", "offline", "on")
    seen = len(server.requests)
    failed = phial("ask", "Hello?", "--model", "box/small", code=EXIT_FAILED)
    assert "Offline" in failed.err
    assert len(server.requests) == seen


def test_a_private_chat_in_the_terminal_is_not_sent(server: EndpointServer) -> None:
    phial("endpoints", "add", server.address, "--name", "box")
    told = phial("chat", "--private", "--model", "box/small", stdin="Secret?\n").out
    _, opening, *_, last = told.strip().splitlines()
    assert opening.startswith("A private chat is not sent to box. /model")
    assert "not sent to box" in last
    assert "What you write here goes to" not in told
    assert server.asked() == []
