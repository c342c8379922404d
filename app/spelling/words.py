"""The words of a text that have a spelling: no code, no addresses, no names of files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_SKIPPED = re.compile(
    r"`[^`]*`"  # code
    r"|\$[^$\s][^$]*\$"  # formulas
    r"|\b(?:https?|ftp|file|mailto):\S+|\bwww\.\S+"
    r"|\S+@\S+"
    r"|\S*[\w.]*[/\\]\S*"  # paths, and/or
    r"|\S*[\d_]\S*"  # identifiers, numbers
    r"|[{<][^}>\s]*[}>]"  # fields of prompts, tags
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HUMP = re.compile(r"[a-z][A-Z]")  # camelCase
_SHORTEST, _LONGEST = 2, 60
_SCRIPTS = {  # as Unicode names begin
    "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "be": "CYRILLIC", "mk": "CYRILLIC",
    "el": "GREEK", "he": "HEBREW", "ar": "ARABIC", "fa": "ARABIC", "hy": "ARMENIAN",
    "ka": "GEORGIAN", "hi": "DEVANAGARI", "ko": "HANGUL", "th": "THAI",
}  # fmt: skip
_FENCES = ("```", "~~~")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands.

    Attributes:
        text: The word.
        start: Its first character in the line.
        end: Behind its last.
    """

    text: str
    start: int
    end: int


def words_in(line: str) -> Iterator[Word]:
    """The words of a line that have a spelling."""
    skipped = [match.span() for match in _SKIPPED.finditer(line)]
    for match in _WORD.finditer(line):
        start, end = match.span()
        if any(begin < end and start < stop for begin, stop in skipped):
            continue
        text = match.group()
        if _SHORTEST <= len(text) <= _LONGEST and not _HUMP.search(text):
            yield Word(text, start, end)


def is_fence(line: str) -> bool:
    """Whether a line begins or ends a block of code."""
    return line.lstrip().startswith(_FENCES)


def is_written_in(word: str, language: str) -> bool:
    """Whether a word has the script of a language; a dictionary knows nothing of others."""
    script = _SCRIPTS.get(language, "LATIN")
    return unicodedata.name(word[0], "").startswith(script)
