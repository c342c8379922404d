"""A line for the user's shell that asks a server something, with the key in no history."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path


def asking_line(url: str, key_file: Path, body: str) -> str:
    """The line for a POSIX shell; empty on Windows, whose shells quote in other ways.

    ``printf`` is the shell's own, so the key is in no list of processes either: curl reads its
    header from a pipe (``-H @-``, since curl 7.55).

    Args:
        url: What is asked.
        key_file: Holds the key.
        body: JSON.
    """
    if sys.platform == "win32":
        return ""
    shown = f"printf 'Authorization: Bearer %s' \"$(cat {shlex.quote(str(key_file))})\""
    asked = shlex.join(
        ["curl", "-H", "@-", "-H", "Content-Type: application/json", "-d", body, url]
    )
    return f"{shown} | {asked}"
