r"""Words in formulas: ``\text{…}`` and its kin, whatever letters they ask for.

Escapes are the signs they stand for, what stands between dollars is a formula, styles nest, accents
stand on their letters. A word the converter would misread begins with a mark (see `latex_tokens`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.markup.latex.colours import coloured
from app.markup.latex.command_names import TEXT_ACCENTS, TEXT_SIGNS, TEXT_STYLES, TEXT_SWITCHES
from app.markup.latex.tokens import SLANTED_BOLD, WORDS, MathError, TokenReader

Command: TypeAlias = Callable[[str, TokenReader], str]

_SPACES = re.compile(r"\s+")
_LIGATURES = (
    ("---", "\u2014"),
    ("--", "\u2013"),
    ("``", "\u201c"),
    ("''", "\u201d"),
    ("`", "\u2018"),
    ("'", "\u2019"),
)


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters that words are set in."""

    bold: bool = False
    italic: bool = False
    family: str = ""

    @property
    def command(self) -> str:
        """The converter's command for them."""
        if self.family:
            return self.family
        return "\\textbf" if self.bold else "\\textit" if self.italic else "\\text"

    def styled(self, style: str) -> Letters:
        """These letters, with a style added: ``bold``, ``italic``, ``upright`` or a family."""
        match style:
            case "bold":
                return replace(self, bold=True)
            case "italic":
                return replace(self, italic=True)
            case "upright":
                return replace(self, italic=False)
            case "medium":
                return replace(self, bold=False)
            case "plain":
                return Letters()
            case "same":
                return self
        return replace(self, family=f"\\{style}" if style else "")


def words(tokens: list[str], letters: Letters, command: Command, rewrite: Rewrite) -> str:
    """Words as LaTeX for the converter.

    Args:
        tokens: of the argument.
        letters: that they are set in.
        command: writes a command of mathematics, given it and what follows.
        rewrite: writes a formula.

    Raises:
        MathError: a formula in it has no end.
    """
    return _Words(letters, command, rewrite).write(tokens)


Rewrite: TypeAlias = Callable[[list[str]], str]


class _Words:
    """Writes one run of words after another."""

    def __init__(self, letters: Letters, command: Command, rewrite: Rewrite) -> None:
        self._letters, self._command, self._rewrite = letters, command, rewrite
        self._written: list[str] = []
        self._plain: list[str] = []

    def write(self, tokens: list[str]) -> str:
        """Words as LaTeX for the converter."""
        reader = TokenReader(tokens)
        while reader.at < len(tokens):
            self._part(reader.next(), reader)
        self._flush()
        return "".join(self._written)

    def _flush(self) -> None:
        text = _SPACES.sub(" ", "".join(self._plain))
        self._plain.clear()
        if not text:
            return
        if self._letters.family != "\\texttt":
            for written, sign in _LIGATURES:
                text = text.replace(written, sign)
        letters = self._letters
        mark = SLANTED_BOLD if letters.bold and letters.italic and not letters.family else ""
        # The converter drops what begins with a per cent sign, and blanks before a unit.
        mark = mark or (WORDS if text[0] == "%" or text[0].isdigit() else "")
        self._written.append(f"{self._letters.command} {{{mark}{text}}}")

    def _add(self, written: str) -> None:
        self._flush()
        self._written.append(written)

    def _nested(self, tokens: list[str], letters: Letters) -> str:
        return _Words(letters, self._command, self._rewrite).write(tokens)

    def _part(self, part: str, reader: TokenReader) -> None:
        if part == "{":
            reader.at -= 1
            self._add(self._nested(reader.argument(), self._letters))
        elif part in TEXT_SIGNS:
            if part[1:].isalpha():
                reader.skip_spaces()
            self._plain.append(TEXT_SIGNS[part])
        elif part in ("$", "\\("):
            self._formula("$" if part == "$" else "\\)", reader)
        elif not part.startswith("\\"):
            self._plain.append(part)
        elif part == "\\.":  # the font has no letter with a dot of its own
            self._add(f"\\dot {{{self._nested(reader.argument(), self._letters)}}}")
        elif part in TEXT_ACCENTS:
            self._accent(part, reader)
        elif part in TEXT_STYLES:
            letters = self._letters.styled(TEXT_STYLES[part])
            self._add(self._nested(reader.argument(), letters))
        elif part in TEXT_SWITCHES:
            reader.skip_spaces()
            letters = self._letters.styled(TEXT_SWITCHES[part])
            self._add(self._nested(reader.rest_of_group(), letters))
        elif part == "\\textcolor":
            colour = coloured(reader)
            self._add(f"{colour}{{{self._nested(reader.argument(), self._letters)}}}")
        else:
            self._add(self._command(part, reader))

    def _formula(self, end: str, reader: TokenReader) -> None:
        formula: list[str] = []
        depth = 0
        while depth or reader.peek() != end:
            part = reader.next()
            if not part:
                raise MathError("a formula among words has no end")  # not shown
            depth += (part == "{") - (part == "}")  # in a group are words with dollars of their own
            formula.append(part)
        reader.next()
        self._add(self._rewrite(formula))

    def _accent(self, part: str, reader: TokenReader) -> None:
        r"""A letter with an accent: ``\'e`` and ``\c{c}``."""
        base = "".join(reader.argument()).strip()
        base = {"\\i": "\u0131", "\\j": "\u0237"}.get(base, base)
        dotless = {"\u0131": "i", "\u0237": "j"}.get(base, base)
        composed = unicodedata.normalize("NFC", dotless + TEXT_ACCENTS[part])
        if len(composed) != 1:
            raise MathError(f"{part} on {base or 'nothing'} is not drawn")  # not shown
        self._plain.append(composed)
