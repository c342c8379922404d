"""What the words of a command line stand for: numbers within their bounds, texts, paths, models.

Each is a ``type`` for argparse: it gives the value that was written, or says why there is none. No
word is turned into another value than the one that was meant; an empty one, as a shell makes of a
variable that is not set, does not stand for the default, the current folder or the first chat.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from app.domain.errors import InvalidValueError
from app.domain.options import SettingSpec
from app.domain.settings import SPECS
from app.services.models.model_files import DEMO

# Digits of ASCII only: Python's own reading also takes 1_0 for ten.
_FORMS = {
    int: re.compile(r"[+-]?[0-9]{1,20}"),
    float: re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})"),
}
_KINDS = {int: "a whole number, like 40", float: "a number, like 0.7"}


class WrongUsageError(InvalidValueError):
    """Options that do not go together, or one that is missing; exit code 2."""

    default_data = "Nothing was changed."
    default_action = ""


def number(name: str, *, low: int | None = None) -> Callable[[str], float]:
    """Reads a value of a setting of :mod:`app.domain.settings`, within its declared bounds.

    Args:
        name: The setting's.
        low: Another smallest value, where the terminal allows less than the dialog.
    """
    spec = SPECS[name]
    least, most = _limits(spec, low)

    def read(text: str) -> float:
        if not _FORMS[spec.type].fullmatch(text):
            raise argparse.ArgumentTypeError(
                f"“{text}” is not {_KINDS[spec.type]}; it must be {bounds(name, low=low)}"
            )
        value: float = spec.type(text) + 0  # and not minus nothing
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                f"{text} is out of range; it must be {bounds(name, low=low)}"
            )
        return value

    return read


def bounds(name: str, *, low: int | None = None) -> str:
    """What a setting's number may be, in words: "between 0 and 5"."""
    least, most = _limits(SPECS[name], low)
    return f"between {least:,} and {most:,}"


def _limits(spec: SettingSpec, low: int | None) -> tuple[float, float]:
    least = spec.option.low if low is None else low
    assert least is not None  # noqa: S101  # every number that the terminal takes declares both
    assert spec.option.high is not None  # noqa: S101
    return least, spec.option.high


def count(text: str) -> int:
    """A number in a list, counted from 1."""
    if not _FORMS[int].fullmatch(text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of the list, like 1")
    return int(text)


def words(text: str) -> str:
    """A text that is not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def path(text: str) -> Path:
    """A path; ``~`` is the home folder, also where the shell left it."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is in the home folder of nobody") from error


MODEL_HELP = "a GGUF file, a name of 'phial models list', or 'demo'"


def model(text: str) -> str:
    """A GGUF file's path, or the name of a model, as :func:`app.compose.named_model` reads it."""
    return text if text == DEMO else str(path(text))
