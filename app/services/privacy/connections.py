"""The list of connections, and the gate that Offline closes, for one running copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.domain.network.connections import Attempt, Confinement, ConnectionList
from app.network.connection_log import ConnectionLog
from app.network.gate import NetworkGate
from app.services.core.events import ConnectionsChanged, Event, EventBus, SettingsChanged
from app.services.core.settings import SettingsService
from app.services.privacy.protection import Protection


class Guard(Protocol):
    """What sees each attempt of this process, as the guard of app.system.isolation does."""

    @property
    def installed(self) -> bool:
        """Whether it watches."""

    def obey(self, refuses: Callable[[], bool], told: Callable[[Attempt], object]) -> None:
        """Ask whether to refuse, and tell of attempts."""


class ConnectionService:
    """What was connected to, and whether anything may be.

    Args:
        log: The list.
        settings: The Offline switch.
        bus: Every change of the list is published here.
        guard: Sees what the gate does not.
        engine: What keeps the engine's process from the network; None while none runs.

    Attributes:
        gate: Asked for each connection.
    """

    def __init__(
        self,
        log: ConnectionLog,
        settings: SettingsService,
        bus: EventBus,
        guard: Guard,
        engine: Callable[[], Confinement | None],
    ) -> None:
        self._log, self._guard, self._engine = log, guard, engine
        self.gate = NetworkGate(offline=settings.current.offline, log=log)
        self._unsubscribe = bus.subscribe(self._on_event)
        log.on_change(lambda: bus.publish(ConnectionsChanged()))
        log.start()
        guard.obey(lambda: self.gate.offline, log.note_attempt)

    def listed(self) -> ConnectionList:
        """Every connection that is remembered, the newest last."""
        return self._log.read()

    def clear(self) -> None:
        """Forget them; the list begins anew."""
        self._log.clear()

    def protection(self) -> Protection:
        """What holds now."""
        return Protection(self.gate.offline, self._guard.installed, self._engine())

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, SettingsChanged) and event.before.offline != event.settings.offline:
            self.gate.set_offline(event.settings.offline)
