"""Equations in several letters that stand below each other and are solved together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.language import tr
from app.language.formats import listed
from app.sums.algebra import wording
from app.sums.algebra.lines import StepLine
from app.sums.algebra.systems import MOST_LETTERS, holds, is_linear, solved
from app.sums.algebra.wording import StepFinding
from app.sums.numerals import Convention


@dataclass(frozen=True, slots=True)
class SystemStep:
    """What a line of a system was.

    Attributes:
        steps: How many steps it is.
        findings: What is wrong with it.
    """

    steps: int = 0
    findings: tuple[StepFinding, ...] = ()


class Together:
    """Follows a system of linear equations from its equations to its solution.

    Args:
        convention: How numbers are written.
    """

    def __init__(self, convention: Convention) -> None:
        self._convention = convention
        self._given: list[StepLine] = []
        self._worlds: list[Mapping[str, Fraction]] = []  # its solution, or those after a mistake
        self._known: set[str] = set()

    def take(self, line: StepLine) -> SystemStep | None:
        """What a line is to the system; None where it is no part of one that can be solved."""
        if self._worlds:
            letters = self._worlds[0].keys()
            again = line.letters == letters and self._known == letters
            if line.plain and line.letters <= letters and not again:
                taken = self._checked(line)
                if taken is not None:
                    return taken
            self._given, self._worlds, self._known = [], [], set()
        return self._gathered(line)

    def _gathered(self, line: StepLine) -> SystemStep | None:
        """One more equation that is given."""
        if len(line.letters) < 2 or len(line.equations) != 1 or not is_linear(line.equations[0]):
            return None
        self._given = [*self._given, line][-MOST_LETTERS:]
        values = solved([one.equations[0] for one in self._given])
        if values is None:
            return None
        self._worlds = [values]
        return SystemStep()

    def _checked(self, line: StepLine) -> SystemStep | None:
        true = any(_is_true(line, values) for values in self._worlds)
        if not true and line.letters == self._worlds[0].keys():
            return None  # another equation that is given
        if line.solved:
            self._known |= line.letters
        if true:
            return SystemStep(1)
        said = tr(
            "“{line}” does not follow from lines {before}, whose solution is {solutions}.",
            line=line.text,
            before=listed([str(one.number) for one in self._given]),
            solutions=listed(
                [
                    wording.equal_to(letter, number, self._convention)
                    for letter, number in self._worlds[0].items()
                ]
            ),
        )
        self._worlds = _after(line, self._given) or self._worlds
        return SystemStep(1, (StepFinding(line.number, said),))


def _is_true(line: StepLine, values: Mapping[str, Fraction]) -> bool:
    """Whether one of its statements is, or is so but for rounding."""
    for equation, (left, right) in zip(line.equations, line.statements, strict=True):
        if holds(equation, values):
            return True
        number = values.get(left.written)
        said = right.number
        if number is not None and said is not None and abs(said.middle - number) <= right.slack:
            return True
    return False


def _after(line: StepLine, given: Sequence[StepLine]) -> list[Mapping[str, Fraction]]:
    """What the letters are where a mistake is gone on with."""
    found = []
    for left_out in given:
        kept = [one.equations[0] for one in given if one is not left_out]
        values = solved([*line.equations[:1], *kept])
        if values is not None:
            found.append(values)
    return found
