"""The settings file: JSON, saved atomically, holding what differs from the defaults."""

from __future__ import annotations

import threading
from pathlib import Path

from app.domain.errors import KnownError
from app.domain.settings import (
    SPECS,
    Settings,
    refuses,
    settings_from_dict,
    settings_to_dict,
)
from app.store.database.files import read_json, write_json


class SettingsStore:
    """Reads and writes the settings at ``path``. May be used from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def load(self) -> tuple[Settings, tuple[str, ...]]:
        """Read the settings; whatever is wrong with the file, there are settings.

        Returns:
            The settings, and a sentence for each problem the user should know of.
        """
        with self._lock:
            try:
                data, aside = read_json(self.path)
            except KnownError as error:
                told = f"The settings could not be read. {error.what} Phial uses its defaults."
                return Settings(), (told,)
        settings, problems = settings_from_dict(data)
        if aside is not None:
            told = f"The settings file was damaged. It was kept as {aside.name}; defaults are used."
            problems.insert(0, told)
        return settings, tuple(problems)

    def save(self, settings: Settings) -> None:
        """Write the settings.

        What a newer version put into the file stays there, and so does a value that cannot be used,
        until that setting is changed: it may be a slip of the pen in a file edited by hand.

        Raises:
            DiskFullError: No room; the old file is as it was.
            ReadOnlyStoreError: The folder cannot be written to.
            StoreError: Another I/O error.
        """
        new, defaults = settings_to_dict(settings), settings_to_dict(Settings())
        with self._lock:
            stored, _ = read_json(self.path)
            kept = {name: value for name, value in stored.items() if _is_kept(name, value)}
            changed = {name: value for name, value in new.items() if value != defaults[name]}
            write_json(self.path, {**kept, **changed})


def _is_kept(name: str, value: object) -> bool:
    """Whether a stored value stays in the file although it is not used."""
    return name not in SPECS or refuses(name, value)
