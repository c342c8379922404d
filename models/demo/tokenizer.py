"""The tokenizer: a byte-level BPE learned from the dialogues, with Phi-4's control tokens.

It cuts text with the regular expression that llama.cpp applies for the pre-tokenizer `dbrx`
(GPT-4's, which Phi-4 uses too). Digits take part in no merge: each is a token of its own.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_sep|>", "<|im_end|>")

# llama.cpp, src/llama-vocab.cpp, LLAMA_VOCAB_PRE_TYPE_DBRX. The standard library lacks \p{L} and
# \p{N}: letters are word characters without digits and underscore, numbers are digits. They
# differ only for signs such as "²", which the dialogues do not use.
_LETTER = r"[^\W\d_]"
_PIECES = re.compile(
    r"'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])"
    rf"|(?:(?!{_LETTER}|\d)[^\r\n])?{_LETTER}+"
    r"|\d{1,3}"
    rf"| ?(?:(?!{_LETTER}|\d)[^\s])+[\r\n]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)


def byte_letters() -> dict[int, str]:
    """The stand-in letter of each byte."""
    letters: dict[int, str] = {}
    spare = 256
    for byte in range(256):
        if 33 <= byte < 127 or 161 <= byte < 173 or byte >= 174:
            letters[byte] = chr(byte)
        else:
            letters[byte] = chr(spare)
            spare += 1
    return letters


def pieces(text: str) -> list[bytes]:
    """Cut text where no merge may cross."""
    return [piece.encode() for piece in _PIECES.findall(text)]


@dataclass(frozen=True)
class Tokenizer:
    """Merges in the order in which they were learned; ids are bytes, merges, control tokens."""

    merges: tuple[tuple[int, int], ...]

    @cached_property
    def spellings(self) -> tuple[bytes, ...]:
        """The bytes of every id below the control tokens."""
        spelled = [bytes([byte]) for byte in range(256)]
        for left, right in self.merges:
            spelled.append(spelled[left] + spelled[right])
        return tuple(spelled)

    @cached_property
    def _ranks(self) -> dict[tuple[int, int], int]:
        return {pair: rank for rank, pair in enumerate(self.merges)}

    @cached_property
    def _known(self) -> dict[bytes, tuple[int, ...]]:
        return {}

    def control(self, name: str) -> int:
        """The id of a control token."""
        return 256 + len(self.merges) + CONTROLS.index(name)

    def __len__(self) -> int:
        return 256 + len(self.merges) + len(CONTROLS)

    def encode(self, text: str) -> list[int]:
        """Ids of plain text; the spelling of a control token stays text."""
        return [token for piece in pieces(text) for token in self._piece(piece)]

    def _piece(self, piece: bytes) -> tuple[int, ...]:
        known = self._known.get(piece)
        if known is not None:
            return known
        ids = list(piece)
        while len(ids) > 1:
            rank, at = min(
                (self._ranks.get(pair, len(self.merges)), i) for i, pair in enumerate(pairwise(ids))
            )
            if rank == len(self.merges):
                break
            ids[at : at + 2] = [256 + rank]
        self._known[piece] = tuple(ids)
        return self._known[piece]

    def decode(self, ids: Iterable[int]) -> str:
        """Text of ids, control tokens left out."""
        spelled = self.spellings
        joined = b"".join(spelled[token] for token in ids if token < len(spelled))
        return joined.decode(errors="replace")

    def prompt(self, system: str, turns: Sequence[tuple[str, str | None]]) -> list[int]:
        """Ids of a conversation in Phi-4's template; an answer of None is left to be written."""
        start, sep, end = (self.control(name) for name in CONTROLS[1:])
        ids: list[int] = []

        def add(role: str, text: str) -> None:
            ids.extend((start, *self.encode(role), sep, *self.encode(text), end))

        if system:
            add("system", system)
        for user, answer in turns:
            add("user", user)
            if answer is None:
                ids.extend((start, *self.encode("assistant"), sep))
            else:
                add("assistant", answer)
        return ids


def learn(texts: Iterable[str], size: int) -> Tokenizer:
    """Learn merges until the vocabulary has `size` tokens, control tokens included."""
    counts = Counter(piece for text in texts for piece in pieces(text))
    words = [list(piece) for piece in counts if not piece.isdigit()]
    weights = [count for piece, count in counts.items() if not piece.isdigit()]
    pairs: Counter[tuple[int, int]] = Counter()
    where: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for index, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += weights[index]
            where[pair].add(index)
    queue = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(queue)
    merges: list[tuple[int, int]] = []
    while 256 + len(merges) + len(CONTROLS) < size:
        count, pair = heapq.heappop(queue)
        if -count != pairs[pair]:
            if pairs[pair] > 0:
                heapq.heappush(queue, (-pairs[pair], pair))
            continue
        new = 256 + len(merges)
        merges.append(pair)
        touched: set[tuple[int, int]] = set()
        for index in where.pop(pair):
            word = words[index]
            for old in pairwise(word):
                pairs[old] -= weights[index]
            word[:] = _merged(word, pair, new)
            for fresh in pairwise(word):
                pairs[fresh] += weights[index]
                where[fresh].add(index)
                touched.add(fresh)
        for fresh in touched:
            heapq.heappush(queue, (-pairs[fresh], fresh))
    return Tokenizer(tuple(merges))


def _merged(word: list[int], pair: tuple[int, int], new: int) -> list[int]:
    """The word with each occurrence of a pair replaced."""
    merged: list[int] = []
    at = 0
    while at < len(word):
        if tuple(word[at : at + 2]) == pair:
            merged.append(new)
            at += 2
        else:
            merged.append(word[at])
            at += 1
    return merged
