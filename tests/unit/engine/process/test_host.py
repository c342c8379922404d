"""The engine's process: a bug in one of its threads, and who ends a step that reads ahead."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from app.domain.endpoints.source import FileSource
from app.domain.generation import ReadAheadRequest
from app.domain.model import LoadRequest
from app.engine.llama.engine import LlamaEngine
from app.engine.process import frames
from app.engine.process.host import EngineHost
from app.process.child_process import BUG_EXIT
from app.process.messages import LogLine
from tests.support.engines import request, turns

pytestmark = pytest.mark.may_warn("A thread of the engine ended with a bug")


class _Unwritable(io.BytesIO):
    """Standard output that a bug of ours keeps from being written."""

    def write(self, data: object) -> int:
        raise ValueError(data)


@pytest.mark.parametrize("of", ["its own", "another"])
def test_a_thread_that_ends_with_a_bug_ends_the_process_and_what_was_said_is_sent(
    of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    sink: io.BytesIO = _Unwritable() if of == "its own" else io.BytesIO()
    host = EngineHost(io.BytesIO(), sink, 0.0)
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(threading, "excepthook", host.on_bug)
    host._writer.send(LogLine(20, "app", "the last words"))  # its own thread fails on it
    if of == "another":

        def fail() -> None:
            raise ValueError

        worker = threading.Thread(target=fail)
        worker.start()
        worker.join(10)
    host._writer.thread.join(10)
    assert ended == [BUG_EXIT]
    assert of == "its own" or b"the last words" in sink.getvalue()


@pytest.mark.parametrize(
    ("comes", "in_the_way", "ends"),
    [
        (frames.GenerateCommand(2, request(turns("Hello"), conversation="read")), False, False),
        (frames.GenerateCommand(2, request(turns("Hello"), conversation="read")), True, True),
        (frames.GenerateCommand(2, request(turns("Hello"), conversation="another")), False, True),
        (frames.LoadCommand(2, LoadRequest(FileSource(Path("other.gguf"))), 0), False, True),
    ],
)
def test_a_step_that_reads_ahead_is_only_waited_for_by_who_needs_it(
    comes: frames.GenerateCommand | frames.LoadCommand, in_the_way: bool, ends: bool
) -> None:
    interrupted: list[bool] = []
    host = EngineHost(io.BytesIO(), io.BytesIO(), 0.0)
    host._interrupt = lambda: interrupted.append(True)
    host._engine = cast(LlamaEngine, SimpleNamespace(is_in_the_way=lambda: in_the_way))
    ahead = ReadAheadRequest(request(turns("Hello"), conversation="read"), "more")
    host._reading = frames.ReadAheadCommand(1, ahead)
    host._cancels[1] = threading.Event()
    host._gentle.add(1)
    host._drop_reading(comes)
    host._writer.close()
    assert host._cancels[1].is_set() is ends
    assert interrupted == [True] * ends
