"""Two sentences laid beside each other, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Word = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a sentence differs from another.

    Attributes:
        similarity: Share of their words that are the same in the same order, 0 to 1.
        replaced: Words of the first that stand for words of the second: indices of both.
        same: Words that both have, in order: the index of each in both.
    """

    similarity: float
    replaced: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    same: tuple[tuple[int, int], ...] = ()


def align(first: Sequence[str], second: Sequence[str]) -> Alignment:
    """Lay two rows of words beside each other."""
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    replaced = tuple(
        ((a, b), (c, d)) for tag, a, b, c, d in matcher.get_opcodes() if tag == "replace"
    )
    same = tuple(
        (block.a + at, block.b + at)
        for block in matcher.get_matching_blocks()
        for at in range(block.size)
    )
    return Alignment(matcher.ratio(), replaced, same)


def longest_run(first: Sequence[str], second: Sequence[str]) -> tuple[int, int, int]:
    """The longest row of words that both have: where in each, and how many words."""
    best = (0, 0, 0)
    places: dict[str, list[int]] = {}
    for index, word in enumerate(second):
        places.setdefault(word, []).append(index)
    before: dict[int, int] = {}
    for i, word in enumerate(first):
        here: dict[int, int] = {}
        for j in places.get(word, ()):
            length = before.get(j - 1, 0) + 1
            here[j] = length
            if length > best[2]:
                best = (i - length + 1, j - length + 1, length)
        before = here
    return best
