"""One line about what is being waited for, gone without a trace when something is printed."""

from __future__ import annotations

from app.cli.streams import redraw


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
