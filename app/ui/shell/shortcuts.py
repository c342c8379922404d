"""Shortcuts as a person changed them: by command, portable key sequences, kept as one text."""

from __future__ import annotations

import json
from collections.abc import Mapping

MOST = 4  # key sequences of one command


def read_shortcuts(text: str) -> dict[str, tuple[str, ...]]:
    """What was stored; whatever is none of it is left out, so that its command keeps its own.

    Args:
        text: A JSON object of lists of "Ctrl+Shift+N"; an empty list takes a command's keys away.
    """
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: tuple(keys[:MOST])
        for name, keys in found.items()
        if isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    }


def write_shortcuts(changed: Mapping[str, tuple[str, ...]]) -> str:
    """The stored form; empty where nothing is changed."""
    if not changed:
        return ""
    return json.dumps({name: list(keys) for name, keys in sorted(changed.items())})
