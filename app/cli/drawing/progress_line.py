"""One line about what is being waited for, gone without a trace when something is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.cli.streams import redraw
from app.language import tr
from app.services.core.formatting import percent


class ProgressLine:
    """The line; only where a person watches."""

    def __init__(self) -> None:
        self._shown = False

    def show(self, text: str) -> None:
        """Put ``text`` in place of what it says."""
        redraw(text)
        self._shown = True

    def clear(self) -> None:
        """Take it away."""
        if self._shown:
            redraw("")
            self._shown = False


@contextmanager
def told_start() -> Iterator[Callable[[float], None]]:
    """Tells how far a slow opening of the chats is, 0 to 1; gone when the block ends."""
    line = ProgressLine()
    try:
        yield lambda done: line.show(
            tr("Your chats are brought up to date: {share}", share=percent(done))
        )
    finally:
        line.clear()
