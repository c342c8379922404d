"""How long a scenario waits for its effect; not as long where that effect was taken out.

What was waited for in the run that shows the effect says how long it takes here and now. Without
the effect a multiple of it is waited in vain, so that slowness is not taken for the lack of it.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from pytestqt.qtbot import QtBot

LONG, BRIEF, BRIEFEST = 15_000, 1_500, 250  # milliseconds
MANY = 3
_now = LONG
_took: dict[str, float] = {}  # milliseconds, by test
_test = ""


def set_patience(*, test: str = "", brief: bool) -> None:
    """Called by the fixture ``taken_out``."""
    global _now, _test  # noqa: PLW0603
    _test = "" if brief else test
    _now = LONG
    if brief:
        _now = round(max(BRIEFEST, MANY * _took[test])) if test in _took else BRIEF


def milliseconds() -> int:
    """How long to wait now, for what waits by other means than :func:`until`."""
    return _now


def came(began: float) -> None:
    """What was waited for by other means has come.

    Args:
        began: The clock's seconds, by :func:`time.monotonic`, when the wait for it began.
    """
    if _test:
        _took[_test] = max(_took.get(_test, 0.0), (monotonic() - began) * 1000)


def until(qtbot: QtBot, wanted: Callable[[], object]) -> None:
    """Let the window work until ``wanted``, the effect, is true or raises no AssertionError.

    Raises:
        AssertionError: It never was.
    """
    began = monotonic()
    _wait(qtbot, wanted, _now)
    came(began)


def ready(qtbot: QtBot, wanted: Callable[[], object]) -> None:
    """As :func:`until`, for what has to be there before the row is done: never brief."""
    _wait(qtbot, wanted, LONG)


def _wait(qtbot: QtBot, wanted: Callable[[], object], timeout: int) -> None:
    def check() -> None:
        found = wanted()
        assert found is None or found

    qtbot.waitUntil(check, timeout=timeout)
