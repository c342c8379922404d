"""The settings in force: reading, changing, and the event for a change."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from app.domain.errors import InvalidValueError, KnownError
from app.domain.options import check
from app.domain.settings import SPECS, Settings
from app.language import tr
from app.services.core.events import ErrorReported, EventBus, SettingsChanged

_log = logging.getLogger(__name__)


class SettingsFile(Protocol):
    """Where settings are kept; ``store.SettingsStore`` is one."""

    def load(self) -> tuple[Settings, tuple[str, ...]]:
        """The stored settings, and a sentence for each problem met."""

    def reload(self) -> tuple[Settings, tuple[str, ...]] | None:
        """The same while the program runs; None while there are none."""

    def save(self, settings: Settings, before: Settings) -> Settings:
        """Save atomically what changed since ``before``, and return what is stored now."""


class SettingsService:
    """The settings in force: what is stored, and over it what this program alone was given."""

    def __init__(self, file: SettingsFile, bus: EventBus) -> None:
        self._file = file
        self._bus = bus
        self._lock = threading.Lock()
        self._stored, self.problems = file.load()
        self._current = self._stored
        self._own: dict[str, Any] = {}
        self._saved = True

    @property
    def current(self) -> Settings:
        """The settings in force; a frozen value."""
        return self._current

    @property
    def given(self) -> Mapping[str, Any]:
        """What is in force for this program only, over everything else."""
        return self._own

    def keep_in_memory(self) -> None:
        """Let changes last for this session only: nothing can be written, and the user knows."""
        self._saved = False

    def override(self, **values: Any) -> None:
        """Put values in force for this program only, as options of a command line do.

        Raises:
            InvalidValueError: A value is out of bounds.
        """
        with self._lock:
            self._own.update(values)
            self._current = dataclasses.replace(self._stored, **self._own)

    def update(self, **changes: Any) -> Settings:
        """Check, save and announce changes; a change that cannot be saved is not made.

        Raises:
            InvalidValueError: A name is unknown or a value out of bounds; nothing is changed.
            StoreError: The file cannot be written; nothing is changed.
        """
        for name, value in changes.items():
            if name not in SPECS:
                raise InvalidValueError(tr("There is no setting named {name}.", name=name))
            changes[name] = check(SPECS[name], value)
        with self._lock:
            stored, own = self._stored, {**self._own, **changes}
            if self._saved:
                own = {name: value for name, value in self._own.items() if name not in changes}
                stored = dataclasses.replace(stored, **changes)
                if stored != self._stored:
                    stored = self._file.save(stored, self._stored)
            changed = self._put_in_force(stored, own)
        self._publish(changed)
        return changed.settings

    def follow(self) -> None:
        """Take over what another program changed in the file, such as ``phial settings set``."""
        with self._lock:
            try:
                found = self._file.reload()
            except KnownError as error:  # another program may be just replacing it
                _log.info("The settings are not read again: %s", error)
                return
            if found is None:
                return
            stored, problems = found
            new = [told for told in problems if told not in self.problems]
            self.problems = problems
            changed = self._put_in_force(stored, self._own)
        self._publish(changed)
        for told in new:
            self._bus.publish(ErrorReported(InvalidValueError(told, data="", action="")))

    def _put_in_force(self, stored: Settings, own: dict[str, Any]) -> SettingsChanged:
        before = self._current
        self._stored, self._own = stored, own
        self._current = dataclasses.replace(stored, **own)
        return SettingsChanged(before, self._current)

    def _publish(self, changed: SettingsChanged) -> None:
        if changed.before != changed.settings:
            self._bus.publish(changed)
