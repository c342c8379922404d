r"""Arrows with labels: ``\xrightarrow[below]{above}``, as long as what stands at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.command_names import LABELLED
from app.markup.latex.tokens import TokenReader

Rewrite: TypeAlias = Callable[[list[str]], str]
Command: TypeAlias = Callable[[TokenReader], str]

_SHORT = 4
"""Letters at an arrow that need no longer one."""


def arrow_commands(rewrite: Rewrite) -> dict[str, Command]:
    """The commands, each a function that reads its arguments and gives plain LaTeX.

    Args:
        rewrite: makes plain LaTeX of an argument.
    """
    return {
        "\\xrightarrow": _labelled(rewrite, "\\longrightarrow", "\\overrightarrow"),
        "\\xleftarrow": _labelled(rewrite, "\\longleftarrow", "\\overleftarrow"),
        "\\xleftrightarrow": _labelled(rewrite, "\\longleftrightarrow", "\\overleftrightarrow"),
        **{name: _labelled(rewrite, sign, "") for name, sign in LABELLED.items()},
    }


def _labelled(rewrite: Rewrite, short: str, stretched: str) -> Command:
    r"""``\xrightarrow[below]{above}``: an arrow that is longer than what stands at it."""

    def write(reader: TokenReader) -> str:
        reader.skip_spaces()
        below = reader.option_tokens() or []
        above = reader.argument()
        length = max(_letters(above), _letters(below))
        arrow = f"{short} "
        if length > _SHORT and stretched:
            arrow = f"{stretched} {{\\hspace {{{0.38 * length + 1:.1f}em}}}}"
        written = arrow
        if "".join(above).strip(" {}"):
            written = f"\\overset {{{rewrite(above)}}}{{{arrow}}}"
        if "".join(below).strip(" {}"):
            written = f"\\underset {{{rewrite(below)}}}{{{written}}}"
        return f"\\;{written}\\;" if length > _SHORT else written

    return write


def _letters(tokens: list[str]) -> int:
    """About how many letters wide a label is."""
    return sum(len(part) == 1 and part not in "{}_^" for part in tokens)
