"""What argparse says by itself, in the language in force: it asks gettext for each of its texts."""

from __future__ import annotations

import argparse

from app.language import Sentence, tr

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


def translate_argparse() -> None:
    """Let argparse speak as the rest does; its ``_`` would look for a catalogue of its own."""
    vars(argparse)["_"] = _said


def _said(message: str) -> str:
    return _SAID.get(message, message)
