"""An answer that names one of two numbers of its question, and the wrong one.

"Which is larger, 9.9 or 9.11?" is answered by "9.11 is larger." The answer says no comparison, so
it is read with its question, and only where that asks for one of two numbers and for nothing else.
"""

from __future__ import annotations

import re
from fractions import Fraction

from app.sums.equations import Finding, FindingKind
from app.sums.numerals import Convention, read_numeral

_NUMBER = r"(?<![\w.,])\d{1,15}(?:[.,]\d{1,15})?(?![\w%]|[.,]\d)"
_MORE = (  # not shown
    r"larger|largest|greater|greatest|bigger|biggest|higher|größere?|mayor|plus grande?"
)
_LESS = r"smaller|smallest|lower|lowest|lesser|kleinere?|menor|plus petite?"  # not shown
_ADJECTIVE = rf"(?P<more>{_MORE})|(?P<less>{_LESS})"
_ASKS = re.compile(  # not shown: words of questions
    rf"^\W*(?:which|what|welche\w*|was|wer|quel\w*|cuál|qué)\b[^?]*?\b(?:{_ADJECTIVE})\b[^?]*\?",
    re.IGNORECASE,
)
_ALLOWED = re.compile(  # not shown: the question's other words
    rf"{_NUMBER}|\b(?:which|what|number|of|these|the|two|one|is|are|value|decimal|or|and|between|"
    rf"welche|welcher|welches|zahl|ist|der|die|das|oder|und|was|quel|quelle|nombre|est|le|la|plus|"
    rf"ou|et|cuál|número|es|el|o|y|que|qué|de|{_MORE}|{_LESS})\b|[\s,:;?!.*\"'()¿]",
    re.IGNORECASE,
)
_SAYS = re.compile(  # not shown: words of answers
    rf"(?P<number>{_NUMBER})\W{{0,4}}(?:is|ist|est|es)\s+(?:the\s+|die\s+|der\s+|le\s+|el\s+)?"
    rf"\*{{0,2}}(?:{_ADJECTIVE})\b(?!\W{{0,4}}(?:than|als|que)\b)",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"[\s*]*(?P<number>{_NUMBER})[\s*.!]*")


def wrong_choice(question: str, answer: str) -> Finding | None:
    """Where an answer names the wrong one of two numbers; None where it does not, or none is asked.

    Args:
        question: As it was asked; more than one sentence is more than is understood.
        answer: What was said to it.
    """
    asked = _ASKS.fullmatch(question.strip())
    numbers = re.findall(_NUMBER, question)
    if asked is None or len(numbers) != 2 or _ALLOWED.sub("", question):
        return None
    values = _values(numbers)
    if values is None:
        return None
    said = _SAYS.search(answer)
    alone = _ALONE.fullmatch(answer) if said is None else None
    found = said or alone
    if found is None or found["number"] not in numbers:
        return None
    more = (said or asked)["more"] is not None
    right = numbers[values.index(max(values) if more else min(values))]
    if found["number"] == right:
        return None
    start = found.start("number")
    end = found.end() if said else found.end("number")
    return Finding(FindingKind.CHOICE, start, end, found["number"], right, start)


def _values(numbers: list[str]) -> list[Fraction] | None:
    """What two different numbers come to; None where that is not certain."""
    sign = Convention.COMMA if any("," in one for one in numbers) else Convention.POINT
    read = [read_numeral(one, sign) for one in numbers]
    values = [one.value for one in read if one is not None]
    return values if len(set(values)) == 2 else None
