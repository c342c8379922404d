"""Words that the user added to the spelling dictionaries: a small file, saved atomically."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from app.domain.errors import KnownError
from app.language import tr
from app.store.database.files import alone, peek_json, read_json, write_json

_log = logging.getLogger(__name__)


class OwnWords:
    """Reads and changes the file at ``path``. May be used from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def load(self) -> frozenset[str]:
        """The words; none where there is no file, or it cannot be read."""
        try:
            return _words(peek_json(self._path) or {})
        except KnownError as error:
            _log.warning("%s", error)
            return frozenset()

    def add(self, word: str) -> None:
        """Add a word to those that stand there now.

        Raises:
            DiskFullError: No room; the old file is as it was.
            ReadOnlyStoreError: The folder cannot be written to.
            StoreBusyError: Another Phial does not let go of the file.
            StoreError: Another I/O error.
        """
        busy = tr("Another Phial is changing the words that were added to the dictionary.")
        with self._lock, alone(self._path, busy):
            stored, _ = read_json(self._path)
            stored["words"] = sorted({*_words(stored), word})
            write_json(self._path, stored)


def _words(stored: dict[str, object]) -> frozenset[str]:
    listed = stored.get("words")
    return (
        frozenset(one for one in listed if isinstance(one, str))
        if isinstance(listed, list)
        else frozenset()
    )
