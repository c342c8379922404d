"""What is said of a step that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from app.language import tr
from app.language.formats import alternatives
from app.sums.algebra.lines import StepLine, StepSide
from app.sums.numerals import Convention, write_numeral
from app.sums.values import Value

_SHOWN_DECIMALS = 4  # of a number that does not end


@dataclass(frozen=True, slots=True)
class StepFinding:
    """A step that is wrong.

    Attributes:
        line: Its number, from 1 or as written before it; blank lines count.
        said: What is wrong, in a sentence.
    """

    line: int
    said: str


def not_following(
    line: StepLine, base: StepLine, wanted: frozenset[Fraction], convention: Convention
) -> str:
    """Of an equation whose solutions are not those of the one before."""
    (letter,) = base.letters
    return _does_not_follow(line, base, told(letter, wanted, convention) if wanted else "")


def not_in_range(line: StepLine, base: StepLine, convention: Convention) -> str:
    """Of an inequality that other numbers solve than the one before."""
    (letter,) = base.letters
    found = base.ranges.told(letter, lambda one: _number(one, convention)) if base.ranges else []
    return _does_not_follow(line, base, alternatives(found))


def _does_not_follow(line: StepLine, base: StepLine, solutions: str) -> str:
    if not solutions:
        return tr(
            "“{line}” does not follow from line {before}, “{equation}”, which has no solution.",
            line=line.text,
            before=base.number,
            equation=base.text,
        )
    return tr(
        "“{line}” does not follow from line {before}, “{equation}”, whose solution is {solutions}.",
        line=line.text,
        before=base.number,
        equation=base.text,
        solutions=solutions,
    )


def unequal(before: StepLine, last: StepSide, side: StepSide, convention: Convention) -> str:
    """Of an expression that is not the one before."""
    if last.number is not None and side.number is not None:
        return tr(
            "“{expression}” in line {before} is {right}, not {wrong}.",
            expression=last.written,
            before=before.number,
            right=_value(last.number, convention),
            wrong=side.written,
        )
    return tr(
        "“{side}” is not the same as “{expression}” in line {before}.",
        side=side.written,
        expression=last.written,
        before=before.number,
    )


def told(letter: str, roots: Iterable[Fraction], convention: Convention) -> str:
    """Solutions as a person writes them: "x = 2 or x = 3"."""
    return alternatives([equal_to(letter, root, convention) for root in sorted(roots)])


def equal_to(letter: str, number: Fraction, convention: Convention) -> str:
    """A letter and its number."""
    return f"{letter} = {_number(number, convention)}"


def _value(value: Value, convention: Convention) -> str:
    if value.low == value.high:
        return _number(value.low, convention)
    shown = Fraction(round(value.middle * 10**_SHOWN_DECIMALS), 10**_SHOWN_DECIMALS)
    return write_numeral(shown, convention)


def _number(number: Fraction, convention: Convention) -> str:
    rest = number.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if rest != 1 or number.denominator > 10**6:
        return f"{number.numerator}/{number.denominator}"
    return write_numeral(number, convention)
