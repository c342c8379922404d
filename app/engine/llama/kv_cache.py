"""The KV cache and the token ids it stands for, always in step with each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.generation import Turn
from app.engine.reuse import WORTH_MOVING, Move, Moved, common_prefix

_SEQUENCE, _ASIDE = 0, 1


class KvCache:
    """Sequence 0 of a context's memory; sequence 1 is for passing through.

    Attributes:
        tokens: What it holds, from position 0.
        moved: Which of them were evaluated after other words than stand before them now.
        shift_pending: Positions were changed, and llama.cpp turns the keys with the next pass.
    """

    def __init__(self, c: Any, context: Any) -> None:
        self._c = c
        self._memory = c.llama_get_memory(context)
        self.can_shift = bool(c.llama_memory_can_shift(self._memory))
        self.tokens: list[int] = []
        self.moved: Moved | None = None
        self.shift_pending = False
        # Where they go on, which they are, and what they saw that will not be before them.
        self._aside: tuple[int, list[int], frozenset[Turn]] | None = None

    @property
    def exact(self) -> int:
        """Tokens, from the first, whose cells are what evaluating them again would give."""
        return len(self.tokens) if self.moved is None else self.moved.start

    def trim(self, length: int) -> None:
        """Keep the first ``length`` tokens. A model that cannot do that forgets everything."""
        if not self._c.llama_memory_seq_rm(self._memory, _SEQUENCE, length, -1):
            self.clear()
            return
        del self.tokens[length:]
        if self.moved is not None and length <= self.moved.start:
            self.moved = None

    def clear(self) -> None:
        """Forget everything."""
        self._c.llama_memory_clear(self._memory, True)
        self._aside = self.moved = None
        self.tokens.clear()

    def fit(self, prompt: Sequence[int], move: Move | None = None) -> int:
        """Keep what ``prompt`` begins with, and with ``move`` a run of cells behind a gap.

        Returns:
            Tokens of ``prompt`` that need no evaluation; at least one is left to evaluate,
            because sampling needs its logits.
        """
        self.drop_aside()
        prefix = common_prefix(self.tokens, prompt)
        if move is not None and move.at == prefix:
            self._shift(move)
            prefix += move.length
        elif move is not None:
            self._put_aside(move, prefix, len(prompt))
        prefix = min(prefix, len(prompt) - 1)
        if prefix < len(self.tokens):
            self.trim(prefix)
        return len(self.tokens) + self.aside_tokens

    def keep(self, prompt: Sequence[int]) -> int:
        """Keep what ``prompt`` begins with, all of it where that is the case; tokens kept."""
        self.drop_aside()
        prefix = common_prefix(self.tokens, prompt)
        if prefix < len(self.tokens):
            self.trim(prefix)
        return len(self.tokens)

    def _shift(self, move: Move) -> None:
        """Close the gap before a run."""
        self.trim(move.start + move.length)
        self._c.llama_memory_seq_rm(self._memory, _SEQUENCE, move.at, move.start)
        self._c.llama_memory_seq_add(self._memory, _SEQUENCE, move.start, -1, move.at - move.start)
        del self.tokens[move.at : move.start]
        self.shift_pending = True
        self._note(move.at, move.saw)

    def _put_aside(self, move: Move, prefix: int, total: int) -> None:
        """Keep a run that follows new tokens in the prompt, for :meth:`take_back`."""
        start, length = move.start, min(move.length, total - 1 - move.at)  # one is left to evaluate
        if length < WORTH_MOVING:
            return
        c, memory = self._c, self._memory
        saw = move.saw
        if self.moved is not None:
            saw |= self.moved.saw
        c.llama_memory_seq_rm(memory, _ASIDE, -1, -1)
        c.llama_memory_seq_cp(memory, _SEQUENCE, _ASIDE, start, start + length)
        self._aside = move.at, self.tokens[start : start + length], saw
        self.trim(prefix)
        if start != move.at:  # ahead of the new tokens, so that their places are free
            c.llama_memory_seq_add(memory, _ASIDE, start, start + length, move.at - start)
            self.shift_pending = True

    def _note(self, start: int, saw: frozenset[Turn]) -> None:
        """Cells from ``start`` on have attended to ``saw``."""
        if self.moved is not None:
            start, saw = min(start, self.moved.start), saw | self.moved.saw
        self.moved = Moved(start, saw)

    @property
    def next_stop(self) -> int | None:
        """Length at which :meth:`take_back` has something to add; None where nothing is aside."""
        return self._aside[0] if self._aside is not None else None

    @property
    def aside_tokens(self) -> int:
        """Tokens put aside."""
        return len(self._aside[1]) if self._aside is not None else 0

    def restore_aside(self) -> int:
        """Append what was put aside, now that what comes before it was evaluated.

        Returns:
            Tokens appended; 0 where nothing was aside, or it is not its turn yet.
        """
        if self._aside is None or len(self.tokens) != self._aside[0]:
            return 0
        (_, tokens, saw), self._aside = self._aside, None
        self._c.llama_memory_seq_cp(self._memory, _ASIDE, _SEQUENCE, -1, -1)
        self._c.llama_memory_seq_rm(self._memory, _ASIDE, -1, -1)
        self._note(len(self.tokens), saw)
        self.tokens.extend(tokens)
        return len(tokens)

    def drop_aside(self) -> None:
        """Forget what was put aside: the prompt it was for is not read any more."""
        if self._aside is not None:
            self._aside = None
            self._c.llama_memory_seq_rm(self._memory, _ASIDE, -1, -1)
