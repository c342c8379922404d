"""Measuring the answers to held-out questions: exactly right, or wrong."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from batches import sample
from dialogues import Dialogue
from model import Demo
from tokenizer import Tokenizer

_BATCH = 48


@torch.no_grad()
def right(model: Demo, tokenizer: Tokenizer, dialogues: Sequence[Dialogue]) -> list[bool]:
    """Whether greedy decoding gives each dialogue's last answer, its end included.

    That is so exactly when each token of the answer is the likeliest after those before it, so one
    pass over the finished dialogue tells.
    """
    model.eval()
    samples = [sample(dialogue, tokenizer, model.shape.context) for dialogue in dialogues]
    order = sorted(range(len(samples)), key=lambda i: len(samples[i].ids))
    verdicts = [False] * len(samples)
    for at in range(0, len(order), _BATCH):
        chosen = order[at : at + _BATCH]
        width = max(len(samples[i].ids) for i in chosen)
        ids = torch.zeros(len(chosen), width, dtype=torch.long)
        for row, i in enumerate(chosen):
            ids[row, : len(samples[i].ids)] = torch.tensor(samples[i].ids)
        best = model(ids).argmax(-1)
        for row, i in enumerate(chosen):
            end = len(samples[i].ids)
            start = end - len(tokenizer.encode(dialogues[i].turns[-1].answer)) - 1
            verdicts[i] = bool((best[row, start - 1 : end - 1] == ids[row, start:end]).all())
    model.train()
    return verdicts
