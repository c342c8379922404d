"""Numbers as people write them: digits of many scripts, two ways to use point and comma, and e."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

MOST_DIGITS = 400
GROUP_SIGNS = "'’\u00a0\u202f\u2009"  # beside the point or comma that groups digits


class Convention(Enum):
    """Which sign stands before the decimals; the other one groups digits."""

    POINT = "."
    COMMA = ","


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it was written.

    Attributes:
        value: What it says.
        decimals: Digits after the decimal sign; negative where whole digits are rounded away, as
            in 1.2 × 10^6 (-5).
        scientific: It was written with a power of ten: 1e6.
    """

    value: Fraction
    decimals: int = 0
    scientific: bool = False


_DIGIT_NAMES = {
    code: str(unicodedata.decimal(chr(code)))
    for first in (0x0660, 0x06F0, 0x0966, 0x09E6, 0xFF10)  # Arabic, Persian, Hindi, Bengali, wide
    for code in range(first, first + 10)
}
ASCII_DIGITS = _DIGIT_NAMES | {0x066B: ".", 0x066C: ",", 0x066A: "%"}
"""Translates digits and their signs, one character for one."""

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_E_IS = re.compile(r"\s*(?:≈|\\approx)\s*2[.,][67]\d+(?![\d.,]*\d)")
_LN_OF_E = (
    re.compile(r"(?<![^\W\d_])ln\s?(?:\\left)?\s?[({]?\s?$"),
    re.compile(r"\s?(?:[)}^⁻⁰¹²³⁴-⁹=≈$]|$)"),
)
_E_RAISED = re.compile(  # not shown: what is near to that power of e follows
    r"(?:\^\{?(?P<power>-?\d{1,2}(?:\.\d{1,9})?)\}?|(?P<raised>⁻?[⁰¹²³⁴-⁹]{1,2}))"
    r"\s*(?:≈|\\approx)\s*(?P<stated>\d{1,15}(?:\.\d{1,15})?)(?![\d.,]*\d)"
)
_NEAR_POWER = (0.66, 1.5)

_GROUPED = {
    # Groups of three; of two before the last three as in India; the first is no nought: 0.001.
    Convention.POINT: re.compile(r"(?!0)\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d+(?:\.\d+)?"),
    Convention.COMMA: re.compile(r"(?!0)\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?"),
}
_SIGNS = re.compile(f"[{GROUP_SIGNS} ]")
_SCIENTIFIC = re.compile(r"(\d+(?:\.\d+)?)[eE]([+-]?\d{1,3})")
_IN_THREES = re.compile(  # 1'000, and not 5'10
    rf"\d{{1,3}}(?:[{GROUP_SIGNS} ]\d{{3}})*(?:[.,]\d+(?:[{GROUP_SIGNS} ]\d{{1,3}})*)?"
)


def read_numeral(text: str, convention: Convention) -> Numeral | None:
    """What a number says by one convention; None where it is none."""
    if found := _SCIENTIFIC.fullmatch(text):
        base = read_numeral(found[1], convention)
        power = int(found[2])
        return base and Numeral(base.value * Fraction(10) ** power, base.decimals - power, True)
    plain = _SIGNS.sub("", text)
    if len(plain) != len(text) and not _IN_THREES.fullmatch(text):
        return None
    if len(plain) > MOST_DIGITS or not _GROUPED[convention].fullmatch(plain):
        return None
    group = "," if convention is Convention.POINT else "."
    whole, _, decimals = plain.replace(group, "").partition(convention.value)
    return Numeral(Fraction(int(whole + decimals), 10 ** len(decimals)), len(decimals))


def write_numeral(value: Fraction, convention: Convention, decimals: int | None = None) -> str:
    """A number in digits: all of its decimals where they end soon, else ``decimals``, or six."""
    places = decimals if decimals is not None else _terminating(value)
    places = min(6 if places is None else places, 30)
    scaled = round(abs(value) * 10**places)
    digits = str(scaled).rjust(places + 1, "0")
    whole, after = (digits[:-places], digits[-places:]) if places else (digits, "")
    if decimals is None:
        after = after.rstrip("0")
    sign = "\u2212" if value < 0 and scaled else ""
    return f"{sign}{_grouped(whole, convention)}{convention.value if after else ''}{after}"


def _grouped(whole: str, convention: Convention) -> str:
    if len(whole) < 5:
        return whole
    sign = "," if convention is Convention.POINT else "."
    return f"{int(whole):,}".replace(",", sign)


def _terminating(value: Fraction) -> int | None:
    """How many decimals it has; None where they do not end, or not soon."""
    rest, places = value.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    while rest > 1 and places <= 30:
        factor = next((f for f in (2, 5) if rest % f == 0), None)
        if factor is None:
            return None
        rest, places = rest // factor, places + 1
    return places if rest == 1 else None


def conventions_of(texts: Iterable[str]) -> tuple[Convention, ...]:
    """The conventions by which all of these are numbers."""
    every = tuple(texts)
    return tuple(c for c in Convention if all(read_numeral(text, c) is not None for text in every))


def is_euler(text: str, at: int, end: int) -> bool:
    """Whether an e between two offsets is the base of natural logarithms, and no other name."""
    before, behind = _LN_OF_E
    if before.search(text[max(0, at - 12) : at]) and behind.match(text, end):
        return True
    if (found := _E_RAISED.match(text, end)) is not None:
        power = found["power"] or found["raised"].translate(SUPERSCRIPTS)
        near = float(found["stated"]) / math.exp(float(power))
        return _NEAR_POWER[0] < near < _NEAR_POWER[1]
    return _E_IS.match(text, end) is not None
