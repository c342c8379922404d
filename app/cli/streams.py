"""The terminal's three streams, whatever they are connected to; nothing else in `app` writes there.

What is printed comes from titles, messages, file names and model files, so it may hold what a
terminal obeys: an escape sequence clears the screen, sets the clipboard or the window's title,
answers as if it were typed. Everything that is printed passes :func:`harmless`, piped or not,
since a pipe ends in a terminal sooner or later. Plain data (``--json``) is exact: JSON escapes it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from app.cli import EXIT_DONE
from app.domain.errors import KnownError
from app.language import Sentence, tr, trc
from app.language.system_reasons import reason_of

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


_COLUMN = re.compile(r"\S.*?\S {2,}(?=\S)")


class OutputLostError(KnownError):
    """What was to be printed could not be; the rest of the output goes nowhere."""

    default_data = tr("What was done before stays done.")
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
    """Print ``text`` now, harmless; no line end is added.

    Raises:
        NobodyReadsError: The other end of the pipe is closed.
        OutputLostError: It could not be written.
    """
    write_out(harmless(text))


def write_out(text: str) -> None:
    """Print what is harmless already and may hold our own colours; no line end is added.

    Raises:
        NobodyReadsError: The other end of the pipe is closed.
        OutputLostError: It could not be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _write_nowhere(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise NobodyReadsError("The output is closed.") from error  # not shown
        raise OutputLostError(
            tr("The output cannot be written: {reason}.", reason=reason_of(error))
        ) from error


def print_result(options: argparse.Namespace, data: object, lines: Sequence[str]) -> int:
    """Print what a command found, as plain data or as text, and return that it is done."""
    text = json_text(data) if options.json else "\n".join(map(one_line, lines))
    say(text + "\n")
    return EXIT_DONE


def tell(text: str, end: str = "\n") -> None:
    """Print ``text`` on standard error, harmless: what is not the result of a command.

    Raises:
        NobodyReadsError: The other end of the pipe is closed.
    """
    try:
        sys.stderr.write(harmless(text) + end)
        sys.stderr.flush()
    except BrokenPipeError as error:  # phial … 2>&1 | head
        _write_nowhere(sys.stderr)
        raise NobodyReadsError("The output of errors is closed.") from error  # not shown


def complain(text: str) -> None:
    """Print what went wrong on standard error, in a line of its own."""
    tell("phial: " + one_line(text))


def redraw(text: str, end: str = "") -> None:
    """Put ``text`` in place of the line that standard error is on; only where a person watches.

    It is cut to the width of the terminal: of a line that was wrapped, only the last part could be
    taken back.
    """
    if sys.stderr.isatty():
        shown = cut_to(one_line(text), shutil.get_terminal_size().columns - 1)
        sys.stderr.write(f"\r\x1b[K{shown}{end}")
        sys.stderr.flush()


def wrapped(text: str) -> str:
    """``text`` in lines that the terminal need not break in mid-word; as it is where there is none.

    What stands in a second column goes on there, if there is room.
    """
    if not sys.stdout.isatty():
        return text
    columns = shutil.get_terminal_size().columns - 1
    lines: list[str] = []
    for line in text.split("\n"):
        column = _COLUMN.match(line)
        at = column.end() if column else 0
        indent = " " * (at if at <= columns / 2 else 4)
        lines += textwrap.wrap(
            line,
            max(columns, 2 * len(indent) + 1),
            subsequent_indent=indent,
            replace_whitespace=False,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)


def cut_to(text: str, columns: int) -> str:
    """As much of ``text`` as fits into ``columns`` of a terminal."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > columns:
            return text[:index]
    return text


def _write_nowhere(stream: TextIO) -> None:
    """Let what is left in a stream's buffer go nowhere: it would fail again as the program ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def printable(text: str) -> str:
    """``text`` with lone surrogates replaced, since a terminal cannot be given them."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


# The controls of ASCII and of Latin-1 beside tab and line end, and what reverses the order of what
# follows: a file "exe.gpj" would read as "jpg.exe" (Unicode 6.0, UAX #9; CVE-2021-42574).
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PICTURES = 0x2400  # "␀", and in the order of ASCII those after it
_DELETE = "\x7f"


def harmless(text: str) -> str:
    """``text`` with everything a terminal would obey shown instead; tabs and line ends stay."""
    return _OBEYED.sub(_shown, printable(text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """``text`` harmless and in one line: a title, a name, a path that could pretend to be more."""
    return harmless(" ".join(re.split("[\r\n\u2028\u2029]+", text)))


def json_text(value: object, *, indent: int | None = 2) -> str:
    """A value as JSON in which no terminal finds anything to obey, and every program the value."""
    # json escapes every other control and all that is not ASCII, but not DEL.
    return json.dumps(value, indent=indent, default=str).replace(_DELETE, "\\u007f")


def _shown(match: re.Match[str]) -> str:
    if match[0] == _DELETE:
        return "␡"
    code = ord(match[0])
    return chr(_PICTURES + code) if code < 0x20 else f"<U+{code:04X}>"


# What argparse says by itself: it asks gettext for each of its texts.
_SAID: dict[str, Sentence] = {
    one.message: one
    for one in (
        tr("usage: "),
        tr("positional arguments"),
        tr("options"),
        tr("show this help message and exit"),
        tr("%(prog)s: error: %(message)s\n"),
        tr("argument %(argument_name)s: %(message)s"),
        tr("the following arguments are required: %s"),
        tr("unrecognized arguments: %s"),
        tr("one of the arguments %s is required"),
        tr("not allowed with argument %s"),
        tr("ignored explicit argument %r"),
        tr("ambiguous option: %(option)s could match %(matches)s"),
        tr("expected one argument"),
        tr("expected at most one argument"),
        tr("expected at least one argument"),
        tr("invalid %(type)s value: %(value)r"),
        tr("invalid choice: %(value)r (choose from %(choices)s)"),
        tr("unknown parser %(parser_name)r (choices: %(choices)s)"),
    )
}


def _said_by_argparse(message: str) -> str:
    return _SAID.get(message, message)


class Parser(argparse.ArgumentParser):
    """argparse's own, in the language in force; its messages repeat what was given."""

    def __init__(self, *args: Any, **options: Any) -> None:
        vars(argparse)["_"] = _said_by_argparse  # it would look for a catalogue of its own
        super().__init__(*args, **options)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        super()._print_message(harmless(message), file)


def agreed(question: str) -> bool:
    """Ask on standard error; only a yes is one. No is told, since nothing else says it."""
    tell(one_line(asked(question)), end="")
    if is_yes(sys.stdin.readline()):
        return True
    tell(tr("Nothing was changed."))
    return False


def asked(question: str) -> str:
    """A question with the letters that answer it; Enter alone is a no."""
    return tr("{question} [y/N] ", question=question)


def is_yes(said: str) -> bool:
    """Whether an answer is a yes, in English or in the language in force."""
    yes = {"y", "yes", trc("short answer", "y").casefold(), trc("answer", "yes").casefold()}
    return said.strip().casefold() in yes
