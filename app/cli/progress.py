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
from app.services.core.formatting import duration, percent, size, time_left

BAR = 32  # characters
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
    redraw(f"{bar} {percent(fraction)} of {size(total)}  {rest}")


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
        redraw(f"Waiting for {host}, {duration(seconds)}")

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
        rest = item.state.value
        if item.speed:
            rest = f"{size(int(item.speed))}/s {time_left(item.seconds_left)}"
        elif item.state in _SILENT:
            waited = duration(time.monotonic() - self._since)
            rest = f"{item.state.value}, {self._host} silent for {waited}"
        draw_bar(item.done, item.total, rest)
