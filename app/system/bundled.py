"""Files that come with the program: pictures, the demo model, the catalogue, the changes."""

from __future__ import annotations

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
