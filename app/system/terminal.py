"""Lines of any length from a terminal.

In its usual (canonical) mode a terminal hands over at most 4,095 bytes of a line and drops the
rest (n_tty, ``MAX_CANON``): a pasted paragraph arrives cut. So this turns that mode off and does
itself what the terminal did: echo, Backspace, Ctrl+U, Ctrl+W, Ctrl+D. What is pasted at once, line
breaks included, is one message where the terminal marks it (bracketed paste).
"""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform != "win32":  # whose console has no such modes, and no such limit
    import fcntl
    import termios

_CHUNK = 65_536
_ENTER = "\r\n"
_BACKSPACE = "\x7f\b"
_END, _KILL_LINE, _KILL_WORD, _ESCAPE = "\x04", "\x15", "\x17", "\x1b"
_PASTE, _PASTED = "[200~", "[201~"
_TAB_SHOWN = "    "


class LineReader:
    """Reads lines from a terminal byte by byte; elsewhere, as ``input`` does."""

    def __init__(self) -> None:
        self._fd = sys.stdin.fileno() if _is_terminal() else -1
        self._out = _output_beside(self._fd)
        self._keys: Iterator[str] = self._read_keys()

    @contextmanager
    def open(self) -> Iterator[LineReader]:
        """Have the terminal for as long as lines are read; it is given back as it was."""
        if sys.platform == "win32" or self._fd < 0:
            yield self
            return
        before = termios.tcgetattr(self._fd)
        try:
            self._take_over()
            self._show("\x1b[?2004h")
            yield self
        finally:
            self._show("\x1b[?2004l")
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)

    def read(self, prompt: str) -> str:
        """One line, or what was pasted with its line breaks.

        Raises:
            EOFError: The input has ended.
        """
        if self._fd < 0:
            return input(prompt)
        self._take_over()  # again, after the program was stopped (Ctrl+Z) and went on
        sys.stdout.flush()
        self._show(prompt)
        return self._line()

    def _take_over(self) -> None:
        if sys.platform != "win32":
            mode = termios.tcgetattr(self._fd)
            mode[3] &= ~(termios.ICANON | termios.ECHO)
            mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._fd, termios.TCSADRAIN, mode)

    def _line(self) -> str:
        typed: list[str] = []
        pasting = False
        for key in self._keys:
            if key in {_PASTE, _PASTED}:
                pasting = key == _PASTE
            elif key in _ENTER and not pasting:
                self._show("\n")
                return "".join(typed)
            elif key in _ENTER:
                typed.append("\n")
                self._show("\n")
            elif key in _BACKSPACE:
                self._erase(typed, 1)
            elif key == _KILL_LINE:
                self._erase(typed, len(typed))
            elif key == _KILL_WORD:
                self._erase(typed, _word(typed))
            elif key != _END:
                typed.append(key)
                self._show(_shown(key))
            elif not typed:
                break
        raise EOFError

    def _erase(self, typed: list[str], keys: int) -> None:
        for _ in range(min(keys, len(typed))):
            width = sum(map(_width, _shown(typed.pop())))
            self._show("\b \b" * width)

    def _show(self, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        while data:
            data = data[os.write(self._out, data) :]

    def _read_keys(self) -> Iterator[str]:
        """Characters; of escape sequences only those around what was pasted."""
        decoder = codecs.getincrementaldecoder(sys.stdin.encoding)("surrogateescape")
        sequence = ""
        while data := os.read(self._fd, _CHUNK):
            for character in decoder.decode(data):
                if not sequence:
                    if character == _ESCAPE:
                        sequence = character
                    else:
                        yield character
                    continue
                sequence += character
                if _is_whole(sequence):
                    if sequence[1:] in {_PASTE, _PASTED}:
                        yield sequence[1:]
                    sequence = ""


def _is_terminal() -> bool:
    return sys.platform != "win32" and sys.stdin is not None and sys.stdin.isatty()


def _output_beside(terminal: int) -> int:
    """Where the terminal is written to: the same descriptor, unless it was opened for reading."""
    if sys.platform == "win32" or terminal < 0:
        return -1
    mode = fcntl.fcntl(terminal, fcntl.F_GETFL) & os.O_ACCMODE
    return sys.stdout.fileno() if mode == os.O_RDONLY else terminal


def _is_whole(sequence: str) -> bool:
    """Whether an escape sequence (ECMA-48) has come to its end."""
    if len(sequence) == 2:
        return sequence[1] not in "[O"
    return "@" <= sequence[-1] <= "~"


def _word(typed: list[str]) -> int:
    """How many characters the last word has, with the blanks behind it."""
    text = "".join(typed).rstrip()
    return len(typed) - len(text) + len(text) - (max(text.rfind(" "), text.rfind("\n")) + 1)


def _shown(key: str) -> str:
    """What the terminal is given for a character: nothing that it would obey."""
    if key == "\t":
        return _TAB_SHOWN
    return f"^{chr(ord(key) ^ 64)}" if ord(key) < 32 or ord(key) == 127 else key


def _width(character: str) -> int:
    """Columns of the terminal."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
