"""An answer that names one of two numbers of its question, and the wrong one.

"Which is larger, 9.9 or 9.11?" is answered by "9.11 is larger." The answer says no comparison, so
it is read with its question, and only where that asks for one of two numbers and for nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from app.sums.findings import Finding, FindingKind
from app.sums.numerals import ASCII_DIGITS, Convention, read_numeral

_NUMBER = r"(?<![\w.,])\d{1,15}(?:[.,]\d{1,15})?(?![\w%]|[.,]\d)"
_MORE = (  # not shown
    r"larger|largest|greater|greatest|bigger|biggest|higher|highest|more|größere?|größte|mayor|maggiore|maior"
    r"|más grande|più grande|plus grande?|supérieur|أكبر|الأكبر|बड़ा|बड़ी"
)
_LESS = (  # not shown
    r"smaller|smallest|lower|lowest|lesser|less|kleinere?|kleinste|menor|minore|más pequeño"
    r"|più piccolo|plus petite?"
    r"|inférieur|أصغر|الأصغر|छोटा|छोटी"
)
_ADJECTIVE = rf"(?<!\w)(?:(?P<more>{_MORE})|(?P<less>{_LESS}))(?!\w)"
_ASKED = re.compile(_ADJECTIVE, re.IGNORECASE)
_WORDS = re.compile(r"[^\s,:;?!.*\"'()¿؟،।“”«»]+")
_OTHER_WORDS = (  # not shown: what else may stand in the question
    "which what number of these the two one is are value decimal or and between please welche "
    "welcher welches zahl ist der die das oder und was von bitte quel quelle lequel nombre est le "
    "la plus ou et de entre cuál cual número es el o y que qué "
    "quale numero di questi il tra qual è é os ou أيهما أي العدد الرقم أم أو هو و "
    "कौन कौनसा कौनसी सा सी संख्या है या और में से"
)
_ALLOWED = frozenset(_OTHER_WORDS.split())
_LINKS = r"(?:is|ist|est|es|è|é|are|هو|هي|:|=|→)"
_ARTICLES = r"(?:(?:the|die|der|das|le|la|el|il|o)\s+)?"
_SAYS = (  # not shown: words of answers
    re.compile(
        rf"(?P<number>{_NUMBER})[^\w\n]{{0,4}}(?:{_LINKS}\s+)?{_ARTICLES}\*{{0,2}}{_ADJECTIVE}"
        r"(?!\W{0,4}(?:than|als|que|de|di|do|من)\b)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_ADJECTIVE}(?:\s+(?:number|one|value|of\s+the\s+two|decimal|zahl|nombre|número|numero|العدد|संख्या))*"
        rf"[^\w\n]{{0,4}}{_LINKS}?[\s*$`]{{0,4}}(?P<number>{_NUMBER})",
        re.IGNORECASE,
    ),
)
_ALONE = re.compile(
    rf"[\s*$`]*(?P<number>{_NUMBER})[*$`]*"
    r"(?:[\s*.!]*$|[.!]\s|\s*\n|,?\s+(?:because|since|as|weil|da|car|perché|porque|لأن|क्योंकि)\s)"
)


def wrong_choice(question: str, answer: str) -> Finding | None:
    """Where an answer names the wrong one of two numbers; None where it does not, or none is asked.

    Args:
        question: As it was asked; more than one sentence is more than is understood.
        answer: What was said to it; where it names both, nothing is said of it.
    """
    question, said = question.translate(ASCII_DIGITS), answer.translate(ASCII_DIGITS)
    asks_more = _asks_for_more(question)
    numbers = re.findall(_NUMBER, question)
    if asks_more is None or len(numbers) != 2 or (values := _values(numbers)) is None:
        return None
    named = list(_named(said, asks_more))
    wrong = [
        (found, right)
        for found, more in named
        if found["number"] in numbers
        and found["number"] != (right := numbers[values.index((max if more else min)(values))])
    ]
    if not wrong or len(wrong) != len(named):
        return None
    found, right = wrong[0]
    start, end = found.start("number"), found.end("number")
    begins, ends = (start, end) if found.re is _ALONE else found.span()
    return Finding(FindingKind.CHOICE, begins, ends, answer[start:end], right, start)


def _asks_for_more(question: str) -> bool | None:
    """Whether the greater of two numbers is asked for; None where something else is."""
    asked = question.strip()
    if not asked.endswith(("?", "؟")):
        return None
    kinds = {found["more"] is not None for found in _ASKED.finditer(asked)}
    rest = re.sub(_NUMBER, " ", _ASKED.sub(" ", asked))
    if len(kinds) != 1 or any(one.lower() not in _ALLOWED for one in _WORDS.findall(rest)):
        return None
    return kinds.pop()


def _named(answer: str, asks_more: bool) -> Iterator[tuple[re.Match[str], bool]]:
    """Each number that is called greater or less, and whether greater."""
    spoken = False
    for pattern in _SAYS:
        for found in pattern.finditer(answer):
            spoken = True
            yield found, found["more"] is not None
    if not spoken and (alone := _ALONE.match(answer)):
        yield alone, asks_more


def _values(numbers: list[str]) -> list[Fraction] | None:
    """What two different numbers come to; None where that is not certain."""
    sign = Convention.COMMA if any("," in one for one in numbers) else Convention.POINT
    read = [read_numeral(one, sign) for one in numbers]
    values = [one.value for one in read if one is not None]
    return values if len(set(values)) == 2 else None
