"""What the engine's process does when one of its threads ends with a bug."""

from __future__ import annotations

import io
import os
import threading

import pytest

from app.engine.process.host import EngineHost
from app.process.child_process import BUG_EXIT
from app.process.messages import LogLine

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
