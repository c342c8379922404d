"""Exact values: fractions, and intervals of fractions for what has no exact one. Bounded."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

MOST_BITS = 4_096  # of a numerator or denominator: some 1,200 digits
_PRECISION = 60
_SLACK = Fraction(1, 10**50)  # relative error allowed for functions of decimal
_CONTEXT = decimal.Context(prec=_PRECISION, Emax=10_000, Emin=-10_000)


class NotComputableError(ValueError):
    """There is no value, or it is too large to compute here."""


class TooLargeError(NotComputableError):
    """The value has more digits than are computed here."""


class DivisionByZeroError(NotComputableError):
    """Something is divided by zero."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number known to lie between two fractions, which are equal where it is exact.

    Attributes:
        low: It is at least this.
        high: It is at most this.
        exact: It came from whole numbers and terminating decimals by sums and products alone, so
            that nobody has a reason to round it.
    """

    low: Fraction
    high: Fraction
    exact: bool = True

    @property
    def middle(self) -> Fraction:
        """What is shown for it."""
        return (self.low + self.high) / 2

    def __add__(self, other: Value) -> Value:
        return _bounded(self.low + other.low, self.high + other.high, self.exact and other.exact)

    def __neg__(self) -> Value:
        return Value(-self.high, -self.low, self.exact)

    def __sub__(self, other: Value) -> Value:
        return self + -other

    def __mul__(self, other: Value) -> Value:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _bounded(min(ends), max(ends), self.exact and other.exact)

    def __truediv__(self, other: Value) -> Value:
        if other.low <= 0 <= other.high:
            raise DivisionByZeroError
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _bounded(min(ends), max(ends), exact=False)

    def __mod__(self, other: Value) -> Value:
        a, b = self.whole(), other.whole()
        if b <= 0 or a < 0:  # languages differ
            raise NotComputableError
        return whole(a % b)

    def __pow__(self, other: Value) -> Value:
        if other.low == other.high and other.low.denominator == 1:
            return self._to_the(int(other.low))
        if self.low <= 0:
            raise NotComputableError
        if other.low == other.high and other.low.denominator <= 64:
            root = self.root(other.low.denominator)
            return root._to_the(other.low.numerator)
        if max(abs(other.low), abs(other.high)) > MOST_BITS:
            raise TooLargeError
        exponents = (
            _CONTEXT.divide(decimal.Decimal(end.numerator), end.denominator)
            for end in (other.low, other.high)
        )
        raised = [_function(self, partial(_raised, exponent=one)) for one in exponents]
        ends = [end for one in raised for end in (one.low, one.high)]
        return _bounded(min(ends), max(ends), exact=False)

    def _to_the(self, exponent: int) -> Value:
        if exponent < 0:
            return whole(1) / self._to_the(-exponent)
        bits = max(abs(end).numerator.bit_length() for end in (self.low, self.high))
        bits = max(bits, *(end.denominator.bit_length() for end in (self.low, self.high)))
        if exponent * max(1, bits - 1) > MOST_BITS or exponent > MOST_BITS:
            if self.low == self.high and self.low in {0, 1}:
                return self if exponent else whole(1)
            raise TooLargeError
        ends = (self.low**exponent, self.high**exponent)
        low = Fraction(0) if exponent % 2 == 0 and self.low < 0 < self.high else min(ends)
        return _bounded(low, max(ends), self.exact)

    def root(self, degree: int) -> Value:
        """The real root; exact where it is a fraction."""
        if self.low < 0 and degree % 2 == 0:
            raise NotComputableError
        if self.low == self.high:
            found = _exact_root(self.low, degree)
            if found is not None:
                return Value(found, found, self.exact)
        if self.low < 0:
            return -(-self).root(degree)
        return _function(self, lambda x: _CONTEXT.power(x, decimal.Decimal(1) / degree))

    def factorial(self) -> Value:
        """Of a whole number from 0 to 400."""
        n = self.whole()
        if n > 400:
            raise TooLargeError
        if n < 0:
            raise NotComputableError
        return _bounded(Fraction(math.factorial(n)), Fraction(math.factorial(n)), exact=True)

    def choose(self, other: Value) -> Value:
        """In how many ways so many can be chosen; of whole numbers, the first at most 2,000."""
        n, k = self.whole(), other.whole()
        if n < 0 or k < 0:
            raise NotComputableError
        if n > 2_000:
            raise TooLargeError
        return whole(math.comb(n, k))

    def natural_logarithm(self) -> Value:
        """Of a positive number; of a whole power of e that power, as nothing else is so near."""
        if self.low <= 0:
            raise NotComputableError
        return _whole_where_near(_function(self, _CONTEXT.ln))

    def __contains__(self, number: Fraction) -> bool:
        return self.low <= number <= self.high

    def decimal_logarithm(self) -> Value:
        """To base 10; exact for powers of ten."""
        if self.low <= 0:
            raise NotComputableError
        return _whole_where_near(_function(self, _CONTEXT.log10))

    def logarithm(self, base: Value) -> Value:
        """To any base; exact for whole powers of it."""
        found = self.natural_logarithm() / base.natural_logarithm()
        power = round(found.middle)
        if abs(power) <= MOST_BITS and self.low == self.high and base.low == base.high:
            exact = base ** whole(power)
            if exact.low == self.low:
                return Value(Fraction(power), Fraction(power), self.exact)
        return found

    def absolute(self) -> Value:
        """Without its sign."""
        if self.low >= 0:
            return self
        if self.high <= 0:
            return -self
        return Value(Fraction(0), max(-self.low, self.high), self.exact)

    def whole(self) -> int:
        """As a whole number; others are refused."""
        if self.low != self.high or self.low.denominator != 1:
            raise NotComputableError
        return int(self.low)


def whole(number: int) -> Value:
    """An exact whole number."""
    return Value(Fraction(number), Fraction(number))


def exactly(number: Fraction) -> Value:
    """An exact fraction."""
    return _bounded(number, number, exact=True)


def around(number: Fraction, slack: Fraction) -> Value:
    """A number that was rounded: at most ``slack`` away from what stands there."""
    return Value(number - slack, number + slack, exact=False)


PI = around(Fraction("3.14159265358979323846264338327950288419716939937510"), _SLACK)
E = around(Fraction("2.71828182845904523536028747135266249775724709369995"), _SLACK)

ROUGH_PI = Value(Fraction("3.14"), Fraction(22, 7), exact=False)
CIRCULAR = ("sin", "cos", "tan")


def circular(name: str, angle: Value, *, degrees: bool) -> Value:
    """A sine, cosine or tangent; simple ones such as sin 30° = 1/2 are exact fractions.

    Args:
        name: One of :data:`CIRCULAR`.
        angle: Between -10,000 and 10,000.
        degrees: Of 360 in a turn; otherwise radians.
    """
    radians = angle * PI / whole(180) if degrees else angle
    if max(abs(radians.low), abs(radians.high)) > 10_000:
        raise TooLargeError
    if name == "tan":
        found = _sine(radians) / _sine(radians + PI / whole(2))
    else:
        found = _sine(radians if name == "sin" else radians + PI / whole(2))
    for simple in (Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-1, 2)):
        if found.low <= simple <= found.high and found.high - found.low < _SLACK * 10**9:
            return Value(simple, simple, exact=False)
    return found


def _sine(radians: Value) -> Value:
    """By its series, of what is left of whole turns."""
    turns = round(radians.middle / (2 * PI.middle))
    x = radians - PI * whole(2 * turns)
    middle = x.middle
    number = _CONTEXT.divide(decimal.Decimal(middle.numerator), middle.denominator)
    square, term, total = _CONTEXT.multiply(number, number), number, number
    for n in range(1, 30):
        term = _CONTEXT.divide(_CONTEXT.multiply(term, square.copy_negate()), (2 * n) * (2 * n + 1))
        total = _CONTEXT.add(total, term)
    slack = (x.high - x.low) / 2 + _SLACK  # nowhere steeper than its angle
    return Value(Fraction(total) - slack, Fraction(total) + slack, exact=False)


def _bounded(low: Fraction, high: Fraction, exact: bool) -> Value:
    for end in (low, high):
        if max(end.numerator.bit_length(), end.denominator.bit_length()) > MOST_BITS:
            raise TooLargeError
    return Value(low, high, exact)


def _whole_where_near(found: Value) -> Value:
    """The whole number that a logarithm is, where it is so near to one."""
    power = Fraction(round(found.middle))
    near = found.high - found.low < _SLACK * 10**9
    return Value(power, power, exact=False) if near and power in found else found


def _exact_root(number: Fraction, degree: int) -> Fraction | None:
    sign = -1 if number < 0 else 1
    parts = [_whole_root(abs(part), degree) for part in (number.numerator, number.denominator)]
    if None in parts:
        return None
    return Fraction(sign * (parts[0] or 0), parts[1] or 1)


def _whole_root(number: int, degree: int) -> int | None:
    if degree == 2:
        found = math.isqrt(number)
        return found if found * found == number else None
    if number.bit_length() > 1_000:
        return None
    guess = round(number ** (1 / degree))
    return next((n for n in (guess - 1, guess, guess + 1) if n >= 0 and n**degree == number), None)


def _raised(base: decimal.Decimal, exponent: decimal.Decimal) -> decimal.Decimal:
    return _CONTEXT.power(base, exponent)


def _function(value: Value, compute: Callable[[decimal.Decimal], decimal.Decimal]) -> Value:
    """A function that only grows, or only falls, of both ends, by decimal."""
    try:
        ends = [
            Fraction(compute(_CONTEXT.divide(decimal.Decimal(end.numerator), end.denominator)))
            for end in (value.low, value.high)
        ]
    except (decimal.InvalidOperation, decimal.Overflow, decimal.DivisionByZero) as error:
        raise NotComputableError from error
    slack = max(abs(end) for end in ends) * _SLACK
    return Value(min(ends) - slack, max(ends) + slack, exact=False)
