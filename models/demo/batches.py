"""From dialogues to tensors: packing, the mask between dialogues, and the weight of each token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from dialogues import Dialogue
from tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Sample:
    """Ids of a dialogue and, for each id, how much its prediction counts."""

    ids: list[int]
    weights: list[float]


def sample(dialogue: Dialogue, tokenizer: Tokenizer, room: int) -> Sample:
    """Encode as many turns as fit into `room` tokens.

    Only what the assistant says counts, its end included. An answer of n tokens weighs sqrt(n) in
    all: the short ones, sums above all, are where thinking is needed.
    """
    ids = tokenizer.prompt(dialogue.system, [])
    weights = [0.0] * len(ids)
    for turn in dialogue.turns:
        asked = tokenizer.prompt("", [(turn.user, None)])
        said = [*tokenizer.encode(turn.answer), tokenizer.control("<|im_end|>")]
        if len(ids) + len(asked) + len(said) > room:
            break
        ids += asked + said
        weights += [0.0] * len(asked) + [len(said) ** -0.5] * len(said)
    return Sample(ids, weights)


@dataclass(frozen=True, slots=True)
class Batch:
    """Packed dialogues: inputs (rows, length), targets, weights and the attention mask."""

    ids: Tensor
    targets: Tensor
    weights: Tensor
    mask: Tensor


def packed(
    source: Iterator[Dialogue], tokenizer: Tokenizer, rows: int, length: int
) -> Iterator[Batch]:
    """Fill rows with whole dialogues that do not see each other."""
    pending: Sample | None = None
    while True:
        ids = torch.zeros(rows, length + 1, dtype=torch.long)
        weights = torch.zeros(rows, length + 1)
        owner = torch.full((rows, length + 1), -1)
        for row in range(rows):
            used = number = 0
            while True:
                made = pending or sample(next(source), tokenizer, length + 1)
                pending = made
                if used + len(made.ids) > length + 1:
                    break
                end = used + len(made.ids)
                ids[row, used:end] = torch.tensor(made.ids)
                weights[row, used:end] = torch.tensor(made.weights)
                owner[row, used:end] = number
                used, number, pending = end, number + 1, None
        same = owner[:, :-1, None] == owner[:, None, :-1]
        mask = same.tril()[:, None]
        yield Batch(ids[:, :-1], ids[:, 1:], weights[:, 1:], mask)


def mixed(short: Iterator[Batch], long: Iterator[Batch], every: int) -> Iterator[Batch]:
    """Every so many batches one of long dialogues."""
    while True:
        yield from islice(short, every - 1)
        yield next(long)
