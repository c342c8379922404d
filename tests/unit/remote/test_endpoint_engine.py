"""An endpoint answers like any engine; whatever a server does wrong ends in words."""

from __future__ import annotations

import json
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from urllib.error import URLError

import pytest

from app.domain.download import NetworkError
from app.domain.endpoints.endpoint import (
    AnswerCutError,
    Endpoint,
    EndpointAnswerError,
    EndpointBusyError,
    EndpointError,
    EndpointGoneError,
    EndpointKeyError,
    EndpointModelError,
    EndpointMovedError,
    EndpointTooLongError,
    EndpointUnreachableError,
)
from app.domain.endpoints.source import EndpointSource
from app.domain.errors import (
    ContextFullError,
    KnownError,
    LoadCancelledError,
    ModelNotLoadedError,
    OfflineError,
)
from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationRequest,
    OverflowPolicy,
    PartAdded,
    PromptProgress,
    ReasoningDelta,
    ReasoningEnded,
    ReasoningStarted,
    Role,
    Sampling,
    StopReason,
    TextDelta,
    Turn,
)
from app.domain.model import LoadRequest
from app.domain.network.connections import Connection, Outcome
from app.domain.parts import Part, ToolCallPart
from app.network.connection_log import ConnectionLog
from app.remote import probe
from app.remote.refusals import unreachable
from app.remote.server import EndpointServer as EndpointAsker
from tests.support.endpoint_server import EndpointServer
from tests.support.hub_server import self_signed
from tests.unit.remote.asking import Asked, asked, thought

SEVERAL_EVENTS = [
    {"choices": [{"delta": {"content": "Grü"}}]},
    {"choices": [{"delta": {"content": "ße 😀"}}]},
    {"choices": [{"delta": {}, "finish_reason": "stop"}]},
]
STREAM = "".join(f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in SEVERAL_EVENTS)


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    with EndpointServer() as one:
        yield one


@pytest.fixture
def here(server: EndpointServer) -> Asked:
    made = asked(server)
    made.load()
    return made


# --- an answer --------------------------------------------------------------------------------


def test_an_answer_streams_and_says_what_it_took(here: Asked) -> None:
    events = list(here.events("How are you?"))
    assert [one.text for one in events if isinstance(one, TextDelta)] == ["Hello", " there", "."]
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason is StopReason.END_OF_TURN
    assert (last.timings.prompt_tokens, last.timings.completion_tokens) == (3, 3)


def test_what_was_chosen_for_the_answer_is_asked_for(server: EndpointServer, here: Asked) -> None:
    sampling = Sampling(temperature=0.3, top_p=0.5, seed=7, max_tokens=9, stop=("END",))
    here.answer("Hello?", sampling=sampling)
    (body,) = server.asked()
    told = {name: body[name] for name in ("temperature", "top_p", "seed", "max_tokens", "stop")}
    assert told == {
        "temperature": 0.3, "top_p": 0.5, "seed": 7, "max_tokens": 9, "stop": ["END"],
    }  # fmt: skip
    assert body["messages"] == [{"role": "user", "content": "Hello?"}]
    assert body["stream"] is True


def test_a_server_that_knows_llama_cpp_is_told_all_of_it() -> None:
    with EndpointServer("llama-server") as server:
        here = asked(server)
        here.load()
        here.answer(sampling=Sampling(top_k=5, min_p=0.2, repeat_penalty=1.5))
        (body,) = server.asked()
    assert (body["top_k"], body["min_p"], body["repeat_penalty"]) == (5, 0.2, 1.5)


def test_the_key_is_sent_with_every_question() -> None:
    with EndpointServer(key="secret") as server:
        here = asked(server, key="secret")
        here.load()
        assert here.answer()[0] == "Hello there."
        assert all(one.headers["Authorization"] == "Bearer secret" for one in server.requests)


def test_reasoning_in_a_field_of_its_own_comes_as_reasoning(
    server: EndpointServer, here: Asked
) -> None:
    server.reasoning = ["Let me", " think."]
    kinds = [type(event) for event in here.events()]
    assert kinds[:4] == [ReasoningStarted, ReasoningDelta, ReasoningDelta, ReasoningEnded]
    assert kinds[4] is TextDelta


THOUGHT = "<think>\nLet me\nthink.\n</think>\n\nThe answer: 4 < 5."


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_reasoning_in_the_text_comes_as_reasoning_however_it_is_cut(
    server: EndpointServer, here: Asked, size: int
) -> None:
    server.answer = [THOUGHT[at : at + size] for at in range(0, len(THOUGHT), size)]
    events = list(here.events())
    assert thought(iter(events)) == "Let me\nthink."
    assert "".join(one.text for one in events if isinstance(one, TextDelta)) == "The answer: 4 < 5."
    kinds = [type(one) for one in events]
    assert kinds.index(ReasoningStarted) < kinds.index(ReasoningEnded) < kinds.index(TextDelta)


def test_reasoning_that_is_not_at_the_start_is_the_answers_words(
    server: EndpointServer, here: Asked
) -> None:
    server.answer = ["Write ", "<thi", "nk> and </think>."]
    assert here.answer()[0] == "Write <think> and </think>."


@pytest.mark.parametrize("kind", ["llama-server", "other"])
def test_a_thought_that_was_cut_is_gone_on_with(kind: str) -> None:
    turn = Turn(Role.ASSISTANT, "", "m1", "First", thinking=True)
    asks = GenerationRequest("c", (Turn(Role.USER, "Hello?"), turn), continue_answer=True)
    with EndpointServer(kind) as server:
        here = asked(server)
        here.load()
        server.answer = [", second.\n</think>", "\n\nDone."]
        if kind == "other":
            server.answer[0] = f"<think>{server.answer[0]}"
        events = list(here.engine.generate(asks, threading.Event()))
        (body,) = server.asked()
    assert thought(iter(events)) == ", second."
    assert "".join(one.text for one in events if isinstance(one, TextDelta)) == "Done."
    said = [one["content"] for one in body["messages"]]
    assert said == (["Hello?", "<think>\nFirst"] if kind == "llama-server" else ["Hello?"])


def test_a_server_that_does_not_stream_is_understood(server: EndpointServer, here: Asked) -> None:
    server.faults.kind = "application/json"
    whole = {"choices": [{"message": {"content": "All at once."}, "finish_reason": "stop"}]}
    server.faults.body = json.dumps(whole).encode()
    assert here.answer()[0] == "All at once."


def test_a_field_that_the_server_will_not_have_is_left_out(
    server: EndpointServer, here: Asked
) -> None:
    server.faults.field_refused = "max_tokens"
    assert here.answer(sampling=Sampling(max_tokens=50))[0] == "Hello there."
    assert server.asked()[-1]["max_completion_tokens"] == 50


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("vllm", {"add_generation_prompt": False, "continue_final_message": True}),
        ("llama-server", {}),
    ],
)
def test_an_answer_goes_on_from_its_last_word(kind: str, expected: dict[str, object]) -> None:
    with EndpointServer(kind) as server:
        here = asked(server)
        assert here.load().continues
        here.answer("Count.", "One, two,", continue_answer=True)
        (body,) = server.asked()
    assert body["messages"][-1] == {"role": "assistant", "content": "One, two,"}
    assert expected.items() <= body.items()


@pytest.mark.parametrize("answer", [["One, two,", " three"], ["One,", " two, three"], [" three"]])
def test_what_llama_server_says_again_before_it_goes_on_is_not_taken_twice(
    answer: list[str],
) -> None:
    with EndpointServer("llama-server") as server:
        here = asked(server)
        here.load()
        server.answer = answer
        assert here.answer("Count.", "One, two,", continue_answer=True)[0] == " three"


def test_a_server_that_cannot_go_on_is_asked_to_in_words(
    server: EndpointServer, here: Asked
) -> None:
    assert not here.load().continues
    here.answer("Count.", "One, two,", continue_answer=True)
    assert [one["role"] for one in server.asked()[-1]["messages"]] == ["user", "assistant", "user"]


# --- how much it reads ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "context", "counts", "noted"),
    [
        ("llama-server", 4096, True, False),
        ("vllm", 4096, True, False),
        ("ollama", 4096, False, True),
        ("other", 0, False, True),
    ],
)
def test_the_context_is_what_the_server_tells_and_else_it_is_said(
    kind: str, context: int, counts: bool, noted: bool
) -> None:
    with EndpointServer(kind) as server:
        loaded = asked(server).load()
    assert (loaded.context_size, loaded.counts, bool(loaded.note)) == (context, counts, noted)
    assert loaded.plan is None


@pytest.mark.parametrize("kind", ["llama-server", "vllm"])
def test_the_markup_of_its_template_is_worked_out(kind: str) -> None:
    with EndpointServer(kind) as server:
        loaded = asked(server).load()
    assert loaded.turn_tokens == 2
    assert loaded.answer_tokens == 1


def test_the_oldest_turns_are_left_out_where_the_context_is_known() -> None:
    with EndpointServer("llama-server", context=200) as server:
        here = asked(server)
        here.load()
        long = "word " * 90
        events = list(here.events(long, long, "And now?"))
        (body,) = server.asked()
    (fitted,) = [one for one in events if isinstance(one, ContextFitted)]
    assert fitted.left_out == ("m0", "m1")
    assert [one["content"] for one in body["messages"]] == ["And now?"]


def test_a_user_who_wants_nothing_left_out_is_told() -> None:
    with EndpointServer("llama-server", context=200) as server:
        here = asked(server)
        here.load()
        long = "word " * 90
        with pytest.raises(ContextFullError):
            here.answer(long, long, "And now?", overflow=OverflowPolicy.REFUSE)
        assert server.asked() == []


def test_progress_of_reading_is_told_where_the_server_tells_it(
    server: EndpointServer, here: Asked
) -> None:
    steps = [{"choices": [], "prompt_progress": {"processed": n, "total": 8}} for n in (2, 8)]
    parts = "".join(f"data: {json.dumps(one)}\n\n" for one in steps)
    server.faults.body = (parts + STREAM).encode()
    read = [(e.done, e.total) for e in here.events() if isinstance(e, PromptProgress)]
    assert read == [(2, 8), (8, 8)]


# --- stop -------------------------------------------------------------------------------------


def test_stop_closes_the_connection(server: EndpointServer, here: Asked) -> None:
    server.faults.endless = True
    cancel = threading.Event()
    events = here.events(cancel=cancel)
    list(islice(events, 3))
    cancel.set()
    *_, last = events
    assert isinstance(last, Finished)
    assert last.reason is StopReason.STOPPED
    assert server.hung_up.wait(20)


def test_stop_does_not_wait_for_a_server_that_says_nothing(
    server: EndpointServer, here: Asked
) -> None:
    server.faults.silent = True
    cancel = threading.Event()
    threading.Timer(0.1, cancel.set).start()
    (last,) = here.events(cancel=cancel)
    assert isinstance(last, Finished)
    assert last.reason is StopReason.STOPPED
    assert not server.released.is_set()


def test_trying_an_endpoint_can_be_stopped(server: EndpointServer) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(LoadCancelledError):
        asked(server).engine.load(
            LoadRequest(EndpointSource("here", "small")), lambda _fraction: None, cancel
        )


def test_whoever_stops_listening_closes_the_connection(server: EndpointServer, here: Asked) -> None:
    server.faults.endless = True
    events = here.events()
    list(islice(events, 3))
    events.close()  # type: ignore[attr-defined]
    assert server.hung_up.wait(20)


class SlowLog(ConnectionLog):
    """A list on a disk that takes its time."""

    def end(self, number: str, connection: Connection) -> None:
        time.sleep(0.05)
        super().end(number, connection)


def test_what_an_answer_took_is_listed_when_it_ends(server: EndpointServer, tmp_path: Path) -> None:
    log = SlowLog(tmp_path / "connections.jsonl")
    here = asked(server, log=log)
    here.load()
    server.faults.endless = True
    events = here.events()
    list(islice(events, 3))
    events.close()  # type: ignore[attr-defined]
    newest = next(row for row in log.read().rows if "answer" in row.reason)
    assert newest.outcome is Outcome.DONE  # "phial ask" ends at once, and with it what is not told
    assert newest.sent > 0
    assert newest.received > 0


# --- bytes in every shape ---------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 7, 50, 10_000])
def test_the_answer_is_the_same_however_it_is_cut(
    server: EndpointServer, here: Asked, size: int
) -> None:
    server.faults.body = STREAM.encode()
    server.faults.packets = lambda data: (data[at : at + size] for at in range(0, len(data), size))
    assert here.answer()[0] == "Grüße 😀"


def test_a_letter_that_is_cut_between_two_events_comes_out_whole(
    server: EndpointServer, here: Asked
) -> None:
    server.faults.body = called(
        {"content": "A \ud83d"}, {"content": "\ude00 and 😀"}, {"content": "\udc00 \ud83d"}
    )
    assert here.answer()[0] == "A 😀 and 😀\udc00 \ufffd"


def test_events_without_blank_lines_between_them_are_understood(
    server: EndpointServer, here: Asked
) -> None:
    server.faults.body = STREAM.replace("\n\n", "\n").encode()
    assert here.answer()[0] == "Grüße 😀"


def test_a_stream_without_done_ends_where_its_reason_is_told(
    server: EndpointServer, here: Asked
) -> None:
    server.faults.no_done = True
    assert here.answer()[1].reason is StopReason.END_OF_TURN


def test_a_stream_without_a_reason_ends_with_done(server: EndpointServer, here: Asked) -> None:
    server.faults.no_finish = True
    assert here.answer()[1].reason is StopReason.END_OF_TURN


def test_nothing_is_waited_for_behind_done(server: EndpointServer, here: Asked) -> None:
    def packets(data: bytes) -> Iterator[bytes]:
        yield data + b"data: [DONE]\n\n"
        server.released.wait(30)

    server.faults.body, server.faults.packets = STREAM.encode(), packets
    assert here.answer()[0] == "Grüße 😀"
    assert not server.released.is_set()


def test_an_answer_without_end_is_ended_at_its_limit(server: EndpointServer, here: Asked) -> None:
    server.faults.endless = True
    text, error = failing(here, sampling=Sampling(max_tokens=20))
    assert type(error) is AnswerCutError
    assert "did not end its answer" in error.what
    assert text.startswith("Hello there.Hello there.")
    assert server.hung_up.wait(20)


@pytest.mark.parametrize(("told", "reason"), [("length", StopReason.CONTEXT_FULL)])
def test_a_full_context_is_told_as_such(
    server: EndpointServer, here: Asked, told: str, reason: StopReason
) -> None:
    server.faults.body = STREAM.replace('"stop"', f'"{told}"').encode()
    assert here.answer()[1].reason is reason


# --- what goes wrong --------------------------------------------------------------------------


def failing(here: Asked, **options: object) -> tuple[str, KnownError]:
    """The text that came, and the error that ended it."""
    text = ""
    try:
        for event in here.events(**options):  # type: ignore[arg-type]
            text += event.text if isinstance(event, TextDelta) else ""
    except KnownError as error:
        return text, error
    raise AssertionError("nothing went wrong")


REFUSALS = [
    (401, {}, {"error": {"message": "bad key"}}, EndpointKeyError),
    (403, {}, {"detail": "no"}, EndpointKeyError),
    (400, {}, {"error": {"message": "No connected db.", "type": "no_db_connection",
                         "code": "400"}}, EndpointKeyError),
    (400, {}, {"error": {"message": "Invalid model name"}}, EndpointModelError),
    (400, {}, {"error": {"type": "exceed_context_size_error", "n_prompt_tokens": 9000,
                         "n_ctx": 4096}}, EndpointTooLongError),
    (400, {}, {"error": {"code": "context_length_exceeded"}}, EndpointTooLongError),
    (422, {}, {"detail": [{"msg": "too long"}]}, EndpointTooLongError),
    (429, {"Retry-After": "7"}, {"error": "slow down"}, EndpointBusyError),
    (503, {"Retry-After": "7"}, b"<html>", EndpointBusyError),
    (500, {}, {"error": {"message": "out of memory"}}, EndpointBusyError),
    (307, {"Location": "http://127.0.0.1:1/v1"}, b"", EndpointMovedError),
    (404, {}, b"<html>not here</html>", EndpointAnswerError),
    (418, {}, {"error": {"message": "a teapot"}}, EndpointError),
]  # fmt: skip


@pytest.mark.parametrize(("status", "headers", "said", "kind"), REFUSALS)
def test_each_refusal_has_its_own_words(
    server: EndpointServer,
    here: Asked,
    status: int,
    headers: dict[str, str],
    said: object,
    kind: type[KnownError],
) -> None:
    server.faults.refusals = [(status, headers, said)]
    _, error = failing(here)
    assert type(error) is kind
    assert "Here" in error.what
    assert error.what.endswith((".", ")"))  # more sentences follow
    if headers.get("Retry-After"):
        assert "7 s" in error.action


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        ("5400", "for 1 h 30 min"),
        ("999999999999", "more than a day"),
        ("9" * 400, "more than a day"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "more than a day"),
        ("Thu, 01 Jan 1970 00:00:01 GMT", "Wait a while"),
        ("soon", "Wait a while"),
    ],
)
def test_how_long_a_server_wants_to_be_left_alone_is_said_sensibly(
    server: EndpointServer, here: Asked, wait: str, said: str
) -> None:
    server.faults.refusals = [(429, {"Retry-After": wait}, b"")]
    assert said in failing(here)[1].action


def test_the_key_is_in_no_error_and_goes_to_no_other_host() -> None:
    with EndpointServer() as elsewhere, EndpointServer(key="s3cret-key") as server:
        here = asked(server, key="s3cret-key")
        here.load()
        server.faults.refusals = [(307, {"Location": elsewhere.address}, b"")]
        assert isinstance(failing(here)[1], EndpointMovedError)
        server.faults.refusals = [(307, {"Location": "http://a.example/?k=s3cret-key"}, b"")]
        _, error = failing(here)
        assert "s3cret-key" not in str(error) + error.detail
        server.faults.refusals = [(401, {}, {"error": {"message": "wrong: s3cret-key"}})]
        _, error = failing(here)
        assert "s3cret-key" not in str(error) + error.detail
        assert elsewhere.requests == []


def test_a_connection_that_breaks_keeps_what_came(server: EndpointServer, here: Asked) -> None:
    server.faults.drop_after = 2
    text, error = failing(here)
    assert (text, type(error)) == ("Hello there", AnswerCutError)
    assert "Continue" in error.action
    server.faults.drop_after = 0
    assert "ask again" in failing(here)[1].action


@pytest.mark.parametrize("cut", ['data: {"choices": [{"del', 'data: {"choices": []}\n\n'])
def test_half_an_event_at_the_end_is_a_cut_answer(
    server: EndpointServer, here: Asked, cut: str
) -> None:
    first = f"data: {json.dumps(SEVERAL_EVENTS[0])}\n\n"
    server.faults.body = (first + cut).encode()
    text, error = failing(here)
    assert (text, type(error)) == ("Grü", AnswerCutError)


def test_an_event_of_ten_megabytes_is_refused(server: EndpointServer, here: Asked) -> None:
    first = f"data: {json.dumps(SEVERAL_EVENTS[0])}\n\n".encode()
    server.faults.body = first + b"data: " + b"x" * 10_000_000 + b"\n\n"
    text, error = failing(here)
    assert (text, type(error)) == ("Grü", EndpointAnswerError)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<html>Log in</html>"),
        ("text/event-stream", b"data: not json\n\n"),
        ("text/event-stream", b"data: 7\n\n"),
        ("application/json", b"nonsense"),
        ("application/json", b"{}"),
        ("application/json", b'{"choices": []}'),
        ("application/json", b"[1, 2]"),
        ("application/json", b'{"choices": ["Hello"]}'),
        ("application/json", b"[" * 100_000),
        ("image/png", b"\x89PNG"),
        ("text/plain", b"data: hello there\n\n"),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(
    server: EndpointServer, here: Asked, kind: str, body: bytes
) -> None:
    server.faults.kind, server.faults.body = kind, body
    assert isinstance(failing(here)[1], EndpointAnswerError)


NO_WORD = [
    "",
    'data: {"choices": []}\n\n',
    'data: {"object": "ping"}\n\n',
    f'data: {{"choices": [], "usage": {json.dumps({"prompt_tokens": 3})}}}\n\n',
    f"data: {json.dumps(SEVERAL_EVENTS[-1])}\n\n",
]


@pytest.mark.parametrize("events", NO_WORD)
def test_a_stream_without_a_word_is_no_answer(
    server: EndpointServer, here: Asked, events: str
) -> None:
    server.faults.body = f"{events}data: [DONE]\n\n".encode()
    text, error = failing(here)
    assert (text, type(error)) == ("", EndpointAnswerError)
    assert "before the first word" in error.what


def test_an_answer_that_was_at_its_end_may_go_on_with_no_word(
    server: EndpointServer, here: Asked
) -> None:
    server.faults.body = f"data: {json.dumps(SEVERAL_EVENTS[-1])}\n\ndata: [DONE]\n\n".encode()
    assert here.answer("Count.", "One, two.", continue_answer=True)[0] == ""


GZIP, ZLIB, RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


def packed(data: bytes, wbits: int = GZIP) -> bytes:
    """Compressed, its end included."""
    stream = zlib.compressobj(wbits=wbits)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("how", "wbits"), [("gzip", GZIP), ("X-Gzip", GZIP), ("deflate", ZLIB), ("deflate", RAW)]
)
def test_an_answer_that_is_compressed_unasked_is_read(
    server: EndpointServer, here: Asked, how: str, wbits: int
) -> None:
    server.faults.headers = {"Content-Encoding": how}
    whole = packed(STREAM.encode(), wbits)
    server.faults.packets = lambda data: (data[at : at + 7] for at in range(0, len(data), 7))
    server.faults.body = whole
    assert here.answer()[0] == "Grüße 😀"
    server.faults.body = whole[: len(whole) // 2]
    assert type(failing(here)[1]) is AnswerCutError
    server.faults.body = packed(b"data: " + b"x" * 100_000_000, wbits)  # 100 kB on the way
    assert "far too large" in failing(here)[1].what


def test_a_way_to_compress_that_nobody_asked_for_is_named(
    server: EndpointServer, here: Asked
) -> None:
    server.faults.headers, server.faults.body = {"Content-Encoding": "gzip"}, STREAM.encode()
    assert "cannot be unpacked" in failing(here)[1].what
    server.faults.headers = {"Content-Encoding": "br"}
    server.faults.body = b"\x0b\x02\x80"
    _, error = failing(here)
    assert type(error) is EndpointAnswerError
    assert "(br)" in error.what
    server.faults.refusals = [(401, {"Content-Encoding": "br"}, b"\x0b\x02\x80")]
    assert type(failing(here)[1]) is EndpointKeyError


CALLS = [
    {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "get_weather"}}]},
    {"tool_calls": [{"index": 0, "function": {"arguments": '{"city": '}}]},
    {"tool_calls": [{"index": 0, "function": {"arguments": '"Oslo"}'}}]},
    {"tool_calls": [{"index": 1, "function": {"name": "get_time", "arguments": {"at": "Oslo"}}}]},
]


NAMES = ["get_weather", "get_time"]


def called(*deltas: dict[str, object]) -> bytes:
    choices = [{"delta": delta} for delta in deltas] + [
        {"delta": {}, "finish_reason": "tool_calls"}
    ]
    return b"".join(f"data: {json.dumps({'choices': [one]})}\n\n".encode() for one in choices)


def gather(here: Asked, came: list[Part]) -> None:
    """The whole parts of an answer, also of one that ends in an error."""
    came.extend(event.part for event in here.events() if isinstance(event, PartAdded))


def test_an_answer_that_only_asks_for_tools_says_which(server: EndpointServer, here: Asked) -> None:
    server.faults.body = called({"content": None}, *CALLS)
    came: list[Part] = []
    with pytest.raises(EndpointAnswerError) as caught:
        gather(here, came)
    assert [part.name for part in came if isinstance(part, ToolCallPart)] == NAMES
    assert "“get_weather” and “get_time”" in caught.value.what
    assert "no tools" in caught.value.action
    server.faults.body = called({"content": "Let me look."}, *CALLS)
    came.clear()
    gather(here, came)
    assert came == [
        ToolCallPart("get_weather", '{"city": "Oslo"}', "c1"),
        ToolCallPart("get_time", '{"at": "Oslo"}'),
    ]
    server.faults.body = called({"function_call": {"name": "\x1b[2J", "arguments": "{}"}})
    _, error = failing(here)
    assert "“[2J”" in error.what


def test_an_error_in_the_middle_keeps_what_came(server: EndpointServer, here: Asked) -> None:
    first = f"data: {json.dumps(SEVERAL_EVENTS[0])}\n\n"
    error = {"error": {"message": "the model crashed", "code": 500}}
    server.faults.body = f"{first}data: {json.dumps(error)}\n\n".encode()
    text, told = failing(here)
    assert text == "Grü"
    assert "the model crashed" in told.what


def test_a_filter_that_ends_an_answer_is_named(server: EndpointServer, here: Asked) -> None:
    server.faults.body = STREAM.replace('"stop"', '"content_filter"').encode()
    text, error = failing(here)
    assert text == "Grüße 😀"
    assert "filter" in error.what


# --- trying it --------------------------------------------------------------------------------


def test_nobody_at_the_address_is_said_at_once(server: EndpointServer) -> None:
    here = asked(server)
    server.stop()
    with pytest.raises(EndpointUnreachableError, match=r"Nothing answers at 127\.0\.0\.1"):
        here.load()


def test_a_name_that_nobody_has_is_said() -> None:
    cause = URLError(socket.gaierror(-2, "Name or service not known"))
    error = NetworkError("cannot be reached")
    error.__cause__ = cause
    told = unreachable(Endpoint("here", "Here", "http://nobody.invalid/v1"), error)
    assert told.what == "No computer named nobody.invalid is known."


def test_a_model_that_it_does_not_list_is_not_used(server: EndpointServer) -> None:
    with pytest.raises(EndpointModelError, match="large"):
        asked(server).load("large")


def test_a_key_that_is_missing_is_asked_for() -> None:
    with EndpointServer(key="secret") as server:
        here = asked(server)
        with pytest.raises(EndpointKeyError, match="wants"):
            here.load()
        here.listed["here"] = replace(here.listed["here"], key_variable="BOX_KEY")
        with pytest.raises(EndpointKeyError, match=r"variable BOX_KEY.*is not set"):
            here.load()


def test_an_endpoint_that_is_off_the_list_is_not_replaced(server: EndpointServer) -> None:
    here = asked(server)
    with pytest.raises(EndpointGoneError):
        here.engine.load(
            LoadRequest(EndpointSource("gone", "small")),
            lambda _fraction: None,
            threading.Event(),
        )
    with pytest.raises(ModelNotLoadedError):
        here.answer()


def test_an_endpoint_taken_off_the_list_is_sent_nothing_more(
    server: EndpointServer, here: Asked
) -> None:
    seen = len(server.requests)
    kept = here.listed.pop("here")
    for _ in range(2):
        with pytest.raises(EndpointGoneError):
            here.answer()
        with pytest.raises(EndpointGoneError):
            here.engine.count_tokens(["Hello?"])
    assert len(server.requests) == seen
    here.listed["here"] = kept
    assert here.answer()[0] == "Hello there."


def test_an_endpoint_with_another_address_is_asked_there_and_only_there() -> None:
    with EndpointServer(key="old") as before, EndpointServer("llama-server", key="new") as after:
        here = asked(before, key="old")
        here.load()
        seen = len(before.requests)
        here.listed["here"] = Endpoint("here", "Here", after.address)
        here.keys["here"] = "new"
        assert here.engine.count_tokens(["one two three"]) == [3]  # by what the other one tells
        assert here.answer()[0] == "Hello there."
        assert len(before.requests) == seen
        assert {one.headers["Authorization"] for one in after.requests} == {"Bearer new"}


def test_an_endpoint_is_looked_up_once_for_each_answer(server: EndpointServer, here: Asked) -> None:
    looked: list[str] = []

    def find(endpoint_id: str) -> Endpoint:
        looked.append(endpoint_id)
        return here.listed[endpoint_id]

    def key(endpoint: Endpoint) -> None:
        looked.append(f"key of {endpoint.id}")

    here.engine._find, here.engine._key = find, key
    server.faults.field_refused = "max_tokens"  # so that it is asked twice
    here.answer(sampling=Sampling(max_tokens=50))
    assert looked == ["here", "key of here"]


def test_what_is_changed_while_an_answer_comes_holds_for_the_next_one() -> None:
    with EndpointServer(key="old") as before, EndpointServer(key="new") as after:
        here = asked(before, key="old")
        here.load()

        def packets(data: bytes) -> Iterator[bytes]:
            yield data[:60]
            here.listed["here"] = Endpoint("here", "Here", after.address)
            here.keys["here"] = "new"
            yield data[60:]

        before.faults.body, before.faults.packets = STREAM.encode(), packets
        assert here.answer()[0] == "Grüße 😀"
        assert after.requests == []
        seen = len(before.requests)
        assert here.answer()[0] == "Hello there."
        assert len(before.requests) == seen
        assert {one.headers["Authorization"] for one in after.requests} == {"Bearer new"}


def test_an_endpoint_with_another_key_is_sent_that_one() -> None:
    with EndpointServer(key="old") as server:
        here = asked(server, key="old")
        here.load()
        server.key = here.keys["here"] = "new"
        assert here.answer()[0] == "Hello there."
        assert server.requests[-1].headers["Authorization"] == "Bearer new"


def test_a_changed_endpoint_that_does_not_answer_is_not_asked_in_its_old_place(
    server: EndpointServer, here: Asked
) -> None:
    with EndpointServer() as gone:
        address = gone.address
    seen = len(server.requests)
    here.listed["here"] = Endpoint("here", "Here", address)
    for _ in range(2):
        with pytest.raises(EndpointUnreachableError):
            here.answer()
    assert len(server.requests) == seen


def test_a_server_that_stops_counting_is_asked_for_one_count_only() -> None:
    with EndpointServer("llama-server") as server:
        here = asked(server)
        here.load()
        server.kind = "other"  # it counts no more
        seen = len(server.requests)
        here.engine.count_tokens(["one", "two", "three"])
        assert len(server.requests) == seen + 1


@pytest.mark.parametrize("how", ["silent", "drips", "cut"])
def test_a_server_that_does_not_count_in_time_holds_nobody_up(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "COUNT_SECONDS", 0.3)
    with EndpointServer("llama-server") as server:
        here = asked(server)
        here.load()
        server.faults.questions["/tokenize"] = how
        began = time.monotonic()
        assert here.engine.count_tokens(["one two", "three"]) == [3, 2]  # estimates
        assert time.monotonic() - began < 5
        assert not here.load().counts
        assert time.monotonic() - began < 10
        server.released.set()


@pytest.mark.parametrize("how", ["silent", "drips", "cut"])
def test_a_server_that_does_not_tell_its_models_ends_in_words(
    server: EndpointServer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EndpointAsker.ask, "__defaults__", (None, 0.3))
    server.faults.questions["/v1/models"] = how
    with pytest.raises(EndpointUnreachableError, match=r"does not answer|ended the connection"):
        asked(server).load()
    server.released.set()


def held_after_a_word(server: EndpointServer) -> None:
    """The server says a word and then nothing more."""

    def packets(data: bytes) -> Iterator[bytes]:
        yield data
        server.released.wait(30)
        yield b"data: [DONE]\n\n"

    first = f"data: {json.dumps(SEVERAL_EVENTS[0])}\n\n"
    server.faults.body, server.faults.packets = first.encode(), packets


def test_switching_offline_on_ends_a_running_answer(server: EndpointServer, here: Asked) -> None:
    held_after_a_word(server)
    events = here.events()
    assert next(events) == TextDelta("Grü")
    here.gate.set_offline(True)
    with pytest.raises(AnswerCutError, match="Offline was switched on, so Phial ended") as caught:
        next(events)
    assert "choose Continue" in caught.value.action
    server.released.set()
    assert server.hung_up.wait(20)


def test_switching_offline_on_ends_what_has_not_begun(server: EndpointServer, here: Asked) -> None:
    server.faults.silent = True
    threading.Timer(0.2, here.gate.set_offline, (True,)).start()
    with pytest.raises(OfflineError, match="Offline was switched on"):
        next(here.events())
    assert not server.released.is_set()


def test_nothing_listens_for_offline_once_an_answer_has_ended(here: Asked) -> None:
    for _ in range(3):
        here.answer()
    assert here.gate._listeners == []


def test_offline_refuses_everything(server: EndpointServer, here: Asked) -> None:
    before = len(server.requests)
    here.gate.set_offline(True)
    with pytest.raises(OfflineError):
        here.load()
    here.gate.set_offline(False)
    here.load()
    here.gate.set_offline(True)
    seen = len(server.requests)
    with pytest.raises(OfflineError):
        here.answer()
    assert before < seen == len(server.requests)


def test_a_proxy_that_cannot_be_spoken_with_is_named(
    server: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(EndpointUnreachableError, match="SOCKS"):
        asked(server, address="http://elsewhere.invalid/v1").load()


def test_an_endpoint_elsewhere_is_asked_through_the_proxy_of_the_environment(
    server: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    monkeypatch.setenv("no_proxy", "")
    here = asked(server, address="http://models.invalid/v1")
    here.load()
    assert here.answer()[0] == "Hello there."
    assert server.requests[-1].path == "http://models.invalid/v1/chat/completions"


def test_a_certificate_is_checked_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    with EndpointServer(key="s3cret", certificate=certificate) as server:
        here = asked(server, key="s3cret")
        with pytest.raises(EndpointUnreachableError) as caught:
            here.load()
        assert "SSL_CERT_FILE" in caught.value.action
        assert server.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        here = asked(server, key="s3cret")
        here.load()
        assert here.answer()[0] == "Hello there."


def test_an_endpoint_on_this_computer_is_asked_past_every_proxy(
    server: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EndpointServer() as gone:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{gone.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    here = asked(server)
    here.load()
    assert here.answer()[0] == "Hello there."
