"""Which numbers solve an inequality: ranges between fractions, exactly."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from app.sums.algebra.polynomials import Polynomial

ORDERS = {"<", ">", "<=", ">="}


@dataclass(frozen=True, slots=True)
class Ranges:
    """Numbers, by whether each point and each gap between points is among them.

    Attributes:
        points: In order, without those where nothing changes.
        inside: For the gap before the first point, that point, the gap behind it, and so on.
    """

    points: tuple[Fraction, ...]
    inside: tuple[bool, ...]

    def has(self, number: Fraction) -> bool:
        """Whether a number is among them."""
        at = bisect_left(self.points, number)
        exact = at < len(self.points) and self.points[at] == number
        return self.inside[2 * at + exact]

    def joined(self, other: Ranges) -> Ranges:
        """The numbers of either."""
        return _merged(self, other, lambda a, b: a or b)

    def shared(self, other: Ranges) -> Ranges:
        """The numbers of both."""
        return _merged(self, other, lambda a, b: a and b)

    def told(self, letter: str, write: Callable[[Fraction], str]) -> list[str]:
        """Each range as an inequality of a letter; none where no number solves it."""
        if not self.points:
            return []
        found: list[str] = []
        at = 0
        while at < len(self.inside):
            if not self.inside[at]:
                at += 1
                continue
            first = at
            while at + 1 < len(self.inside) and self.inside[at + 1]:
                at += 1
            found.append(self._range(letter, first, at, write))
            at += 1
        return found

    def _range(self, letter: str, first: int, last: int, write: Callable[[Fraction], str]) -> str:
        if first == last and first % 2:
            return f"{letter} = {write(self.points[first // 2])}"
        said = letter
        if last < len(self.inside) - 1:
            sign = "≤" if last % 2 else "<"
            said = f"{said} {sign} {write(self.points[last // 2])}"
        if first and said == letter:
            return f"{letter} {'≥' if first % 2 else '>'} {write(self.points[(first - 1) // 2])}"
        if first:
            sign = "≤" if first % 2 else "<"
            said = f"{write(self.points[(first - 1) // 2])} {sign} {said}"
        return said


def solutions(difference: Polynomial, order: str) -> Ranges | None:
    """The numbers for which a polynomial of one letter is in some order to 0.

    None where its roots are not known exactly.
    """
    if not difference.letters:
        number = difference.number or Fraction(0)
        return Ranges((), (_holds(number, order),))
    roots = difference.roots()
    if roots is None or len(difference.letters) != 1:
        return None
    points = tuple(sorted(roots))
    inside: list[bool] = []
    for index, probe in enumerate(_probes(points)):
        inside.append(_holds(difference.at(probe), order))
        if index < len(points):
            inside.append("=" in order)
    return _plain(points, inside)


def _probes(points: Sequence[Fraction]) -> list[Fraction]:
    """A number from each gap."""
    if not points:
        return [Fraction(0)]
    between = [(a + b) / 2 for a, b in pairwise(points)]
    return [points[0] - 1, *between, points[-1] + 1]


def _holds(number: Fraction, order: str) -> bool:
    if number == 0:
        return "=" in order
    return (number < 0) == (order[0] == "<")


def _merged(one: Ranges, other: Ranges, keep: Callable[[bool, bool], bool]) -> Ranges:
    points = tuple(sorted({*one.points, *other.points}))
    inside: list[bool] = []
    for index, probe in enumerate(_probes(points)):
        inside.append(keep(one.has(probe), other.has(probe)))
        if index < len(points):
            inside.append(keep(one.has(points[index]), other.has(points[index])))
    return _plain(points, inside)


def _plain(points: Sequence[Fraction], inside: Sequence[bool]) -> Ranges:
    """Without points where nothing changes."""
    kept: list[Fraction] = []
    flags = [inside[0]]
    for index, point in enumerate(points):
        here, after = inside[2 * index + 1], inside[2 * index + 2]
        if not flags[-1] == here == after:
            kept.append(point)
            flags += [here, after]
    return Ranges(tuple(kept), tuple(flags))
