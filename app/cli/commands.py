"""The commands behind ``phial``; the module of each is imported where it may be meant.

A start that shows a window, or runs one command, does not wait for what the others need.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.language import tr

if TYPE_CHECKING:
    from app.markup.transfer.values import Exporter

COMMANDS = (
    "ask", "bench", "calc", "doctor", "documents", "endpoints", "models", "move", "presets",
    "serve", "settings", "chat", "chats", "completion",
)  # fmt: skip
_WINDOW = frozenset({"--demo", "--self-test", "--version"})  # not shown
_DEBUG = "--debug"


def actions_of(
    parser: argparse.ArgumentParser,
) -> Callable[[str, object, str], argparse.ArgumentParser]:
    """A function that declares the actions of a command: name, what it runs, what it is for.

    Each has ``--json``.
    """
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, run: object, text: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help=tr("plain data instead of text"))
        sub.set_defaults(run=run)
        return sub

    return action


def commands_in(words: Sequence[str]) -> Sequence[str]:
    """The commands that a command line may be about: one, none, or all where that is in doubt.

    Args:
        words: What was typed behind the name of the program.
    """
    given = [word for word in words if word != _DEBUG]
    if given[:1] == ["completion"]:  # it offers every other
        return COMMANDS
    if given and given[0] in COMMANDS:
        return given[:1]
    return () if _is_for_the_window(given) else COMMANDS


def _is_for_the_window(given: Sequence[str]) -> bool:
    option, values = (given[0], given[1:]) if given else ("", ())
    if any(value.startswith("-") for value in values):
        return False
    if option == "--open":  # not shown
        return set(COMMANDS).isdisjoint(values)
    if option == "--model":  # not shown
        return len(values) == 1
    return not values and (not option or option in _WINDOW)


def declare(
    name: str,
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    whole: argparse.ArgumentParser,
    pdf: Callable[[], Exporter],
) -> None:
    """Declare a command and its options.

    Args:
        name: One of :data:`COMMANDS`.
        commands: Where it is declared.
        whole: The parser of the program, whose words a shell completes.
        pdf: Makes what writes PDF.
    """
    match name:
        case "ask":
            from app.cli import ask

            ask.add_parser(commands)
        case "bench":
            from app.cli import bench

            bench.add_parser(commands)
        case "calc":
            from app.cli import calc

            calc.add_parser(commands)
        case "doctor":
            from app.cli import doctor

            doctor.add_parser(commands)
        case "documents":
            from app.cli.documents import actions as documents

            documents.add_parser(commands)
        case "endpoints":
            from app.cli import endpoints

            endpoints.add_parser(commands)
        case "models":
            from app.cli.models import actions as models

            models.add_parser(commands)
        case "move":
            from app.cli.chats import move

            move.add_parser(commands)
        case "presets":
            from app.cli import presets

            presets.add_parser(commands)
        case "serve":
            from app.cli import serve

            serve.add_parser(commands)
        case "settings":
            from app.cli import settings

            settings.add_parser(commands)
        case "chat":
            from app.cli import chat

            chat.add_parser(commands, pdf=pdf)
        case "chats":
            from app.cli.chats import actions as chats

            chats.add_parser(commands, pdf=pdf)
        case _:
            from app.cli import completion

            completion.add_parser(commands, whole)
