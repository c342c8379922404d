from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.domain.endpoints.source import FileSource
from app.domain.errors import EngineDiedError, LoadCancelledError, ModelNotLoadedError
from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationRequest,
    PromptProgress,
    Role,
    Sampling,
    StopReason,
    TextDelta,
    Turn,
)
from app.domain.model import LoadRequest
from app.engine.base import Cancel, Engine
from app.engine.scripted import ScriptedAnswer, ScriptedEngine, split_words


def request(text: str = "Hi", **changes: object) -> GenerationRequest:
    return GenerationRequest("c", (Turn(Role.USER, text, "m"),), **changes)  # type: ignore[arg-type]


def loaded(engine: ScriptedEngine) -> ScriptedEngine:
    engine.load(
        LoadRequest(FileSource(Path("demo.gguf"))), lambda _fraction: None, threading.Event()
    )
    return engine


def text_of(engine: Engine, asked: GenerationRequest) -> tuple[str, Finished]:
    events = list(engine.generate(asked, threading.Event()))
    assert isinstance(events[-1], Finished)
    return "".join(e.text for e in events if isinstance(e, TextDelta)), events[-1]


def test_it_says_its_answers_in_turn_and_begins_anew() -> None:
    engine = loaded(ScriptedEngine(["One.", "Two."]))
    assert [text_of(engine, request())[0] for _ in range(3)] == ["One.", "Two.", "One."]


def test_it_can_answer_by_what_was_asked() -> None:
    engine = loaded(ScriptedEngine(lambda asked: f"You said {asked.turns[-1].content}."))
    text, finished = text_of(engine, request("tea"))
    assert text == "You said tea."
    assert finished.timings.completion_tokens == 3


def test_events_come_in_the_order_of_the_real_engine() -> None:
    engine = loaded(ScriptedEngine(["a b"]))
    kinds = [type(event) for event in engine.generate(request(), threading.Event())]
    assert kinds == [ContextFitted, *[PromptProgress] * 4, TextDelta, TextDelta, Finished]


def test_limits_and_stop_strings_cut_the_answer() -> None:
    engine = loaded(ScriptedEngine(["one two three"]))
    text, finished = text_of(engine, request(sampling=Sampling(max_tokens=2)))
    assert (text, finished.reason) == ("one two", StopReason.MAX_TOKENS)
    text, finished = text_of(engine, request(sampling=Sampling(stop=(" three",))))
    assert (text, finished.reason) == ("one two", StopReason.STOP_STRING)


def test_cancelling_ends_it_at_once_without_an_error() -> None:
    cancel = threading.Event()
    waits = []

    def pause(seconds: float, flag: Cancel) -> bool:
        waits.append(seconds)
        if len(waits) == 6:
            cancel.set()
        return flag.is_set()

    engine = ScriptedEngine(["a b c d e f"], token_delay=1.0, pause=pause)
    engine.load(LoadRequest(FileSource(Path("x"))), lambda _f: None, threading.Event())
    waits.clear()
    events = list(engine.generate(request(), cancel))
    assert [type(e) for e in events[-2:]] == [TextDelta, Finished]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is StopReason.STOPPED


def test_failures_are_raised_where_the_script_says() -> None:
    engine = loaded(ScriptedEngine([ScriptedAnswer("so far", error=EngineDiedError("Gone."))]))
    seen = []
    with pytest.raises(EngineDiedError):
        seen.extend(engine.generate(request(), threading.Event()))
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(LoadCancelledError):
        engine.load(LoadRequest(FileSource(Path("x"))), lambda _f: None, cancelled)
    with pytest.raises(ModelNotLoadedError):
        list(engine.generate(request(), threading.Event()))


def test_its_tokens_join_to_the_text() -> None:
    for text in ("", " ", "a", " a  b\n", "one\ntwo three "):
        assert "".join(split_words(text)) == text
