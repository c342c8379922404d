"""What the words of a command line stand for: texts, paths, models, places.

Each is a ``type`` for argparse: it gives the value that was written, or says why there is none. No
word is turned into another value than the one that was meant; an empty one, as a shell makes of a
variable that is not set, does not stand for the default, the current folder or the first chat.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from app.domain.errors import InvalidValueError
from app.language import tr, trc


class WrongUsageError(InvalidValueError):
    """Options that do not go together, or one that is missing; exit code 2."""

    default_data = tr("Nothing was changed.")
    default_action = ""


def count(text: str) -> int:
    """A number in a list, counted from 1."""
    if not re.fullmatch("0*[1-9][0-9]{0,18}", text):  # ASCII only: int() takes 1_0 for ten
        raise argparse.ArgumentTypeError(
            tr("“{text}” is not a number of the list, like 1", text=text)
        )
    return int(text)


def words(text: str) -> str:
    """A text that is not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError(trc("argument", "it is empty"))
    return text


def path(text: str) -> Path:
    """A path; ``~`` is the home folder, also where the shell left it."""
    if not text:
        raise argparse.ArgumentTypeError(tr("the path is empty"))
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(
            tr("“{text}” is in the home folder of nobody", text=text)
        ) from error


FILE_HELP = tr("a GGUF file, a name of 'phial models list', or 'demo'")
MODEL_HELP = tr(
    "a GGUF file, a name of 'phial models list', 'demo', or a model at an endpoint, written "
    "ENDPOINT/MODEL as 'phial endpoints list' does"
)


def model(text: str) -> str:
    """A GGUF file's path, or the name of a model, as :func:`app.compose.named_models` reads it."""
    if text and not text.startswith("~"):
        return text  # as written: what a server calls its model may begin with a slash
    return str(path(text))
