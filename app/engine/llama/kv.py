"""The KV cache and the token ids it stands for, always in step with each other."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

WORTH_SHIFTING = 32  # tokens; below, evaluating them again costs less than it saves
ANCHOR = 16  # tokens that must match for a place in the cache to be recognised
_SEQUENCE = 0


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


class KvCache:
    """Sequence 0 of a context's memory.

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

    def trim(self, length: int) -> None:
        """Keep the first ``length`` tokens. A model that cannot do that forgets everything."""
        if self._c.llama_memory_seq_rm(self._memory, _SEQUENCE, length, -1):
            del self.tokens[length:]
        else:
            self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._c.llama_memory_clear(self._memory, True)
        self.tokens.clear()

    def fit(self, prompt: Sequence[int]) -> int:
        """Keep what ``prompt`` can use, shifting over a gap where turns were left out.

        Returns:
            Tokens of ``prompt`` that need no evaluation; at least one is left to evaluate,
            because sampling needs its logits.
        """
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
        prefix = min(prefix, len(prompt) - 1)
        if prefix < len(self.tokens):
            self.trim(prefix)
        return len(self.tokens)
