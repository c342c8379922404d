"""Which of the desktop's ways of showing progress on a program's icon there is."""

from __future__ import annotations

import os
import sys


def launcher_entry(desktop_file: str) -> str:
    """This program's address for ``com.canonical.Unity.LauncherEntry``; empty where none listens.

    Args:
        desktop_file: Name of the desktop file, without its ending.
    """
    linux = sys.platform.startswith("linux")
    if not linux or not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return ""
    return f"application://{desktop_file}.desktop"


def shows_badges() -> bool:
    """Whether a number can be shown on the program's icon, without a desktop's help."""
    return sys.platform == "darwin"
