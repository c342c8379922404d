"""Values with what they count, and how these are added, multiplied and written in another unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from fractions import Fraction

from app.sums.numerals import Numeral
from app.sums.units import CURRENCIES, Unit, divided, multiplied
from app.sums.values import MOST_BITS, Value, exactly


class UnreadableError(ValueError):
    """The tokens are no expression, or hold something that has no number."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with what it counts.

    Attributes:
        value: In ``unit``.
        unit: None for a bare number.
        literal: As it was written, where it is a number and nothing else.
        percent: It is a share written with a per cent sign; ``value`` is the share.
        mixed: Units of several kinds were multiplied or divided, so that it is not known what it
            counts now.
        operations: How many operations were done.
    """

    value: Value
    unit: Unit | None = None
    literal: Numeral | None = None
    percent: bool = False
    mixed: bool = False
    operations: int = 0


def half_a_digit(numeral: Numeral) -> Fraction:
    """How far what was rounded to this number can be from it."""
    return Fraction(1, 2) / Fraction(10) ** numeral.decimals


def in_unit(quantity: Quantity, unit: Unit) -> Value | None:
    """Its value in another unit of its kind; None where it is of another kind."""
    own = quantity.unit
    if own is None or own == unit:
        return quantity.value
    if (own.kind, own.power) != (unit.kind, unit.power):
        return None
    return quantity.value * exactly(own.factor / unit.factor)


def added(first: Quantity, second: Quantity, sign: str, *, percent_of: bool) -> Quantity:
    """The sum, or the difference for ``-``; ``percent_of`` takes a share of what stands before it.

    Raises:
        UnreadableError: They are of two kinds.
    """
    unit = first.unit or second.unit
    term = second.value
    if unit is not None and second.unit is not None:
        converted = in_unit(second, unit)
        if converted is None:
            raise UnreadableError
        term = converted
    if percent_of and second.percent and not first.percent:
        term = first.value * second.value
    value = first.value + term if sign == "+" else first.value - term
    return Quantity(
        value,
        unit,
        percent=first.percent and second.percent,
        mixed=first.mixed or second.mixed or _is_measured(first) > _is_measured(second),
        operations=first.operations + second.operations + 1,
    )


def _is_measured(one: Quantity) -> bool:
    """Whether a unit says what it measures, or it is a share of it: 1 h + 30 may be minutes."""
    counted = one.unit is None or one.unit.kind in CURRENCIES or one.unit.kind[0] == " "
    return one.percent or not counted


def combined(first: Quantity, second: Quantity, sign: str) -> Quantity:
    """The product, the quotient for ``/`` and ``:``, the rest for another sign."""
    if sign == "*":
        value = first.value * second.value
    elif sign in {"/", ":"}:
        value = first.value / second.value
    else:
        value = first.value % second.value
    unit = first.unit or (second.unit if sign == "*" else None)
    both = unclear = False
    if first.unit is not None and second.unit is not None:
        both, unit = True, None
        same = (first.unit.kind, first.unit.power) == (second.unit.kind, second.unit.power)
        if sign == "*":
            unit = multiplied(first.unit, second.unit)
        elif sign in {"/", ":"} and same:
            value = value * exactly(first.unit.factor / second.unit.factor)
            both = False
        elif sign in {"/", ":"}:
            unit = divided(first.unit, second.unit)
        both = both and unit is None
    else:
        unclear = unit is None and second.unit is not None
    return Quantity(
        value,
        unit,
        mixed=both or first.mixed or second.mixed or unclear,
        operations=first.operations + second.operations + 1,
    )


def with_noughts(found: Quantity, factor: int) -> Quantity:
    """So many thousands or millions: a number with noughts behind its own digits."""
    literal = found.literal
    if literal is not None:
        noughts = len(str(factor)) - 1
        literal = replace(
            literal, value=literal.value * factor, decimals=literal.decimals - noughts
        )
    return replace(found, value=found.value * exactly(Fraction(factor)), literal=literal)


MOST_TERMS = 1_000  # of a row that goes on


class Progression(Enum):
    """How the terms of a row go on where dots stand in it."""

    EVEN = auto()  # 1 + 2 + … + 10
    TIMES = auto()  # 1 + 2 + 4 + … + 64
    SQUARES = auto()
    CUBES = auto()
    GROWING = auto()  # 2 + 6 + 12 + … + 90: what lies between two grows evenly
    INVERSE = auto()  # 1 + 1/2 + 1/3 + … + 1/10
    FIBONACCI = auto()
    FACTORIALS = auto()
    PRIMES = auto()


def row_with_dots(
    before: Sequence[Quantity], after: Sequence[Quantity], sign: str, way: Progression | None
) -> Quantity:
    """The sum, or for another sign than + the product, of a row whose middle is left out.

    Args:
        before: The terms before the dots.
        after: Those behind them; the last one ends the row.
        sign: What stands between the terms.
        way: How they go on.

    Raises:
        UnreadableError: They do not go on so, or too few are there to tell.
        NotComputableError: It is too large.
    """
    every = (*before, *after)
    plain = all(
        one.value.low == one.value.high and one.unit is None and not one.percent for one in every
    )
    if way is None or not after or len(every) < 3 or not plain:
        raise UnreadableError
    first, last = ([one.value.low for one in part] for part in (before, after))
    if len(first) < 2:
        first, last = last[::-1], first[::-1]
    if way is Progression.EVEN and sign == "+":
        result = exactly(_even_sum(first, last))
    else:
        result = exactly(Fraction(0 if sign == "+" else 1))
        for term in map(exactly, _terms(first, last, way)):
            result = result + term if sign == "+" else result * term
    exact = all(one.value.exact for one in every)
    return Quantity(replace(result, exact=exact), operations=len(every))


def _even_sum(first: Sequence[Fraction], last: Sequence[Fraction]) -> Fraction:
    """The sum of a row by its ends, however many terms lie between."""
    step = first[1] - first[0]
    steps = (last[-1] - first[0]) / step if step else Fraction(1, 2)
    whole = steps.denominator == 1 and steps >= len(first) + len(last) - 1
    even = all(one == first[0] + n * step for n, one in enumerate(first))
    ends = all(one == last[-1] - n * step for n, one in enumerate(reversed(last)))
    if not (whole and even and ends):
        raise UnreadableError
    return (steps + 1) * (first[0] + last[-1]) / 2


def _terms(
    first: Sequence[Fraction], last: Sequence[Fraction], way: Progression
) -> Sequence[Fraction]:
    """All terms of a row."""
    follow, least = _FOLLOWING[way]
    row = list(first[:least])
    grows = first[0] < first[1]
    if len(row) < least or first[0] == first[1]:
        raise UnreadableError
    while row[-1] != last[-1]:
        bits = max(map(int.bit_length, row[-1].as_integer_ratio()))
        if len(row) > MOST_TERMS or bits > MOST_BITS or (row[-1] > last[-1]) == grows:
            raise UnreadableError
        row.append(follow(row))
    complete = len(row) >= len(first) + len(last)
    if not complete or row[: len(first)] != first or row[-len(last) :] != last:
        raise UnreadableError
    return row


def _root(number: Fraction, degree: int) -> int:
    """The whole root of a whole number."""
    guess = round(abs(float(number)) ** (1 / degree)) if abs(number) < 10**12 else 0
    if guess**degree != number:
        raise UnreadableError
    return guess


def _power_behind(row: Sequence[Fraction], degree: int) -> Fraction:
    one, two, here = (_root(number, degree) for number in (row[0], row[1], row[-1]))
    return Fraction(here + two - one) ** degree


def _inverse_behind(row: Sequence[Fraction]) -> Fraction:
    if 0 in row or (below := 1 / row[-1] + 1 / row[1] - 1 / row[0]) == 0:
        raise UnreadableError
    return 1 / below


def _ratio(above: Fraction, below: Fraction) -> Fraction:
    if not below:
        raise UnreadableError
    return above / below


def _prime_behind(row: Sequence[Fraction]) -> Fraction:
    if row[0].denominator != 1 or not 2 <= row[0] <= row[-1] < 10_000:
        raise UnreadableError
    number = int(row[-1])
    if not _is_prime(number):
        raise UnreadableError
    return Fraction(next(n for n in range(number + 1, 2 * number) if _is_prime(n)))


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % n for n in range(2, math.isqrt(number) + 1))


_FOLLOWING: Mapping[Progression, tuple[Callable[[Sequence[Fraction]], Fraction], int]] = {
    Progression.EVEN: (lambda row: row[-1] + row[1] - row[0], 2),
    Progression.TIMES: (lambda row: row[-1] * _ratio(row[1], row[0]), 2),
    Progression.SQUARES: (lambda row: _power_behind(row, 2), 2),
    Progression.CUBES: (lambda row: _power_behind(row, 3), 2),
    Progression.GROWING: (lambda row: 2 * row[-1] - row[-2] + row[2] - 2 * row[1] + row[0], 3),
    Progression.INVERSE: (_inverse_behind, 2),
    Progression.FIBONACCI: (lambda row: row[-1] + row[-2], 2),
    Progression.FACTORIALS: (lambda row: row[-1] * (_ratio(row[-1], row[-2]) + 1), 2),
    Progression.PRIMES: (_prime_behind, 2),
}
"""What comes behind the terms so far, and how many of them tell."""
