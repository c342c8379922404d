"""Files that come with the program: pictures, the demo model, the catalogue, the changes."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def bundled(*parts: str) -> Path:
    """The path of a bundled file, such as ``bundled("models", "demo.gguf")``.

    A wheel carries them inside the package, a frozen program beside it, a source tree at its top.
    """
    roots = [_PACKAGE / "_data", _PACKAGE.parent]
    if getattr(sys, "frozen", False):
        roots.insert(0, Path(getattr(sys, "_MEIPASS", _PACKAGE.parent)))
    for root in roots:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    return roots[-1].joinpath(*parts)


def program_file() -> Path:
    """The file of the program that every upgrade in place replaces."""
    return Path(sys.executable) if getattr(sys, "frozen", False) else _PACKAGE / "__init__.py"


def program_words() -> list[str]:
    """The command that starts this program again."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]


def shortcut_line(option: str) -> str:
    """The command line that starts this program from anywhere, for the desktop's own settings.

    An AppImage is unpacked elsewhere at each start and a Flatpak is started by its name, so theirs
    is not the file that runs (their variables: docs.appimage.org, docs.flatpak.org).
    """
    installed = Path(sys.executable).with_name("phial")  # not shown: the command of an environment
    if image := os.environ.get("APPIMAGE"):
        words = [image]
    elif name := os.environ.get("FLATPAK_ID"):
        words = ["flatpak", "run", name]  # not shown: a command
    elif not getattr(sys, "frozen", False) and installed.exists():
        words = [str(installed)]
    else:
        words = program_words()
    if sys.platform == "win32":
        return " ".join([f'"{words[0]}"', *words[1:], option])
    return shlex.join([*words, option])
