"""Where the lines of a talk come from: an editor on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

HISTORY = "terminal_history.jsonl"  # the file's name in the data folder
Complete = Callable[[str], tuple[str, Iterable[tuple[str, str]]]]
"""What may stand at the end of a line: the part that is replaced, and words with what they mean."""


class Lines(Protocol):
    """Where the lines of a talk come from."""

    def read(self, prompt: str, default: str = "") -> str:
        """One line, or what was pasted with its line breaks.

        Raises:
            EOFError: The input has ended, or the user leaves.
        """


class PipedLines:
    """Lines from a file or a program, without prompts."""

    def read(self, prompt: str, default: str = "") -> str:  # noqa: ARG002 - nobody sees them
        """One line.

        Raises:
            EOFError: The input has ended.
        """
        line: bytes = sys.stdin.buffer.readline()
        if not line:
            raise EOFError
        return line.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")


@contextmanager
def open_lines(history: Path | None, complete: Complete, leaving: str) -> Iterator[Lines]:
    """An editor where a person types and sees it, plain lines elsewhere."""
    if sys.stdin.isatty() and (sys.stdout.isatty() or sys.stderr.isatty()):
        from app.cli.talk.line_editor import LineEditor  # 80 ms that no other command shall pay

        with LineEditor(history, complete, leaving).open() as editor:
            yield editor
    else:
        yield PipedLines()
