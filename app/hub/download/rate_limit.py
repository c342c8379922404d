"""How fast: measuring a transfer, limiting it, and growing the waits between tries."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from app.language import tr
from app.language.numbers import write

WINDOW_SECONDS = 8.0  # speed is an average over so long: steady to read, quick to follow


class SpeedMeter:
    """Bytes a second over a sliding window."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._marks: deque[tuple[float, int]] = deque([(clock(), 0)])
        self._total = 0

    def add(self, count: int) -> None:
        """Count bytes that just came."""
        self._total += count
        now = self._clock()
        if now - self._marks[-1][0] >= 0.1:
            self._marks.append((now, self._total))
        while len(self._marks) > 2 and now - self._marks[1][0] > WINDOW_SECONDS:
            self._marks.popleft()

    def speed(self) -> float:
        """Bytes a second; 0 before there is anything to tell."""
        since, then = self._marks[0]
        seconds = self._clock() - since
        return (self._total - then) / seconds if seconds > 0.2 else 0.0


class BandwidthLimit:
    """A bandwidth limit that may change while it is in force.

    A bucket that may run into debt: the caller reads, then waits until the debt is paid, so the
    average holds whatever the size of one read.
    """

    def __init__(self, limit: Callable[[], float | None], clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._free_at = clock()

    def read_size(self, most: int) -> int:
        """How much to read at once: about a tenth of a second's share."""
        limit = self._limit()
        return most if not limit else max(1024, min(most, int(limit / 10)))

    def delay_after(self, count: int) -> float:
        """Seconds to wait after ``count`` bytes; 0 without a limit."""
        limit, now = self._limit(), self._clock()
        if not limit:
            self._free_at = now
            return 0.0
        # One second of unused share may be saved up, no more.
        self._free_at = max(self._free_at, now - 1.0) + count / limit
        return max(0.0, self._free_at - now)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again.

    Attributes:
        first: Seconds before the second try.
        factor: Each wait is so many times the one before.
        longest: No wait is longer, unless the server asks for it.
        tries: Tries without progress before giving up.
        progress: Bytes that count as progress, and start the waits anew.
    """

    first: float = 1.0
    factor: float = 2.0
    longest: float = 60.0
    tries: int = 8
    progress: int = 1024 * 1024

    def wait(self, failures: int, asked: float | None = None) -> float:
        """Seconds to wait after so many failures in a row (1 or more).

        A fifth is random, so that a thousand programs do not come back in the same second.
        """
        grown = min(self.longest, self.first * self.factor ** (failures - 1))
        return max(grown * random.uniform(0.8, 1.0), asked or 0.0)  # noqa: S311 - not a secret

    def announce(self, failures: int, seconds: float) -> str:
        """How long the wait is that follows, and how many more there may be."""
        return tr(
            "Trying again in {seconds} s, try {number} of {tries}.",
            seconds=write(seconds, digits=0),
            number=failures + 1,
            tries=self.tries,
        )
