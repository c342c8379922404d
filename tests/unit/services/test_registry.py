"""Services end in order, and one that cannot keeps none of the others from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import DiskFullError, StoreError
from app.engine.scripted import ScriptedEngine
from tests.support.harness import build


def test_an_answer_that_cannot_be_saved_keeps_nothing_from_being_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ScriptedEngine()
    harness = build(tmp_path / "data", engine)
    harness.services.models.warm_up()
    harness.services.executor.submit(lambda: None).result()
    closed: list[str] = []

    def full() -> None:
        raise DiskFullError("The disk is full.")

    monkeypatch.setattr(harness.services.chat, "save_pending", full)
    monkeypatch.setattr(engine, "close", lambda: closed.append("engine"))
    with pytest.raises(DiskFullError):
        harness.services.close()
    assert closed == ["engine"]
    with pytest.raises(StoreError):
        harness.services.library.chats.conversations()
    assert not (tmp_path / "data" / "phial.db-wal").exists()
