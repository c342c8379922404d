"""What lookup drafting gains where code is edited, by replaying pairs of old and new files.

    python -m tests.benchmarks.bench_drafting [--pairs 60] [--costs 1,1.3,…]
                                              [--model FILE [--written 3]]

An answer to "edit this code" is the new file, and the prompt holds the old one. Both come from the
history of this project: files of which a commit changed a little. No model writes them, so what
comes true is what really would, not what a scripted model says. Passes are priced by what they
cost: measured with ``--model`` at each size, else the numbers of ``--costs`` for passes of 1, 2, 4,
8, 16, 32 and 64 tokens. Rows whose answer has nothing to do with its prompt show what is lost.

With ``--written N`` the first N pairs that are short are also written for real: each pass is
llama.cpp's, over the token that comes next and the guesses behind it, and only what the model draws
is replaced by what the new file says. Seconds and passes with and without guessing, in turns.

Pieces of text stand for tokens: words with the blank before them, numbers of up to three digits,
signs and line ends, as the vocabulary of Phi-4 splits a text first.
"""

from __future__ import annotations

import argparse
import difflib
import os
import random
import re
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from app.engine.prompt_lookup import MAX_PASS, Drafter, PassCosts

ROOT = Path(__file__).parents[2]
SIZES = (1, 2, 4, 8, 16, 32, 64)
# 14.7 B, Q4_K, 2 cores of 2026: passes over so many tokens, in passes over one.
COSTS = (1.0, 1.2, 1.5, 2.1, 3.4, 5.9, 10.0)
PIECE = re.compile(r"[^\r\n\w]?[^\W\d]+|\d{1,3}| ?[^\s\w]+[\r\n]*|\s*[\r\n]+|\s+")
LONGEST = 3_000  # pieces of a file


def pairs(count: int, seed: int) -> list[tuple[str, str, float]]:
    """Old and new text of files that commits changed a little, and the share that is kept."""

    def git(*arguments: str) -> str:
        asked = ["git", "-C", str(ROOT), *arguments]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout

    chance = random.Random(seed)
    commits = git("log", "--format=%H", "--no-merges", "-n", "600").split()
    chance.shuffle(commits)
    found: list[tuple[str, str, float]] = []
    for commit in commits:
        changed = git("diff", "--name-only", "--diff-filter=M", f"{commit}~1", commit, "--", "*.py")
        for path in changed.split()[:2]:
            old, new = git("show", f"{commit}~1:{path}"), git("show", f"{commit}:{path}")
            if len(PIECE.findall(new)) > LONGEST:
                continue
            lines = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), False)
            kept = lines.ratio()
            if 0.7 <= kept < 1:
                found.append((old, new, kept))
        if len(found) >= count:
            break
    return found[:count]


class Vocabulary:
    """Numbers for pieces of text."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def tokens(self, text: str) -> list[int]:
        """One for each piece."""
        return [self._known.setdefault(p, len(self._known)) for p in PIECE.findall(text)]


def price(costs: Sequence[float], size: int) -> float:
    """Of a pass over ``size`` tokens, between the sizes that are known."""
    for (low, cheap), (high, dear) in zip(
        zip(SIZES, costs, strict=False), zip(SIZES[1:], costs[1:], strict=False), strict=False
    ):
        if low <= size <= high:
            return cheap + (dear - cheap) * (size - low) / (high - low)
    return costs[-1] * size / SIZES[len(costs) - 1]


def replay(
    prompt: Sequence[int], answer: Sequence[int], costs: Sequence[float]
) -> tuple[float, int, int, float]:
    """Gain over no drafting, tokens guessed, those that came true, microseconds a token."""
    known = PassCosts()
    known.record_prompt(512, 512 * price(costs, 64) / 64)
    for size in (1,):
        known.record_pass(size, price(costs, size))
    drafter = Drafter(prompt, known)
    spent, place, began = 0.0, 0, time.process_time()
    while place < len(answer):
        drafter.on_token(answer[place])
        draft = drafter.propose(len(answer) - place - 1)
        cost = price(costs, 1 + len(draft))
        known.record_pass(1 + len(draft), cost)
        spent += cost
        came = 0
        while came < len(draft) and draft[came] == answer[place + 1 + came]:
            came += 1
            drafter.on_token(answer[place + came])
        drafter.on_verified(len(draft), came)
        place += 1 + came
    taken = (time.process_time() - began) / len(answer) * 1e6
    return len(answer) / spent, drafter.drafted, drafter.accepted, taken


def measured(model: Path, threads: int, library: Path | None) -> list[float]:
    """Costs of passes of each size behind 256 tokens, in passes over one; best of six rounds."""
    from app.domain.endpoints.source import FileSource
    from app.domain.model import LoadRequest
    from app.engine.base import EngineOptions
    from app.engine.llama.engine import LlamaEngine
    from tests.support.engines import never

    engine = LlamaEngine(EngineOptions(library_dir=library))
    request = LoadRequest(FileSource(model), context_size=2048, threads=threads)
    engine.load(request, lambda _: None, never())
    session = engine._session
    if session is None:
        raise SystemExit("the model is not loaded")
    decoder = session.decoder
    list(decoder.prefill(list(range(300, 556)), lambda: False))
    found = dict.fromkeys(SIZES, float("inf"))
    for _ in range(6):
        for size in SIZES:
            depth = len(decoder.kv.tokens)
            began = time.perf_counter()
            decoder.decode(list(range(400, 400 + size)), every=size <= MAX_PASS)
            found[size] = min(found[size], time.perf_counter() - began)
            decoder.kv.trim(depth)
    engine.unload()
    return [found[size] / found[1] for size in SIZES]


def written(
    model: Path, threads: int, library: Path | None, cases: Sequence[tuple[list[int], list[int]]]
) -> None:
    """Print what writing each answer behind its prompt took, with and without guessing."""
    from app.domain.endpoints.source import FileSource
    from app.domain.model import LoadRequest
    from app.engine.base import EngineOptions
    from app.engine.llama.engine import LlamaEngine
    from tests.support.engines import never

    engine = LlamaEngine(EngineOptions(library_dir=library))
    engine.load(
        LoadRequest(FileSource(model), context_size=4096, threads=threads), lambda _: None, never()
    )
    session = engine._session
    if session is None:
        raise SystemExit("the model is not loaded")
    decoder, sums = session.decoder, {True: 0.0, False: 0.0}
    size = session.tokenizer.size - 300  # which token it is does not matter to what a pass costs
    for pieces in cases:
        prompt, answer = ([300 + n % size for n in text] for text in pieces)
        decoder.kv.clear()
        for _ in decoder.prefill(prompt, lambda: False):
            pass
        passes = {}
        for guessing in (False, True):
            drafter = Drafter(prompt, session.costs) if guessing else None
            place, passes[guessing], began = 0, 0, time.perf_counter()
            while place < len(answer):
                draft: list[int] = []
                if drafter is not None:
                    drafter.on_token(answer[place])
                    draft = drafter.propose(len(answer) - place - 1)
                asked = time.perf_counter()
                decoder.decode([answer[place], *draft], every=bool(draft))
                session.record_pass(1 + len(draft), time.perf_counter() - asked)
                came = 0
                while came < len(draft) and draft[came] == answer[place + 1 + came]:
                    came += 1
                    if drafter is not None:
                        drafter.on_token(answer[place + came])
                if drafter is not None:
                    drafter.on_verified(len(draft), came)
                place, passes[guessing] = place + 1 + came, passes[guessing] + 1
                decoder.kv.trim(len(prompt) + place)
            sums[guessing] += (seconds := time.perf_counter() - began)
            decoder.kv.trim(len(prompt))
            kind = "guessing" if guessing else "plain"
            print(
                f"  {len(answer)} tokens behind {len(prompt)}, {kind:<9} {seconds:7.1f} s, "
                f"{passes[guessing]} passes, load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    print(f"written for real, {len(cases)} pairs: x{sums[False] / sums[True]:.2f}")
    engine.unload()


def main() -> int:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--model", type=Path, help="measure the costs of passes with it")
    parser.add_argument("--written", type=int, default=0, help="pairs to write with it for real")
    parser.add_argument("--library", type=Path, help="llama.cpp's libraries")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--costs", type=lambda text: [float(one) for one in text.split(",")])
    chosen = parser.parse_args()
    costs = chosen.costs or COSTS
    if chosen.model:
        costs = measured(chosen.model, chosen.threads, chosen.library)
    told = " ".join(f"{s}:{c:.2f}" for s, c in zip(SIZES, costs, strict=False))
    print(f"costs of passes, in passes over one token: {told}")
    vocabulary, found = Vocabulary(), pairs(chosen.pairs, chosen.seed)
    prompts = [vocabulary.tokens(f"Edit this code:\n{old}\nDo it.") for old, _, _ in found]
    answers = [vocabulary.tokens(new) for _, new, _ in found]
    groups = {
        "edited, 95 % of the lines kept and more": [n for n, p in enumerate(found) if p[2] >= 0.95],
        "edited, 70 to 95 %": [n for n, p in enumerate(found) if p[2] < 0.95],
    }
    kinds = {name: [(prompts[n], answers[n]) for n in group] for name, group in groups.items()}
    turned = [(prompts[n - 1], answers[n]) for n in range(len(found))]
    kinds["another file of the project in the prompt"] = turned
    mixed = random.Random(chosen.seed)
    noise = [(p, mixed.sample(a, len(a))) for p, a in zip(prompts, answers, strict=True)]
    kinds["the answer's pieces in any order"] = noise
    for name, group in kinds.items():
        if not group:
            continue
        rows = [replay(prompt, answer, costs) for prompt, answer in group]
        gains = sorted(row[0] for row in rows)
        tokens = [len(answer) for _, answer in group]
        spent = sum(count / row[0] for count, row in zip(tokens, rows, strict=True))
        drafted, accepted = sum(row[1] for row in rows), sum(row[2] for row in rows)
        print(
            f"{name:<44} {len(group):>4} pairs  x{sum(tokens) / spent:.2f} "
            f"(least {gains[0]:.2f}, median {statistics.median(gains):.2f})  "
            f"came true {accepted}/{drafted}  {statistics.median(r[3] for r in rows):.0f} us/token"
        )
    if chosen.model and chosen.written:
        both = sorted(zip(prompts, answers, strict=True), key=lambda pair: len(pair[1]))
        short = [pair for pair in both if len(pair[1]) > 150]
        written(chosen.model, chosen.threads, chosen.library, short[: chosen.written])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
