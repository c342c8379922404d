"""Telling how far a download is: at most ten times a second, and at once what matters."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.download import DownloadProgress, DownloadState
from app.hub.download.rate_limit import SpeedMeter

REPORT_SECONDS = 0.1

ProgressCallback = Callable[[DownloadProgress], None]


class ProgressReporter:
    """Reports of one download, and the sentences to be remembered of it."""

    def __init__(self, report: ProgressCallback, total: int, clock: Callable[[], float]) -> None:
        self._report = report
        self._total = total
        self._clock = clock
        self._meter = SpeedMeter(clock)
        self._told = 0.0
        self._notices: list[str] = []

    @property
    def notices(self) -> tuple[str, ...]:
        """What was worth telling so far, each sentence once."""
        return tuple(self._notices)

    def count(self, count: int) -> None:
        """Count bytes that just came over the network."""
        self._meter.add(count)

    @property
    def due(self) -> bool:
        """Whether the last report is old enough for another one."""
        return self._clock() - self._told >= REPORT_SECONDS

    def report(self, state: DownloadState, done: int, notice: str = "") -> None:
        """Report now.

        Args:
            state: What is happening.
            done: Bytes that are here (while checking: bytes read again).
            notice: Shown with this report only.
        """
        self._told = self._clock()
        speed = self._meter.speed() if state is DownloadState.DOWNLOADING else 0.0
        left = (self._total - done) / speed if speed else None
        self._report(DownloadProgress(state, done, self._total, speed, left, notice))

    def report_notice(self, text: str, done: int) -> None:
        """Report a sentence that is kept with the result as well; an empty one is nothing."""
        if not text:
            return
        if text not in self._notices:
            self._notices.append(text)
        self.report(DownloadState.CONNECTING, done, text)
