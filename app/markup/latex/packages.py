r"""Commands of packages beyond mathematics: physics' brackets and derivatives, siunitx."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.siunitx import angle, number, unit
from app.markup.latex.tokens import STARRED, MathError, TokenReader

Rewrite: TypeAlias = Callable[[list[str]], str]
PackageCommand: TypeAlias = Callable[[TokenReader], str]

_BRACKETS = {
    "\\ket": ("|", "", "\\rangle", 1),
    "\\bra": ("\\langle", "", "|", 1),
    "\\braket": ("\\langle", "|", "\\rangle", 1),
    "\\ketbra": ("|", "\\rangle \\langle", "|", 2),
    "\\mel": ("\\langle", "|", "\\rangle", 3),
    "\\abs": ("\\left|", "", "\\right|", 1),
    "\\norm": ("\\left\\|", "", "\\right\\|", 1),
    "\\comm": ("[", ",", "]", 2),
    "\\acomm": ("\\{", ",", "\\}", 2),
    "\\order": ("\\mathcal {O}(", "", ")", 1),
}
"""What stands before, between and behind so many arguments."""

_PAIRS = {"(": ")", "[": "]", "|": "|", "\\{": "\\}"}
_OPENING = frozenset("([|")
_SIZES = frozenset(("\\big", "\\Big", "\\bigg", "\\Bigg"))


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
        **{f"{name}*": command for name, command in commands.items() if f"{name}*" in STARRED},
        "\\dv": _derivative(rewrite, "d"),
        "\\pdv": _derivative(rewrite, "\\partial"),
        "\\expval": _expected(rewrite),
        "\\expval*": _expected(rewrite),
        "\\ev": _expected(rewrite),
        "\\ev*": _expected(rewrite),
        **_vectors(rewrite),
        "\\dv*": _derivative(rewrite, "d"),
        "\\pdv*": _derivative(rewrite, "\\partial"),
        "\\dd": _differential(rewrite),
        "\\dd*": _differential(rewrite),
        "\\eval": _evaluated(rewrite),
        "\\eval*": _evaluated(rewrite),
        "\\SI": _quantity,
        "\\qty": _bracket_or_quantity(rewrite),
        "\\qty*": _around(rewrite),
        "\\pqty": lambda reader: _in_brackets("(", rewrite(reader.argument()), ")"),
        "\\bqty": lambda reader: _in_brackets("[", rewrite(reader.argument()), "]"),
        "\\Bqty": lambda reader: _in_brackets("\\{", rewrite(reader.argument()), "\\}"),
        "\\vqty": lambda reader: _in_brackets("|", rewrite(reader.argument()), "|"),
        "\\si": lambda reader: unit(_optioned(reader)),
        "\\unit": lambda reader: unit(_optioned(reader)),
        "\\num": lambda reader: number(_optioned(reader)),
        "\\ang": lambda reader: angle(_optioned(reader)),
    }


def _vectors(rewrite: Rewrite) -> dict[str, PackageCommand]:
    r"""``\vb{a}``, ``\va{a}``, ``\vu{a}``: bold, with an arrow, a unit vector; a star slants."""

    def vector(bold: str, accent: str) -> PackageCommand:
        def write(reader: TokenReader) -> str:
            letter = f"{bold} {{{rewrite(reader.argument())}}}"
            return f"{accent} {{{letter}}}" if accent else letter

        return write

    return {
        f"{name}{star}": vector(bold, accent)
        for name, accent in (("\\vb", ""), ("\\va", "\\vec"), ("\\vu", "\\hat"))
        for star, bold in (("", "\\mathbf"), ("*", "\\boldsymbol"))
    }


def _optioned(reader: TokenReader) -> str:
    """The argument behind settings of the siunitx package, which are left out."""
    reader.option()
    return _text(reader)


def _in_brackets(left: str, inner: str, right: str) -> str:
    return f"\\left{left} {inner} \\right{right} "  # not shown


def _around(rewrite: Rewrite) -> PackageCommand:
    r"""``\qty(…)`` of physics: brackets as high as what is in them, or ``\qty\Big(…)`` as is said.

    Raises:
        MathError: no bracket follows, or it is not closed.
    """

    def write(reader: TokenReader) -> str:  # not shown
        reader.skip_spaces()
        size = reader.next() if reader.peek() in _SIZES else ""
        reader.skip_spaces()
        opening = reader.peek()
        if opening == "{":
            left, inner, right = "\\{", reader.argument(), "\\}"
        elif opening in _PAIRS:
            left, right = opening, _PAIRS[opening]
            reader.next()
            inner = reader.enclosed(left, right)
        else:
            raise MathError("\\qty has no bracket")
        if size:
            return f"{size}l{left} {rewrite(inner)} {size}r{right} "
        return _in_brackets(left, rewrite(inner), right)

    return write


def _bracket_or_quantity(rewrite: Rewrite) -> PackageCommand:
    r"""``\qty`` of two packages: ``\qty{5}{\meter}`` is siunitx's, all else physics'."""
    around = _around(rewrite)

    def write(reader: TokenReader) -> str:
        start = reader.at
        options = reader.option()
        if reader.peek() == "{":
            reader.argument()
            if _goes_on(reader) or options is not None:
                reader.at = start
                return _quantity(reader)
        reader.at = start
        return around(reader)

    return write


def _expected(rewrite: Rewrite) -> PackageCommand:
    r"""``\expval{A}`` and ``\expval{A}{\psi}``: the mean of an operator, in a state."""

    def write(reader: TokenReader) -> str:  # not shown
        operator = rewrite(reader.argument())
        if not _goes_on(reader):
            return f"\\langle {operator} \\rangle "
        state = rewrite(reader.argument())
        return f"\\langle {state} | {operator} | {state} \\rangle "

    return write


def _differential(rewrite: Rewrite) -> PackageCommand:
    r"""``\dd{x}`` and ``\dd[3]{x}``; ``\dd x`` is the sign alone."""

    def write(reader: TokenReader) -> str:
        power = reader.option_tokens()
        sign = "\\mathrm {d}" + (f"^{{{rewrite(power)}}}" if power else "")
        if reader.peek() == "{":
            return f"{sign} {rewrite(reader.argument())}"
        if reader.peek() == "(":
            reader.next()
            return f"{sign} ({rewrite(reader.enclosed('(', ')'))})"
        return f"{sign} "

    return write


def _evaluated(rewrite: Rewrite) -> PackageCommand:
    r"""``\eval{f}_a^b``: a bar behind, at which the bounds stand."""

    def write(reader: TokenReader) -> str:
        if reader.peek() != "{":
            raise MathError("\\eval has no argument")  # not shown
        return _in_brackets(".", rewrite(reader.argument()), "|")

    return write


def _text(reader: TokenReader) -> str:
    return "".join(reader.argument())


def _bracket(rewrite: Rewrite, left: str, between: str, right: str, parts: int) -> PackageCommand:
    def write(reader: TokenReader) -> str:
        reader.skip_spaces()
        if reader.peek() in _OPENING or reader.peek() in _SIZES:
            raise MathError("a bracket stands where an argument should")  # not shown
        found = [rewrite(reader.argument()) for _ in range(parts)]
        if parts == 1 and between and _goes_on(reader):  # \braket{a}{b}, and \braket{a|b}
            found.append(rewrite(reader.argument()))
        return f"{left} {f' {between} '.join(found)} {right} "

    return write


def _quantity(reader: TokenReader) -> str:
    reader.option()
    count = number(_text(reader))
    if reader.option():
        raise MathError("a unit before its number is not drawn")  # not shown
    written = unit(_text(reader))
    near = "" if written.startswith("\\mathrm {^\\circ}") else "\\,"
    return f"{{{count}}}{near}{written}"


def _derivative(rewrite: Rewrite, sign: str) -> PackageCommand:
    r"""``\dv[2]{f}{x}``, of which the function may be left out; ``\pdv{f}{x}{y}``."""

    def write(reader: TokenReader) -> str:  # not shown
        power = reader.option()
        if not _goes_on(reader):
            raise MathError("a derivative has no argument")
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
