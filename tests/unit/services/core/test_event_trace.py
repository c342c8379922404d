from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from app.engine.scripted import ScriptedEngine
from app.services.core.event_trace import trace
from app.services.core.events import LibraryChanged
from tests.support.harness import build


def test_each_event_of_an_answer_is_traced_without_a_word_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    harness = build(tmp_path / "data", ScriptedEngine(["a pangolin sleeps"]))
    harness.services.bus.subscribe(trace)
    try:
        with caplog.at_level(logging.DEBUG, "app.services.core.event_trace"):
            chat, _ = harness.ask("what of aardvarks?")
            harness.services.library.set_draft(chat, "and of okapis").result()
            harness.services.library.rename(chat, "About numbats").result()
    finally:
        harness.services.close()
    lines = caplog.text
    kinds = ("AnswerStarted", "AnswerProgressed ContextFitted", "AnswerTextAdded", "AnswerEnded")
    for kind in kinds:
        assert kind in lines
    assert f"AnswerStarted chat={chat}" in lines
    assert not any(word in lines for word in ("pangolin", "aardvark", "okapi", "numbat"))


def test_the_thread_that_published_an_event_is_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "app.services.core.event_trace")
    thread = threading.Thread(target=trace, args=(LibraryChanged(),), name="store-writer")
    thread.start()
    thread.join()
    assert [record.getMessage() for record in caplog.records] == [
        "LibraryChanged chat=- thread=store-writer"
    ]
