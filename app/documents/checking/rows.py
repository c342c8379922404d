"""A sentence as a row: its words, and the names, numbers and dates that fill places among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from app.documents.checking import claims
from app.documents.checking.alignment import Word
from app.documents.checking.claims import Claim, ClaimKind, Date
from app.documents.checking.folding import Folded, stem
from app.documents.checking.source import is_name_among
from app.documents.checking.word_lists import COMMON, SMALL, TITLES

_KEPT_TOGETHER = 3  # characters at most between the words of one name: " & "
_PARTING = frozenset(",;:()[]/|\t")


@dataclass(frozen=True, slots=True)
class Item:
    """A word of a row, or what fills a place in it.

    Attributes:
        key: What it is compared by: a word's stem, or the kind of what fills the place.
        text: As it is written.
        start: Where it begins in the sentence.
        kind: What fills the place; None for a word.
        words: The folded words of it.
        values: As what a number may be read.
        dates: As what a date may be read.
    """

    key: str
    text: str
    start: int
    kind: ClaimKind | None = None
    words: frozenset[str] = frozenset()
    values: frozenset[float] = frozenset()
    dates: tuple[Date, ...] = ()

    @property
    def is_content(self) -> bool:
        """Whether it is a word that says something: no small one, and nothing in a place."""
        letter = len(self.key) == 1 and self.key.isascii()  # of a name, or of a list
        return self.kind is None and not letter and self.text not in SMALL

    def is_like(self, other: Item) -> bool:
        """Whether both name the same, one of them inflected or in another form perhaps."""
        if self.kind is ClaimKind.NAME:
            return any(is_name_among(word, other.words) for word in self.words)
        if self.kind is ClaimKind.NUMBER:
            return bool(self.values & other.values)
        return _have_common(self.dates, other.dates)


@dataclass(frozen=True)
class SentenceRow:
    """A sentence.

    Attributes:
        text: As it is written.
        items: In order.
    """

    text: str
    items: tuple[Item, ...]
    _numbers: frozenset[float] = field(default=frozenset(), repr=False)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Which of the items are names, numbers and dates."""
        return tuple(at for at, one in enumerate(self.items) if one.kind is not None)

    @cached_property
    def words(self) -> frozenset[str]:
        """All folded words, those of names too."""
        return frozenset(word for one in self.items for word in one.words)

    def has(self, wanted: Item) -> bool:
        """Whether it says a name, number or date somewhere, in whatever form."""
        if wanted.kind is ClaimKind.NAME:
            return any(is_name_among(word, self.words) for word in wanted.words)
        if wanted.kind is ClaimKind.NUMBER:
            return bool(wanted.values & self._numbers)
        return any(_have_common(wanted.dates, one.dates) for one in self.items)


def row_of(
    text: str,
    words: Sequence[Word],
    folded: Folded,
    begin: int,
    is_name: Callable[[Claim], bool],
    *,
    german: bool,
) -> SentenceRow:
    """A sentence as a row.

    Args:
        text: As it is written.
        words: Its words, with their places in the folded text.
        folded: The text that it is part of.
        begin: Where it begins in that text's original.
        is_name: Whether a word with a capital is a name, where its place does not tell.
        german: Whether nouns have capitals.
    """
    found = sorted(_filled(text, is_name, german=german), key=lambda one: one.start)
    items: list[Item] = []
    ends = -1
    for word, start, end in words:
        at = folded.original(start) - begin
        here = next((one for one in found if one.start <= at < one.start + len(one.text)), None)
        if here is None:
            written = text[at : folded.original(end - 1) - begin + 1]
            ends = -1
            if word not in TITLES:  # "Dr" neither parts two names nor is one
                items.append(Item(stem(word), written.casefold(), at, words=frozenset({word})))
            continue
        last = items[-1] if items else None
        more, until = frozenset({word}), here.start + len(here.text)
        if last is not None and at < ends:  # another word of it: "1,250"
            items[-1] = _joined(last, last.text, more)
        elif last is not None and _is_one_name(last, here, text[ends:at] if ends >= 0 else None):
            items[-1] = _joined(last, text[last.start : until], more)
        elif word not in TITLES:
            items.append(
                Item(here.key, here.text, here.start, here.kind, more, here.values, here.dates)
            )
        ends = until
    joined = " ".join(text.split())
    numbers = {number for number, _ in claims.ordinals(joined)}
    for one in found:
        numbers |= one.values
        numbers.update(float(year) for year, _, _ in one.dates)
    for claim, _ in claims.numbers(joined):
        for part in claims.parts(claim.text):
            numbers |= part
    return SentenceRow(text, tuple(items), frozenset(numbers))


def _is_one_name(first: Item, second: Item, between: str | None) -> bool:
    """Whether two names are words of one; what is between them is None where words are."""
    return (
        first.kind is second.kind is ClaimKind.NAME
        and between is not None
        and len(between) <= _KEPT_TOGETHER
        and not _PARTING & set(between)
    )


def _joined(item: Item, text: str, words: frozenset[str]) -> Item:
    return Item(item.key, text, item.start, item.kind, item.words | words, item.values, item.dates)


def _filled(text: str, is_name: Callable[[Claim], bool], *, german: bool) -> Iterator[Item]:
    """What fills places in a sentence, without its words."""
    for claim, read in claims.dates(text):
        yield Item("#date", claim.text, claim.start, claim.kind, dates=read)
    for claim, values in claims.numbers(text):
        if not claim.weak:
            yield Item("#number", claim.text, claim.start, claim.kind, values=values)
    for claim in claims.names(text, COMMON, german=german):
        if not claim.weak or is_name(claim):
            yield Item("#name", claim.text, claim.start, claim.kind)


def _have_common(some: Sequence[Date], others: Sequence[Date]) -> bool:
    """Whether two dates may be the same, as far as both say it."""
    return any(
        all(a == b or 0 in {a, b} for a, b in zip(one, other, strict=True))
        for one in some
        for other in others
    )
