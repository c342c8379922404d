"""What a terminal obeys, a line for its shell, and the modes of one that lines are read from.

In its usual (canonical) mode a terminal hands over at most 4,095 bytes of a line and drops the rest
(n_tty, ``MAX_CANON``): what is typed or pasted while an answer is written would arrive cut, and be
shown in the middle of it. So that mode stays off as long as a talk lasts; whoever edits a line
(:mod:`app.cli.talk.line_editor`) sets modes of its own and comes back to these.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":  # whose console has no such modes, and no such limit
    import termios

_OUTPUT = -11  # STD_OUTPUT_HANDLE
_VIRTUAL_TERMINAL = 0x0004  # ENABLE_VIRTUAL_TERMINAL_PROCESSING


def obeys_sequences() -> bool:
    """Whether the terminal behind the output obeys escape sequences, or prints them.

    A console of Windows says so by its mode (learn.microsoft.com/windows/console/getconsolemode),
    others by their name.
    """
    if sys.platform == "win32":
        import ctypes

        mode = ctypes.c_ulong()
        kernel = ctypes.windll.kernel32
        known = kernel.GetConsoleMode(kernel.GetStdHandle(_OUTPUT), ctypes.byref(mode))
        return bool(known and mode.value & _VIRTUAL_TERMINAL)
    return os.environ.get("TERM", "").strip().lower() not in {"dumb", "unknown"}


def asking_line(url: str, key_file: Path, body: str) -> str:
    """A line that asks a server something, with the key in no history, for a POSIX shell.

    Empty on Windows, whose shells quote in other ways.

    ``printf`` is the shell's own, so the key is in no list of processes either: curl reads its
    header from a pipe (``-H @-``, since curl 7.55).

    Args:
        url: What is asked.
        key_file: Holds the key.
        body: JSON.
    """
    if sys.platform == "win32":
        return ""
    shown = (
        f"printf 'Authorization: Bearer %s' \"$(cat {shlex.quote(str(key_file))})\""  # not shown
    )
    asked = shlex.join(
        ["curl", "-H", "@-", "-H", "Content-Type: application/json", "-d", body, url]  # not shown
    )
    return f"{shown} | {asked}"


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
