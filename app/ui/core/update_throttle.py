"""How often the window shows what an answer has grown by.

Where the model runs on the processor, what showing costs is taken from writing. So it is measured,
and a slow machine shows two or three tokens at a time; a fast one shows each as it comes.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, thread_time

FRAME = 0.016
"""Seconds of a frame of a common display: nobody sees more than one update in it."""

SLOWEST = 6 * FRAME
"""Seconds between two updates at most, as long as the answer grows; an eye rests twice as long on
each word or two (Rayner 1998: about 225 ms in silent reading)."""

SHARE = 0.04
"""The share of one processor that updates may take, as far as `SLOWEST` allows; formulas drawn in
the thread come on top."""

MANY = 4
"""Tokens that are shown in the next frame, whatever it costs: more at a time would be jerky."""

WEIGHT = 0.125
"""The weight of the last update in the mean of what updates cost; few of them open a table."""


class UpdateThrottle:
    """Decides when the next update is due, from what updates cost.

    Args:
        now: Seconds, for the distance of updates.
        spent: Seconds of the processor that the GUI thread took, called in that thread.
    """

    def __init__(
        self, now: Callable[[], float] = monotonic, spent: Callable[[], float] = thread_time
    ) -> None:
        self._now, self._spent = now, spent
        self._last, self._spent_then, self._cost = now(), spent(), 0.0

    def record_update(self) -> None:
        """An update is handed over now; what was spent since the last is what that one cost."""
        spent = self._spent()
        self._cost += WEIGHT * (spent - self._spent_then - self._cost)
        self._last, self._spent_then = self._now(), spent

    def seconds_until_due(self, tokens: int) -> float:
        """Seconds until the next update, with so many tokens of an answer waiting for it."""
        if tokens >= MANY:
            return FRAME
        distance = min(SLOWEST, self._cost / SHARE)
        return max(FRAME, self._last + distance - self._now())
