"""How long it is from one time of day to another: "from 9:15 to 11:45 is 2 hours 30 minutes"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from app.sums.findings import Finding, FindingKind
from app.sums.numerals import Convention, read_numeral, write_numeral
from app.sums.phrases.claims import StatementPlace, is_claimed, sentence_before, sentence_end

_DAY, _HALF_DAY = 1440, 720  # minutes


def _time(number: int) -> str:
    half = rf"\s?(?P<{{}}{number}>[ap])\.?m\b\.?"
    return (
        rf"(?:(?P<h{number}>\d{{1,2}})(?::|\.(?=\d\d\s?Uhr))(?P<m{number}>[0-5]\d)(?:{half.format('p')})?(?:\s?Uhr)?"
        rf"|(?P<o{number}>\d{{1,2}}){half.format('q')})"
    )


_IS = (  # not shown
    r"(?:(?:which\s+)?is|which\s+makes|das\s+(?:sind|ist)|ce\s+qui\s+fait|are|=|takes|lasts|there\s+are|that(?:['’]s|\s+is)|sind(?:\s+es)?|dauert(?:\s+es)?|liegen"
    r"|vergehen|il\s+y\s+a|cela\s+fait|son|hay|pasan|passano|ci\s+sono|são|há)"
)
_LONG = re.compile(  # not shown
    rf"(?<!\w)(?:from|between|von|zwischen|de|entre|desde|das|dalle|tra|fra)\s+(?:las\s+|le\s+)?{_time(1)}"
    r"\s+(?:to|until|till|and|bis|und|à|et|a|y|hasta|alle|e|às)\s+(?:las\s+|le\s+)?"
    rf"{_time(2)}[\s\0,]+(?P<relation>{_IS})\s+(?:exactly\s+|genau\s+)?[\0*]*"
    r"(?P<stated>(?:(?P<hours>\d{1,2}(?:[.,]\d{1,2})?)\s?(?:hours?|hrs?|h|Stunden?|heures?|horas?|or[ae])\b"
    r"(?:\s*(?:,|and|und|et|y|e)?\s*(?=\d))?)?"
    r"(?:(?P<minutes>\d{1,4})\s?(?:minutes?|mins?|Minuten?|minutos?|minuti)\b)?)(?<=[a-z])"
    r"(?!\s+(?:per|a|each|of|pro|with|without|minus|mit|ohne)\b)",
    re.IGNORECASE,
)
_QUICK = re.compile(r"\d\s?(?:h\b|hour|hr|min|stunde|heure|hora|or[ae]\b)", re.IGNORECASE)
_OTHERWISE = re.compile(  # not shown
    r"\b(?:breaks?|lunch|pausen?|mittag\w*|zones?|zeitzonen?|utc|gmt|local|flights?|flug|pauses?|déjeuner"
    r"|vols?|descansos?|vuelos?|pausas?|husos?|without|excluding|minus|next|following|days?|open)\b",
    re.IGNORECASE,
)


def wrong_clocks(text: str, start: int, end: int) -> Iterator[Finding]:
    """Times between two of the clock in a line that are others, or are so (RIGHT)."""
    if _QUICK.search(text, start, end) is None:
        return
    for found in _LONG.finditer(text, start, end):
        place = StatementPlace.at(text, found.start(), found.end("relation"), found.end())
        sentence = sentence_before(text, place), sentence_end(text, place)
        if _OTHERWISE.search(text, *sentence) or not is_claimed(text, place, names_kind=True):
            continue
        finding = _judged(found)
        if finding is not None:
            yield finding


def _judged(found: re.Match[str]) -> Finding | None:
    first, second, sure = *(_minutes(found, number) for number in (1, 2)), _is_sure(found)
    hours = read_numeral((found["hours"] or "0").replace(",", "."), Convention.POINT)
    if first is None or second is None or hours is None:
        return None
    told = hours.value * 60 + int(found["minutes"] or 0)
    span = (second - first) % _DAY
    may_be = {span, span or _DAY} | (set() if sure else {(span + _HALF_DAY) % _DAY})
    at = found.start("stated")
    if told in may_be:
        return Finding(FindingKind.RIGHT, *found.span(), "", "", at)
    stated = found["stated"]
    if found["hours"] is None:
        stated, right = found["minutes"], str(span)
    elif found["minutes"] is None:
        convention = Convention.COMMA if "," in stated else Convention.POINT
        stated, right = found["hours"], write_numeral(Fraction(span, 60), convention)
    else:
        right = stated.replace(found["hours"], str(span // 60), 1)
        after = right.rindex(found["minutes"])
        right = f"{right[:after]}{span % 60}{right[after + len(found['minutes']) :]}"
    return Finding(FindingKind.SUM, *found.span(), stated, right, at)


def _minutes(found: re.Match[str], number: int) -> int | None:
    """Minutes since midnight; None where the clock has no such time."""
    hour = int(found[f"h{number}"] or found[f"o{number}"])
    half = found[f"p{number}"] or found[f"q{number}"]
    if hour > 24 or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    return hour * 60 + int(found[f"m{number}"] or 0)


def _is_sure(found: re.Match[str]) -> bool:
    """Whether it is known of both in which half of the day they are."""
    halves = [found[f"p{number}"] or found[f"q{number}"] for number in (1, 2)]
    return all(halves) or (not any(halves) and int(found["h2"]) > 12)
