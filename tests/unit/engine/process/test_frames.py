from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.endpoints.source import EndpointSource, FileSource
from app.domain.errors import KnownError, ModelFileError, PromptTooLongError
from app.domain.generation import (
    ContextFitted,
    EngineRestarted,
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
    SnapshotRestored,
    StopReason,
    TextDelta,
    Timings,
    Turn,
)
from app.domain.model import KvType, LoadPlan, LoadRequest
from app.domain.parts import ToolCallPart
from app.engine.base import EngineOptions
from app.engine.process import frames
from app.engine.process.host import _joined
from app.process import codec, messages

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)  # surrogates and NUL too
TURNS = st.builds(Turn, st.sampled_from(Role), ANY_TEXT, ANY_TEXT)
SAMPLINGS = st.builds(
    Sampling,
    temperature=st.floats(0, 5),
    seed=st.none() | st.integers(0, 2**32 - 2),
    max_tokens=st.none() | st.integers(1, 2**31 - 1),
    stop=st.lists(ANY_TEXT.filter(bool), max_size=3).map(tuple),
)
REQUESTS = st.builds(
    GenerationRequest,
    conversation_id=ANY_TEXT,
    turns=st.lists(TURNS, max_size=4).map(tuple),
    sampling=SAMPLINGS,
    overflow=st.sampled_from(OverflowPolicy),
    continue_answer=st.booleans(),
    private=st.booleans(),
    grammar=ANY_TEXT,
)
LOADS = st.builds(
    LoadRequest,
    source=st.just(FileSource(Path("/models/a b.gguf")))
    | st.builds(EndpointSource, ANY_TEXT, ANY_TEXT),
    context_size=st.none() | st.integers(1, 2**31),
    kv_type=st.none() | st.sampled_from(KvType),
    sha256=ANY_TEXT,
)
EVENTS = st.one_of(
    st.builds(ContextFitted, st.lists(ANY_TEXT).map(tuple), st.integers(), st.integers()),
    st.builds(SnapshotRestored, st.integers(), st.integers(), st.floats(0, 1e6)),
    st.builds(PromptProgress, st.integers(), st.integers(), st.none() | st.floats(0, 1e6)),
    st.builds(TextDelta, ANY_TEXT, st.integers()),
    st.builds(ReasoningDelta, ANY_TEXT, st.integers()),
    st.builds(ReasoningEnded, st.floats(0, 1e6)),
    st.builds(PartAdded, st.builds(ToolCallPart, ANY_TEXT, ANY_TEXT)),
    st.builds(EngineRestarted, ANY_TEXT, ANY_TEXT),
    st.builds(Finished, st.sampled_from(StopReason), st.just(Timings()), st.integers(), ANY_TEXT),
)
PLANS = st.builds(
    LoadPlan,
    context_size=st.integers(),
    gpu_layers=st.integers(),
    kv_type=st.sampled_from(KvType),
    threads=st.integers(),
    batch_size=st.integers(),
    extra_buffers=st.booleans(),
    weights_bytes=st.integers(),
    kv_bytes=st.integers(),
    compute_bytes=st.integers(),
    reasons=st.lists(ANY_TEXT).map(tuple),
)
MESSAGES = st.one_of(
    st.builds(frames.GenerateCommand, st.integers(), REQUESTS),
    st.builds(frames.LoadCommand, st.integers(), LOADS, st.integers()),
    st.builds(frames.EventReply, st.integers(), EVENTS),
    st.builds(frames.PlanReply, st.integers(), PLANS, st.lists(st.integers()).map(tuple)),
    st.builds(frames.CountTokensCommand, st.integers(), st.lists(ANY_TEXT).map(tuple)),
    st.builds(messages.LogLine, st.integers(), ANY_TEXT, ANY_TEXT),
    st.builds(frames.ConfigureCommand, st.just(EngineOptions(snapshot_dir=Path("/somewhere")))),
    st.builds(frames.ConfigureCommand, st.just(EngineOptions())),
    st.just(messages.QuitCommand()),
)


@settings(deadline=None, max_examples=150)
@given(MESSAGES)
def test_every_message_comes_out_as_it_went_in_on_one_line(message: object) -> None:
    line = frames.encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    back = frames.decode(line)
    assert back == message
    assert type(back) is type(message)


def test_enumerations_and_paths_come_back_as_their_own_types() -> None:
    request = LoadRequest(FileSource(Path("x.gguf")), kv_type=KvType.Q8_0)
    back = frames.decode(frames.encode(frames.LoadCommand(1, request, 0))).request
    assert isinstance(back.path, Path)
    assert back.kv_type is KvType.Q8_0


@pytest.mark.parametrize(
    "error",
    [
        ModelFileError("It is \ud800 broken.", data="Nothing lost.", action="Go.", detail="a\0b"),
        PromptTooLongError(9_000, 4_096),
    ],
)
def test_an_error_crosses_the_pipe_as_its_own_type_with_its_words(error: KnownError) -> None:
    back = frames.decode(frames.encode(messages.FailedReply.of(3, error))).error()
    assert type(back) is type(error)
    assert vars(back) == vars(error)
    assert str(back) == str(error)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_garbage_is_refused_as_a_frame_error(line: bytes) -> None:
    try:
        message = frames.decode(line)
    except codec.FrameError:
        return
    assert not dataclasses.is_dataclass(message)


@pytest.mark.parametrize("cut", [-3, 30])
def test_what_is_said_of_a_broken_line_holds_no_word_of_the_answer_in_it(cut: int) -> None:
    line = frames.encode(frames.EventReply(1, TextDelta("a secret", 1)))
    with pytest.raises(codec.FrameError) as caught:
        frames.decode(line[:cut] + b"\xff" + line[cut:])
    assert "secret" not in str(caught.value)


def test_a_line_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_LINE", 10)
    with pytest.raises(codec.FrameError):
        frames.decode(b'"' + b"a" * 20 + b'"')


def test_deltas_of_one_kind_are_joined_and_none_of_two() -> None:
    def sent(*events: object) -> list[object]:
        batch: list[object] = [frames.EventReply(1, event) for event in events]  # type: ignore[arg-type]
        return [getattr(reply, "event", reply) for reply in _joined([*batch, None])]

    thought = (ReasoningStarted(), ReasoningDelta("a", 1), ReasoningDelta("b", 2))
    ended = ReasoningEnded(1.5)
    assert sent(*thought, ended, TextDelta("c", 1), TextDelta("d", 1)) == [
        ReasoningStarted(),
        ReasoningDelta("ab", 3),
        ended,
        TextDelta("cd", 2),
    ]
    part = PartAdded(ToolCallPart("sum", "1"))
    assert sent(TextDelta("a"), part, TextDelta("b")) == [TextDelta("a"), part, TextDelta("b")]
    reply = frames.EventReply(1, part)
    assert frames.decode(frames.encode(reply)) == reply
