"""The Offline switch, the gate, the guard and the list are one thing to whoever uses them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.errors import OfflineError
from app.domain.network.connections import Outcome
from app.domain.settings import Settings
from app.network.connection_log import UNDECLARED, ConnectionLog
from app.services.core.events import ConnectionsChanged, Event, EventBus
from app.services.core.settings import SettingsService
from app.services.privacy.connections import ConnectionService
from app.system.isolation.network_guard import NetworkGuard
from tests.support.harness import SettingsInMemory

OUT = ("socket.connect", (None, ("203.0.113.5", 443)))


@dataclass
class Room:
    """The service with what stands around it."""

    service: ConnectionService
    settings: SettingsService
    guard: NetworkGuard
    heard: list[Event]

    def outcomes(self) -> list[tuple[str, Outcome]]:
        return [(row.reason, row.outcome) for row in self.service.listed().rows]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    bus, heard, guard = EventBus(), list[Event](), NetworkGuard()
    bus.subscribe(heard.append)
    settings = SettingsService(SettingsInMemory(Settings()), bus)
    log = ConnectionLog(tmp_path / "connections.jsonl")
    service = ConnectionService(log, settings, bus, guard, lambda: None)
    yield Room(service, settings, guard, heard)
    service.close()


def test_the_guard_refuses_while_offline_is_on_and_only_then(room: Room) -> None:
    room.guard.judge(*OUT)
    room.settings.update(offline=True)
    with pytest.raises(OfflineError):
        room.guard.judge(*OUT)
    room.settings.update(offline=False)
    room.guard.judge(*OUT)
    outcomes = [Outcome.OPEN, Outcome.REFUSED, Outcome.OPEN]
    assert room.outcomes() == [(UNDECLARED, outcome) for outcome in outcomes]


def test_a_declared_connection_is_one_row_and_its_refusal_another(room: Room) -> None:
    gate = room.service.gate
    with gate.connection("https://hub.example/", "a try"):
        room.guard.judge(*OUT)
    room.settings.update(offline=True)
    with pytest.raises(OfflineError):
        gate.connection("https://hub.example/", "a try")
    assert room.outcomes() == [("a try", Outcome.DONE), ("a try", Outcome.REFUSED)]


def test_each_change_of_the_list_is_published(room: Room) -> None:
    room.service.gate.connection("https://hub.example/", "a try").end()
    assert room.heard.count(ConnectionsChanged()) == 2
    room.service.clear()
    assert room.heard.count(ConnectionsChanged()) == 3
    assert room.outcomes() == []


def test_what_is_running_is_interrupted_when_offline_goes_on(room: Room) -> None:
    woken: list[bool] = []
    room.service.gate.on_offline(lambda: woken.append(True))
    room.settings.update(offline=True)
    assert woken == [True]
    assert room.service.protection().offline
