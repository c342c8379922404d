"""What is said of a list of numbers: its mean, median, sum, product, greatest common divisor."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache

from app.sums.findings import Finding, FindingKind
from app.sums.numerals import Convention, Numeral, conventions_of, read_numeral, write_numeral
from app.sums.phrases.claims import StatementPlace, is_claimed
from app.sums.quantities import Quantity
from app.sums.rounding import Judgement, compare
from app.sums.segments import Segment
from app.sums.values import NotComputableError, Value, exactly, whole

MOST_NUMBERS = 100
_MOST_CHOSEN = 500
_AROUND_C = 200  # characters


def _mean(numbers: Sequence[Fraction]) -> Value:
    return exactly(sum(numbers, Fraction(0))) / whole(len(numbers))


def _median(numbers: Sequence[Fraction]) -> Value:
    ordered, middle = sorted(numbers), len(numbers) // 2
    if len(numbers) % 2:
        return exactly(ordered[middle])
    return exactly(ordered[middle - 1] + ordered[middle]) / whole(2)


def _sum(numbers: Sequence[Fraction]) -> Value:
    return exactly(sum(numbers, Fraction(0)))


def _product(numbers: Sequence[Fraction]) -> Value:
    result = whole(1)
    for number in numbers:
        result = result * exactly(number)
    return result


def _difference(numbers: Sequence[Fraction]) -> Value:
    if len(numbers) != 2:
        raise NotComputableError
    return exactly(abs(numbers[0] - numbers[1]))


def _divisor(numbers: Sequence[Fraction]) -> Value:
    return whole(math.gcd(*_whole(numbers)))


def _multiple(numbers: Sequence[Fraction]) -> Value:
    return exactly(Fraction(math.lcm(*_whole(numbers))))


def _greatest(numbers: Sequence[Fraction]) -> Value:
    return exactly(max(numbers))


def _least(numbers: Sequence[Fraction]) -> Value:
    return exactly(min(numbers))


def _whole(numbers: Sequence[Fraction]) -> list[int]:
    if any(one.denominator != 1 or not 0 < one < 10**12 for one in numbers) or len(numbers) > 8:
        raise NotComputableError
    return [int(one) for one in numbers]


_NAMES: Mapping[str, Callable[[Sequence[Fraction]], Value]] = {  # not shown
    "average": _mean, "mean": _mean, "arithmetic mean": _mean, "average (mean)": _mean,
    "mean value": _mean, "average value": _mean, "durchschnitt": _mean,
    "mittelwert": _mean, "mittel": _mean, "moyenne": _mean, "promedio": _mean, "media": _mean,
    "متوسط": _mean, "المتوسط الحسابي": _mean, "median": _median, "total": _sum, "adding": _sum,
    "médiane": _median, "média": _mean, "media aritmetica": _mean, "somma": _sum, "soma": _sum,
    "prodotto": _product, "produto": _product, "differenza": _difference,
    "diferença": _difference, "mdc": _divisor, "mmc": _multiple,
    "mediana": _median, "sum": _sum, "summe": _sum, "somme": _sum, "suma": _sum, "مجموع": _sum,
    "product": _product, "produkt": _product, "produit": _product, "producto": _product,
    "حاصل ضرب": _product, "difference": _difference, "differenz": _difference,
    "différence": _difference, "diferencia": _difference, "الفرق": _difference,
    "gcd": _divisor, "greatest common divisor": _divisor, "greatest common factor": _divisor,
    "ggt": _divisor, "pgcd": _divisor, "mcd": _divisor, "lcm": _multiple,
    "least common multiple": _multiple, "kgv": _multiple, "ppcm": _multiple, "mcm": _multiple,
}  # fmt: skip
_BEHIND: Mapping[str, Callable[[Sequence[Fraction]], Value]] = {  # not shown
    "औसत": _mean, "माध्य": _mean, "माध्यिका": _median, "योग": _sum, "गुणनफल": _product,
    "अंतर": _difference,
}  # fmt: skip
_CALLED: Mapping[str, Callable[[Sequence[Fraction]], Value]] = {  # not shown: "gcd(12, 18)"
    "gcd": _divisor, "lcm": _multiple, "ggt": _divisor, "kgv": _multiple, "pgcd": _divisor,
    "ppcm": _multiple, "mcd": _divisor, "mcm": _multiple, "mdc": _divisor, "mmc": _multiple,
    "mean": _mean, "average": _mean,
    "median": _median, "max": _greatest, "min": _least,
}  # fmt: skip
_WAYS = re.compile(  # "C(5, 2) = 10", where no other C is spoken of
    r"(?<![\w.\\(])(?:C|nCr)\((?P<n>\d{1,4}),\s*(?P<k>\d{1,4})\)\s*(?P<relation>=)\s*"
    r"(?P<stated>\d[\d,. ]*\d|\d)(?![\w%])(?![.,:/]\d)(?!\s*[-+−*/×·÷·^!:%=<>≈(°;])"
)
_OTHER_C = re.compile(  # not shown
    r"(?<!\w)(?:points?|cent(?:er|re)|circle|cost|vertex|vertices|coordinates?|capacit\w+|class"
    r"|punkt\w*|kosten|kreis|coût|cercle|coste|círculo)(?!\w)",
    re.IGNORECASE,
)
_TOGETHER = re.compile(  # not shown
    r"(?:all\s+)?(?:adds?\s+up\s+to|sums?(?:\s+up)?\s+to|zusammen\s+(?:ergeben|sind)"
    r"|ergeben\s+zusammen|font\s+ensemble|suman(?:\s+en\s+total)?|sommano\s+a|somam)",
    re.IGNORECASE,
)
_ALLOWED_BEFORE = re.compile(  # not shown: words that leave a name what it is
    r"(?:^|[.,;:!?(\[\"“«|–—=\0*_$-])\s*$"
    r"|(?<!\w)(?:the|an?|arithmetic|simple|their|thus|hence|so|then|and|that|have|has|with"
    r"|der|die|das|den|ein|arithmetisches|also|und|dass|la|le|el|un|une|una|et|y|donc|así|que|il|lo|i|gli|e|o|os|as|um|uma|quindi|então|che"
    r"|aritmética|arithmétique|و|إن|فإن|numbers?|digits|terms|parts|values|zahlen|ziffern|nombres|chiffres|números|numeri|cifre|cifras)\s+$|l['’]$",
    re.IGNORECASE,
)
NUMBER = r"[-\u2212]?\d[\d.,'’\u202f\u00a0]{0,40}\d|[-\u2212]?\d"
_NO_NUMBER_BEFORE = r"(?<![\w.,/–'’\u202f\u00a0-])"
_AND = r"(?:and|und|et|y|e|&|और|و)"
_LIST = (
    rf"(?:{NUMBER})(?:(?:\s*[,;،]\s+(?:{_AND}\s+)?|\s+{_AND}\s*)(?:{NUMBER})){{1,{MOST_NUMBERS}}}"
)
_IS = (  # not shown
    r"\s*(?P<relation>=|≈|(?:is|equals|gives|yields|makes|ergibt|donne|da|beträgt|ist|est|vaut|es|è|é|dà|dá|fa|هو|هي|يساوي)"
    r"(?:\s+(?:equal\s+to|exactly|gleich|égale?\s+à|igual\s+a|uguale\s+a))?)(?![^\W\d_])"
    r"(?P<about>\s+(?:about|approximately|roughly|etwa|rund|ungefähr|environ|circa|aproximadamente))?"
)
NUMBER_END = (  # nothing that goes on with the number
    r"(?![\w%])(?![.,:/]\d)(?!\s*[-+−*/×÷·^!:%=<>≈(°])(?!\s*\\)"
    r"(?=[\s\0*]*(?:[.,;)\]\"”»।،|]|$|\n|(?:and|und|et|y|so|و|और)\b|है|हैं))"
)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(map(re.escape, _NAMES), key=len, reverse=True))
    behind = "|".join(map(re.escape, _BEHIND))
    stated = rf"[\s\0*]+(?P<stated>{NUMBER}){NUMBER_END}"
    ahead = (
        rf"(?<!\w)(?P<name>{names})\s+(?:(?:of|von|aus|de|di|tra|fra|between|zwischen|entre|بين)\s+)?"
        r"(?:the\s+(?:two\s+)?numbers\s+|den\s+zahlen\s+|der\s+zahlen\s+|los\s+números\s+)?"
        rf"(?P<list>{_LIST}){_IS}{stated}"
    )
    after = (
        rf"{_NO_NUMBER_BEFORE}(?P<list>{_LIST})\s+(?:का|की|के बीच का)\s+(?P<name>{behind})"
        rf"(?P<about>\s+लगभग)?{stated}"
    )
    called = "|".join(_CALLED)
    whole = r"[-\u2212]?\d{1,15}"
    call = (
        rf"(?<![\w.])(?P<name>{called})\((?P<list>{whole}(?:,\s*{whole}){{1,{MOST_NUMBERS}}})\)"
        rf"{_IS}{stated}"
    )
    together = (
        rf"{_NO_NUMBER_BEFORE}(?P<list>{_LIST})\s+(?P<name>{_TOGETHER.pattern})"
        rf"(?P<about>\s+(?:about|approximately|roughly|etwa|rund|environ|circa))?{stated}"
    )
    return (
        re.compile(ahead, re.IGNORECASE),
        re.compile(after),
        re.compile(call, re.IGNORECASE),
        re.compile(together, re.IGNORECASE),
    )


_QUICK = re.compile(  # not shown
    "|".join(
        (*map(re.escape, (*_NAMES, *_BEHIND, "max(", "min(")), "up to", "zusammen", "ensemble")
    ),
    re.IGNORECASE,
)


def wrong_lists(text: str, start: int, end: int) -> Iterator[Finding]:
    """Means, sums and their kin in a line that their lists do not have, or do (RIGHT)."""
    if _QUICK.search(text, start, end) is None:
        return
    for pattern in _patterns():
        for found in _found(pattern, text, start, end):
            finding = _judged(found)
            named = pattern in {_patterns()[0], _patterns()[3]}
            if finding is None or (named and not _is_that_name(text, start, found.start())):
                continue
            place = StatementPlace.at(text, found.start(), found.end("list"), found.end("stated"))
            if is_claimed(text, place):
                yield finding


def _found(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Where a pattern is found; what begins with its list is looked for before its words."""
    if pattern is not _patterns()[3]:
        yield from pattern.finditer(text, start, end)
        return
    for words in _TOGETHER.finditer(text, start, end):
        first = max(start, words.start() - _AROUND_C)
        last = min(end, words.end() + _AROUND_C)
        every = pattern.finditer(text, first, last)
        yield from (one for one in every if one.start("name") == words.start())


def wrong_ways(text: str, code: Sequence[Segment]) -> Iterator[Finding]:
    """Numbers of ways to choose, as in C(5, 2) = 10, that are others.

    None where the text's C is more often wrong than right: it is another function.

    Args:
        text: The whole.
        code: Its blocks of code, where C may be anything.
    """
    every = [one for one in _WAYS.finditer(text) if _is_prose(text, one.start(), code)]
    wrong = [found for found in every if _ways(found) not in _said(found)]
    if len(wrong) > 1 and len(wrong) * 2 > len(every):
        return
    for found in wrong:
        place = StatementPlace.at(text, found.start(), found.end("relation"), found.end())
        right = _ways(found)
        if right is not None and is_claimed(text, place):
            span, at = found.span(), found.start("stated")
            yield Finding(FindingKind.SUM, *span, found["stated"], str(right), at)


def _is_prose(text: str, at: int, code: Sequence[Segment]) -> bool:
    """Whether a place is in a line of prose that speaks of no other C, such as a point."""
    if any(one.has(at) for one in code):
        return False
    first, last = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    last = len(text) if last < 0 else last
    if text.startswith(("    ", "\t"), first):
        return False
    around = max(first, at - _AROUND_C), min(last, at + _AROUND_C)
    return _OTHER_C.search(text, *around) is None


def _ways(found: re.Match[str]) -> int | None:
    """In how many ways so many can be chosen; None where more are chosen than there are."""
    n, k = int(found["n"]), int(found["k"])
    return math.comb(n, k) if k <= n <= _MOST_CHOSEN else None


def _said(found: re.Match[str]) -> set[Fraction | None]:
    """What is stated by each convention; also None, which is right of what has no value here."""
    read = [read_numeral(found["stated"].strip(), one) for one in Convention]
    return {None, *(one.value for one in read if one is not None)}


def _is_that_name(text: str, start: int, at: int) -> bool:
    """Whether no word before makes another thing of it, such as "weighted"."""
    return _ALLOWED_BEFORE.search(text[max(start, at - 30) : at]) is not None


def _judged(found: re.Match[str]) -> Finding | None:
    """A finding where what is stated is wrong by every way of writing numbers."""
    numbers = re.findall(NUMBER, found["list"])
    name = found["name"].lower()
    compute = _NAMES.get(name) or _BEHIND.get(name) or _CALLED.get(name) or _sum
    if found.re is _patterns()[2]:
        numbers = re.split(r",\s*", found["list"])
        compute = _CALLED[name]
    return judged_result(found, numbers, compute)


def judged_result(
    found: re.Match[str],
    numbers: Sequence[str],
    compute: Callable[[Sequence[Fraction]], Value],
) -> Finding | None:
    """What is to be said of what some numbers are told to come to.

    Args:
        found: Its groups are ``stated``, ``about`` and, where a sign may stand, ``relation``.
        numbers: As they are written.
        compute: What they come to; raises NotComputableError where that is nothing.
    """
    stated, right = found["stated"], ""
    about = found["about"] or found.groupdict().get("relation") == "≈"
    for convention in conventions_of(one.lstrip("-\u2212") for one in (*numbers, stated)):
        values = [_signed(one, convention) for one in numbers]
        said = _signed(stated, convention)
        try:
            computed = compute([one.value for one in values])
        except NotComputableError:
            return None
        if compute is _difference:
            said = Numeral(abs(said.value), said.decimals)  # whichever is taken from the other
        claimed = Quantity(exactly(said.value), literal=said)
        both = Quantity(computed, operations=1), "~" if about else "=", claimed
        if (judged := compare(*both)) is not Judgement.WRONG:
            kind, at = FindingKind.RIGHT, found.start("stated")
            span = found.start(), found.end("stated")
            return Finding(kind, *span, "", "", at) if judged is Judgement.RIGHT else None
        exact = computed.middle.denominator in {1, 2, 4, 5, 8, 10, 20, 25, 50, 100}
        places = None if computed.exact or exact else max(said.decimals, 2)
        right = right or write_numeral(computed.middle, convention, places)
    if not right:
        return None
    at = found.start("stated")
    return Finding(FindingKind.SUM, found.start(), found.end("stated"), stated, right, at)


def _signed(text: str, convention: Convention) -> Numeral:
    numeral = read_numeral(text.lstrip("-\u2212"), convention)
    if numeral is None:
        raise ValueError(text)  # conventions_of has read it
    return numeral if text[0].isdigit() else Numeral(-numeral.value, numeral.decimals)
