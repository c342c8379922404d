"""Measures that are said to be equal: temperatures and speeds, and how many of one are in another.

Units with one factor stand in equations (`app.sums.equations`); these need a zero point, have a
slash in their name, or are told in a sentence: "There are 60 minutes in an hour."
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from app.sums.findings import Finding, FindingKind
from app.sums.numerals import Convention, Numeral, conventions_of, read_numeral, write_numeral
from app.sums.phrases.claims import StatementPlace, is_claimed
from app.sums.quantities import Quantity
from app.sums.rounding import Judgement, compare
from app.sums.units import rescaled, unit_of
from app.sums.values import Value

_NUMBER = r"[-\u2212]?\d[\d.,'’\u202f\u00a0]{0,40}\d|[-\u2212]?\d"
_NO_NUMBER_BEFORE = r"(?<![\w.,/–'’\u202f\u00a0-])"
_SCALE = (  # not shown
    r"°\s?[CF](?!\w)|K(?!\w)|(?:degrees?|deg|grad|degrés?|grados?|gradi|graus?|درجة|डिग्री)\s+"
    r"(?:celsius|fahrenheit|c|f|مئوية|فهرنهايت|सेल्सियस|फ़ारेनहाइट)(?!\w)|km/h|m/s|mph|kph|km/ساعة|م/ث|كم/س"
)
_IS = (  # not shown
    r"(?:=|≈|is\s+equal\s+to|corresponds?\s+to|equals?|is|are|ist|sind|entspr(?:icht|echen)"
    r"|est|correspond\s+à|es|equivalen?\s+a|è|é|sono|são|equivalgono\s+a|equivalem\s+a|corrispond(?:e|ono)\s+a|هي|هو|تساوي|يساوي|बराबर)"
    r"(?P<about>\s+(?:about|approximately|roughly|etwa|rund|ungefähr|environ|circa|aproximadamente))?"
)
_SCALES = re.compile(
    rf"{_NO_NUMBER_BEFORE}(?P<first>{_NUMBER})\s?(?P<from>{_SCALE})\s*(?P<relation>{_IS})\s*"
    rf"(?P<stated>{_NUMBER})\s?(?P<into>{_SCALE})(?!\s*[-–+/×])",
    re.IGNORECASE,
)
_UNIT = r"[^\W\d_]{2,12}"
_END = r"(?=\s*(?:[.,;)!]|$|\n))"
_ONE = r"an?|one|eine?r?m?|une?|una?|uno|uma?"  # not shown
_HOW_MANY = (  # not shown
    re.compile(
        rf"(?<!\w)(?:there\s+(?:are|is)|il\s+y\s+a|hay|ci\s+sono|há)\s+(?P<stated>{_NUMBER})\s+(?P<into>{_UNIT})\s+"
        rf"(?P<relation>in|dans|en|em)\s+(?:(?P<first>{_NUMBER})|{_ONE})\s+(?P<from>{_UNIT}){_END}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_NO_NUMBER_BEFORE}(?:(?P<first>{_NUMBER})|{_ONE})\s+(?P<from>{_UNIT})\s+"
        rf"(?P<relation>has|have|contains?|hat|haben|tiene|tienen|compte|comptent|ha|hanno|contiene|tem|têm)\s+"
        rf"(?P<stated>{_NUMBER})\s+(?P<into>{_UNIT}){_END}",
        re.IGNORECASE,
    ),
)
_QUICK = re.compile(  # not shown
    r"°|/[hsثس]|mph|kph|celsius|sius|سيوس|सियस|مئوية|there|il y a|hay|ha[stv]|contain|tiene|compte"
    r"|ci sono|há|\bha |hanno|contiene|\bt[eê]m ",
    re.IGNORECASE,
)


def wrong_measures(text: str, start: int, end: int) -> Iterator[Finding]:
    """Measures in a line that are not what they are said to be, or are (RIGHT)."""
    if _QUICK.search(text, start, end) is None:
        return
    for pattern in (_SCALES, *_HOW_MANY):
        for found in pattern.finditer(text, start, end):
            finding = _judged(found, pattern is _SCALES)
            if finding is None:
                continue
            place = StatementPlace.at(text, found.start(), found.end("relation"), found.end())
            if is_claimed(text, place):
                yield finding


def _judged(found: re.Match[str], scales: bool) -> Finding | None:
    """A finding where no way of writing numbers makes it right."""
    stated, first = found["stated"], found["first"] or "1"
    right = ""
    for convention in conventions_of(one.lstrip("-\u2212") for one in (first, stated)):
        given, said = _signed(first, convention), _signed(stated, convention)
        value = _converted(given.value, found["from"], found["into"], scales)
        back = _converted(said.value, found["into"], found["from"], scales)
        if value is None or back is None:
            return None
        about = scales and (found["about"] or found["relation"] == "≈")
        pairs = [(value, said), (back, given)] if scales else [(value, said)]
        for computed, numeral in pairs:
            result = Quantity(Value(computed, computed, exact=not scales), operations=1)
            claimed = Quantity(Value(numeral.value, numeral.value), literal=numeral)
            judged = compare(result, "~" if about else "=", claimed)
            if judged is Judgement.RIGHT:
                return Finding(FindingKind.RIGHT, *found.span(), "", "", found.start("relation"))
            if judged is not Judgement.WRONG:
                return None
        ends = value.denominator in {1, 2, 4, 5, 10, 20, 25, 50, 100}
        right = right or write_numeral(value, convention, None if ends else max(said.decimals, 1))
    if not right:
        return None
    at = found.start("stated")
    return Finding(FindingKind.SUM, found.start(), found.end(), stated, right, at)


def _converted(number: Fraction, source: str, target: str, scales: bool) -> Fraction | None:
    """A number in another unit; None where they are not two of one kind."""
    if scales:
        return rescaled(number, source, target)
    one, other = unit_of(source), unit_of(target)
    if one is None or other is None or one.kind != other.kind or one.factor == other.factor:
        return None
    return number * one.factor / other.factor


def _signed(text: str, convention: Convention) -> Numeral:
    numeral = read_numeral(text.lstrip("-\u2212"), convention)
    if numeral is None:
        raise ValueError(text)  # conventions_of has read it
    return numeral if text[0].isdigit() else Numeral(-numeral.value, numeral.decimals)
