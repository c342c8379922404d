"""How long a scenario waits; briefly where its row's effect was taken out."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

LONG, BRIEF = 15_000, 700  # milliseconds
_now = LONG


def set_patience(*, brief: bool) -> None:
    """Called by the fixture ``taken_out``."""
    global _now  # noqa: PLW0603
    _now = BRIEF if brief else LONG


def milliseconds() -> int:
    """How long to wait now, for what waits by other means than :func:`until`."""
    return _now


def until(qtbot: QtBot, wanted: Callable[[], object]) -> None:
    """Let the window work until ``wanted`` is true or raises no AssertionError.

    Raises:
        AssertionError: It never was.
    """

    def check() -> None:
        assert wanted() is not False

    qtbot.waitUntil(check, timeout=_now)
