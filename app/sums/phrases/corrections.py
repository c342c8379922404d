"""The number of a wrong statement that is to be another one, and that in its own way of writing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import dropwhile, takewhile

from app.sums.findings import Finding, FindingKind
from app.sums.lexer import Kind, Token
from app.sums.numerals import Convention, write_numeral
from app.sums.quantities import Quantity, in_unit
from app.sums.units import MULTIPLIERS, NOUGHTS, unit_of
from app.sums.values import Value, exactly, whole

_MOST_DECIMALS = 28


def correction(
    first_side: tuple[Sequence[Token], Quantity],
    relation: Token,
    second_side: tuple[Sequence[Token], Quantity],
    convention: Convention,
    text: str,
) -> Finding:
    """What is told of a statement: which of its numbers is wrong, and what it should be.

    Args:
        first_side: The tokens before its sign, and what they come to.
        relation: The sign.
        second_side: Likewise behind it.
        convention: How its numbers were read.
        text: The whole.
    """
    (one, a), (other, b) = first_side, second_side
    start, end = one[0].start, other[-1].end
    if relation.text in {"<", ">", "<=", ">="}:
        return Finding(
            FindingKind.COMPARISON,
            start,
            end,
            text[relation.start : relation.end],
            _true_sign(a, b),
            relation.start,
        )
    wrong, tokens_of, computed = (b, other, a) if b.literal is not None else (a, one, b)
    if wrong.literal is None:
        wrong, tokens_of, computed = b, other, a
    value = _as_stated(computed, wrong)
    parts = tokens_of[0]
    if wrong.literal is None and parts.kind is Kind.OPEN and parts.start == parts.end:
        units = [one.text for one in tokens_of if _is_word(one) and unit_of(one.text)]
        if len(units) > 1 and wrong.unit == unit_of(units[0]):
            stated = text[parts.start : end]
            right = _in_parts(value, units, convention)
            return Finding(FindingKind.SUM, start, end, stated, right, parts.start)
    from_number = dropwhile(_is_word, tokens_of)
    numbers = list(takewhile(lambda token: not _is_word(token), from_number))
    first, last = numbers[0].start, numbers[-1].end
    behind = [one.text for one in tokens_of if one.start >= last][:1]
    if behind and wrong.literal is not None:
        factor = MULTIPLIERS.get(behind[0]) or NOUGHTS.get(behind[0], 1)
        value = value / whole(factor) if factor > 1 else value
    written = _written(value, wrong, any(one.text == "/" for one in numbers), convention)
    return Finding(FindingKind.SUM, start, end, text[first:last], _with_sign(written, wrong), first)


def _in_parts(value: Value, names: Sequence[str], convention: Convention) -> str:
    """A measure in the units of the wrong one: 2 h 40 min."""
    units = [unit for unit in map(unit_of, names) if unit is not None]
    rest, told = value.middle * units[0].factor, []
    for name, unit in zip(names[:-1], units, strict=False):
        count, rest = divmod(rest, unit.factor)
        told.append(f"{write_numeral(Fraction(count), convention)} {name}")
    last = write_numeral(rest / units[-1].factor, convention)
    return " ".join([*told, f"{last} {names[-1]}"])


def _is_word(token: Token) -> bool:
    return token.kind is Kind.WORD or token.text == "°"


def _written(value: Value, wrong: Quantity, fraction: bool, convention: Convention) -> str:
    """The right number in the form of the wrong one."""
    known = value.low == value.high
    if known and fraction and value.low.denominator > 1:
        return f"{value.low.numerator}/{value.low.denominator}"
    decimals = wrong.literal.decimals if wrong.literal is not None else 2
    ends = known and 10**_MOST_DECIMALS % value.low.denominator == 0
    if ends or value.exact:
        return write_numeral(value.middle, convention)
    return write_numeral(value.middle, convention, max(decimals, 2, _first_digit(value) + 1))


def _first_digit(value: Value) -> int:
    """How many decimals lead to the first one that is not 0; 0 where the number is no small one."""
    size, places = abs(value.middle), 0
    while 0 < size < 1 and places < _MOST_DECIMALS:
        size, places = size * 10, places + 1
    return places


def _as_stated(computed: Quantity, wrong: Quantity) -> Value:
    """What was computed, in the unit of what stands there."""
    value = computed.value
    if wrong.unit is not None:
        value = in_unit(computed, wrong.unit) or value
    return value * exactly(Fraction(100)) if wrong.percent else value


def _with_sign(written: str, wrong: Quantity) -> str:
    return f"{written}%" if wrong.percent else written


def _true_sign(a: Quantity, b: Quantity) -> str:
    if a.value.high < b.value.low:
        return "<"
    return ">" if a.value.low > b.value.high else "="
