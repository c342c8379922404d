r"""Operators with a name and their limits: ``\operatorname{rank}``, ``\mathop{…}``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.command_names import ROW_ENDS
from app.markup.latex.tokens import MOVING, NAME, TokenReader

Rewrite: TypeAlias = Callable[[list[str]], str]
Command: TypeAlias = Callable[[TokenReader], str]

_FORMULA = re.compile(r"[\\^_$]")
"""What a name does not hold, but a formula in its place: ``\\mathbb{E}``."""

_NO_OPERAND = frozenset(("", "=", "+", "-", "(", "[", ",", "\\equiv", "\\quad", *ROW_ENDS))
"""Behind these nothing can be divided."""
_FIELDS = frozenset(
    ("{", "(", "\\vec", "\\mathbf", "\\boldsymbol", "\\bm", "\\vb", "\\vb*", "\\va", "\\va*")
)


def is_divergence(left: str, reader: TokenReader) -> bool:
    r"""Whether ``\div`` is physics' divergence: nothing is divided, and a field may follow.

    Args:
        left: the token before it that is no blank, or nothing.
        reader: stands behind it.
    """
    at = reader.at
    reader.skip_spaces()
    following = reader.peek()
    reader.at = at
    return left in _NO_OPERAND and (following.isalpha() or following in _FIELDS)


def operator_commands(rewrite: Rewrite) -> dict[str, Command]:  # not shown
    """The commands, each a function that reads its arguments and gives plain LaTeX.

    Args:
        rewrite: makes plain LaTeX of an argument.
    """

    def operator(reader: TokenReader) -> str:
        inner = reader.argument()
        name = _name(inner)
        if _FORMULA.search(name):
            return f"{{{rewrite(inner)}}}"
        return f"\\text {{{NAME}{name}}}" if name else " "

    def with_limits(reader: TokenReader) -> str:
        r"""``\operatorname*{argmax}_x``: in a display, what is below stands under the name."""
        inner = reader.argument()
        name = _name(inner)
        if _FORMULA.search(name):
            return _with_limits(f"{{{rewrite(inner)}}}", reader, rewrite)
        return _limited(name, reader)

    def any_operator(reader: TokenReader) -> str:
        r"""``\mathop{…}``, which has limits where any are written."""
        inner = reader.argument()
        name = _name(inner)
        if name.replace("\u2006", "").isalpha() and len(name) > 1:
            return _limited(name, reader)
        return _with_limits(f"{{{rewrite(inner)}}}", reader, rewrite)

    return {
        "\\operatorname": operator,
        "\\operatorname*": with_limits,
        "\\operatornamewithlimits": with_limits,
        "\\mathop": any_operator,
        "\\argmax": _called("arg\u2006max"),
        "\\argmin": _called("arg\u2006min"),
        "\\esssup": _called("ess\u2006sup"),
    }


def _name(tokens: list[str]) -> str:
    """The words of an operator's name, a small space between them."""
    name = re.sub(r"\\[,;: ]|\s+", " ", "".join(tokens)).replace("\\mathrm", "")
    name = re.sub(r"\\(?:rm|text)(?![A-Za-z])", "", name)
    return "\u2006".join(name.replace("{", "").replace("}", "").split())


def _limited(name: str, reader: TokenReader) -> str:
    reader.skip_spaces()
    if reader.peek() == "\\limits":
        reader.next()
    return f"\\text {{{MOVING}{name}}}" if name else " "


def _called(name: str) -> Command:
    return lambda reader: _limited(name, reader)


def _with_limits(written: str, reader: TokenReader, rewrite: Rewrite) -> str:
    reader.skip_spaces()
    if reader.peek() == "\\limits":
        reader.next()
        reader.skip_spaces()
    for sign, command in (("_", "\\underset"), ("^", "\\overset")):
        if reader.peek() == sign:
            reader.next()
            written = f"{command} {{{rewrite(reader.argument())}}}{{{written}}}"
            reader.skip_spaces()
    return written
