"""Equations in several letters that are solved together, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from app.sums.algebra.polynomials import Polynomial

MOST_LETTERS = 4


def is_linear(equation: Polynomial) -> bool:
    """Whether no letter is multiplied with a letter."""
    return all(sum(abs(power) for _, power in term) <= 1 for term in equation.terms)


def solved(equations: Sequence[Polynomial]) -> Mapping[str, Fraction] | None:
    """The one solution of linear equations; None where there is none, or more than one."""
    letters = sorted(frozenset().union(*(one.letters for one in equations)))
    if not letters or len(letters) > MOST_LETTERS or not all(map(is_linear, equations)):
        return None
    rows = [_row(one, letters) for one in equations]
    for column in range(len(letters)):
        pivot = next((row for row in rows[column:] if row[column]), None)
        if pivot is None:
            return None
        rows.remove(pivot)
        pivot = [number / pivot[column] for number in pivot]
        rows = [
            [a - row[column] * b for a, b in zip(row, pivot, strict=True)] if row[column] else row
            for row in rows
        ]
        rows.insert(column, pivot)
    if any(row[-1] for row in rows[len(letters) :]):
        return None
    return {letter: rows[index][-1] for index, letter in enumerate(letters)}


def _row(equation: Polynomial, letters: Sequence[str]) -> list[Fraction]:
    """The factors of the letters, and what they come to."""
    factors = [equation.terms.get(((letter, 1),), Fraction(0)) for letter in letters]
    return [*factors, -equation.terms.get((), Fraction(0))]


def holds(equation: Polynomial, values: Mapping[str, Fraction]) -> bool:
    """Whether an equation is true where letters are these numbers; all of its letters are known."""
    total = Fraction(0)
    for term, times in equation.terms.items():
        product = times
        for letter, power in term:
            if power < 0 and not values[letter]:
                return False
            product *= values[letter] ** power
        total += product
    return total == 0
