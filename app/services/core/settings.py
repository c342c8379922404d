"""The settings in force: reading, changing, and the event for a change."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any, Protocol

from app.domain.errors import InvalidValueError
from app.domain.options import check
from app.domain.settings import SPECS, Settings
from app.services.core.events import EventBus, SettingsChanged


class SettingsFile(Protocol):
    """Where settings are kept; ``store.SettingsStore`` is one."""

    def load(self) -> tuple[Settings, tuple[str, ...]]:
        """The stored settings, and a sentence for each problem met."""

    def save(self, settings: Settings) -> None:
        """Save atomically."""


class SettingsService:
    """The settings in force."""

    def __init__(self, file: SettingsFile, bus: EventBus) -> None:
        self._file = file
        self._bus = bus
        self._lock = threading.Lock()
        self._current, self.problems = file.load()
        self._saved = True

    @property
    def current(self) -> Settings:
        """The settings in force; a frozen value."""
        return self._current

    def keep_in_memory(self) -> None:
        """Let changes last for this session only: nothing can be written, and the user knows."""
        self._saved = False

    def update(self, **changes: Any) -> Settings:
        """Check, save and announce changes; a change that cannot be saved is not made.

        Raises:
            InvalidValueError: A name is unknown or a value out of bounds; nothing is changed.
            StoreError: The file cannot be written; nothing is changed.
        """
        with self._lock:
            before = self._current
            for name, value in changes.items():
                if name not in SPECS:
                    raise InvalidValueError(f"There is no setting named {name}.")
                changes[name] = check(SPECS[name], value)
            after = dataclasses.replace(before, **changes)
            if after == before:
                return before
            if self._saved:
                self._file.save(after)
            self._current = after
        self._bus.publish(SettingsChanged(before, after))
        return after
