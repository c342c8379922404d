"""Train the demo model from nothing: dialogues, tokenizer, network, evaluation, `demo.gguf`.

    pip install torch numpy gguf
    python models/demo/train.py

Writes `models/demo.gguf` and `models/demo/RESULT.json`. With the same seed, versions and number of
threads it makes the same model. Interrupted, it goes on from its last checkpoint with `--resume`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

import evaluate
import export
from batches import Batch, mixed, packed
from dialogues import Dialogue, evaluation, freehand, training, unseen_questions
from model import Demo, Shape
from score import GOAL, TOTAL, by_kind, table
from tokenizer import Tokenizer, learn

HERE = Path(__file__).parent
CHECKPOINT = HERE / "out" / "checkpoint.pt"
MERGES = HERE / "merges.json"
RESULT = HERE / "RESULT.json"
MODEL = HERE.parent / "demo.gguf"

# Dialogues of a few turns fill rows of 384 tokens; every 16th batch holds chats of up to 2,048.
SHORT_ROWS, SHORT_LENGTH = 12, 384
LONG_ROWS, LONG_LENGTH = 2, 2048
LONG_EVERY = 16
WARMUP = 100
COOLING = 0.35
EXAMINED = 150
PEAK_RATE = 3e-3


@dataclass(frozen=True, slots=True)
class Plan:
    """What the command line decides."""

    seed: int
    steps: int
    threads: int
    compile: bool
    resume: bool
    model: Path


def plan() -> Plan:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--steps", type=int, default=3950)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="faster; needs a C++ compiler")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--model", type=Path, default=MODEL, help="the GGUF file to write")
    return Plan(**vars(parser.parse_args()))


def make_tokenizer(seed: int, unseen: frozenset[str], size: int) -> Tokenizer:
    """The tokenizer in `merges.json`; where there is none, learn it and write it there.

    It is learned on dialogues of their own seed. Answers repeat, questions vary: of the answers
    a part is enough.
    """
    if MERGES.exists():
        merges = json.loads(MERGES.read_text())
        return Tokenizer(tuple((left, right) for left, right in merges))
    texts = ["system", "user", "assistant"] * 500
    for number, dialogue in enumerate(islice(training(seed + 1000, unseen), 20_000)):
        texts += [dialogue.system, *(turn.user for turn in dialogue.turns)]
        if number % 3 == 0:
            texts += [turn.answer for turn in dialogue.turns]
    tokenizer = learn(texts, size)
    MERGES.write_text(json.dumps(tokenizer.merges, separators=(",", ":")) + "\n")
    return tokenizer


def optimizers(model: Demo) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for embeddings and norms."""
    inner = [w for n, w in model.named_parameters() if w.dim() == 2 and n.startswith("blocks")]
    outer = [w for n, w in model.named_parameters() if w.dim() == 2 and not n.startswith("blocks")]
    norms = [w for w in model.parameters() if w.dim() == 1]
    return [
        torch.optim.Muon(inner, lr=PEAK_RATE, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(
            [{"params": outer, "weight_decay": 0.02}, {"params": norms, "weight_decay": 0.0}],
            lr=PEAK_RATE, betas=(0.9, 0.98),
        ),
    ]  # fmt: skip


def rate(step: int, steps: int) -> float:
    """Share of the peak learning rate: a short rise, a plateau, and a last part down to nothing.

    The plateau does not depend on `steps`: a run resumed before its end with more or fewer steps
    is the run that would have been started with that number.
    """
    return min(1.0, (step + 1) / WARMUP, (steps - step) / (COOLING * steps))


def loss_of(model: Demo, features: Callable[[Tensor, Tensor], Tensor], batch: Batch) -> Tensor:
    """Weighted cross entropy of what the assistant says."""
    counted = batch.weights > 0
    with torch.autocast("cpu", torch.bfloat16):
        logits = model.output(features(batch.ids, batch.mask)[counted])
    losses = functional.cross_entropy(logits.float(), batch.targets[counted], reduction="none")
    weights = batch.weights[counted]
    return (losses * weights).sum() / weights.sum()


def train(todo: Plan, model: Demo, tokenizer: Tokenizer, held_out: Sequence[Dialogue]) -> float:
    """Train; return the minutes that it took."""
    unseen = unseen_questions(held_out)
    batches = mixed(
        packed(training(todo.seed, unseen), tokenizer, SHORT_ROWS, SHORT_LENGTH),
        packed(training(todo.seed + 1, unseen, long=True), tokenizer, LONG_ROWS, LONG_LENGTH),
        LONG_EVERY,
    )
    features = torch.compile(model.features) if todo.compile else model.features
    steppers = optimizers(model)
    first, minutes = 0, 0.0
    if todo.resume and CHECKPOINT.exists():
        saved = torch.load(CHECKPOINT)
        model.load_state_dict(saved["model"])
        for stepper, state in zip(steppers, saved["optimizers"], strict=True):
            stepper.load_state_dict(state)
        first, minutes = saved["step"], saved["minutes"]
        next(islice(batches, first - 1, first), None)  # the same batches as without the pause
    probe = held_out[:: max(1, len(held_out) // 300)]
    began, shown, total = time.monotonic() - 60 * minutes, time.monotonic(), 0.0
    for step in range(first, todo.steps):
        for stepper in steppers:
            for group in stepper.param_groups:
                group["lr"] = PEAK_RATE * rate(step, todo.steps)
        loss = loss_of(model, features, next(batches))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for stepper in steppers:
            stepper.step()
            stepper.zero_grad()
        total += loss.item()
        if (step + 1) % 50 == 0:
            pace = (time.monotonic() - shown) / 50
            print(f"step {step + 1}  loss {total / 50:.4f}  {pace:.2f} s a step", flush=True)
            shown, total = time.monotonic(), 0.0
        if (step + 1) % EXAMINED == 0 or step + 1 == todo.steps:
            minutes = (time.monotonic() - began) / 60
            CHECKPOINT.parent.mkdir(exist_ok=True)
            torch.save(
                {"model": model.state_dict(), "step": step + 1, "minutes": minutes,
                 "optimizers": [stepper.state_dict() for stepper in steppers]},
                CHECKPOINT,
            )  # fmt: skip
            results = by_kind(probe, evaluate.right(model, tokenizer, probe))
            print("  " + "  ".join(f"{k} {h}/{n}" for k, (h, n) in results.items()), flush=True)
    return minutes


def main() -> None:
    """Do it all and record it."""
    todo = plan()
    torch.manual_seed(todo.seed)
    torch.set_num_threads(todo.threads)
    held_out = evaluation(todo.seed + 2) + freehand.dialogues()
    shape = Shape()
    tokenizer = make_tokenizer(todo.seed, unseen_questions(held_out), shape.vocabulary)
    model = Demo(shape)
    minutes = train(todo, model, tokenizer, held_out)
    export.write(model, tokenizer, todo.model)
    verdicts = evaluate.right(model, tokenizer, held_out)
    results = by_kind(held_out, verdicts)
    for line in table(results):
        print(line)
    for dialogue, verdict in zip(held_out, verdicts, strict=True):
        if not verdict:
            turn = dialogue.turns[-1]
            print(f"wrong: [{turn.kind}] {turn.user!r} should be {turn.answer[:60]!r}")
    hit, asked = results[TOTAL]
    print(f"goal of {GOAL:.0%} held-out: {'reached' if hit / asked >= GOAL else 'missed'}")
    RESULT.write_text(json.dumps({
        "seed": todo.seed,
        "steps": todo.steps,
        "minutes": round(minutes, 1),
        "threads": todo.threads,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "held_out": {kind: {"right": h, "of": n} for kind, (h, n) in results.items()},
        "share": round(hit / asked, 4),
        "sha256": hashlib.sha256(todo.model.read_bytes()).hexdigest(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "numpy", "gguf")},
    }, indent=2) + "\n")  # fmt: skip


if __name__ == "__main__":
    main()
