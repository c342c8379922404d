"""A calculation in steps, one a line: whether each line follows from the one before.

For what pupils write: equations and inequalities that are solved, systems of linear equations, and
expressions that are simplified, beside the numbers that :func:`app.sums.check.wrong_numbers` looks
at. What is not understood is left alone, and the step after a wrong one is held against that, so
that one mistake is found once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.language import tr
from app.sums.algebra import wording
from app.sums.algebra.lines import LONGEST, StepLine, StepSide, number_at, read_lines
from app.sums.algebra.together import Together
from app.sums.algebra.wording import StepFinding
from app.sums.check import wrong_numbers
from app.sums.numerals import ASCII_DIGITS, Convention
from app.sums.values import Value, exactly, whole

MOST_LINES = 200
_NEW = re.compile(
    r"^\s*(?:[a-h]\)|\([a-h]\)|(?:aufgabe|exercise|problem|task)\b(?:\s*\d+[a-h]?\s*[:.)](?!\d))?)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"[ \t]*(\d{1,4})(?:\t|[:.)|][ \t]+)")
_LENGTHS = set("abcdhlrsABCFSV")
"""Letters of lengths, areas and their kin: c² = 25 says c = 5 there."""
_SAYS = re.compile(r"[=<>≤≥≈]")


@dataclass(frozen=True, slots=True)
class CheckedSteps:
    """What looking at a calculation found.

    Attributes:
        findings: What is wrong, in the order of lines.
        steps: How many steps from one line to another were understood.
    """

    findings: tuple[StepFinding, ...]
    steps: int


def checked_steps(text: str) -> CheckedSteps:
    """What is wrong in the steps of a text, read with whichever decimal sign explains more.

    Where each line begins with its number, as an editor prints them, those numbers are told.
    """
    plain = text.translate(ASCII_DIGITS)
    lines = list(enumerate(plain.splitlines()[:MOST_LINES], 1))
    lines = _numbered(lines) or lines
    read = [_Walk(lines, convention) for convention in Convention]
    best = max(read, key=lambda walk: (walk.steps, -len(walk.findings)))
    found = {one.line: one for one in best.findings}
    for number in _wrong_numbers(lines):
        found[number.line] = number  # says more than that the step is wrong
    return CheckedSteps(tuple(found[line] for line in sorted(found)), best.steps)


def _numbered(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]] | None:
    """The lines by the numbers that stand before them; None where not all have one, in order."""
    written = [(number, _NUMBERED.match(text), text) for number, text in lines if text.strip()]
    found = [(int(at[1]), text[at.end() :]) for _, at, text in written if at is not None]
    numbers = [number for number, _ in found]
    if len(found) < 2 or len(found) != len(written) or numbers != sorted(set(numbers)):
        return None
    return found


def _wrong_numbers(lines: Sequence[tuple[int, str]]) -> list[StepFinding]:
    text = "\n".join(line for _, line in lines)
    return [
        StepFinding(
            lines[text.count("\n", 0, one.start)][0],
            tr(
                "“{statement}”: {right} is right there, not {wrong}.",
                statement=" ".join(text[one.start : one.end].split()),
                right=one.right,
                wrong=one.stated,
            ),
        )
        for one in wrong_numbers(text)
        if "\n" not in text[one.start : one.end]  # such a step is looked at by itself
    ]


class _Walk:
    """Goes through the lines in order.

    Attributes:
        findings: What is wrong.
        steps: How many steps were understood.
    """

    def __init__(self, lines: Sequence[tuple[int, str]], convention: Convention) -> None:
        self.findings: list[StepFinding] = []
        self.steps = 0
        self._convention = convention
        self._together = Together(convention)
        self._expression: tuple[StepLine, StepSide] | None = None
        self._base: StepLine | None = None  # the last equation or inequality that has all solutions
        self._branches: dict[Fraction, int] = {}  # some of its solutions, by the line that has them
        self._last: StepLine | None = None
        for number, text in lines:
            self._take(number, text)
        self._end_equation()

    def _take(self, number: int, text: str) -> None:
        if not text.strip() or _NEW.match(text):
            self._forget()
            text = _NEW.sub("", text)
        if not text.strip() or len(text) > LONGEST:
            return
        lines = read_lines(number, text, self._convention)
        if not lines and _SAYS.search(text):
            self._forget()
        for line in lines:
            self._line(line)

    def _forget(self) -> None:
        """Nothing that comes follows from what was."""
        self._end_equation()
        self._together = Together(self._convention)
        self._expression = None

    def _line(self, line: StepLine) -> None:
        if line.goes_on:
            self._go_on(line)
        elif line.ranges is not None:
            self._inequality(line)
        elif line.statements:
            self._equation(line)
        else:
            self._within(line)
        self._expression = None if line.ranges is not None else (line, line.sides[-1])

    def _go_on(self, line: StepLine) -> None:
        """Every side is what the line before ended with."""
        if self._expression is not None:
            self._chain(*self._expression, line, line.sides)

    def _within(self, line: StepLine) -> None:
        """In A = B = C, what stands behind the first sign of equality is the same."""
        sides = line.sides
        if len(sides) < 3 or not sides[1].letters or sides[1].letters != sides[2].letters:
            return  # numbers alone are looked at elsewhere
        first = 0 if sides[0].letters == sides[1].letters else 1
        self._chain(line, sides[first], line, sides[first + 1 :])

    def _chain(
        self, before: StepLine, last: StepSide, line: StepLine, sides: Sequence[StepSide]
    ) -> None:
        for side in sides:
            same = _same(last, side)
            if same is None:
                return
            self.steps += 1
            if not same:
                self._found(line, wording.unequal(before, last, side, self._convention))
                return
            last = side

    def _inequality(self, line: StepLine) -> None:
        base, last = self._base, self._last
        new = last is None or last.ranges is None or _is_solved(last) > _is_solved(line)
        self._last = line
        if base is None or base.ranges is None or new or base.letters != line.letters:
            self._end_equation()
            self._begin(line)
            return
        self.steps += 1
        if base.ranges != line.ranges:
            self._found(line, wording.not_in_range(line, base, self._convention))
        self._base = line

    def _equation(self, line: StepLine) -> None:
        taken = self._together.take(line)
        if taken is not None:
            self._end_equation()
            self.steps += taken.steps
            self.findings += taken.findings
            return
        base, last = self._base, self._last
        new = last is None or last.ranges is not None or (last.solved and not line.solved)
        alike = base is not None and not new and base.letters == line.letters
        if base is None or not alike or len(line.letters) != 1:
            if base is not None and alike:
                self.steps += self._is_multiple(base, line)
            self._end_equation()
            self._begin(line)
            return
        self._last = line
        if self._is_multiple(base, line):
            self.steps += 1
            self._base = line
            return
        wanted, found = base.roots(), line.roots()
        if found is None or wanted is None:
            self._unsure(base, line, found)
            return
        self.steps += 1
        if found == wanted:
            self._base = line if not self._branches else base
        elif found and found < wanted:
            self._branches |= dict.fromkeys(found, line.number)
        elif not line.solved or not _rounded(line, wanted):
            self._found(line, wording.not_following(line, base, wanted, self._convention))
            self._end_equation()
            self._begin(line)

    @staticmethod
    def _is_multiple(base: StepLine, line: StepLine) -> bool:
        both = (base.equations, line.equations)
        if any(len(one) != 1 for one in both) or not (base.plain and line.plain):
            return False
        return line.equations[0].whole.is_multiple_of(base.equations[0].whole)

    def _unsure(self, base: StepLine, line: StepLine, found: frozenset[Fraction] | None) -> None:
        """Equations that cannot be solved here: a solution that is none is found all the same."""
        if line.solved:
            numbers = [(side.number, side.slack) for side in line.stated()]
        else:
            numbers = [(exactly(root), Fraction(0)) for root in found or ()]
        judged = [self._solves(base, value, slack) for value, slack in numbers if value is not None]
        if not judged or None in judged:
            if base.plain or not line.plain:
                self._end_equation()
                self._begin(line)
            return
        self.steps += 1
        wrong = not all(judged) if line.solved or base.plain else not any(judged)
        if wrong:
            self._found(
                line,
                tr(
                    "“{line}” does not solve line {before}, “{equation}”.",
                    line=line.text,
                    before=base.number,
                    equation=base.text,
                ),
            )
            self._end_equation()
            self._begin(line)

    def _solves(self, base: StepLine, value: Value, slack: Fraction) -> bool | None:
        """Whether a number, or one that it was rounded from, solves an equation."""
        (letter,) = base.letters
        answers: list[bool] = []
        for statement in base.statements:
            at = [self._gap(statement, letter, end) for end in _ends(value, slack)]
            known = [gap for gap in at if gap is not None]
            if len(known) < len(at):
                return None
            low, high = min(gap.low for gap in known), max(gap.high for gap in known)
            answers.append(low <= 0 <= high)
        return any(answers)

    def _gap(
        self, statement: tuple[StepSide, StepSide], letter: str, number: Value
    ) -> Value | None:
        """What the left side is more than the right one there."""
        sides = [_side_at(side, letter, number, self._convention) for side in statement]
        left, right = sides
        return left - right if left is not None and right is not None else None

    def _begin(self, line: StepLine) -> None:
        self._base = self._last = line

    def _end_equation(self) -> None:
        base, self._base, self._last = self._base, None, None
        branches, self._branches = self._branches, {}
        wanted = base.roots() if base is not None and base.ranges is None else None
        if not branches or base is None or wanted is None:
            return
        (letter,) = base.letters
        lost = wanted - branches.keys()
        if letter in _LENGTHS:
            lost = frozenset(root for root in lost if root >= 0)
        if lost:
            said = tr(
                "A solution of line {before}, “{equation}”, is lost: {solutions}.",
                before=base.number,
                equation=base.text,
                solutions=wording.told(letter, lost, self._convention),
            )
            self.findings.append(StepFinding(max(branches.values()), said))

    def _found(self, line: StepLine, said: str) -> None:
        self.findings.append(StepFinding(line.number, said))


def _is_solved(line: StepLine) -> bool:
    """Whether an inequality has its letter alone."""
    return any(side.written in line.letters for side in line.sides)


def _same(first: StepSide, second: StepSide) -> bool | None:
    """Whether two expressions are the same; None where that is not known."""
    if first.value is not None and second.value is not None:
        if (first.value - second.value).number == 0:
            return True
        if first.number is None or second.number is None:
            return False
    one, other = first.number, second.number
    if one is None or other is None:
        return None
    slack = max(first.slack, second.slack)
    return one.low - slack <= other.high and other.low - slack <= one.high


def _rounded(line: StepLine, wanted: frozenset[Fraction]) -> bool:
    said = [(side.number, side.slack) for side in line.stated()]
    return all(
        number is not None and any(abs(number.middle - root) <= slack for root in wanted)
        for number, slack in said
    )


def _ends(value: Value, slack: Fraction) -> list[Value]:
    """The number, or the ends of what it may have been rounded from."""
    if not slack:
        return [value]
    return [value - exactly(slack), value + exactly(slack)]


def _side_at(side: StepSide, letter: str, number: Value, convention: Convention) -> Value | None:
    """What a side comes to where its letter is a number."""
    if side.number is not None:
        return side.number
    if side.value is None:
        exact = number.low == number.high
        return number_at(side.tokens, {letter: number.low}, convention) if exact else None
    total = whole(0)
    for term, times in side.value.terms.items():
        product = exactly(times)
        for _, power in term:
            if power < 0 and number.low <= 0 <= number.high:
                return None
            product = product * number ** whole(power)
        total = total + product
    return total
