"""The language people are spoken to in: what the environment, the settings or the system ask for.

This runs before anything that speaks is imported, so it reads the settings file itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.domain.private_files import read_file
from app.language import spoken
from app.language.spoken import LANGUAGES, PSEUDO, VARIABLE
from app.system.data_folder import data_folder

_MACS = Path("Library") / "Preferences" / ".GlobalPreferences.plist"  # not shown
_NONE = {"C", "POSIX"}


def choose_language() -> None:
    """Put the language in force, here and, by ``PHIAL_LANGUAGE``, in the processes started here."""
    code = chosen(os.environ, stored_language(), system_languages(os.environ))
    os.environ[VARIABLE] = code
    if spoken.IN_FORCE.code != code:
        spoken.IN_FORCE = spoken.language(code)


def chosen(environment: Mapping[str, str], stored: str, system: Iterator[str]) -> str:
    """The language: the environment's, else the setting's, else the first of the system's we speak.

    Args:
        environment: Of the process.
        stored: The setting as stored.
        system: Names such as ``de_AT.UTF-8`` or ``de-AT``, dearest first.
    """
    given = environment.get(VARIABLE, "")
    if given in {*LANGUAGES, *PSEUDO}:
        return given
    if stored in LANGUAGES:
        return stored
    short = (name.replace("-", "_").partition(".")[0].partition("_")[0] for name in system)
    return next((one.lower() for one in short if one.lower() in LANGUAGES), LANGUAGES[0])


def stored_language() -> str:
    """The setting as it stands in the file; empty where none can be read, which is said later."""
    try:
        text = read_file(data_folder().path / "settings.json")
        found = json.loads(text)
    except (OSError, ValueError, RuntimeError, RecursionError):
        return ""
    stored = found.get("language") if isinstance(found, dict) else None
    return stored if isinstance(stored, str) else ""


def system_languages(environment: Mapping[str, str]) -> Iterator[str]:
    """The languages of the user's session, dearest first.

    POSIX says them in the environment (GNU's LANGUAGE counts where the locale is not C), Windows
    and macOS in settings of their own.
    """
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    posix = next(filter(None, names), "")
    if posix and posix.partition(".")[0] not in _NONE:
        yield from filter(None, environment.get("LANGUAGE", "").split(":"))
        yield posix
    elif not posix:
        yield from _of_windows()
        yield from _of_macos()


def _of_windows() -> Iterator[str]:
    import ctypes
    import locale

    windows = getattr(ctypes, "windll", None)
    if windows is not None:
        yield locale.windows_locale.get(windows.kernel32.GetUserDefaultUILanguage(), "")


def _of_macos() -> Iterator[str]:
    import plistlib  # like ctypes above nothing that a start on Linux should wait for

    try:
        with (Path.home() / _MACS).open("rb") as file:
            found = plistlib.load(file)
    except (OSError, RuntimeError, ValueError, plistlib.InvalidFileException):
        return  # no Mac, or one that was never asked for a language
    listed = found.get("AppleLanguages") if isinstance(found, dict) else None
    yield from (one for one in listed or () if isinstance(one, str))
