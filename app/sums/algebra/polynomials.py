"""Expressions with letters: sums of products of numbers and letters, exactly. Pure and bounded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from app.sums.lexer import Kind, Token, TokenCursor, vulgar
from app.sums.numerals import Convention, read_numeral
from app.sums.quantities import UnreadableError

_MOST_TERMS = 60
_HIGHEST = 12  # power of a term
_HIGHEST_OF_NUMBER = 200  # power of a number
_LARGEST = 10**60
_DEEPEST = 40
_NAME = re.compile(r"[A-Za-z]\d?(?:[²³])?")
_POWERS = {"²": 2, "³": 3}

Term = tuple[tuple[str, int], ...]
"""Letters with their powers, in the order of letters."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A sum of terms, none of them zero times.

    Attributes:
        terms: How often each is taken.
    """

    terms: Mapping[Term, Fraction]

    @property
    def letters(self) -> frozenset[str]:
        """Those that are in it."""
        return frozenset(letter for term in self.terms for letter, _ in term)

    @property
    def number(self) -> Fraction | None:
        """What it comes to where it has no letters."""
        return self.terms.get((), Fraction(0)) if not self.letters else None

    def __add__(self, other: Polynomial) -> Polynomial:
        found = dict(self.terms)
        for term, times in other.terms.items():
            found[term] = found.get(term, Fraction(0)) + times
        return _bounded(found)

    def __neg__(self) -> Polynomial:
        return Polynomial({term: -times for term, times in self.terms.items()})

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + -other

    def __mul__(self, other: Polynomial) -> Polynomial:
        found: dict[Term, Fraction] = {}
        for one, times in self.terms.items():
            for two, more in other.terms.items():
                powers = dict(one)
                for letter, power in two:
                    powers[letter] = powers.get(letter, 0) + power
                term = tuple(sorted((name, n) for name, n in powers.items() if n))
                found[term] = found.get(term, Fraction(0)) + times * more
        return _bounded(found)

    def is_multiple_of(self, other: Polynomial) -> bool:
        """Whether it is a number times another one, that number not zero."""
        if self.terms.keys() != other.terms.keys():
            return False
        shares = {self.terms[term] / other.terms[term] for term in self.terms}
        return len(shares) <= 1

    @property
    def whole(self) -> Polynomial:
        """The same times the least powers of letters that leave none below a fraction."""
        least: dict[str, int] = {}
        for term in self.terms:
            for letter, power in term:
                least[letter] = min(least.get(letter, 0), power)
        below = tuple((letter, -power) for letter, power in sorted(least.items()) if power)
        return self * Polynomial({below: Fraction(1)}) if below else self

    def coefficients(self) -> list[Fraction]:
        """Of a polynomial of one letter, that of the lowest power first."""
        powers = {sum(power for _, power in term): times for term, times in self.terms.items()}
        return [powers.get(power, Fraction(0)) for power in range(max(powers, default=0) + 1)]

    def at(self, number: Fraction) -> Fraction:
        """What a polynomial of one letter comes to there."""
        total = Fraction(0)
        for times in reversed(self.coefficients()):
            total = total * number + times
        return total

    def roots(self) -> frozenset[Fraction] | None:
        """Where a polynomial of one letter is zero; None where that is not known exactly."""
        found = self.whole.coefficients()
        if len(found) == 2:
            return frozenset({-found[0] / found[1]})
        if len(found) != 3:
            return None
        c, b, a = found
        square = b * b - 4 * a * c
        if square < 0:
            return frozenset()
        above, below = isqrt(square.numerator), isqrt(square.denominator)
        if above * above != square.numerator or below * below != square.denominator:
            return None
        root = Fraction(above, below)
        return frozenset({(-b + root) / (2 * a), (-b - root) / (2 * a)})


def _bounded(terms: Mapping[Term, Fraction]) -> Polynomial:
    found = {term: times for term, times in terms.items() if times}
    if len(found) > _MOST_TERMS:
        raise UnreadableError
    for term, times in found.items():
        large = max(abs(times.numerator), times.denominator) > _LARGEST
        if large or sum(abs(power) for _, power in term) > _HIGHEST:
            raise UnreadableError
    return Polynomial(found)


def constant(number: Fraction | int) -> Polynomial:
    """A number."""
    return _bounded({(): Fraction(number)})


def polynomial(tokens: Sequence[Token], convention: Convention) -> Polynomial:
    """What an expression is.

    Raises:
        UnreadableError: It is no sum of products of numbers and letters, or too large.
    """
    reader = _Reader(tokens, convention)
    found = reader.sum(0)
    if not reader.ended:
        raise UnreadableError
    return found


class _Reader(TokenCursor):
    """Recursive descent over tokens."""

    def __init__(self, tokens: Sequence[Token], convention: Convention) -> None:
        super().__init__(tokens)
        self._convention = convention

    def sum(self, depth: int) -> Polynomial:
        """Terms with plus and minus."""
        if depth > _DEEPEST:
            raise UnreadableError
        total = self._product(depth)
        while sign := self._operator("+", "-"):
            term = self._product(depth)
            total = total + term if sign == "+" else total - term
        return total

    def _product(self, depth: int) -> Polynomial:
        result = self._signed(depth)
        while True:
            if sign := self._operator("*", "/", ":"):
                factor = self._signed(depth)
                result = result * (factor if sign == "*" else _inverse(factor))
                continue
            token = self._peek()
            if token is None or token.kind not in {Kind.OPEN, Kind.WORD, Kind.NUMBER}:
                return result
            if token.kind is Kind.NUMBER or token.fraction:  # 2 1/2: a sum or a product
                raise UnreadableError
            result = result * self._power(depth)

    def _signed(self, depth: int) -> Polynomial:
        if depth > _DEEPEST:
            raise UnreadableError
        if sign := self._operator("-", "+"):
            inner = self._signed(depth + 1)
            return -inner if sign == "-" else inner
        return self._power(depth)

    def _power(self, depth: int) -> Polynomial:
        base = self._primary(depth)
        token = self._peek()
        if token is None or token.kind is not Kind.OPERATOR:
            return base
        if token.text[0] == "^" and token.text[1:].lstrip("-").isdigit():
            self._at += 1
            return _raised(base, int(token.text[1:6]))
        if token.text in {"^", "**"}:
            self._at += 1
            exponent = self._signed(depth + 1).number
            if exponent is None or exponent.denominator != 1 or abs(exponent) > _HIGHEST_OF_NUMBER:
                raise UnreadableError
            return _raised(base, int(exponent))
        return base

    def _primary(self, depth: int) -> Polynomial:
        token = self._peek()
        if token is None:
            raise UnreadableError
        self._at += 1
        if token.kind is Kind.OPEN:
            inner = self.sum(depth + 1)
            close = self._peek()
            if close is None or close.kind is not Kind.CLOSE:
                raise UnreadableError
            self._at += 1
            return inner
        if token.kind is Kind.NUMBER:
            if token.fraction:
                return constant(Fraction(*vulgar(token.text)))
            numeral = read_numeral(token.text, self._convention)
            if numeral is None:
                raise UnreadableError
            return constant(numeral.value)
        if token.kind is Kind.WORD and _NAME.fullmatch(token.text):
            power = _POWERS.get(token.text[-1], 1)
            name = token.text.rstrip("²³")
            return Polynomial({((name, power),): Fraction(1)})
        raise UnreadableError


def _inverse(factor: Polynomial) -> Polynomial:
    """One divided by a number, or by a product of letters."""
    if len(factor.terms) != 1:
        raise UnreadableError
    ((term, times),) = factor.terms.items()
    return _bounded({tuple((letter, -power) for letter, power in term): 1 / times})


def _raised(base: Polynomial, exponent: int) -> Polynomial:
    if exponent < 0:
        return _raised(_inverse(base), -exponent)
    if exponent > (_HIGHEST if base.number is None else _HIGHEST_OF_NUMBER):
        raise UnreadableError
    result = constant(1)
    for _ in range(exponent):
        result = result * base
    return result
