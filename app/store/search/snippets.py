"""The piece of a message shown with a search hit, and which of its characters match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from app.store.database.text_normalization import fold, spaceless
from app.store.search.query import Term

BEFORE, LENGTH = 40, 160  # characters before the first match, and in all
_WINDOW, _OVERLAP = 16_384, 256  # a long message is folded piece by piece, up to the first match
_LONGEST_LOOK = 2**20  # characters; a match beyond is not worth a key press's time
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def snippet(text: str, terms: Sequence[Term]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Cut the most telling piece out of ``text``.

    Returns:
        One line of at most about 160 characters, with an ellipsis where it was cut, and
        (start, length) of each match in it.
    """
    patterns = [_pattern(term) for term in terms]
    first = _first_match(text, [_finder(term) for term in terms])
    start = max(0, first - BEFORE)
    if start:  # begin at a word where one is near
        space = text.find(" ", start, first)
        start = space + 1 if space != -1 else start
    end = min(len(text), start + LENGTH)
    piece = _one_line(text[start:end])
    spans = _merged(span for pattern in patterns for span in _spans(piece, pattern))
    lead = "…" if start else ""
    tail = "…" if end < len(text) else ""
    shifted = tuple((at + len(lead), to - at) for at, to in spans)
    return f"{lead}{piece}{tail}", shifted


def _first_match(text: str, patterns: Sequence[re.Pattern[str]]) -> int:
    # The longest term is the most telling one; they come in the order typed.
    for pattern in sorted(patterns, key=lambda p: len(p.pattern), reverse=True):
        for at in range(0, min(len(text), _LONGEST_LOOK), _WINDOW):
            for start, _end in _spans(text[at : at + _WINDOW + _OVERLAP], pattern):
                return at + start
    return 0


def _spans(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    folded, origin = _folded(text)
    for match in pattern.finditer(folded):
        at, to = match.span()
        if at == to:
            continue
        if origin:
            # Marks fold to nothing: those behind the last character belong to it.
            behind = origin[to] if to < len(origin) else len(text)
            at, to = origin[at], max(origin[to - 1] + 1, behind)
        yield at, to


def _folded(text: str) -> tuple[str, list[int]]:
    """Folded text, and for each of its characters where it came from (empty: the same place)."""
    if text.isascii():
        return text.lower(), []
    pieces: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        piece = _fold_character(character)
        pieces.append(piece)
        origin.extend([index] * len(piece))
    return "".join(pieces), origin


@lru_cache(maxsize=8_192)
def _fold_character(character: str) -> str:
    return fold(character)


@lru_cache(maxsize=64)
def _finder(term: Term) -> re.Pattern[str]:
    """Matches first where ``_pattern`` does, and is looked for ten times as fast.

    That pattern ends with the term anywhere, so only where it begins its other choices differ;
    without them it mostly is a plain word, which the regular expression engine skips to.
    """
    if term.parts:
        return _pattern(term)
    return re.compile(_anywhere(term))


def _anywhere(term: Term) -> str:
    return r"[\W_]*".join(re.escape(token) for token in term.tokens)


@lru_cache(maxsize=64)
def _pattern(term: Term) -> re.Pattern[str]:
    """Matches the term as the index does: tokens with nothing but separators between them."""
    choices = [_tokens_pattern(term.tokens, term.prefix)]
    if term.parts:
        choices.append(_tokens_pattern(term.parts, prefix=True))
    # Last, the term anywhere: a part of a camelCase word begins in the middle of it.
    choices.append(_anywhere(term))
    return re.compile("|".join(choices))


def _tokens_pattern(tokens: Sequence[str], prefix: bool) -> str:
    inner = r"[\W_]*".join(re.escape(token) for token in tokens)
    head = "" if spaceless(tokens[0]) else r"(?<![^\W_])"
    tail = "" if prefix or spaceless(tokens[-1]) else r"(?![^\W_])"
    return f"{head}{inner}{tail}"


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for at, to in sorted(spans):
        if merged and at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(to, merged[-1][1]))
        else:
            merged.append((at, to))
    return merged


def _one_line(text: str) -> str:
    """Safe to show on one line; every character keeps its place."""
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub(" ", text))
