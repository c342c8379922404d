"""The model lent to other programs, over real sockets."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.domain.errors import EngineError, NotFoundError, PromptTooLongError
from app.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    RawPrompt,
    ReasoningDelta,
    ReasoningStarted,
    Role,
    StopReason,
    TextDelta,
)
from app.domain.model import ModelFile
from app.domain.network.serving import MOST_WAITING
from app.domain.settings import Settings
from app.engine.base import Cancel
from app.engine.scripted import ScriptedAnswer, ScriptedEngine
from app.services.serving.served_answer import ServedAnswer
from app.serving import application, bounded
from app.serving.server import ServingError, listen
from tests.support.gguf_factory import write_model
from tests.support.serving import PATIENCE, QUESTION, Client, Serving, serving, wait_until

SAID = "Hello there, you."
LOOP = {"anyOf": [{"$ref": "#"}, {"type": "null"}]}


class Gated:
    """Time that passes when the test says so: each word waits for its turn."""

    def __init__(self) -> None:
        self.words = threading.Semaphore(0)
        self.begun = threading.Event()

    def __call__(self, seconds: float, cancel: Cancel) -> bool:
        if seconds <= 0:
            return cancel.is_set()
        self.begun.set()
        while not self.words.acquire(timeout=0.01):
            if cancel.is_set():
                return True
        return cancel.is_set()

    def let(self, words: int = 1_000_000) -> None:
        self.words.release(words)


@pytest.fixture
def gate() -> Gated:
    return Gated()


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine((SAID,))


@pytest.fixture
def held(gate: Gated) -> ScriptedEngine:
    """An engine that says a word when it is let."""
    return ScriptedEngine((SAID,), token_delay=1.0, pause=gate)


@pytest.fixture
def served(tmp_path: Path, engine: ScriptedEngine) -> Iterator[Serving]:
    with serving(tmp_path / "data", engine) as running:
        yield running


@pytest.fixture
def slow(tmp_path: Path, held: ScriptedEngine, gate: Gated) -> Iterator[Serving]:
    with serving(tmp_path / "data", held) as running:
        yield running
        gate.let()


@pytest.fixture
def client(served: Serving) -> Client:
    return served.client


# --- what is answered ------------------------------------------------------------------------


def test_a_question_is_answered(client: Client, engine: ScriptedEngine) -> None:
    answer = client.chat()
    assert answer.status == 200
    choice = answer.data["choices"][0]
    assert choice["message"] == {"role": "assistant", "content": SAID, "refusal": None}
    assert choice["finish_reason"] == "stop"
    assert answer.data["usage"]["completion_tokens"] == 3
    assert answer.data["timings"]["predicted_n"] == 3
    assert [turn.role for turn in engine.requests[0].turns] == [Role.USER]


def test_an_answer_comes_as_it_is_written(client: Client) -> None:
    answer = client.chat(stream=True, stream_options={"include_usage": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == SAID
    assert answer.events[-1]["usage"]["completion_tokens"] == 3
    assert answer.events[-1]["choices"] == []
    assert answer.events[-2]["choices"][0]["finish_reason"] == "stop"
    assert answer.events[-2]["timings"]["predicted_n"] == 3


def test_small_pieces_are_sent_at_once(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    """Else a word may wait until the client has acknowledged what stands before it."""
    at_once: list[int] = []
    made = bounded.BoundedProtocol.connection_made

    def seen(self: bounded.BoundedProtocol, transport: Any) -> None:
        sock = transport.get_extra_info("socket")
        at_once.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        made(self, transport)

    monkeypatch.setattr(bounded.BoundedProtocol, "connection_made", seen)
    client.ask("/health")
    assert at_once
    assert all(at_once)


def test_a_stream_that_does_not_ask_for_usage_gets_none(client: Client) -> None:
    assert all("usage" not in event for event in client.chat(stream=True).events)


def test_a_text_is_gone_on_with(client: Client, engine: ScriptedEngine) -> None:
    answer = client.complete("def f(", max_tokens=2)
    assert answer.data["object"] == "text_completion"
    assert answer.data["choices"][0]["text"] == "Hello there,"
    assert answer.data["choices"][0]["finish_reason"] == "length"
    assert engine.requests[0].raw == RawPrompt("def f(")
    assert client.complete("x", stream=True).text == SAID


def test_the_text_after_it_reaches_the_engine(client: Client, engine: ScriptedEngine) -> None:
    client.complete("def f(", suffix="):\n    pass")
    assert engine.requests[0].raw == RawPrompt("def f(", "):\n    pass")


def test_a_completion_without_a_limit_has_sixteen_tokens(
    client: Client, engine: ScriptedEngine
) -> None:
    client.complete("x")
    assert engine.requests[0].sampling.max_tokens == 16


def test_the_model_is_listed_with_its_context_once_it_is_loaded(
    served: Serving, client: Client
) -> None:
    (before,) = client.ask("/v1/models").data["data"]
    assert before["id"] == "phial-demo"
    client.chat()
    (after,) = client.ask("/v1/models").data["data"]
    assert after["max_model_len"] == after["meta"]["n_ctx"] == 4_096
    assert client.ask("/v1/models/phial-demo").data == after
    assert client.ask("/v1/models/other").error["code"] == "model_not_found"
    assert client.ask("/v1/nothing").status == 404
    asked = [one.path for one in reversed(served.service.state.requests)]
    assert asked == [
        "/v1/models", "/v1/chat/completions", "/v1/models", "/v1/models/phial-demo",
        "/v1/models/other", "/v1/nothing",
    ]  # fmt: skip
    assert served.statuses() == ["done"] * 4 + ["refused"] * 2


def test_its_health_is_told_and_who_asks_again_and_again_has_one_row(served: Serving) -> None:
    assert [served.client.ask("/health").data for _ in range(3)] == [{"status": "ok"}] * 3
    assert served.statuses() == ["done"]


def test_both_versions_of_ip_are_listened_to(served: Serving) -> None:
    if len(listening := listen(0)) < 2:
        pytest.skip("this computer has one version of IP")
    for one in listening:
        one.close()
    client = Client(served.client.port, served.client.key, "::1")
    assert client.ask("/health").status == 200


def test_roles_and_parts_become_turns(client: Client, engine: ScriptedEngine) -> None:
    client.chat(
        [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": [{"type": "text", "text": "In German."}]},
            {"role": "user", "content": [{"type": "text", "text": one} for one in "ab"]},
            {"role": "assistant", "content": "c"},
            {"role": "user", "content": "d"},
        ]
    )  # fmt: skip
    assert [(turn.role.value, turn.content) for turn in engine.requests[0].turns] == [
        ("system", "Be brief.\n\nIn German."),
        ("user", "a\nb"),
        ("assistant", "c"),
        ("user", "d"),
    ]


def test_an_answer_that_is_begun_is_gone_on_with(client: Client, engine: ScriptedEngine) -> None:
    client.chat([*QUESTION, {"role": "assistant", "content": "Well"}])
    assert engine.requests[0].continue_answer


@pytest.mark.parametrize(
    ("asked", "name", "value"),
    [
        ({"temperature": 0}, "temperature", 0.0),
        ({"top_p": 0.5}, "top_p", 0.5),
        ({"top_p": 0}, "top_p", 0.0001),
        ({"top_k": 7}, "top_k", 7),
        ({"min_p": 0.2}, "min_p", 0.2),
        ({"repeat_penalty": 1.2}, "repeat_penalty", 1.2),
        ({"repeat_last_n": 9}, "repeat_last_n", 9),
        ({"seed": 5}, "seed", 5),
        ({"seed": -7}, "seed", 2**32 - 8),
        ({"seed": -1}, "seed", None),
        ({"max_tokens": 2}, "max_tokens", 2),
        ({"max_completion_tokens": 2.0}, "max_tokens", 2),
        ({"max_tokens": 9, "max_completion_tokens": 2}, "max_tokens", 2),
        ({"max_tokens": -1}, "max_tokens", None),
        ({"stop": "you"}, "stop", ("you",)),
        ({"stop": ["a", "b"]}, "stop", ("a", "b")),
        ({"stop": None, "n": 1, "frequency_penalty": 0.0, "tools": []}, "stop", ()),
    ],
)
def test_a_value_reaches_the_engine(
    client: Client, engine: ScriptedEngine, asked: dict[str, Any], name: str, value: object
) -> None:
    assert client.chat(**asked).status == 200
    assert getattr(engine.requests[0].sampling, name) == value


def test_what_is_not_asked_for_is_as_the_settings_say(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    with serving(tmp_path, engine, Settings(temperature=0.3, seed=1, max_tokens=5)) as running:
        running.client.chat()
    sampling = engine.requests[0].sampling
    assert (sampling.temperature, sampling.seed, sampling.max_tokens) == (0.3, None, None)


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ({"type": "json_object"}, "member"),
        ({"type": "json_schema", "json_schema": {"schema": {"enum": ["yes"]}}}, "yes"),
        ({"type": "text"}, ""),
    ],
)
def test_a_format_becomes_a_grammar(
    client: Client, engine: ScriptedEngine, wanted: dict[str, Any], part: str
) -> None:
    assert client.chat(response_format=wanted).status == 200
    grammar = engine.requests[0].grammar
    assert part in grammar
    assert bool(part) == bool(grammar)


@pytest.mark.parametrize("stream", [False, True])
def test_what_the_model_thinks_is_told_apart(tmp_path: Path, stream: bool) -> None:
    thinking = (ReasoningStarted(), ReasoningDelta("Let me "), ReasoningDelta("see."))
    engine = ScriptedEngine((ScriptedAnswer(SAID, before=thinking),))
    with serving(tmp_path, engine) as running:
        answer = running.client.chat(stream=stream)
    if stream:
        deltas = [event["choices"][0]["delta"] for event in answer.events]
        assert "".join(one.get("reasoning_content", "") for one in deltas) == "Let me see."
        assert answer.text == SAID
    else:
        message = answer.data["choices"][0]["message"]
        assert (message["reasoning_content"], message["content"]) == ("Let me see.", SAID)


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages[0].content[0]",
        ),
        ({"messages": [None]}, "messages[0]"),
        ({"temperature": 9}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"stop": [""]}, "stop"),
        ({"stop": [1]}, "stop"),
        ({"stop": ["x"] * 17}, "stop"),
        ({"seed": "x"}, "seed"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": 1}, "stream_options"),
        ({"n": 2}, "n"),
        ({"tools": [{}]}, "tools"),
        ({"frequency_penalty": 0.5}, "frequency_penalty"),
        ({"logit_bias": {"5": 1}}, "logit_bias"),
        ({"model": 5}, "model"),
        ({"response_format": "json"}, "response_format"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": LOOP}}},
            "response_format.json_schema.schema",
        ),
    ],
)
def test_what_is_wrong_is_named(
    served: Serving, engine: ScriptedEngine, asked: dict[str, Any], param: str
) -> None:
    answer = served.client.ask("/v1/chat/completions", {"messages": QUESTION, **asked})
    assert answer.status == 400
    assert answer.error["type"] == "invalid_request_error"
    assert answer.error["param"] == param
    assert answer.error["message"]
    assert engine.requests == []
    assert served.statuses() == ["refused"]


@pytest.mark.parametrize(
    "asked", [{"prompt": 5}, {"prompt": ["a", "b"]}, {"prompt": ""}, {"prompt": "x", "suffix": 5}]
)
def test_a_text_that_is_none_is_refused(client: Client, asked: dict[str, Any]) -> None:
    assert client.ask("/v1/completions", asked).status == 400


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"messages": NaN}', b"\xff\xfe", b"[" * 100_000,
     b'{"n": ' + b"9" * 5_000 + b"}"],
)  # fmt: skip
def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    answer = client.ask("/v1/chat/completions", raw=body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_a_form_of_a_page_is_refused(client: Client, engine: ScriptedEngine, kind: str) -> None:
    answer = client.ask("/v1/chat/completions", {"messages": QUESTION}, Content_Type=kind)
    assert answer.status == 415
    assert engine.requests == []


def test_a_character_set_may_stand_behind_the_type(client: Client) -> None:
    kind = "Application/JSON; charset=utf-8"
    assert (
        client.ask("/v1/chat/completions", {"messages": QUESTION}, Content_Type=kind).status == 200
    )


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic {key}", "Bearer \xe4"])
@pytest.mark.parametrize("path", ["/health", "/v1/models", "/nowhere"])
def test_nobody_is_let_in_without_the_key(served: Serving, given: str, path: str) -> None:
    given = given.format(key=served.client.key)
    answer = Client(served.client.port).ask(path, Authorization=given or None)
    assert answer.status == 401
    assert answer.error["code"] == "invalid_api_key"
    assert "Authorization: Bearer" in answer.error["message"]
    assert served.client.key not in answer.body.decode()


def test_a_new_key_holds_at_once(served: Serving) -> None:
    old = served.client
    new = Client(old.port, served.service.key_file.renew())
    assert old.ask("/health").status == 401
    assert new.ask("/health").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example:{port}",
        "127.0.0.1:1",
        "127.0.0.1",
        "[::2]:{port}",
        "localhost:{port}:{port}",
    ],
)
def test_a_name_that_was_bound_to_this_computer_is_refused(client: Client, host: str) -> None:
    answer = client.ask("/v1/models", Host=host.format(port=client.port))
    assert (answer.status, answer.error["code"]) == (421, "wrong_host")


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "LOCALHOST:{port}", "localhost.:{port}", "[::1]:{port}"]
)
def test_this_computer_has_its_names(client: Client, host: str) -> None:
    assert client.ask("/v1/models", Host=host.format(port=client.port)).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:5"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_page_that_was_not_named_is_refused(client: Client, origin: str, method: str) -> None:
    answer = client.ask("/v1/models", method=method, Origin=origin)
    assert (answer.status, answer.error["code"]) == (403, "wrong_origin")
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_page_that_was_named_may_ask(tmp_path: Path) -> None:
    page = "https://notes.example"
    with serving(tmp_path, origins=f"app://obsidian.md, {page}") as running:
        asked = running.client
        before = Client(asked.port).ask(
            "/v1/chat/completions",
            method="OPTIONS",
            Origin=page,
            Access_Control_Request_Method="POST",
            Access_Control_Request_Private_Network="true",
        )
        answer = asked.chat()
        opened = asked.ask("/v1/models", Origin=page)
        unknown = Client(asked.port).ask("/v1/models", Origin=page)
    assert before.status == 204
    assert before.headers["access-control-allow-origin"] == page
    assert before.headers["access-control-allow-private-network"] == "true"
    assert opened.headers["access-control-allow-origin"] == page
    assert "access-control-allow-origin" not in answer.headers
    assert unknown.status == 401  # and the page may read why
    assert unknown.headers["access-control-allow-origin"] == page


@pytest.mark.parametrize("origin", ["*", "https://", "example.org", "https://a/b"])
def test_what_is_no_origin_is_said_before_anybody_is_let_in(tmp_path: Path, origin: str) -> None:
    with pytest.raises(AssertionError, match="is no origin"), serving(tmp_path, origins=origin):
        pass


def test_other_addresses_and_methods_are_said_to_be_none(client: Client) -> None:
    assert client.ask("/v1/embeddings", {}).status == 404
    assert client.ask("/v1/chat/completions").status == 405
    assert "begin with /v1" in client.ask("/chat/completions", {}).error["message"]


def test_a_request_of_a_hundred_megabytes_is_told_so(client: Client) -> None:
    size = 100_000_000
    before = psutil.Process().memory_info().rss
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=PATIENCE * 3)
    with closing(connection):
        connection.putrequest("POST", "/v1/chat/completions")
        connection.putheader("Authorization", f"Bearer {client.key}")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        piece = b" " * 1_000_000
        for _ in range(size // len(piece)):
            connection.send(piece)
        answer = connection.getresponse()
        assert answer.status == 413
        assert "1048576" in json.loads(answer.read())["error"]["message"].replace(",", "")
    assert psutil.Process().memory_info().rss - before < 50_000_000


def test_another_model_is_not_pretended_to_be_there(client: Client) -> None:
    answer = client.chat(model="gpt-4o")
    assert (answer.status, answer.error["code"]) == (404, "model_not_found")
    assert "phial-demo" in answer.error["message"]
    assert client.chat(model="phial-demo").status == 200


def test_without_a_model_nothing_is_answered(tmp_path: Path) -> None:
    with serving(tmp_path, chosen=False) as running:
        assert running.client.chat().status == 503
        assert running.client.ask("/health").status == 503
        assert running.client.ask("/v1/models").data["data"] == []


@pytest.mark.parametrize("stream", [False, True])
def test_a_prompt_that_is_too_long_is_refused_with_a_status(tmp_path: Path, stream: bool) -> None:
    def refuse(_request: GenerationRequest) -> str:
        raise PromptTooLongError(5_000, 4_096)

    with serving(tmp_path, ScriptedEngine(refuse)) as running:
        answer = running.client.chat(stream=stream)
    assert (answer.status, answer.error["code"]) == (400, "context_length_exceeded")


@pytest.mark.may_warn("A job on the lane failed")
def test_an_engine_that_fails_in_the_middle_is_told_in_the_stream(tmp_path: Path) -> None:
    engine = ScriptedEngine((ScriptedAnswer("Well", error=EngineError("It broke.")),))
    with serving(tmp_path, engine) as running:
        answer = running.client.chat(stream=True)
        whole = running.client.chat()
        wait_until(lambda: running.statuses() == ["failed", "failed"])
    assert b'"error"' in answer.body
    assert b"[DONE]" not in answer.body
    assert (whole.status, whole.error["type"]) == (500, "server_error")


class Faulty(ScriptedEngine):
    """An engine with a mistake of ours in it."""

    def __init__(self, bug: Exception | None) -> None:
        super().__init__()
        self._bug = bug

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        yield TextDelta("Well")
        if self._bug is not None:
            raise self._bug


@pytest.mark.parametrize(
    "engine",
    [
        ScriptedEngine((ScriptedAnswer("Well", reason=StopReason.ENGINE_DIED),)),
        ScriptedEngine((ScriptedAnswer("Well", error=EngineError("It broke.")),)),
        ScriptedEngine((ScriptedAnswer("Well", error=NotFoundError("It is gone.")),)),
        Faulty(RuntimeError("a bug")),
        Faulty(None),
    ],
    ids=["it died", "it broke", "it went away", "a bug", "it ends without a word"],
)
@pytest.mark.may_warn("A job on the lane failed")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_answer_that_breaks_is_told_so_and_listed_as_failed(
    tmp_path: Path, engine: ScriptedEngine
) -> None:
    with serving(tmp_path, engine) as running:
        for _ in range(2):  # nobody hangs, and nothing is left of it that would count as waiting
            streamed = running.client.chat(stream=True)
            assert b'"error"' in streamed.body
            assert b"[DONE]" not in streamed.body
            assert running.client.chat().status >= 400
        wait_until(lambda: running.statuses() == ["failed"] * 4)
        assert running.service._answers._open == {}


@pytest.mark.parametrize(
    ("error", "told"),
    [(OSError(24, "Too many open files"), "does not let"), (KeyError(), "in Phial itself")],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_that_cannot_run_is_said_not_to(
    served: Serving, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("app.serving.server._serve", fail)
    served.service.start(0)
    served.service.wait()
    assert not served.service.state.on
    assert told in str(served.service.state.error)


# --- privacy ---------------------------------------------------------------------------------


def test_nothing_of_a_request_is_kept(
    served: Serving, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "xylophone"
    served.client.chat([{"role": "user", "content": secret}])
    served.client.chat([{"role": "user", "content": secret}], stream=True)
    served.client.complete(secret)
    assert all(request.private and request.owner for request in engine.requests)
    assert served.harness.services.library.chats.conversations() == []
    assert secret not in repr(served.service.state)
    assert secret not in caplog.text
    assert served.client.key not in caplog.text
    served.harness.services.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_a_client_shares_with_itself_and_with_nobody_else(
    client: Client, engine: ScriptedEngine
) -> None:
    client.chat()
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=PATIENCE)
    with closing(connection):
        for _ in range(2):
            connection.request(
                "POST",
                "/v1/chat/completions",
                json.dumps({"messages": QUESTION}),
                {"Authorization": f"Bearer {client.key}", "Content-Type": "application/json"},
            )
            connection.getresponse().read()
    first, second, third = (request.owner for request in engine.requests)
    assert first != second == third


def test_what_is_listed_is_who_and_how_much(served: Serving) -> None:
    served.client.chat()
    (listed,) = served.service.state.requests
    assert (listed.client, listed.path) == ("a-test/1", "/v1/chat/completions")
    assert (listed.model, listed.tokens, listed.status.value) == ("phial-demo", 3, "done")
    assert listed.seconds > 0


def test_the_key_is_its_users_alone(served: Serving, tmp_path: Path) -> None:
    path = served.service.key_file.path
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text().strip() == served.client.key
    assert len(served.client.key) > 40


# --- many at once, and those who go ----------------------------------------------------------


def ask_all(client: Client, count: int) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _number: client.chat(), range(count)))


def test_a_hundred_at_once_are_answered_or_told_to_come_again(
    slow: Serving, gate: Gated, held: ScriptedEngine
) -> None:
    everyone = ThreadPoolExecutor(100)
    with everyone:
        asked = [everyone.submit(slow.client.chat) for _ in range(100)]
        wait_until(lambda: slow.statuses().count("refused") == 100 - 1 - MOST_WAITING)
        gate.let()
        answers = [one.result() for one in asked]
    refused = [one for one in answers if one.status == 503]
    assert len(refused) == 100 - 1 - MOST_WAITING
    assert all(int(one.headers["retry-after"]) >= 1 for one in refused)
    assert all(one.error["code"] == "overloaded" for one in refused)
    assert sum(one.status == 200 for one in answers) == MOST_WAITING + 1
    assert len(held.requests) == MOST_WAITING + 1
    assert slow.client.chat().status == 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_hangs_up_frees_the_engine(
    slow: Serving, gate: Gated, held: ScriptedEngine, stream: bool
) -> None:
    one = slow.client.open(body={"messages": QUESTION, "stream": stream})
    wait_until(gate.begun.is_set)
    one.close()
    wait_until(lambda: slow.statuses() == ["cancelled"])
    gate.let()
    assert slow.client.chat().status == 200
    assert len(held.requests) == 2


def test_who_hangs_up_while_waiting_is_forgotten(
    slow: Serving, gate: Gated, held: ScriptedEngine
) -> None:
    running = slow.client.open()
    wait_until(gate.begun.is_set)
    for _ in range(3 * MOST_WAITING):  # more than may wait, one after the other
        one = slow.client.open()
        wait_until(lambda: "waiting" in slow.statuses())
        one.close()
        wait_until(lambda: "waiting" not in slow.statuses())
    assert "refused" not in slow.statuses()
    gate.let()
    wait_until(lambda: slow.statuses()[0] == "done")
    running.close()
    assert len(held.requests) == 1


@pytest.mark.parametrize("sent", [b"", b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1"])
def test_a_head_that_does_not_come_is_not_waited_for(
    served: Serving, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(bounded, "HEAD_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", served.client.port), timeout=PATIENCE) as one:
        one.sendall(sent)
        assert one.recv(1) == b""


def test_a_body_that_does_not_come_is_not_waited_for(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "BODY_SECONDS", 0.2)
    head = (
        f"POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n"
        f"Authorization: Bearer {client.key}\r\nContent-Type: application/json\r\n"
        "Content-Length: 50\r\n\r\n{"
    )
    with socket.create_connection(("127.0.0.1", client.port), timeout=PATIENCE) as one:
        one.sendall(head.encode())
        answer = one.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_who_does_not_read_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "READ_SECONDS", 0.2)
    engine = ScriptedEngine((" ".join(["word" * 5_000] * 4_000),), context_size=100_000)
    with serving(tmp_path, engine) as running:
        one = running.client.open()
        with closing(one):
            wait_until(lambda: running.statuses() == ["cancelled"])


def test_connections_have_a_number(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MOST_CONNECTIONS", 2)
    there = ("127.0.0.1", client.port)
    with (
        socket.create_connection(there, timeout=PATIENCE),
        socket.create_connection(there, timeout=PATIENCE),
        socket.create_connection(there, timeout=PATIENCE) as third,
    ):
        assert _ended(third)
    wait_until(lambda: client.ask("/health").status == 200)


def _ended(one: socket.socket) -> bool:
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01hello\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_http_is_told_so(client: Client, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=PATIENCE) as one:
        one.sendall(sent)
        answer = one.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 4")
    assert b'"error"' in answer


def test_two_requests_in_one_packet_are_both_answered(client: Client) -> None:
    one = (
        f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n"
        f"Authorization: Bearer {client.key}\r\n"
    )
    with socket.create_connection(("127.0.0.1", client.port), timeout=PATIENCE) as both:
        both.sendall(f"{one}\r\n{one}Connection: close\r\n\r\n".encode())
        assert both.makefile("rb").read().count(b'{"status":"ok"}') == 2


# --- beginning and end -----------------------------------------------------------------------


@pytest.mark.may_warn("Port")
def test_a_port_that_is_in_use_is_said_to_be(served: Serving) -> None:
    with pytest.raises(ServingError, match="in use by another program"):
        listen(served.client.port)


def test_a_port_that_is_in_use_in_the_other_version_counts(served: Serving) -> None:
    with socket.socket(socket.AF_INET6) as other:
        try:
            other.bind(("::1", 0))
        except OSError:
            pytest.skip("this computer has one version of IP")
        other.listen()
        with pytest.raises(ServingError, match="in use"):
            listen(other.getsockname()[1])


@pytest.mark.parametrize("whole", [True, False])
def test_stopping_ends_what_is_written_and_what_waits(
    tmp_path: Path, held: ScriptedEngine, gate: Gated, whole: bool
) -> None:
    with serving(tmp_path, held) as running, ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(running.client.chat, stream=not whole) for _ in range(3)]
        wait_until(lambda: sorted(running.statuses()) == ["running", "waiting", "waiting"])
        wait_until(gate.begun.is_set)
        running.service.stop()
        running.service.wait()
        answers = [one.result() for one in asked]
        assert not running.service.state.on
        with pytest.raises(OSError, match="refused"):
            running.client.ask("/health")
    assert all(b"stopped in Phial" in one.body for one in answers)


def test_a_quit_waits_for_it_and_leaves_nothing_behind(
    tmp_path: Path, held: ScriptedEngine
) -> None:
    before = psutil.Process().num_fds()
    for _ in range(3):
        with serving(tmp_path, held) as running:
            clients = [running.client.open() for _ in range(5)]
            wait_until(lambda: "running" in running.statuses())
        for one in clients:
            one.close()
    assert not [one for one in threading.enumerate() if one.name == "serving"]
    assert psutil.Process().num_fds() <= before + 2  # what is opened once in a process


def test_a_thousand_requests_leave_no_file_open(client: Client) -> None:
    client.chat()
    before = psutil.Process().num_fds(), threading.active_count()
    for number in range(100):
        client.chat(stream=bool(number % 2))
        client.open().close()
    wait_until(lambda: psutil.Process().num_fds() <= before[0])
    assert threading.active_count() <= before[1]


# --- the window goes first -------------------------------------------------------------------


def window_asks(running: Serving) -> Callable[[], Any]:
    """Send a message as the window does; the result waits for its answer."""
    services = running.harness.services
    exchange = services.chat.send(services.library.create().id, "From the window")
    return lambda: running.harness.ended(exchange.answer_id)


def asked_by(engine: ScriptedEngine) -> list[str]:
    return ["client" if request.owner else "window" for request in engine.requests]


def test_the_window_goes_before_whoever_waits(
    slow: Serving, gate: Gated, held: ScriptedEngine
) -> None:
    with ThreadPoolExecutor(3) as pool:
        schema = {"type": "json_object"}  # is finished first: it must be seen from its beginning
        first = pool.submit(slow.client.chat, stream=True, response_format=schema)
        wait_until(gate.begun.is_set)
        gate.let(1)
        others = [pool.submit(slow.client.chat) for _ in range(2)]
        wait_until(lambda: slow.statuses() == ["running", "waiting", "waiting"])
        answered = window_asks(slow)
        lane = slow.harness.services.chat._executor
        wait_until(lambda: lane._waiting > 0)  # its question is stored first
        gate.let()
        assert answered().error is None
        assert [first.result().text, *(one.result().status for one in others)] == [SAID, 200, 200]
    assert asked_by(held)[-2:] == ["client", "client"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_gives_way_to_the_window_and_goes_on(
    slow: Serving, gate: Gated, held: ScriptedEngine, stream: bool
) -> None:
    held._answers = lambda request: " there, you." if request.continue_answer else SAID
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(slow.client.chat, stream=stream)
        wait_until(gate.begun.is_set)
        gate.let(1)
        time.sleep(0.05)  # so that the word may arrive; without it the answer begins anew
        answered = window_asks(slow)
        wait_until(lambda: len(held.requests) >= 2)
        gate.let()
        assert answered().error is None
        answer = asked.result()
    assert (answer.text if stream else answer.data["choices"][0]["message"]["content"]) == SAID
    assert asked_by(held) == ["client", "window", "client"]


def test_an_answer_gives_way_that_has_not_quite_begun(
    tmp_path: Path, held: ScriptedEngine, gate: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window asks between the executor's taking it up and its first step."""
    run, answered = ServedAnswer.run, list[Callable[[], Any]]()

    def after_the_window(self: ServedAnswer) -> None:
        if not answered:
            answered.append(window_asks(running))
            wait_until(lambda: self._yields)
        run(self)

    monkeypatch.setattr(ServedAnswer, "run", after_the_window)
    with serving(tmp_path, held) as running, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(running.client.chat)
        wait_until(lambda: asked_by(held)[-1:] == ["window"])
        gate.let()
        assert answered[0]().error is None
        assert asked.result().status == 200
    assert asked_by(held)[-2:] == ["window", "client"]


def test_another_model_for_the_window_does_not_wait_for_a_client(
    slow: Serving, gate: Gated, held: ScriptedEngine, tmp_path: Path
) -> None:
    other = ModelFile(write_model(tmp_path / "other.gguf"), "other.gguf", "Q4_K_M", 1, "0" * 64)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(slow.client.chat)
        wait_until(gate.begun.is_set)
        before = len(held.loads)
        slow.harness.services.models.choose(other)
        wait_until(lambda: len(held.loads) > before)
        gate.let()
        assert asked.result().status == 200
