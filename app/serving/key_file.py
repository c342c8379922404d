"""The key that other programs must show: random, in a file that its user alone may read."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

from app.domain.errors import InvalidValueError, KnownError
from app.domain.private_files import OTHERS, make_file, read_file
from app.language import tr

BYTES = 32  # of chance in a key
_KEY = re.compile(r"[!-~]{16,512}")


class KeyFileError(KnownError):
    """The key cannot be kept or read."""

    default_data = tr("Other programs cannot use the model.")
    default_action = tr("Check the file and its folder, then try again.")


class KeyFile:
    """A key in a file. Thread-safe.

    Args:
        path: The file; it is made with the first key.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._key = ""

    def key(self) -> str:
        """The key, made now where there is none.

        Raises:
            KeyFileError: The file cannot be read or made, or others may read it.
            InvalidValueError: There is no key in it.
        """
        with self._lock:
            if not self._key:
                self._key = self._read() or self._write()
            return self._key

    def renew(self) -> str:
        """Another key; the one before opens nothing any more.

        Raises:
            KeyFileError: It cannot be kept; the one before stays.
        """
        with self._lock:
            self._key = self._write()
            return self._key

    def _read(self) -> str:
        try:
            mode = self.path.stat().st_mode
            text = read_file(self.path).decode("utf-8").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise self._failed(error) from error
        if hasattr(os, "getuid") and mode & OTHERS:
            raise KeyFileError(
                tr("Others may read the key in {path}.", path=str(self.path)),
                action=tr("Let only yourself read the file (chmod 600), and make another key."),
            )
        if text and not _KEY.fullmatch(text):
            raise InvalidValueError(
                tr("There is no key in {path}.", path=str(self.path)),
                action=tr("A key is one word of at least {least} letters and signs.", least=16),
            )
        return text

    def _write(self) -> str:
        import secrets  # not at the start: it loads OpenSSL

        key = f"phial-{secrets.token_urlsafe(BYTES)}"
        beside = self.path.with_name(f"{self.path.name}.new")
        try:
            make_file(beside)
            with beside.open("r+", encoding="utf-8") as file:
                file.truncate()
                file.write(f"{key}\n")
            beside.replace(self.path)
        except OSError as error:
            raise self._failed(error) from error
        return key

    def _failed(self, error: OSError | UnicodeDecodeError) -> KeyFileError:
        return KeyFileError(
            tr("The key in {path} cannot be used.", path=str(self.path)), detail=str(error)
        )
