"""Signs that may stand around a sum: bars of an absolute value, square and curly brackets."""

from __future__ import annotations

import re

HIDDEN = "\0"
"""Stands for a mark that is not part of what is said, such as Markdown's asterisks."""

_PLAIN_DECIMAL = r"[-−]?\d{1,15},\d{1,15}"
_BARS = re.compile(  # what stands between bars with nothing beside it, and something behind them
    rf"\|(?=\S)(?P<inside>[-+−\d.\s*/×·^()]{{1,40}}|{_PLAIN_DECIMAL}(?:\s*[-+−×·*/]\s*{_PLAIN_DECIMAL})?)"
    r"(?<=\S)(?:\\right)?\|(?!\|)"
    r"(?=\s*(?:[=≈<>≤≥+\-−*×·/÷)^.,;:!?\\$]|$|(?:is|ist|est|es|equals)\b))"
)
_BEFORE_BARS = frozenset("=≈<>≤≥+-−*×·/÷(:;\n$&{")
_LONGEST_ROW = 1_000  # characters
_LONGEST_GROUP = 62
_SQUARE = re.compile(  # [3 + 4] × 2, with nothing but a sum in it and a sign beside it
    r"\[(?=[^\]]{0,60}[\d)]\s*[-+−×*·÷/]\s+[(\d√])[-+−×*·÷/^²³()√\d.,\s]{3,60}\]"
)
_CURLY = re.compile(  # the same, which may have square ones in it; of a set commas stand in it
    r"\{(?=[^{}]{0,60}[\d)\]]\s*[-+−×*·÷/]\s+[\[(\d√])(?:[-+−×*·÷/^²³()\[\]√\d.\s]|,(?=\d)){3,60}\}"
)
_BEHIND_GROUP = re.compile(r"\s?[×*·÷/^²³]|\s[-+−]\s")
_BEFORE_GROUP = re.compile(r"(?:[×*·÷/]\s?|\s[-+−]\s|(?:^|[\s(=])\d{1,6})$")


def absolute_value(text: str, at: int, end: int) -> re.Match[str] | None:
    """An absolute value that begins at a bar, its ``inside`` a group; None for any other bar."""
    before = text[max(0, at - 12) : at]
    close = before.rstrip(f" \t{HIDDEN}")
    if close and close[-1] not in _BEFORE_BARS and not close.endswith("\\left"):
        beside = len(close) == len(before)
        if beside or not (close[-1].isalpha() or close[-1] in ".,"):
            return None
    found = _BARS.match(text, at, end)
    return None if found is None or _is_row(text, at, end) else found


def _is_row(text: str, at: int, end: int) -> bool:
    """Whether a place is in a row of a table, which begins and ends with a bar."""
    least = max(0, at - _LONGEST_ROW)
    first = text.rfind("\n", least, at) + 1 or least
    row = text[first : min(end, at + _LONGEST_ROW)].partition("\n")[0].strip()
    return row.startswith("|") and row.endswith("|") and row.count("|") % 2 == 1


def is_of_group(text: str, at: int, end: int) -> bool:
    """Whether a square or curly bracket is one of two around a sum that is gone on with."""
    opening, pattern = ("[", _SQUARE) if text[at] in "[]" else ("{", _CURLY)
    first = text.rfind(opening, max(0, at - _LONGEST_GROUP), at + 1)
    found = pattern.match(text, first, end) if first >= 0 else None
    if found is None or at not in {first, found.end() - 1}:
        return False
    if text[found.end() : found.end() + 1] == "(":
        return False  # a link
    before, after = text[max(0, first - 12) : first], found.end()
    return bool(_BEHIND_GROUP.match(text, after, end) or _BEFORE_GROUP.search(before))
