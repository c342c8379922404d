"""How far something is, on standard error: a bar for a person, lines where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeVar

from app.cli import streams
from app.cli.streams import redraw
from app.domain.download import DownloadItem, DownloadState
from app.hub.download.beside import ask_beside
from app.hub.download.control import DownloadControl
from app.language import tr, trc
from app.services.core.formatting import duration, percent, size, time_left

BAR = 32  # characters
_STATES = {
    DownloadState.QUEUED: trc("download", "queued"),
    DownloadState.CHECKING: trc("download", "checking"),
    DownloadState.CONNECTING: trc("download", "connecting"),
    DownloadState.DOWNLOADING: trc("download", "downloading"),
    DownloadState.WAITING: trc("download", "waiting"),
    DownloadState.PAUSED: trc("download", "paused"),
    DownloadState.VERIFYING: trc("download", "verifying"),
    DownloadState.DONE: trc("download", "done"),
    DownloadState.FAILED: trc("download", "failed"),
    DownloadState.CANCELLED: trc("download", "cancelled"),
}
_SILENT = {DownloadState.CONNECTING, DownloadState.WAITING}
T = TypeVar("T")


def watched() -> bool:
    """Whether a person looks at standard error."""
    return sys.stderr.isatty()


def clear() -> None:
    """Take the line away that is drawn over again."""
    redraw("")


def draw_bar(done: int, total: int, rest: str) -> None:
    """One line that is drawn over again, where a person looks at it."""
    fraction = done / total if total else 0.0
    filled = int(fraction * BAR)
    bar = "█" * filled + "░" * (BAR - filled)
    far = tr("{share} of {size}", share=percent(fraction), size=size(total))
    redraw(f"{bar} {far}  {rest}")


def tell(text: str) -> None:
    """A line of its own."""
    clear()
    streams.tell(text)


def asking(host: str, question: Callable[[], T]) -> T:
    """Ask the hub, and say how long it has been silent; Ctrl+C ends the waiting at once.

    Raises:
        KeyboardInterrupt: It was pressed.
        KnownError: As the question does.
    """

    def silent(seconds: float) -> None:
        redraw(tr("Waiting for {host}, {time}", host=host, time=duration(seconds)))

    try:
        answer = ask_beside(question, DownloadControl(), each_second=silent)
    finally:
        clear()
    assert answer is not None  # noqa: S101  # nobody else holds that control
    return answer


class DownloadLine:
    """How a download stands, told as it changes.

    Args:
        host: Who is waited for.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._state: DownloadState | None = None
        self._since = 0.0
        self._said = ""

    def show(self, item: DownloadItem) -> None:
        """Draw it; what is worth a sentence gets a line, once."""
        if item.state is not self._state:
            self._state, self._since = item.state, time.monotonic()
        if item.notice and item.notice != self._said:
            self._said = item.notice
            tell(item.notice)
        rest: str = _STATES[item.state]
        if item.speed:
            pace = tr("{size}/s", size=size(int(item.speed)))
            rest = f"{pace} {time_left(item.seconds_left)}"
        elif item.state in _SILENT:
            waited = duration(time.monotonic() - self._since)
            rest = tr("{state}, {host} silent for {time}", state=rest, host=self._host, time=waited)
        draw_bar(item.done, item.total, rest)
