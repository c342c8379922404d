"""Changes by per cent from one number to another: "a 25 % increase from 50 to 60"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from app.sums.findings import Finding, FindingKind
from app.sums.numerals import Numeral, conventions_of, read_numeral, write_numeral
from app.sums.phrases.claims import StatementPlace, is_claimed
from app.sums.quantities import half_a_digit

_NUMBER = r"\d[\d.,'’\u202f\u00a0]{0,40}\d|\d"
_CENT = r"(?:%|percent|per cent|prozent)"
_GAP = r"[\s\0]+"
_SHARE = rf"(?<![\w.,/–'’\u202f\u00a0-])(?P<share>{_NUMBER})[\s\u00a0\u202f\0]*{_CENT}"
_MORE = (  # not shown
    r"increase|rise|growth|gain|jump|raise|anstieg|zunahme|zuwachs|erhöhung|steigerung|hausse"
    r"|augmentation|aumento|incremento|subida|crescita|crescimento"
)
_LESS = (  # not shown
    r"decrease|drop|decline|fall|reduction|loss|rückgang|abnahme|senkung|verringerung|baisse"
    r"|diminution|disminución|reducción|bajada|descenso|diminuzione|calo|riduzione|diminuição|redução|queda"
)
_WAY = rf"(?:(?P<more>{_MORE})|(?P<less>{_LESS}))(?!\w)"
_VERB = (  # not shown
    r"(?<!\w)(?:(?P<more>increase[ds]?|rose|rises?|grew|grows?|gained|jumped|climbed|went\s+up|stieg"
    r"|steigt|wuchs|wächst|augmente(?:nt)?|aumenta|aumentó|subió|aumentò|aumentou|subiu|cresceu)"
    r"|(?P<less>decrease[ds]?|dropped|drops?|decline[ds]?|fell|falls?|shrank|went\s+down|sank"
    r"|sinkt|fiel|fällt|diminue(?:nt)?|baisse(?:nt)?|disminuye|disminuyó|bajó|diminuì|diminuiu|caiu))"
)
_AMOUNT = rf"[$€£]?\s?(?:{_NUMBER})(?:\s?[€£])?"
_FROM = (
    rf"(?:from|von|de|desde|da){_GAP}(?P<from>{_AMOUNT}){_GAP}(?:to|auf|bis|à|a|hasta|para){_GAP}"
    rf"(?P<to>{_AMOUNT})(?![\w%])(?![.,:/-]\d)"
)
_IS_A = rf"[\s\0]*,?{_GAP}(?:is|ist|est|es|è|é|means){_GAP}(?:an?|eine?|une?|una?|um){_GAP}"
_AND_IS = (  # not shown: "rose from 40 to 50, which is an increase of 20 %"
    rf"[\s\0]*(?:,|\s[–—-])?(?:{_GAP}(?:which|that|das|ce[ _]qui|lo[ _]que))?"
    rf"(?:{_GAP}(?:is|ist|est|es|means|represents|representing|or))?{_GAP}(?:an?|eine?|une?|una?){_GAP}"
)
_BY = r"(?:of|by|um|von|de|del|di|em|en|d['’]un|de un|del un|en un)"
_CHANGED = rf"(?:{re.sub('[?]P<[a-z]+>', '?:', _VERB)}|(?<!\w)(?:went|goes|changed|moved))"
_END = r"(?=[\s\0*]*(?:[.,;)!]|$|\n))"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_SHARE}{_GAP}{_WAY}{_GAP}{_FROM}{_END}",
        rf"{_FROM}{_IS_A}{_SHARE}{_GAP}{_WAY}",
        rf"{_FROM}{_IS_A}{_WAY}{_GAP}{_BY}{_GAP}{_SHARE}",
        rf"{_CHANGED}{_GAP}{_FROM}{_AND_IS}{_WAY}{_GAP}{_BY}{_GAP}{_SHARE}{_END}",
        rf"{_CHANGED}{_GAP}{_FROM}{_AND_IS}{_SHARE}{_GAP}{_WAY}{_END}",
        rf"{_WAY}{_GAP}{_BY}{_GAP}{_SHARE}{_GAP}{_FROM}{_END}",
        rf"{_VERB}{_GAP}(?:{_BY}{_GAP})?{_SHARE}[\s\0]*,?{_GAP}{_FROM}{_END}",
        rf"{_VERB}{_GAP}{_FROM}[\s\0]*,?{_GAP}(?:by|um|de|or){_GAP}{_SHARE}{_END}",
    )
)
_HAS_SHARE = re.compile(_CENT, re.IGNORECASE)
_HAS_ENDS = re.compile(rf"(?<!\w)(?:from|von|de|desde|da){_GAP}[$€£\d]", re.IGNORECASE)
_ABOUT = re.compile(  # not shown
    r"(?:about|around|roughly|approximately|nearly|almost|some|over|under|etwa|rund|knapp|fast|ungefähr"
    r"|environ|presque|casi|quase|circa|aproximadamente|average|annual|yearly|compound)[\s\0]+(?:an?[\s\0]+)?$",
    re.IGNORECASE,
)
_YEARS = range(1500, 2200)


def wrong_changes(text: str, start: int, end: int) -> Iterator[Finding]:
    """Changes by per cent in a line that are not those between their two numbers."""
    if not (_HAS_SHARE.search(text, start, end) and _HAS_ENDS.search(text, start, end)):
        return
    for pattern in _PATTERNS:
        for found in pattern.finditer(text, start, end):
            if _ABOUT.search(text[max(start, found.start("share") - 40) : found.start("share")]):
                continue
            finding = _judged(found)
            place = StatementPlace.at(text, found.start(), found.end("share"), found.end())
            if finding is not None and is_claimed(text, place):
                yield finding


def _judged(found: re.Match[str]) -> Finding | None:
    """A finding where no way of writing numbers, and no rounding of them, makes it right."""
    share, *ends = (re.sub(r"[$€£\s]", "", found[name]) for name in ("share", "from", "to"))
    right = ""
    for convention in conventions_of((share, *ends)):
        said, first, last = (read_numeral(one, convention) for one in (share, *ends))
        if said is None or first is None or last is None or first.value <= 0:
            return None
        if all(one.value in _YEARS for one in (first, last)):
            return None  # from 2010 to 2020
        change = last.value - first.value
        if (change < 0) != (found["less"] is not None) or not change:
            return None  # another thing is meant
        if _may_be(said, first, last):
            return None
        exact = abs(change) / first.value * 100
        places = None if exact.denominator in {1, 2, 4, 5, 10, 20} else max(said.decimals, 1)
        right = right or write_numeral(exact, convention, places)
    if not right:
        return None
    at = found.start("share")
    return Finding(FindingKind.SUM, found.start(), found.end(), found["share"], right, at)


def _may_be(said: Numeral, first: Numeral, last: Numeral) -> bool:
    """Whether numbers that are rounded to these change by so many per cent, rounded or cut."""
    slack, other = half_a_digit(first), half_a_digit(last)
    lowest, highest = (
        (last.value - other) / (first.value + slack),
        (last.value + other) / max(first.value - slack, Fraction(1, 10**9)),
    )
    one, two = sorted((abs(lowest - 1) * 100, abs(highest - 1) * 100))
    return one <= said.value + 2 * half_a_digit(said) and said.value - half_a_digit(said) <= two
