"""The settings file: JSON, saved atomically, holding what differs from the defaults.

The window and the terminal's commands may have it open at the same time. So each writes only what
it changed, over what stands there now, while no other does.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.domain.errors import KnownError, StoreBusyError
from app.domain.private_files import FILE_MODE
from app.domain.settings import Settings, refuses, settings_from_dict, settings_to_dict
from app.language import paragraph, tr
from app.store.database.failures import file_error
from app.store.database.files import make_folder, peek_json, read_json, write_json

_LOCK_SECONDS = 2.0  # another Phial writes for milliseconds; the window waits meanwhile


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
        with self._alone():
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

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other thread or process writes the settings in this block."""
        from filelock import FileLock, Timeout  # not where settings are only read

        lock = FileLock(f"{self.path}.lock", timeout=_LOCK_SECONDS, mode=FILE_MODE)
        with self._lock, ExitStack() as held:
            try:
                make_folder(self.path.parent)
                held.enter_context(lock)
            except Timeout as error:
                raise StoreBusyError(tr("Another Phial is changing the settings.")) from error
            except OSError as error:
                raise file_error(error, self.path.name) from error
            yield
