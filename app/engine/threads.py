"""The number of compute threads beside other programs. Pure, but for one clock of load.

llama.cpp's threads wait for each other after every operation. One that does not get its core holds
up all the others, so on a busy machine fewer threads can be several times faster. That is not
guessed but tried: a few passes with one thread less, kept where they are faster.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import psutil

TRIAL = 4  # passes in a trial; the first of them is not counted
REST = 32  # passes between trials
BETTER = 0.92  # a trial must take less than this share of the time to be kept
SMOOTH = 0.3  # weight of the newest pass
OTHERS_BUSY = 0.25  # cores that other programs use, from which on fewer threads are tried
LOOK_SECONDS = 2.0


class CpuLoad:
    """How many cores other programs use, measured between looks."""

    def __init__(self) -> None:
        self._own = psutil.Process()
        self._at, self._busy, self._mine = self._look()
        self._others = 0.0

    def others_busy(self) -> bool:
        """Whether other programs compute so much that threads get in their way."""
        if time.monotonic() - self._at >= LOOK_SECONDS:
            at, busy, mine = self._look()
            passed = at - self._at
            self._others = ((busy - self._busy) - (mine - self._mine)) / passed
            self._at, self._busy, self._mine = at, busy, mine
        free = (os.cpu_count() or 1) - self._others
        return self._others > OTHERS_BUSY and free < (psutil.cpu_count(logical=False) or 1)

    def _look(self) -> tuple[float, float, float]:
        times = psutil.cpu_times()
        own = self._own.cpu_times()
        busy = sum(times) - times.idle - getattr(times, "iowait", 0.0)
        return time.monotonic(), busy, own.user + own.system


class ThreadGovernor:
    """Chooses the number of threads, pass by pass.

    Args:
        planned: Most threads; what the plan says.
        busy: Whether other programs compute.

    Attributes:
        threads: In force.
    """

    def __init__(self, planned: int, busy: Callable[[], bool]) -> None:
        self._planned = planned
        self._busy = busy
        self.threads = planned
        self._usual = 0.0
        self._since = 0
        self._trial: list[float] = []
        self._before = 0  # threads outside the trial that is running; 0: none is

    def record_pass(self, seconds: float) -> int:
        """A pass over one token took ``seconds``; the threads to use for the next."""
        if self._before:
            self._trial.append(seconds)
            if len(self._trial) == TRIAL:
                self._judge()
            return self.threads
        self._usual = seconds if not self._usual else (1 - SMOOTH) * self._usual + SMOOTH * seconds
        self._since += 1
        if self._since >= REST and self._planned > 1:
            self._since = 0
            self._try()
        return self.threads

    def _try(self) -> None:
        """Begin a trial: fewer where others compute, more again where they no longer do."""
        if self._busy():
            other = self.threads - 1
        elif self.threads < self._planned:
            other = self.threads + 1
        else:
            return
        if 1 <= other <= self._planned:
            self._before, self.threads, self._trial = self.threads, other, []

    def _judge(self) -> None:
        counted = sorted(self._trial[1:])
        typical = counted[len(counted) // 2]
        if typical < BETTER * self._usual:
            self._usual = typical
        else:
            self.threads = self._before
        self._before = 0
