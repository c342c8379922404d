"""Answers with and without reading ahead: 200 seeded sessions with the demo, token for token.

    python -m tests.benchmarks.bench_read_ahead --sessions 200

Prints how many tokens were left to evaluate after Enter, which depends on no clock. Ends with 1
where an answer differs by more than a tie.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from app.engine.base import EngineOptions
from app.engine.llama.engine import LlamaEngine
from tests.support.engines import load, never
from tests.support.typing_sessions import Heard, play

TIE = 0.5  # logits
DEMO = Path(__file__).parents[2] / "models" / "demo.gguf"


def main() -> int:
    """Play them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--model", type=Path, default=DEMO)
    options = parser.parse_args()
    differ: list[int] = []
    late: list[int] = []
    gaps: list[float] = []
    answers: list[tuple[Heard, Heard]] = []
    for seed in range(options.first, options.first + options.sessions):
        plain = _played(options.model, seed, ahead=False)
        ahead = _played(options.model, seed, ahead=True)
        if [one.tokens for one in plain] != [one.tokens for one in ahead]:
            differ.append(seed)
            gaps += [_gap(options.model, *pair) for pair in zip(plain, ahead, strict=True)]
        if any(_evaluated(one) > one.after_last_word for one in ahead):
            late.append(seed)
        answers += zip(plain, ahead, strict=True)
    without = sum(_evaluated(one) for one, _ in answers)
    left = [_evaluated(one) for _, one in answers]
    print(f"load {os.getloadavg()[0]:.1f}")
    print(f"sessions                          {options.sessions}")
    print(f"answers                           {len(answers)}")
    print(f"sessions whose tokens differ      {len(differ)} {differ or ''}")
    print(f"  widest gap where one differs     {max(gaps, default=0.0):.2f} (a tie: below {TIE})")
    print(f"more than the last word was left  {len(late)} {late or ''}")
    print(f"tokens read after Enter, without  {without} ({without / len(answers):.1f} an answer)")
    print(f"tokens read after Enter, with     {sum(left)} ({sum(left) / len(answers):.1f})")
    print(f"most after one Enter              {max(left)}")
    return 1 if late or max(gaps, default=0.0) >= TIE else 0


def _gap(model: Path, plain: Heard, ahead: Heard) -> float:
    """How far apart the two tokens are where answers part, for an engine that read all at once.

    Passes of other lengths round differently: logits then differ by about 0.15, and whichever of
    two equally likely tokens comes out is chance, without reading ahead as well.
    """
    pairs = enumerate(zip(plain.tokens, ahead.tokens, strict=False))
    at = next((n for n, (one, other) in pairs if one != other), None)
    if at is None:
        return 0.0
    engine = LlamaEngine(EngineOptions())
    try:
        load(engine, model, context_size=2048)
        session = engine._session
        assert session is not None
        for _chunk in session.decoder.prefill(plain.tokens[:at], never().is_set):
            pass
        logits = session.decoder.logits(-1)
        return abs(float(logits[plain.tokens[at]]) - float(logits[ahead.tokens[at]]))
    finally:
        engine.close()


def _evaluated(heard: Heard) -> int:
    return heard.said.finished.timings.evaluated_tokens


def _played(model: Path, seed: int, *, ahead: bool) -> list[Heard]:
    with tempfile.TemporaryDirectory() as folder:
        options = EngineOptions(snapshot_dir=Path(folder), snapshot_min_gain=-1e9)
        engine = LlamaEngine(options)
        try:
            load(engine, model, context_size=2048)
            return play(engine, seed, ahead=ahead)
        finally:
            engine.close()


if __name__ == "__main__":
    raise SystemExit(main())
