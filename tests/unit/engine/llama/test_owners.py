"""What was read for one owner is used by no other; a text is gone on with as it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.endpoints.source import FileSource
from app.domain.errors import InvalidValueError, PromptTooLongError
from app.domain.generation import (
    GREEDY,
    ContextFitted,
    Finished,
    GenerationRequest,
    RawPrompt,
    Role,
    Turn,
)
from app.domain.model import LoadRequest
from app.engine.base import EngineOptions
from app.system.bundled import bundled

pytestmark = pytest.mark.llama

LONG = "What is Phial, and what does it do with what I type? " * 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kv"


@pytest.fixture
def engine(folder: Path) -> Iterator[Any]:
    from app.engine.llama.engine import LlamaEngine

    made = LlamaEngine(EngineOptions(snapshot_dir=folder, snapshot_min_gain=-1e9))
    made.load(
        LoadRequest(FileSource(bundled("models", "demo.gguf"))),
        lambda _fraction: None,
        threading.Event(),
    )
    yield made
    made.close()


def asked(owner: str = "", **changes: Any) -> GenerationRequest:
    request = GenerationRequest(
        owner or "chat", (Turn(Role.USER, LONG, "m"),), GREEDY.with_limit(4), owner=owner
    )
    return replace(request, private=bool(owner), **changes)


def reused(engine: Any, request: GenerationRequest) -> int:
    events = list(engine.generate(request, threading.Event()))
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.timings.restored_tokens == 0 or not request.owner
    return next(event.reused_tokens for event in events if isinstance(event, ContextFitted))


@pytest.mark.parametrize("first", ["", "one"])
@pytest.mark.parametrize("second", ["", "one", "two"])
def test_the_same_prompt_is_read_anew_for_another_owner(
    engine: Any, first: str, second: str
) -> None:
    assert reused(engine, asked(first)) == 0
    assert (reused(engine, asked(second)) > 0) == (first == second)


def test_what_the_window_had_read_comes_back_after_a_guest(engine: Any) -> None:
    reused(engine, asked())
    assert reused(engine, asked("guest")) == 0
    assert reused(engine, asked()) > 0


def test_nothing_of_a_guest_is_written(engine: Any, folder: Path) -> None:
    reused(engine, asked("guest"))
    engine.on_idle()
    engine.unload()
    assert not [path for path in folder.rglob("*") if path.is_file() and path.suffix == ".kv"]


def test_a_text_is_read_without_markup(engine: Any) -> None:
    raw = asked("guest", turns=(), raw=RawPrompt("Phial is"))
    events = list(engine.generate(raw, threading.Event()))
    fitted = next(event for event in events if isinstance(event, ContextFitted))
    assert fitted.prompt_tokens <= 4


def test_a_text_that_comes_after_needs_a_model_that_knows_it(engine: Any) -> None:
    raw = asked("guest", turns=(), raw=RawPrompt("Phial is", "!"))
    with pytest.raises(InvalidValueError, match="cannot fill in the middle"):
        list(engine.generate(raw, threading.Event()))


def test_a_text_that_is_too_long_is_refused(engine: Any) -> None:
    raw = asked("guest", turns=(), raw=RawPrompt("word " * 5_000))
    with pytest.raises(PromptTooLongError):
        list(engine.generate(raw, threading.Event()))
