"""Whether a text has what a pattern looks for. Pure, and in bounded time for every pattern.

Follows all ways through the pattern at once, as sets of places in the text, so no text makes it
slow; it knows nothing of the automaton that an answer is drawn by (see ``pattern_grammar``).
"""

from __future__ import annotations

from functools import lru_cache

from app.domain.grammar.patterns import Chars, Edge, Either, Node, Repeat, parse_pattern

_parsed = lru_cache(64)(parse_pattern)


def finds(pattern: str, text: str) -> bool:
    """Whether the pattern fits anywhere in a text.

    Raises:
        PatternError: The pattern is none that answers are held to.
    """
    return bool(_ends(_parsed(pattern), text, set(range(len(text) + 1))))


def _ends(node: Node, text: str, starts: set[int]) -> set[int]:
    """Where a part of a pattern can end that begins at one of these places."""
    match node:
        case Chars(ranges):
            inside = (at for at in starts if at < len(text))
            return {at + 1 for at in inside if _among(ord(text[at]), ranges)}
        case Edge(end):
            return starts & {len(text) if end else 0}
        case Either(choices):
            return set().union(*(_ends(one, text, starts) for one in choices))
        case Repeat():
            return _repeated(node, text, starts)
    for part in node.parts:
        starts = _ends(part, text, starts)
    return starts


def _repeated(node: Repeat, text: str, starts: set[int]) -> set[int]:
    for _ in range(node.least):
        starts = _ends(node.inner, text, starts)
        if not starts:
            return starts
    found, new, times = set(starts), starts, node.least
    while new and (node.most is None or times < node.most):
        new = _ends(node.inner, text, new) - found
        found |= new
        times += 1
    return found


def _among(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)
