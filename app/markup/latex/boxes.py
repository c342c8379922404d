"""Boxes of words in formulas: with a frame, on a ground, of a width, moved up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.tokens import MathError, TokenReader

Words: TypeAlias = Callable[[list[str]], str]
Writer: TypeAlias = Callable[[TokenReader], str]


def box_commands(words: Words) -> dict[str, Writer]:
    """What each command of a box becomes.

    Args:
        words: writes words as LaTeX for the converter.
    """

    def box(reader: TokenReader) -> str:
        r"""``\makebox[2cm][c]{…}``: the width and the place in it are not drawn."""
        while reader.option() is not None:
            pass
        return words(reader.argument())

    def framed(reader: TokenReader) -> str:
        return f"\\boxed {{{box(reader)}}}"

    def moved(reader: TokenReader) -> str:
        r"""``\raisebox{1ex}[0pt]{…}``: what it moves, which is text."""
        reader.argument()
        return box(reader)

    return {
        "\\makebox": box,
        "\\fbox": framed,
        "\\framebox": framed,
        "\\raisebox": moved,
        "\\colorbox": _on_colour,
    }


def _on_colour(reader: TokenReader) -> str:
    """Words on a ground; formulas among them are not drawn."""
    ground, inner = "".join(reader.argument()), reader.argument()
    if any(part == "$" or part.startswith("\\") for part in inner):
        raise MathError("a formula on a ground is not drawn")  # not shown
    return f"\\colorbox {{{ground}}}{{{''.join(inner)}}}"
