"""Whole numbers between two bounds as GBNF, digit by digit. Pure."""

from __future__ import annotations

MOST_DIGITS = 15
"""Of a number that has no bound on one side; JSON's readers keep so many exactly."""


def whole_numbers(low: int | None, high: int | None) -> str:
    """GBNF of the whole numbers from ``low`` to ``high``, as JSON writes them.

    Args:
        low: The least; None for no bound.
        high: The greatest, not below ``low``; None for no bound.
    """
    limit = 10**MOST_DIGITS - 1
    least = -max(limit, -(high or 0)) if low is None else low
    most = max(limit, low or 0) if high is None else high
    choices = []
    if least < 0:
        below = _from_to(max(1, -most), -least) if most < 0 else _from_to(1, -least)
        choices.append(f'"-" ({" | ".join(below)})')  # not shown
    if most >= 0:
        choices += _from_to(max(0, least), most)
    return " | ".join(choices)


def _from_to(low: int, high: int) -> list[str]:
    """Choices for numbers that are not negative, by their length."""
    first, last = str(low), str(high)
    found = []
    for length in range(len(first), len(last) + 1):
        start = first if length == len(first) else "1" + "0" * (length - 1)
        end = last if length == len(last) else "9" * length
        found.append(_of_one_length(start, end))
    return found


def _of_one_length(low: str, high: str) -> str:
    if low == high:
        return f'"{low}"'
    rest = len(low) - 1
    if low[0] == high[0]:
        return f'"{low[0]}" ({_of_one_length(low[1:], high[1:])})'  # not shown
    start, end = int(low[0]), int(high[0])
    choices = []
    if low[1:].strip("0"):
        choices.append(f'"{start}" ({_of_one_length(low[1:], "9" * rest)})')  # not shown
        start += 1
    if high[1:].strip("9"):
        choices.append(f'"{end}" ({_of_one_length("0" * rest, high[1:])})')  # not shown
        end -= 1
    if start <= end:
        choices.append(f"[{start}-{end}]" + (f" [0-9]{{{rest}}}" if rest else ""))  # not shown
    return " | ".join(choices)
