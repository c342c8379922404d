"""The KV cache and the token ids it stands for, always in step with each other."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

WORTH_SHIFTING = 32  # tokens; below, evaluating them again costs less than it saves
WORTH_MOVING = 128  # the same where new tokens come before them: two more calls and a turn of keys
MOST_INSERTED = 2_048  # tokens looked through for the place where known ones go on
ANCHOR = 16  # tokens that must match for a place in the cache to be recognised
_SEQUENCE, _ASIDE = 0, 1


def common_prefix(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens both begin with."""
    length = min(len(first), len(second))
    if first[:length] == second[:length]:
        return length
    low, high = 0, length
    while low < high:  # the longest equal start is monotone, so halving finds it
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def find_shift(held: Sequence[int], wanted: Sequence[int], prefix: int) -> tuple[int, int]:
    """Where the rest of the prompt continues in the cache after a gap.

    Args:
        held: Tokens in the cache.
        wanted: Tokens of the prompt.
        prefix: Tokens both begin with.

    Returns:
        Start of the matching run in ``held``, and its length; (0, 0) where there is none worth it.
    """
    anchor = wanted[prefix : prefix + ANCHOR]
    if len(anchor) < ANCHOR:
        return 0, 0
    haystack, needle = array("i", held[prefix:]).tobytes(), array("i", anchor).tobytes()
    at = haystack.find(needle)
    while at >= 0 and at % 4:
        at = haystack.find(needle, at + 1)
    if at < 0:
        return 0, 0
    start = prefix + at // 4
    length = common_prefix(held[start:], wanted[prefix:])
    return (start, length) if length >= WORTH_SHIFTING else (0, 0)


def find_insertion(held: Sequence[int], wanted: Sequence[int], prefix: int) -> tuple[int, int, int]:
    """Where the prompt goes on as the cache does, after tokens that the cache lacks.

    That is how a prompt looks in which a summary stands for the oldest turns.

    Args:
        held: Tokens in the cache.
        wanted: Tokens of the prompt.
        prefix: Tokens both begin with.

    Returns:
        Start of the matching run in ``wanted``, its start in ``held``, and its length; zeros
        where there is none worth it.
    """
    haystack = array("i", held[prefix:]).tobytes()
    for at in range(prefix + 1, min(len(wanted) - ANCHOR, prefix + MOST_INSERTED)):
        found = haystack.find(array("i", wanted[at : at + ANCHOR]).tobytes())
        if found < 0 or found % 4:
            continue
        start = prefix + found // 4
        length = common_prefix(held[start:], wanted[at:])
        if length >= max(WORTH_MOVING, at - prefix):
            return at, start, length
    return 0, 0, 0


class KvCache:
    """Sequence 0 of a context's memory; sequence 1 is for passing through.

    Attributes:
        tokens: What it holds, from position 0.
        shift_pending: Positions were changed, and llama.cpp turns the keys with the next pass.
    """

    def __init__(self, c: Any, context: Any) -> None:
        self._c = c
        self._memory = c.llama_get_memory(context)
        self.can_shift = bool(c.llama_memory_can_shift(self._memory))
        self.tokens: list[int] = []
        self.shift_pending = False
        self._aside: tuple[int, list[int]] | None = None  # where they go on, and which they are

    def trim(self, length: int) -> None:
        """Keep the first ``length`` tokens. A model that cannot do that forgets everything."""
        if self._c.llama_memory_seq_rm(self._memory, _SEQUENCE, length, -1):
            del self.tokens[length:]
        else:
            self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._c.llama_memory_clear(self._memory, True)
        self._aside = None
        self.tokens.clear()

    def fit(self, prompt: Sequence[int]) -> int:
        """Keep what ``prompt`` can use, shifting over a gap where turns were left out.

        Returns:
            Tokens of ``prompt`` that need no evaluation; at least one is left to evaluate,
            because sampling needs its logits.
        """
        self.drop_aside()
        prefix = common_prefix(self.tokens, prompt)
        start, length = find_shift(self.tokens, prompt, prefix)
        if length and self.can_shift:
            self.trim(start + length)
            gap = start - prefix
            self._c.llama_memory_seq_rm(self._memory, _SEQUENCE, prefix, start)
            self._c.llama_memory_seq_add(self._memory, _SEQUENCE, start, -1, -gap)
            del self.tokens[prefix:start]
            self.shift_pending = True
            prefix += length
        elif self.can_shift:
            self._put_aside(prompt, prefix)
        prefix = min(prefix, len(prompt) - 1)
        if prefix < len(self.tokens):
            self.trim(prefix)
        return len(self.tokens) + self.waiting

    def _put_aside(self, prompt: Sequence[int], prefix: int) -> None:
        """Keep tokens that follow new ones in the prompt, for :meth:`take_back`."""
        at, start, length = find_insertion(self.tokens, prompt, prefix)
        length = min(length, len(prompt) - 1 - at)  # one is left to evaluate
        if length < WORTH_MOVING:
            return
        c, memory = self._c, self._memory
        c.llama_memory_seq_rm(memory, _ASIDE, -1, -1)
        c.llama_memory_seq_cp(memory, _SEQUENCE, _ASIDE, start, start + length)
        self._aside = at, self.tokens[start : start + length]
        self.trim(prefix)
        if start != at:  # ahead of the new tokens, so that their places are free
            c.llama_memory_seq_add(memory, _ASIDE, start, start + length, at - start)
            self.shift_pending = True

    @property
    def next_stop(self) -> int | None:
        """Length at which :meth:`take_back` has something to add; None where nothing is aside."""
        return self._aside[0] if self._aside is not None else None

    @property
    def waiting(self) -> int:
        """Tokens put aside."""
        return len(self._aside[1]) if self._aside is not None else 0

    def take_back(self) -> int:
        """Append what was put aside, now that what comes before it was evaluated.

        Returns:
            Tokens appended; 0 where nothing was aside, or it is not its turn yet.
        """
        if self._aside is None or len(self.tokens) != self._aside[0]:
            return 0
        (_, tokens), self._aside = self._aside, None
        self._c.llama_memory_seq_cp(self._memory, _ASIDE, _SEQUENCE, -1, -1)
        self._c.llama_memory_seq_rm(self._memory, _ASIDE, -1, -1)
        self.tokens.extend(tokens)
        return len(tokens)

    def drop_aside(self) -> None:
        """Forget what was put aside: the prompt it was for is not read any more."""
        if self._aside is not None:
            self._aside = None
            self._c.llama_memory_seq_rm(self._memory, _ASIDE, -1, -1)
