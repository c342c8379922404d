"""``phial completion``: what a shell needs to complete the words of this program.

The scripts are made from the parsers themselves, so they know every command and every option.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.cli import EXIT_DONE
from app.cli.streams import say
from app.language import tr
from app.setup import Setup

SHELLS = ("bash", "zsh", "fish")


def add_parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], whole: argparse.ArgumentParser
) -> None:
    """Declare the command.

    Args:
        commands: Where it is declared.
        whole: The parser of the program.
    """
    parser = commands.add_parser("completion", help=tr("a script by which a shell completes words"))
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    parser.set_defaults(run=run, whole=whole)


def run(options: argparse.Namespace, setup: Setup) -> int:  # noqa: ARG001 - as every command
    """Print the script."""
    say(script(options.shell, options.whole))
    return EXIT_DONE


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """The script for a shell.

    Args:
        shell: One of :data:`SHELLS`.
        parser: Of the program.
    """
    tree = list(_commands(parser))
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](tree)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that can be typed, and what it means."""

    word: str
    help: str


@dataclass(frozen=True, slots=True)
class _Option:
    """An option: its names, its help, whether a value follows, and what that may be."""

    names: tuple[str, ...]
    help: str
    valued: bool
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Command:
    """A command: the words that lead to it, and what may stand behind them."""

    path: tuple[str, ...]
    commands: tuple[_Word, ...]
    options: tuple[_Option, ...]
    values: tuple[str, ...]  # of its first argument, where they are few
    after: dict[str, tuple[str, ...]]  # what may follow a word: a setting's values its name


def _commands(parser: argparse.ArgumentParser, *path: str) -> Iterator[_Command]:
    words: list[_Word] = []
    options: list[_Option] = []
    values: tuple[str, ...] = ()
    below: list[tuple[str, argparse.ArgumentParser]] = []
    for action in parser._actions:
        choices = tuple(map(str, action.choices or ()))
        if isinstance(action, argparse._SubParsersAction):
            words += [_Word(one.dest, one.help or "") for one in action._choices_actions]
            below += action.choices.items()
        elif action.option_strings:
            valued = action.nargs != 0
            help_text = (action.help or "").replace("%%", "%")
            options.append(_Option(tuple(action.option_strings), help_text, valued, choices))
        else:
            values = values or tuple(parser.get_default("words") or choices)
    after = {name: one.values for one in options if one.values for name in one.names}
    for word, those in (parser.get_default("values_after") or {}).items():
        after |= {word: tuple(those)} if those else {}
    yield _Command(path, tuple(words), tuple(options), values, after)
    for word, sub in below:
        yield from _commands(sub, *path, word)


# --- bash -------------------------------------------------------------------------------------

_BASH = """\
# bash completion for phial, made by: phial completion bash
_phial_offer() {{
    local line
    while IFS= read -r line; do COMPREPLY+=("$line"); done
}}
_phial() {{
    COMPREPLY=()
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
    local at= word words= options= i
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${{COMP_WORDS[i]}}
        case "$at $word" in
{walk}
        esac
    done
    case "$at $prev" in
{values}
    esac
    case "$at" in
{offers}
    esac
    if [[ $cur == -* ]]; then
        _phial_offer < <(compgen -W "$options" -- "$cur")
    elif [[ -n $words ]]; then
        _phial_offer < <(compgen -W "$words" -- "$cur")
    else
        compopt -o filenames 2> /dev/null
        _phial_offer < <(compgen -f -- "$cur")
    fi
}}
complete -F _phial phial
"""  # not shown: a script


def _bash(tree: list[_Command]) -> str:  # not shown: a script
    walk, values, offers = [], [], []
    for command in tree:
        at = " ".join(command.path)
        walk += _steps(command)
        for word, those in command.after.items():
            given = f'compgen -W "{" ".join(those)}" -- "$cur"'
            values.append(f'        "{at} {word}") _phial_offer < <({given}); return ;;')
        names = " ".join(name for option in command.options for name in option.names)
        words = " ".join([*(word.word for word in command.commands), *command.values])
        offers.append(f'        "{at}") options="{names}" words="{words}" ;;')
    return _BASH.format(walk="\n".join(walk), values="\n".join(values), offers="\n".join(offers))


def _steps(command: _Command) -> list[str]:  # not shown: a script
    """Where each word behind a command leads, as bash and zsh have it."""
    ways = [(f"{' '.join(command.path)} {word.word}") for word in command.commands]
    return [f'            "{way}") at="{way.strip()}" ;;' for way in ways]


# --- zsh --------------------------------------------------------------------------------------

_ZSH = """\
#compdef phial
# zsh completion for phial, made by: phial completion zsh
_phial() {{
    local at= word i
    local -a words_ options_
    for ((i = 2; i < CURRENT; i++)); do
        word=$words[i]
        case "$at $word" in
{walk}
        esac
    done
    case "$at $words[CURRENT-1]" in
{values}
    esac
    case "$at" in
{offers}
    esac
    if [[ $PREFIX == -* ]]; then
        _describe -o option options_
    elif (( $#words_ )); then
        _describe word words_
    else
        _files
    fi
}}
if [[ $funcstack[1] == _phial ]]; then _phial "$@"; else compdef _phial phial; fi
"""  # not shown: a script


def _zsh(tree: list[_Command]) -> str:  # not shown: a script
    walk, values, offers = [], [], []
    for command in tree:
        at = " ".join(command.path)
        walk += _steps(command)
        values += [
            f'        "{at} {word}") compadd -- {" ".join(those)}; return ;;'
            for word, those in command.after.items()
        ]
        names = " ".join(
            _quoted(f"{name}:{option.help}") for option in command.options for name in option.names
        )
        words = " ".join(
            [
                *(_quoted(f"{word.word}:{word.help}") for word in command.commands),
                *map(_quoted, command.values),
            ]
        )
        offers.append(f'        "{at}") options_=({names}); words_=({words}) ;;')
    return _ZSH.format(walk="\n".join(walk), values="\n".join(values), offers="\n".join(offers))


# --- fish -------------------------------------------------------------------------------------

_FISH = """\
# fish completion for phial, made by: phial completion fish
function __phial_at
    set -l at
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
{walk}
        end
    end
    test "$at" = "$argv"
end
"""  # not shown: a script


def _fish(tree: list[_Command]) -> str:  # not shown: a script
    walk, lines = [], []
    for command in tree:
        at = " ".join(command.path)
        here = f"complete -c phial -n {_quoted(f'__phial_at {at}'.strip())}"
        for word in command.commands:
            walk.append(
                f"            case {_quoted(f'{at} {word.word}')}\n"
                f"                set at {_quoted(f'{at} {word.word}'.strip())}"
            )
            lines.append(f"{here} -f -a {word.word} -d {_quoted(word.help)}")
        for before, those in command.after.items():
            if not before.startswith("-"):
                behind = f"__phial_at {at}; and __fish_prev_arg_in {before}"
                lines.append(
                    f"complete -c phial -n {_quoted(behind)} -f -a {_quoted(' '.join(those))}"
                )
        lines += [
            f"{here} {_fish_option(option, command.after)} -d {_quoted(option.help)}"
            for option in command.options
        ]
        if command.values:
            first = f"__phial_at {at}; and __fish_prev_arg_in {command.path[-1]}"
            where = first if set(command.values) & set(command.after) else f"__phial_at {at}"
            offered = _quoted(" ".join(command.values))
            lines.append(f"complete -c phial -n {_quoted(where)} -f -a {offered}")
    return _FISH.format(walk="\n".join(walk)) + "\n".join(lines) + "\n"


def _fish_option(option: _Option, after: dict[str, tuple[str, ...]]) -> str:  # not shown
    names = [
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    ]
    if values := after.get(option.names[0]):
        names.append(f"-x -a {_quoted(' '.join(values))}")
    elif option.valued:
        names.append("-r")
    return " ".join(names)


def _quoted(text: str) -> str:
    """A word in single quotes, with which all three shells take everything as it is."""
    tidy = re.sub(r"\s+", " ", text)
    return "'" + tidy.replace("\\", "\\\\").replace("'", "\u2019") + "'"
