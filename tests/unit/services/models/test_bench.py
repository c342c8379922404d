"""The measurement behind ``phial bench`` and "Measure this model"."""

from __future__ import annotations

import threading
from pathlib import Path

from app.domain.endpoints.source import FileSource
from app.domain.model import LoadRequest
from app.engine.scripted import ScriptedEngine
from app.services.models.bench import PROMPTS, measure, report_table


def test_every_prompt_is_read_from_its_first_word(tmp_path: Path) -> None:
    """A prompt that began as one before it would be found in the cache, and not be cold."""
    engine = ScriptedEngine(["fine"], context_size=4_096)
    report = measure(
        lambda _drafting: engine,
        LoadRequest(FileSource(tmp_path / "model.gguf")),
        lambda _engine: 1_000,
        lambda *_: None,
        threading.Event(),
    )
    assert report is not None
    assert len(report.depths) == len(PROMPTS)
    alone = [request.turns[0].content for request in engine.requests if len(request.turns) == 1]
    first_words = [text.split()[0] for text in alone if not text.startswith("Repeat")]
    assert len(set(first_words)) == len(first_words) == len(PROMPTS)
    assert "first token" in report_table(report)


def test_a_measurement_that_is_stopped_gives_no_report(tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    engine = ScriptedEngine(["fine"], context_size=4_096)
    load = LoadRequest(FileSource(tmp_path / "model.gguf"))
    assert measure(lambda _: engine, load, lambda _: 0, lambda *_: None, cancel) is None
