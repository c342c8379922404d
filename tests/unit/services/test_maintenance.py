"""Backups made, listed and gone back to, while the library is in use."""

from __future__ import annotations

import threading
from pathlib import Path

from app.engine.scripted import ScriptedEngine
from app.services.core.events import LibraryReplaced
from tests.support.harness import build


def test_going_back_brings_what_was_there_and_keeps_what_is(tmp_path: Path) -> None:
    harness = build(tmp_path / "data", ScriptedEngine(["answer"]))
    services = harness.services
    first, _ = harness.ask("before")
    backup = services.maintenance.back_up()
    second, _ = harness.ask("after")
    undo = services.maintenance.restore(backup)
    assert [chat.id for chat in services.library.chats.conversations()] == [first]
    assert any(isinstance(event, LibraryReplaced) for event in harness.heard.events)
    services.maintenance.restore(undo)
    assert {chat.id for chat in services.library.chats.conversations()} == {first, second}
    services.close()


def test_the_first_round_makes_the_daily_backup(tmp_path: Path) -> None:
    harness = build(tmp_path / "data")
    harness.ask("hello")
    harness.services.maintenance.start()
    pause = threading.Event()
    while not any(b.reason == "daily" for b in harness.services.maintenance.backups()):
        pause.wait(0.02)
    harness.services.close()
