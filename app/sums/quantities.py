"""Values with what they count, and how these are added, multiplied and written in another unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from app.sums.numerals import Numeral
from app.sums.units import CURRENCIES, Unit, divided, multiplied
from app.sums.values import Value, exactly


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
