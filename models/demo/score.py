"""Counting right answers by kind of question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from dialogues import Dialogue
from dialogues.freehand import FREEHAND

GOAL = 0.95
TOTAL = "total held out"


def by_kind(dialogues: Sequence[Dialogue], verdicts: Sequence[bool]) -> dict[str, tuple[int, int]]:
    """Right answers and questions of each kind; in total, of those that the grammar held out."""
    asked: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for dialogue, verdict in zip(dialogues, verdicts, strict=True):
        kind = dialogue.turns[-1].kind
        for row in (kind,) if kind == FREEHAND else (kind, TOTAL):
            asked[row] += 1
            hits[row] += verdict
    last = [row for row in (TOTAL, FREEHAND) if row in asked]
    return {row: (hits[row], asked[row]) for row in [*sorted(asked.keys() - last), *last]}


def table(results: dict[str, tuple[int, int]]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield "| questions | right | of | share |"
    yield "| --- | ---: | ---: | ---: |"
    for kind, (hit, asked) in results.items():
        yield f"| {kind} | {hit} | {asked} | {hit / asked:.1%} |"
