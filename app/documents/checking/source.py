"""A cited passage, prepared once for every sentence that cites it."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from app.documents.checking import claims
from app.documents.checking.alignment import Word
from app.documents.checking.claims import Date
from app.documents.checking.folding import WORD, Folded, fold, stem, words_at_line_ends, words_of
from app.documents.checking.sentences import ABBREVIATION
from app.documents.checking.word_lists import ALIKE

_SENTENCE_END = re.compile("[.!?\u3002\uff01\uff1f](?=[\\s'\")]|$|[\u3000-\u9fff])|\n\\s*\n")
_CAPITAL_RUN = re.compile(r"(?:\b[A-Z][\w-]+\s+(?:(?:of|and|for|the)\s+)?){1,6}[A-Z]\w+")
_FEWEST_LETTERS = 5  # two words with so many first letters in common may be of one name
_OF_A_COUNTRY = frozenset({"ish", "ian", "ean", "ese"})
_OF_PEOPLE = frozenset({"es", "e", "n", "en", "s", "ns", "a", "y", "ia"})
_NAME_ENDINGS = frozenset({"s", "n", "y", "ian", "ish", "an", "er", "en", "es", "e", "'s", "in"})


class PassageSource:
    """What stands in a passage.

    Args:
        text: As it stands on the page.
        context: Names that belong to it without standing in it: its document's, its heading.
    """

    def __init__(self, text: str, context: str = "") -> None:
        self.text = text
        self.context = context
        self.folded = fold(text)
        self.words = words_of(self.folded.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(stem(word) for word, _, _ in self.words)

    @cached_property
    def small_words(self) -> frozenset[str]:
        """Its words that stand there without a capital: no names."""
        return frozenset(re.findall("\\b[^\\W\\d_A-Z][^\\W\\d_]*", self.text))

    @cached_property
    def numbers(self) -> frozenset[float]:
        """Every number that stands in it, read in each way it can be."""
        found: set[float] = set()
        for claim, values in claims.numbers(self._joined):
            found |= values
            for part in claims.parts(claim.text):  # a row of a table, or one large number
                found |= part
        found.update(float(date[0]) for date in self.dates)
        return frozenset(found)

    @cached_property
    def ordinals(self) -> dict[float, frozenset[str]]:
        """The numbers of its words such as "third", and the stems of what they count."""
        found: dict[float, set[str]] = {}
        for number, counted in claims.ordinals(self._joined):
            found.setdefault(number, set()).add(stem(counted))
        return {number: frozenset(stems) for number, stems in found.items()}

    @cached_property
    def dates(self) -> tuple[Date, ...]:
        """Every date that stands in it."""
        return tuple(one for _, read in claims.dates(self._joined) for one in read)

    @cached_property
    def _joined(self) -> str:
        return " ".join(self.text.split())

    @cached_property
    def name_words(self) -> frozenset[str]:
        """Its words, those of its context, and the initials of names in it."""
        found = {word for word, _, _ in self.words}
        for more in (self.context, words_at_line_ends(self.text)):
            found.update(match[0] for match in WORD.finditer(fold(more).text))
        for run in _CAPITAL_RUN.findall(self.text):
            initials = "".join(word[0] for word in run.split() if word[0].isupper()).lower()
            ends = range(len(initials) + 1)
            found.update(initials[i:j] for i in ends for j in ends if j - i > 1)
        for alike in ALIKE:
            if found & alike or any(_stands(sign, self.text) for sign in alike):
                found.update(map(str.lower, alike))
        return frozenset(found)

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """The ranges of its sentences in the folded text."""
        found, start = [], 0
        for match in _SENTENCE_END.finditer(self.folded.text):
            if ABBREVIATION.search(self.folded.text[max(start, match.end() - 12) : match.end()]):
                continue
            found.append((start, match.end()))
            start = match.end()
        if self.folded.text[start:].strip():
            found.append((start, len(self.folded.text)))
        return tuple(found)

    @cached_property
    def sentence_words(self) -> tuple[tuple[Word, ...], ...]:
        """The words of each of its sentences."""
        starts = [start for _, start, _ in self.words]
        return tuple(
            tuple(self.words[bisect_left(starts, start) : bisect_left(starts, end)])
            for start, end in self.sentences
        )

    @cached_property
    def sentence_stems(self) -> tuple[frozenset[str], ...]:
        """The stems of the words of each of its sentences."""
        return tuple(frozenset(stem(word) for word, _, _ in row) for row in self.sentence_words)

    def has_name(self, name: str) -> bool:
        """Whether every word of a name stands there, as it is or inflected."""
        return all(
            len(match[0]) == 1 or is_name_among(match[0], self.name_words)
            for match in WORD.finditer(fold(name).text)
        )

    def place_of(self, quotation: str) -> tuple[int, int] | None:
        """Where a quotation stands word for word, in the passage; dots leave words out.

        A hyphen at the end of a line may belong to the word or not: either way it is found.
        """
        found = _found_in(self.folded, quotation, hyphens=True)
        if found is not None:
            return self.original(*found)
        if not self._has_hyphens:
            return None
        found = _found_in(self._unhyphenated, quotation, hyphens=False)
        return None if found is None else self._original(self._unhyphenated, *found)

    @cached_property
    def _has_hyphens(self) -> bool:
        return bool(words_at_line_ends(self.text))

    @cached_property
    def _unhyphenated(self) -> Folded:
        return fold(self.text, hyphens=False)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A range of the folded text as one of the passage's own."""
        return self._original(self.folded, start, end)

    def _original(self, folded: Folded, start: int, end: int) -> tuple[int, int]:
        first = folded.original(start)
        last = folded.original(max(end - 1, start)) + 1
        return first, min(last, len(self.text))


def is_name_among(word: str, words: frozenset[str]) -> bool:
    """Whether a name is one of some folded words, as it is or inflected."""
    return word in words or any(
        _are_one_name(*sorted((word, other), key=len))
        for other in words
        if len(other) >= _FEWEST_LETTERS - 1 and other[:3] == word[:3]
    )


def _found_in(folded: Folded, quotation: str, *, hyphens: bool) -> tuple[int, int] | None:
    """Where the parts of a quotation stand one behind the other in a folded text."""
    start = end = -1
    at = 0
    for part in re.split("\\.{3,}|\u2026|\\[[^\\]]*\\]", quotation):
        wanted = fold(part, hyphens=hyphens).text.strip(" .,;:!?'")
        if not wanted:
            continue
        found = _find(folded.text, wanted, at)
        if found < 0:
            return None
        start = found if start < 0 else start
        end = at = found + len(wanted)
    return (start, end) if start >= 0 else None


def _find(text: str, wanted: str, at: int) -> int:
    """Where words stand as whole words."""
    while (found := text.find(wanted, at)) >= 0:
        before, after = text[found - 1 : found], text[found + len(wanted) :][:1]
        if not (before.isalnum() and wanted[0].isalnum() and before.isascii()) and not (
            after.isalnum() and wanted[-1].isalnum() and after.isascii()
        ):
            return found
        at = found + 1
    return -1


def _stands(sign: str, text: str) -> bool:
    """Whether a sign, or an abbreviation with its capital, stands in a text: "Sun" is no "sun"."""
    if not sign.isalnum():
        return sign in text
    return sign[0].isupper() and re.search(rf"\b{sign}\b", text) is not None


def _are_one_name(shorter: str, longer: str) -> bool:
    """Whether two words are forms of one name: "Ormsund's", "Sweden" and "Swedish"."""
    if len(shorter) < _FEWEST_LETTERS - 1:
        return False
    if longer.startswith(shorter) and longer[len(shorter) :] in _NAME_ENDINGS:
        return True
    pairs = enumerate(zip(shorter, longer, strict=False))
    common = next((at for at, (one, other) in pairs if one != other), len(shorter))
    ends = {shorter[common:], longer[common:]}
    return common >= _FEWEST_LETTERS - 1 and any(
        one in _OF_A_COUNTRY and ends - {one} <= _OF_PEOPLE for one in ends
    )
