"""Equations and comparisons of numbers in a text, and which of them are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product

from app.sums.brackets import HIDDEN
from app.sums.excuses import Statement, is_excused
from app.sums.expressions import evaluate
from app.sums.findings import Finding, FindingKind
from app.sums.lexer import Kind, Token, tokens
from app.sums.numerals import Convention, Numeral, read_numeral
from app.sums.phrases.corrections import correction
from app.sums.phrases.joined import joined_measures
from app.sums.phrases.spoken import may_relate, said_as_signs
from app.sums.quantities import Quantity, UnreadableError
from app.sums.readings import Interpretation, readings
from app.sums.rounding import Judgement, compare, looks_rounded, misses
from app.sums.units import COMPARED, JOINING, unit_of
from app.sums.values import NotComputableError

_REMAINDER = {"r", "remainder", "rest", "reste", "resto", "rem", "avanzo"}
_LONGEST_CLAUSE = 600  # tokens
_LONGEST_SIDE = 80  # tokens
_ABOUT = re.compile(  # not shown: "about 19 × 21 = 400"
    r"(?<!\w)(?:about|around|roughly|approximately|approx\.?|circa|ca\.|etwa|ungefähr|rund|environ"
    r"|aproximadamente|unos|unas|all['’]incirca|cerca de|حوالي|تقريبا|लगभग)[\s$*(]*$",
    re.IGNORECASE,
)
_HIGH_POWER = 4
_RATES = (Fraction(1, 2), 2)
_COUNTED = {"+", "-", "*", "/", "^", "^2", "^3", "pi", "(", ")"}
_BARE = {"a", "à", "y", "o", "e", "i", "I", "A", "O", "E"}


@dataclass(frozen=True, slots=True)
class _Side:
    """An expression beside a relation: the ways in which its tokens may be cut."""

    choices: tuple[Sequence[Token], ...]
    settled: bool = False  # it is what the chain before it comes to


def wrong_equations(
    text: str,
    start: int,
    end: int,
    *,
    latex: bool,
    symbols: Mapping[str, Fraction] | None = None,
    rights: bool = False,
) -> Iterator[Finding]:
    """What is wrong in ``text[start:end]``: one line, cell, sentence or formula.

    Args:
        text: The whole.
        start: Where it begins.
        end: Where it ends.
        latex: It is a formula.
        symbols: Numbers that the text gives to letters.
        rights: What is right comes too.
    """
    if may_relate().search(text, start, end) is None:
        return
    found = said_as_signs(tokens(text, start, end, latex=latex), text)
    if not any(token.kind is Kind.RELATION for token in found):
        return
    found = joined_measures(found)
    given = symbols or {}
    for clause in _clauses(found, text):
        yield from _in_clause(clause, text, start, given, rights=rights)


def _clauses(found: Sequence[Token], text: str) -> Iterator[list[Token]]:
    """Stretches between breaks; a colon breaks where it has no blank before it, but one behind."""
    clause: list[Token] = []
    for index, token in enumerate(found):
        broken = token.kind is Kind.BREAK
        if token.text == ":" and token.kind is Kind.OPERATOR:
            before = found[index - 1].end if index else token.start
            after = found[index + 1].start if index + 1 < len(found) else token.end
            close = not text[before : token.start].strip(HIDDEN)  # emphasis may end before it
            if close and after > token.end:
                broken = True
        if broken:
            yield clause
            clause = []
        else:
            clause.append(token)
    yield clause


def _in_clause(
    clause: Sequence[Token],
    text: str,
    start: int,
    symbols: Mapping[str, Fraction],
    *,
    rights: bool,
) -> Iterator[Finding]:
    if len(clause) > _LONGEST_CLAUSE:
        return
    places = [i for i, token in enumerate(clause) if token.kind is Kind.RELATION]
    bounds = [-1, *places, len(clause)]
    sides = [clause[a + 1 : b] for a, b in pairwise(bounds)]
    settled = False
    for number, place in enumerate(places):
        relation = clause[place]
        if number and not _goes_along(clause[places[number - 1]], relation, text, settled):
            continue  # x < 4 < 3, or a comparison that is spoken about
        left = _ending(sides[number], whole=number > 0, symbols=symbols)
        right = _beginning(sides[number + 1], symbols)
        last = number + 2 == len(sides)
        if (
            last
            and right is not None
            and right.choices[0][-1] is clause[-1]
            and _goes_on(text, clause[-1].end)
        ):
            continue
        if left is None or right is None:
            settled = False
            continue
        chained = settled and relation.text == "="
        since = left.choices[0][0].start
        near = relation.text == "=" and _ABOUT.search(text, max(start, since - 20), since)
        meant = replace(relation, text="~") if near else relation
        finding = _judge(replace(left, settled=chained), meant, right, text, symbols)
        entire = len(right.choices[0]) == len(sides[number + 1])
        so = finding is None or finding.kind is FindingKind.RIGHT
        known = finding is not None and so
        settled = known and (relation.text == "=" or entire)
        if finding is None or (so and not rights):
            continue
        if not so and not last and relation.text == "=" and _runs_on(left, right, text, symbols):
            continue
        numbers = _numbers_of(sides) if relation.text[0] in "<>" else ()
        said = Statement(text, start, relation, left.choices[0], right.choices[0], numbers)
        if not is_excused(finding, said):
            yield finding


def _runs_on(left: _Side, right: _Side, text: str, symbols: Mapping[str, Fraction]) -> bool:
    """Whether the result is gone on with: in 1 + 1 = 2 + 1 = 3 both sums are right.

    No two sides of such a chain are equal, and yet whoever writes it says nothing wrong of a
    number; whether the rest is right is seen at its own sign.
    """
    result = right.choices[0][:1]
    if len(right.choices[0]) < 2 or result[0].kind is not Kind.NUMBER:
        return False
    sign = Token(Kind.RELATION, "=", result[0].start, result[0].start)
    found = _judge(left, sign, _Side((result,)), text, symbols)
    return found is not None and found.kind is FindingKind.RIGHT


def _goes_along(before: Token, relation: Token, text: str, settled: bool) -> bool:
    """Whether a relation behind another one says something of the two sides beside it."""
    spoken = text[relation.start : relation.end].isalpha()
    if before.text == "=" or (relation.text == "=" and not spoken):
        return True
    return settled and relation.text[0] == before.text[0] in {"<", ">"}


def _numbers_of(sides: Sequence[Sequence[Token]]) -> tuple[str, ...]:
    """The numbers that are compared in a row; empty where one side is more than a number."""
    inner = [side for side in sides[1:-1] if len(side) != 1]
    if inner or not sides[0] or not sides[-1]:
        return ()
    row = [sides[0][-1], *(side[0] for side in sides[1:])]
    return tuple(one.text for one in row) if all(one.kind is Kind.NUMBER for one in row) else ()


def _ending(side: Sequence[Token], *, whole: bool, symbols: Mapping[str, Fraction]) -> _Side | None:
    """The longest end of a side that is an expression and begins where one can begin."""
    first_index = max(0, len(side) - _LONGEST_SIDE)
    for index in range(first_index, len(side)):
        if index and not _may_begin(side, index, symbols):
            continue
        part = side[index:]
        if not _readable(part, symbols):
            continue
        choices = [part]
        first = part[0]
        spaced = len(part) > 1 and part[1].start > first.end
        if first.text == "-" and spaced and not whole:
            choices.append(part[1:])
        return _Side(tuple(choices))
    return None


def _may_begin(side: Sequence[Token], index: int, symbols: Mapping[str, Fraction]) -> bool:
    """Whether an expression can begin at ``index``: behind a word that belongs to nothing."""
    before, first = side[index - 1], side[index]
    if before.kind is not Kind.WORD or before.end == first.start:
        return False
    if len(before.text) == 1 and before.text not in _BARE:
        return False
    if _is_added(side, index):
        return False
    if index >= 2 and side[index - 2].text == "_" and side[index - 2].end == before.start:
        return False  # a name in a program
    if before.text.lower() in JOINING:
        return True
    counted = index >= 2 and side[index - 2].kind in {Kind.NUMBER, Kind.CLOSE, Kind.OPERATOR}
    return not counted and before.text not in symbols


def _is_added(side: Sequence[Token], index: int) -> bool:
    """Whether a sign has blanks on both sides: "price + 3 + 4" is not 7."""
    spaced = index + 1 < len(side) and side[index + 1].start > side[index].end
    return spaced and side[index].text in {"+", "-"}


def _goes_on(text: str, end: int) -> bool:
    """A point that is followed at once: a name of a file, not the end of a sentence."""
    return bool(re.match(r"[.:/\\]\w", text[end : end + 2]))


def _beginning(side: Sequence[Token], symbols: Mapping[str, Fraction]) -> _Side | None:
    """The longest beginning of a side that is an expression and ends where one can end."""
    for index in range(min(len(side), _LONGEST_SIDE), 0, -1):
        if index < len(side) and not _may_end(side, index):
            continue
        part = side[:index]
        if _readable(part, symbols):
            return _Side((part, *_before_remarks(part)))
    return None


def _before_remarks(part: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """What stands before a parenthesis that may be a remark: 200 (67%)."""
    for index in range(len(part) - 1, 0, -1):
        token = part[index]
        if token.kind is Kind.OPEN and not token.fraction and token.start > part[index - 1].end:
            yield part[:index]


def _may_end(side: Sequence[Token], index: int) -> bool:
    last, after = side[index - 1], side[index]
    if after.kind is Kind.CLOSE:
        return True
    if after.kind is Kind.OPEN:
        return not after.fraction and after.start > last.end
    if after.kind is not Kind.WORD or after.start == last.end or unit_of(after.text):
        return False
    if index + 2 < len(side) and side[index + 1].text == "/" and _is_tight(side[index : index + 3]):
        return False  # 5 requests/s
    if after.text.lower() in COMPARED:
        return False
    return after.text.lower() not in _REMAINDER and (len(after.text) > 1 or after.text in _BARE)


def _is_tight(part: Sequence[Token]) -> bool:
    """Whether nothing stands between these."""
    return all(one.end == other.start for one, other in pairwise(part))


def _readable(part: Sequence[Token], symbols: Mapping[str, Fraction]) -> bool:
    if not any(one.kind in {Kind.NUMBER, Kind.CONSTANT} for one in part):
        return False
    try:
        return any(_value(part, reading) is not None for reading in readings(part, symbols))
    except NotComputableError:
        return True  # and nothing is said of it


def _value(part: Sequence[Token], reading: Interpretation) -> Quantity | None:
    """What it comes to; None where it is no expression.

    Raises:
        NotComputableError: It is one, and has no value or one too large.
    """
    try:
        found = evaluate(part, reading)
    except UnreadableError:
        return None
    return replace(found, literal=found.literal or _scientific(part, reading))


def _scientific(part: Sequence[Token], reading: Interpretation) -> Numeral | None:
    """3.2 × 10^5 is one number."""
    shape = [one.text for one in part if one.kind is not Kind.NUMBER]
    numbers = [one.text for one in part if one.kind is Kind.NUMBER]
    if len(numbers) < 2 or numbers[1] != "10" or not shape or shape[0] != "*":
        return None
    first = read_numeral(numbers[0], reading.convention)
    power = "".join(shape[1:] + numbers[2:]).replace("(", "").replace(")", "")
    if first is None or not re.fullmatch(r"\^-?\d{1,3}", power):
        return None
    exponent = int(power[1:])
    return Numeral(first.value * Fraction(10) ** exponent, first.decimals - exponent)


def _judge(
    left: _Side, relation: Token, right: _Side, text: str, symbols: Mapping[str, Fraction]
) -> Finding | None:
    """A finding where every way of reading both sides makes it wrong, or one makes it right."""
    try:
        return _wrong_in_every_way(left, relation, right, text, symbols)
    except NotComputableError:
        return None


def _wrong_in_every_way(
    left: _Side, relation: Token, right: _Side, text: str, symbols: Mapping[str, Fraction]
) -> Finding | None:
    first: Finding | None = None
    for one, other in product(left.choices, right.choices):
        both = [*one, *other]
        if not one or not other:
            continue
        for reading in readings(both, symbols):
            ways = [reading]
            rounded = _rounded(one, other, reading.convention, every=relation.text == "~")
            if rounded:
                ways.append(replace(reading, rounded=rounded))
            for tried in ways:
                a, b = _value(one, tried), _value(other, tried)
                if a is None or b is None:
                    continue
                if left.settled and _is_chained(a, b):
                    a = replace(a, operations=1, literal=None)  # 3 + 4 = 7 = 8
                found = compare(a, relation.text, b)
                missed = found is Judgement.UNSURE and _is_counted(one) and misses(a, b)
                if found is Judgement.UNSURE and not missed and _may_be_grouped(b):
                    continue  # the other way of reading 8,670 decides
                if found is Judgement.RIGHT and not missed:
                    span = one[0].start, other[-1].end
                    return Finding(FindingKind.RIGHT, *span, "", "", relation.start)
                if found is not Judgement.WRONG and not missed:
                    return None
                if first is None:  # the plainest way is told
                    a = replace(a, literal=None) if left.settled else a
                    first = correction((one, a), relation, (other, b), tried.convention, text)
    return first if first is not None and first.right != first.stated else None


def _may_be_grouped(stated: Quantity) -> bool:
    """Whether the sign before the decimals of a measured number may group its digits as well."""
    numeral = stated.literal
    return stated.unit is not None and numeral is not None and numeral.decimals == 3


def _growth_rates(
    one: Sequence[Token], other: Sequence[Token], rounded: Mapping[str, Numeral]
) -> frozenset[str]:
    """Numbers that are raised to a high power and are exact therefore: 1.1 in 1.1^10 ≈ 2.59."""
    found = set[str]()
    for side, stated in ((one, other), (other, one)):
        shown = [token for token in stated if token.kind is Kind.NUMBER]
        told = rounded.get(shown[0].text) if len(shown) == 1 else None
        signs = [t.text[0] for t in (*side, *stated) if t.kind in {Kind.OPERATOR, Kind.FUNCTION}]
        if told is None or told.value.denominator == 1 or not set(signs) <= {"*", "^"}:
            continue
        for index, token in enumerate(side):
            base = next((t for t in reversed(side[:index]) if t.kind is Kind.NUMBER), None)
            rate = rounded.get(base.text) if base is not None else None
            if token.text[0] != "^" or base is None or rate is None or rate.decimals > 2:
                continue
            power = token.text[1:] or next(
                (t.text for t in side[index:] if t.kind is Kind.NUMBER), ""
            )
            if power.isdigit() and int(power) >= _HIGH_POWER and _RATES[0] < rate.value < _RATES[1]:
                found.add(base.text)
    return frozenset(found)


def _is_counted(side: Sequence[Token]) -> bool:
    """Whether plain numbers are multiplied, divided or added there, and nothing else."""
    signs = {token.text for token in side if token.kind is not Kind.NUMBER}
    if "-" in signs and any(
        one.text == "-" and (before.end == one.start or one.end == after.start)
        for before, one, after in zip(side, side[1:], side[2:], strict=False)
    ):
        return False  # 12-15 are hours of a day
    return bool(signs) and signs <= _COUNTED


def _is_chained(a: Quantity, b: Quantity) -> bool:
    """Whether two plain numbers say the same; of 3 + 4 = 7 = 100 % the last says another thing."""
    if a.operations or b.operations or a.unit is not None or b.unit is not None:
        return False
    return not b.percent or a.value.high <= 1


def _rounded(
    one: Sequence[Token], other: Sequence[Token], convention: Convention, *, every: bool
) -> frozenset[str]:
    """Numbers that may be rounded ones; where a result has as many decimals, they are not."""
    found: dict[str, Numeral] = {}
    for token in (*one, *other):
        if token.kind is Kind.NUMBER and not token.fraction:
            numeral = read_numeral(token.text, convention)
            if numeral is not None and numeral.decimals > 0:
                found[token.text] = numeral
    if every:
        return frozenset(found) - _growth_rates(one, other, found)
    shown = [read_numeral(side[0].text, convention) for side in (one, other) if len(side) == 1]
    fewest = min((numeral.decimals for numeral in shown if numeral is not None), default=99)
    return frozenset(
        text for text, one in found.items() if one.decimals > fewest and looks_rounded(one)
    )
