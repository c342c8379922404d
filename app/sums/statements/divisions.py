"""Divisions with a rest: "17 ÷ 5 = 3 remainder 2"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.sums.findings import Finding, FindingKind
from app.sums.phrases.claims import StatementPlace, is_claimed

_REST = re.compile(  # not shown
    r"(?<![\w.,/÷:)–-])(?P<a>\d{1,15})\s*(?:÷|/|:|\\div|divided\s+by|geteilt\s+durch|durch|divisé\s+par"
    r"|dividido\s+(?:por|entre)|diviso(?:\s+per)?)\s*(?P<b>\d{1,15})\s*,?\s*"
    r"(?P<relation>=|is|equals|gives|ist|ergibt|sind|est|donne|es|da|é|dá|fa|è)\s*"
    r"(?P<q>\d{1,15})\s*,?\s*(?:\\(?:text|mathrm)\{\s*|\\[ ,;])?"
    r"(?:(?:with|and|mit|und|avec|et|con|y|com|e)\s+)?(?:(?:a|un|einem|um)\s+)?"
    r"(?:remainder|rem\.?|r(?=\s?\d|\.\s)|rest|reste|resto)\s*\}?\.?\s*(?::|=|of|de|di|von)?\s*"
    r"(?P<rest>\d{1,15})(?![\w%]|[.,/]\d)",
    re.IGNORECASE,
)
_QUICK = re.compile(r"\brem|\brest|\dr\d|\br[\s.]?\s?\d", re.IGNORECASE)


def wrong_divisions(text: str, start: int, end: int) -> Iterator[Finding]:
    """Quotients with a rest in a line that are not those of their numbers, or are (RIGHT)."""
    if _QUICK.search(text, start, end) is None:
        return
    for found in _REST.finditer(text, start, end):
        finding = _judged(found)
        place = StatementPlace.at(text, found.start(), found.end("relation"), found.end())
        if finding is not None and is_claimed(text, place, names_kind=True):
            yield finding


def _judged(found: re.Match[str]) -> Finding | None:
    a, b, quotient, rest = (int(found[name]) for name in ("a", "b", "q", "rest"))
    if not b:
        return None
    if a == b * quotient + rest:
        return Finding(FindingKind.RIGHT, *found.span(), "", "", found.start("relation"))
    name, right = ("rest", a % b) if quotient == a // b else ("q", a // b)
    return Finding(FindingKind.SUM, *found.span(), found[name], str(right), found.start(name))
