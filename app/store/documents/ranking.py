"""Several rankings made one, by reciprocal rank (Cormack, Clarke and Buettcher, SIGIR 2009)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

K = 60  # how much the first places count before the others, as in that paper


def fuse(rankings: Iterable[Sequence[int]]) -> list[int]:
    """The items of all rankings, the best first; equals in the order of their numbers."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, item in enumerate(ranking, 1):
            scores[item] = scores.get(item, 0.0) + 1 / (K + place)
    return sorted(scores, key=lambda item: (-scores[item], item))
