"""The settings file: JSON, saved atomically, holding what differs from the defaults.

The window and the terminal's commands may have it open at the same time. So each writes only what
it changed, over what stands there now, while no other does.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import InvalidValueError, KnownError
from app.domain.options import check
from app.domain.settings import SPECS, Settings, settings_to_dict
from app.language import paragraph, tr
from app.store.database.files import alone, peek_json, read_json, write_json


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
                told = paragraph(
                    tr("The settings could not be read."),
                    error.what,
                    tr("Phial uses its defaults; what is in the file is left as it is."),
                )
                return Settings(), (told,)
        settings, problems = settings_from_dict(data)
        if aside is not None:
            told = tr(
                "The settings file was damaged. It was kept as {name}; defaults are used.",
                name=aside.name,
            )
            problems.insert(0, told)
        return settings, tuple(problems)

    def reload(self) -> tuple[Settings, tuple[str, ...]] | None:
        """As :meth:`load`, but None while there are none to read, and nothing is set aside.

        Raises:
            KnownError: The file is there and cannot be read.
        """
        data = peek_json(self.path)
        if data is None:
            return None
        settings, problems = settings_from_dict(data)
        return settings, tuple(problems)

    def save(self, settings: Settings, before: Settings | None = None) -> Settings:
        """Write what changed.

        What a newer version put into the file stays there, and so does a value that cannot be used,
        until that setting is changed: it may be a slip of the pen in a file edited by hand.

        Args:
            settings: As they shall be.
            before: As they were. None writes all of them, as happens where there is no file.

        Returns:
            What is stored now: another program may have changed more.

        Raises:
            DiskFullError: No room; the old file is as it was.
            ReadOnlyStoreError: The folder cannot be written to.
            StoreBusyError: Another Phial does not let go of the file.
            StoreError: Another I/O error.
        """
        new, defaults = settings_to_dict(settings), settings_to_dict(Settings())
        busy = tr("Another Phial is changing the settings.")
        with self._lock, alone(self.path, busy):
            known = peek_json(self.path) is not None
            old = settings_to_dict(before) if before is not None and known else {}
            stored, _ = read_json(self.path)
            for name, value in new.items():
                if old and value == old[name]:
                    continue
                if value != defaults[name]:
                    stored[name] = value
                elif old or not (name in stored and refuses(name, stored[name])):
                    stored.pop(name, None)
            write_json(self.path, stored)
        return settings_from_dict(stored)[0]


def settings_from_dict(data: Mapping[str, object]) -> tuple[Settings, list[str]]:
    """Read stored settings, keeping every good value.

    Args:
        data: Name to value, as stored. Names that are not known are ignored: a newer version may
            have written them.

    Returns:
        The settings, and one sentence for each value that had to be replaced by its default.
    """
    good: dict[str, Any] = {}
    problems: list[str] = []
    for name, spec in SPECS.items():
        if name not in data:
            continue
        try:
            good[name] = check(spec, data[name])
        except InvalidValueError as error:
            problems.append(
                paragraph(
                    error.what,
                    tr("The default is used; the file keeps yours until you change it."),
                )
            )
    return Settings(**good), problems


def refuses(name: str, stored: object) -> bool:
    """Whether a stored value of a known setting cannot be used."""
    try:
        check(SPECS[name], stored)
    except InvalidValueError:
        return True
    return False
