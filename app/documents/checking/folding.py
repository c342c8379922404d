"""Text folded for comparison, with the way back: what pages and answers write differently is alike.

Blanks, line ends, hyphens at the ends of lines, ligatures, kinds of quotation marks and dashes,
letter case and compatibility forms make no difference between a quotation and what it quotes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_QUOTES = "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u0060\u00b4"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SIGNS = str.maketrans({**dict.fromkeys(_QUOTES, "'"), **dict.fromkeys(_DASHES, "-")})
_LINE_HYPHEN = re.compile("([^\\W\\d_])(?:[-\u2010]|\u00ad)[ \t]*\n\\s*(?=[^\\W\\d_])")
# The same, and hyphens within words: "well-known" may be divided at its own hyphen.
_ANY_HYPHEN = re.compile("([^\\W\\d_])(?:[-\u2010\u2011]|\u00ad)(?:[ \t]*\n\\s*)?(?=[^\\W\\d_])")
_DIVIDED = re.compile("[^\\W\\d_]+[-\u2010][ \t]*\n\\s*[^\\W\\d_]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_PIECE = re.compile("[ -~]+|[^ -~]", re.DOTALL)
WORD = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]|[^\\W_]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared.

    Attributes:
        text: Folded, single blanks.
        origins: For each stretch: where it begins in ``text``, and where in the original.
    """

    text: str
    origins: tuple[tuple[int, int], ...]

    def original(self, at: int) -> int:
        """Where a place in the folded text is in the original."""
        index = bisect_right(self.origins, (at, 2**62)) - 1
        folded, original = self.origins[max(index, 0)]
        return original + at - folded


def fold(text: str, *, hyphens: bool = True) -> Folded:
    """Fold a text.

    Args:
        text: As it stands somewhere.
        hyphens: Keep those within words; those that divide lines go in any case.
    """
    pieces: list[str] = []
    origins: list[tuple[int, int]] = [(0, 0)]
    size = 0
    blank = True  # at the beginning none is kept
    for start, end in _kept(text, _LINE_HYPHEN if hyphens else _ANY_HYPHEN):
        for match in _PIECE.finditer(text, start, end):
            piece, origin = match[0], match.start()
            if piece.isascii() and piece.isprintable():
                shown = piece
            else:
                shown = " " if piece.isspace() else _letters(piece)
            if "  " in shown or (blank and shown[:1] == " "):
                size, blank = _spaced(shown, origin, pieces, origins, size, blank)
                continue
            if not shown:
                continue
            origins.append((size, origin))
            pieces.append(shown)
            size += len(shown)
            blank = shown[-1] == " "
    folded = "".join(pieces).translate(_SIGNS)
    lowered = folded.lower()
    return Folded(lowered if len(lowered) == len(folded) else folded, tuple(origins))


def words_at_line_ends(text: str) -> str:
    """Both halves of each word that a line's end divides: it may be two words with a hyphen."""
    return " ".join(
        text[match.start() : match.end()].replace("\n", " ") for match in _DIVIDED.finditer(text)
    )


def _kept(text: str, dropped: re.Pattern[str]) -> list[tuple[int, int]]:
    """The stretches of a text without hyphens that are dropped."""
    if dropped is _LINE_HYPHEN and "\n" not in text:
        return [(0, len(text))]
    found, start = [], 0
    for match in dropped.finditer(text):
        found.append((start, match.start() + 1))
        start = match.end()
    return [*found, (start, len(text))]


def _letters(piece: str) -> str:
    """A character that is not ASCII, as it is compared; mostly one character again."""
    if _INVISIBLE.match(piece):
        return ""
    return unicodedata.normalize("NFKC", piece)


def _spaced(
    text: str,
    origin: int,
    pieces: list[str],
    origins: list[tuple[int, int]],
    size: int,
    blank: bool,
) -> tuple[int, bool]:
    """Add a text whose blanks are made single."""
    for offset, character in enumerate(text):
        if character == " " and blank:
            continue
        blank = character == " "
        origins.append((size, origin + min(offset, len(text) - 1)))
        pieces.append(character)
        size += 1
    return size, blank


def words_of(folded: str) -> list[tuple[str, int, int]]:
    """The words of a folded text with their places; a character of Han or kana is a word."""
    return [(match[0], *match.span()) for match in WORD.finditer(folded)]


_ENDINGS = re.compile(r"(?:ations?|ments?|ingly|ings?|edly|ed|ies|es|en|er|ern|s|e|n|ly|y)$")


def stem(word: str) -> str:
    """A word without what inflection adds in English, German and their kin; rough on purpose."""
    if len(word) < 5 or word.isdecimal():
        return word
    return _ENDINGS.sub("", word)[:12] if len(word) > 5 else word.rstrip("s")
