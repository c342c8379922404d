r"""Commands of packages beyond mathematics: physics' brackets and derivatives, siunitx."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.siunitx import amount, number, unit
from app.markup.latex.tokens import TokenReader

Rewrite: TypeAlias = Callable[[list[str]], str]
PackageCommand: TypeAlias = Callable[[TokenReader], str]

_BRACKETS = {
    "\\ket": ("|", "", "\\rangle", 1),
    "\\bra": ("\\langle", "", "|", 1),
    "\\braket": ("\\langle", "|", "\\rangle", 1),
    "\\ketbra": ("|", "\\rangle \\langle", "|", 2),
    "\\expval": ("\\langle", "", "\\rangle", 1),
    "\\ev": ("\\langle", "", "\\rangle", 1),
    "\\mel": ("\\langle", "|", "\\rangle", 3),
    "\\abs": ("\\left|", "", "\\right|", 1),
    "\\norm": ("\\left\\|", "", "\\right\\|", 1),
    "\\comm": ("[", ",", "]", 2),
    "\\acomm": ("\\{", ",", "\\}", 2),
    "\\order": ("\\mathcal {O}(", "", ")", 1),
}
"""What stands before, between and behind so many arguments."""


def package_commands(rewrite: Rewrite) -> dict[str, PackageCommand]:
    """The commands, each a function that reads its arguments and gives plain LaTeX.

    Args:
        rewrite: makes plain LaTeX of an argument.
    """
    commands = {
        name: _bracket(rewrite, left, between, right, parts)
        for name, (left, between, right, parts) in _BRACKETS.items()
    }
    return {
        **commands,
        "\\dv": _derivative(rewrite, "d"),
        "\\pdv": _derivative(rewrite, "\\partial"),
        "\\SI": _quantity,
        "\\qty": _quantity,
        "\\si": lambda reader: unit(_text(reader)),
        "\\unit": lambda reader: unit(_text(reader)),
        "\\num": lambda reader: number(_text(reader)),
        "\\ang": lambda reader: number(_text(reader)) + "^{\\circ}",
        "\\pu": lambda reader: amount(_text(reader)),
    }


def _text(reader: TokenReader) -> str:
    return "".join(reader.argument())


def _bracket(rewrite: Rewrite, left: str, between: str, right: str, parts: int) -> PackageCommand:
    def write(reader: TokenReader) -> str:
        found = [rewrite(reader.argument()) for _ in range(parts)]
        if parts == 1 and between and _goes_on(reader):  # \braket{a}{b}, and \braket{a|b}
            found.append(rewrite(reader.argument()))
        return f"{left} {f' {between} '.join(found)} {right} "

    return write


def _quantity(reader: TokenReader) -> str:
    reader.option()
    count = number(_text(reader))
    written = unit(_text(reader))
    near = "" if written.startswith("\\mathrm {^\\circ}") else "\\,"
    return f"{{{count}}}{near}{written}"


def _derivative(rewrite: Rewrite, sign: str) -> PackageCommand:
    r"""``\dv[2]{f}{x}``, of which the function may be left out; ``\pdv{f}{x}{y}``."""

    def write(reader: TokenReader) -> str:
        power = reader.option()
        arguments = [rewrite(reader.argument())]
        while len(arguments) < 3 and _goes_on(reader):
            arguments.append(rewrite(reader.argument()))
        above, *below = arguments if len(arguments) > 1 else ["", *arguments]
        order = power or (str(len(below)) if len(below) > 1 else "")
        high = f"^{{{order}}}" if order else ""
        under = " \\, ".join(f"{sign} {part}" for part in below)
        return f"\\frac{{{sign}{high} {above}}}{{{under}{high if power else ''}}}"

    return write


def _goes_on(reader: TokenReader) -> bool:
    reader.skip_spaces()
    return reader.peek() == "{"
