r"""Sums and products over a letter: ``\sum_{i=1}^{10} i = 55``, "the sum for i = 1 to 10 of i²"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from app.sums.expressions import evaluate
from app.sums.findings import Finding, FindingKind
from app.sums.lexer import Kind, Token, tokens
from app.sums.numerals import Convention, conventions_of, read_numeral, write_numeral
from app.sums.phrases.claims import StatementPlace, is_claimed
from app.sums.quantities import Quantity, UnreadableError
from app.sums.readings import Interpretation
from app.sums.rounding import Judgement, compare
from app.sums.segments import Segment
from app.sums.values import NotComputableError, Value, exactly, whole

MOST_TERMS = 500  # of a text
_LONGEST = 60  # characters of a value that is worth telling
_STATED = r"(?P<stated>[-−]?\d(?:[\d.,]|\{,\}|\\,){0,30}\d|[-−]?\d)"
_REST = (  # the term, what it comes to, and nothing that goes on with that
    r"[\s\0]*(?P<term>[^=≈<>$\n|&;:]{1,80}?)[\s\0]*&?[\s\0]*(?P<relation>=|≈|\\approx)[\s\0*]*"
    rf"{_STATED}(?![\d\w%])(?![.,]\d)(?=[\s\0*]*(?:[.,;)\]$]|\\[\])]|=|$|\n))"
)
_SIGN = re.compile(
    r"(?:\\(?P<name>sum|prod)(?:\\(?:no)?limits)?|(?P<sign>[∑Σ∏Π]))[ ]?"
    r"_[ ]?\{?[ ]?(?P<letter>[A-Za-z])[ ]?=[ ]?(?P<first>-?\d{1,4})[ ]?\}?[ ]?"
    rf"\^[ ]?(?:\{{[ ]?(?P<last>\d{{1,4}})[ ]?\}}|(?P<bare>\d{{1,4}}(?=[ ])|\d)){_REST}"
)
_WORDS = re.compile(  # not shown
    r"(?<!\w)(?:(?:sum|∑|Σ)[ ]?\(?(?:from|for|over)?[ ]|(?:summe|somme|suma|somma|soma)[ ]"
    r"(?:von|für|de|pour|para|per|da|di)[ ])(?P<letter>[a-z])[ ]?=[ ]?(?P<first>-?\d{1,4})[ ]?"
    r"(?:to|bis|à|hasta|a|até|\.\.\.?|…)[ ]?(?P<last>\d{1,4})\)?"
    rf"(?:[ ](?:of|von|über|de|di))?{_REST}",
    re.IGNORECASE,
)
_QUICK = re.compile(r"\\sum|\\prod|[∑Σ∏Π]|\b(?:sum|summe|somme|suma|somma|soma)\b", re.IGNORECASE)


def wrong_series(text: str, code: Sequence[Segment]) -> Iterator[Finding]:
    """Sums and products over a letter that do not come to what is stated, or do (RIGHT).

    Args:
        text: The whole.
        code: Its blocks of code, where nothing is looked at.
    """
    if _QUICK.search(text) is None:
        return
    left = MOST_TERMS
    for pattern in (_SIGN, _WORDS):
        for found in pattern.finditer(text):
            if any(one.has(found.start()) for one in code):
                continue
            every = _range(found)
            left -= len(every)
            if left < 0:
                return
            finding = _judged(text, found, every) if every else None
            place = StatementPlace.at(text, found.start(), found.end("relation"), found.end())
            if finding is not None and is_claimed(text, place):
                yield finding


def _range(found: re.Match[str]) -> range:
    """What the letter stands for, one after another; nothing where that is not known."""
    first, last = int(found["first"]), found["last"] or found.groupdict().get("bare")
    return range(first, int(last) + 1) if last else range(0)


def _judged(text: str, found: re.Match[str], every: range) -> Finding | None:
    groups = found.groupdict()
    latex = "\\" in found.group()
    term = tokens(text, *found.span("term"), latex=latex)
    product = groups.get("name") == "prod" or groups.get("sign") in {"∏", "Π"}
    try:
        computed = _computed(term, found["letter"], every, product=product)
    except (UnreadableError, NotComputableError):
        return None
    stated = found["stated"].replace("{,}", ",").replace("\\,", "")
    at, end = found.span("stated")
    about = "=" if found["relation"] == "=" else "~"
    right = ""
    for convention in conventions_of([stated.lstrip("-−")]):
        numeral = read_numeral(stated.lstrip("-−"), convention)
        if numeral is None or stated[0] in "-−":
            return None
        claimed = Quantity(exactly(numeral.value), literal=numeral)
        judged = compare(Quantity(computed, operations=1), about, claimed)
        if judged is Judgement.RIGHT:
            return Finding(FindingKind.RIGHT, found.start(), end, "", "", at)
        if judged is not Judgement.WRONG:
            return None
        places = None if computed.exact else max(numeral.decimals, 2)
        right = right or write_numeral(computed.middle, convention, places)
    if not 0 < len(right) <= _LONGEST:
        return None
    return Finding(FindingKind.SUM, found.start(), end, text[at:end], right, at)


def _computed(term: Sequence[Token], letter: str, every: range, *, product: bool) -> Value:
    """What the terms come to together.

    Raises:
        UnreadableError: A term is none, or it is not clear where it ends: ∑ i + 1.
        NotComputableError: It has no value, or one too large.
    """
    level = 0
    for index, token in enumerate(term):
        level += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if index and not level and token.text in {"+", "-"}:
            raise UnreadableError
    total = whole(1 if product else 0)
    for number in every:
        reading = Interpretation(Convention.POINT, symbols={letter: Fraction(number)})
        value = evaluate(term, reading).value
        total = total * value if product else total + value
    return total
