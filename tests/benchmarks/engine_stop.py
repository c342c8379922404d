"""From the click on Stop to silence, in each phase of an answer. Part of bench_engine.py."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from app.domain.endpoints.source import FileSource
from app.domain.errors import LoadCancelledError
from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationRequest,
    PromptProgress,
    TextDelta,
)
from app.domain.model import LoadRequest
from app.engine.process.client import EngineClient
from tests.benchmarks.engine_return import ALWAYS, client, load_for, row, words
from tests.support.engines import load, never, request, turns


def stop(model: Path, threads: int, rounds: int, state: Path | None, longest: int) -> None:
    """From the click to silence, in each phase, and what is kept of the work.

    Silence is the end of the answer as the window hears it; "engine free" is when the engine has
    taken up the next request. With the state of a chat, one is also stopped deep in it.
    """
    random = Random(4)
    with client() as engine:
        waits = [_stop_loading(engine, model, threads, random) for _ in range(rounds)]
        row("stop while loading", f"{max(waits) * 1e3:.0f} ms", f"{rounds} times", "limit 100")
        load(engine, model, threads=threads, context_size=4096)
        for name, kind, text in (
            ("reading the prompt", PromptProgress, words(1500)),
            ("answering", TextDelta, "Hi"),
        ):
            asked = [request(f"{number} {text}") for number in range(rounds)]
            _stop_each(engine, name, kind, asked, random)
    if state is None:
        return
    with client(snapshot_dir=state, snapshot_min_gain=ALWAYS) as engine:
        engine.load(load_for(model, longest, threads), lambda _fraction: None, never())
        chats = [words(2000) + f"{number}" + "z" * 600 for number in range(rounds)]
        asked = [replace(request(turns(text)), private=True) for text in chats]
        _stop_each(engine, "reading, 2,000 tokens deep", PromptProgress, asked, random)


def _stop_each(
    engine: EngineClient, name: str, kind: type, asked: list[GenerationRequest], random: Random
) -> None:
    found = [_stop_once(engine, kind, one, 0.05 + 2 * random.random()) for one in asked]
    row(
        f"stop while {name}",
        f"{max(stopped.waited for stopped in found) * 1e3:.0f} ms",
        f"{len(asked)} times",
        "limit 100",
        f"engine free {max(stopped.free for stopped in found) * 1e3:.0f} ms",
        f"kept {min(stopped.kept for stopped in found):.0%}",
    )


def _stop_loading(engine: EngineClient, model: Path, threads: int, random: Random) -> float:
    """Pressed at any moment of the load, also while the context is made and warmed up."""
    cancel = threading.Event()
    pressed = [0.0]

    def press() -> None:
        pressed[0] = time.perf_counter()
        cancel.set()

    timer = threading.Timer(0.2 + 8 * random.random(), press)
    began = threading.Event()

    def progress(fraction: float) -> None:
        if fraction > 0 and not began.is_set():
            began.set()
            timer.start()

    try:
        engine.load(
            LoadRequest(FileSource(model), context_size=4096, threads=threads), progress, cancel
        )
    except LoadCancelledError:
        return time.perf_counter() - pressed[0]
    timer.cancel()
    return 0.0  # it was faster than the finger


@dataclass(frozen=True)
class Stopped:
    """How an answer was stopped.

    Attributes:
        waited: Seconds from the click to the end of the answer.
        free: Seconds from the click until the engine took up another request.
        kept: Share of the finished work that the next request finds.
    """

    waited: float
    free: float
    kept: float


def _stop_once(engine: EngineClient, kind: type, asked: GenerationRequest, delay: float) -> Stopped:
    cancel = threading.Event()
    pressed = math.inf  # an answer that is over before the click was stopped in no time
    done = 0
    timer: threading.Timer | None = None

    def press() -> None:
        nonlocal pressed
        pressed = time.perf_counter()
        cancel.set()

    waited = 0.0
    for event in engine.generate(asked, cancel):
        if isinstance(event, PromptProgress):
            done = event.done
        if isinstance(event, kind) and timer is None and done:
            timer = threading.Timer(delay, press)
            timer.start()
        if isinstance(event, Finished):
            waited = max(0.0, time.perf_counter() - pressed)
    if timer is not None:
        timer.cancel()
    stopped = threading.Event()
    reused, free = 0, 0.0
    for event in engine.generate(asked, stopped):
        if isinstance(event, ContextFitted):
            reused, free = event.reused_tokens, max(0.0, time.perf_counter() - pressed)
            stopped.set()
    return Stopped(waited, free, reused / max(1, done - 1))
