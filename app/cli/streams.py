"""The terminal's three streams, whatever they are connected to."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from app.domain.errors import KnownError


class OutputLostError(KnownError):
    """What was to be printed could not be; the rest of the output goes nowhere."""

    default_data = "What was done before stays done."
    default_action = ""


class NobodyReadsError(OutputLostError):
    """The program that read the output has ended, as ``head`` does. Not shown as an error."""


def open_streams() -> None:
    """Make all three usable: one may be closed, and a console may lack letters that are printed.

    A closed input is an empty one, a closed output swallows. A letter that the output's encoding
    lacks becomes a question mark.
    """
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _nowhere(mode: str) -> io.TextIOWrapper:
    file = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # for the whole run
    assert isinstance(file, io.TextIOWrapper)  # noqa: S101  # what a text mode gives
    return file


def say(text: str) -> None:
    """Print ``text`` now, as it is; no line end is added.

    Raises:
        NobodyReadsError: The other end of the pipe is closed.
        OutputLostError: It could not be written.
    """
    try:
        sys.stdout.write(printable(text))
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer would fail again when the interpreter ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        if isinstance(error, BrokenPipeError):
            raise NobodyReadsError("The output is closed.") from error
        reason = error.strerror or str(error)
        raise OutputLostError(f"The output cannot be written: {reason}.") from error


def printable(text: str) -> str:
    """``text`` with lone surrogates replaced, since a terminal cannot be given them."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def agreed(question: str) -> bool:
    """Ask on standard error; only a yes is one. No is told, since nothing else says it."""
    sys.stderr.write(question)
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() in {"y", "yes"}:
        return True
    sys.stderr.write("Nothing was changed.\n")
    return False
