"""The modes of a terminal that lines are read from, one after another.

In its usual (canonical) mode a terminal hands over at most 4,095 bytes of a line and drops the rest
(n_tty, ``MAX_CANON``): what is typed or pasted while an answer is written would arrive cut, and be
shown in the middle of it. So that mode stays off as long as a talk lasts; whoever edits a line
(:mod:`app.cli.talk.line_editor`) sets modes of its own and comes back to these.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform != "win32":  # whose console has no such modes, and no such limit
    import termios


class QuietTerminal:
    """The terminal behind the input, not echoing and not cutting lines."""

    @contextmanager
    def open(self) -> Iterator[None]:
        """Have the terminal for as long as lines are read; it is given back as it was."""
        if sys.platform == "win32":
            yield
            return
        before = termios.tcgetattr(sys.stdin.fileno())
        try:
            self.renew()
            yield
        finally:
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)

    def renew(self) -> None:
        """Set the modes again, after the program was stopped (Ctrl+Z) and went on."""
        if sys.platform != "win32":
            mode = termios.tcgetattr(sys.stdin.fileno())
            mode[3] &= ~(termios.ICANON | termios.ECHO)
            mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, mode)
