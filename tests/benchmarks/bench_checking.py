"""How well cited sentences are checked: planted errors found, true sentences marked, time.

Run with ``python tests/benchmarks/bench_checking.py [--facts N] [--seed S]``. Prints one table.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.documents.checking.check import AnswerChecker
from app.documents.checking.verdicts import Verdict
from tests.support import cited_by_hand as by_hand
from tests.support.cited_answers import FORMS, Planted, misplaced, planted


def verdict_of(one: Planted) -> Verdict:
    (checked,) = AnswerChecker(one.passages).finish(one.text)
    return checked.verdict


def _kind(one: Planted) -> str:
    return f"{one.error} wrong" if one.error else one.form


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print what was judged wrongly")
    options = parser.parse_args()
    sentences = [
        *planted(options.seed, options.facts),
        *misplaced(options.seed, options.facts // 2),
    ]
    found: dict[str, Counter[Verdict]] = defaultdict(Counter)
    began = time.process_time()
    for one in sentences:
        verdict = verdict_of(one)
        found[_kind(one)][verdict] += 1
        if options.show and verdict.is_doubtful != bool(one.error):
            print(f"{one.error or one.form:10} {verdict:10} {one.text}\n   {one.passages}\n")
    each = (time.process_time() - began) / len(sentences) * 1000
    print(
        f"{len(sentences)} sentences, seed {options.seed}, {platform.machine()}: {each:.2f} ms each"
    )
    print(f"{'':16} {'marked':>8}  {' '.join(f'{v:>10}' for v in Verdict)}")
    for kind in ("verbatim", "quotation", "paraphrase", *(f"{one} wrong" for one in FORMS)):
        row = found[kind]
        marked = sum(n for verdict, n in row.items() if verdict.is_doubtful)
        counts = " ".join(f"{row[verdict]:>10}" for verdict in Verdict)
        print(f"{kind:16} {marked / max(row.total(), 1):>8.1%}  {counts}")
    checker = AnswerChecker(dict(enumerate(by_hand.PASSAGES, 1)))
    print(f"{'by hand':16} {'marked':>8}")
    for name in ("TRUE", "DERIVED", "FALSE", "MISSED"):
        rows = getattr(by_hand, name)
        marked = sum(next(checker.check(one)).verdict.is_doubtful for one in rows)
        print(f"{name.lower():16} {marked:>3} of {len(rows)}")


if __name__ == "__main__":
    main()
