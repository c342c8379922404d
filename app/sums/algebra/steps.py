"""A calculation in steps, one a line: whether each line follows from the one before.

For what pupils write: equations that are solved and expressions that are simplified, beside the
numbers that :func:`app.sums.check.wrong_numbers` looks at. What is not understood is left alone,
and the step after a wrong one is held against that, so that one mistake is found once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.language import tr
from app.language.formats import alternatives
from app.sums.algebra.polynomials import Polynomial, polynomial
from app.sums.check import wrong_numbers
from app.sums.expressions import UnreadableError, half_a_digit
from app.sums.lexer import Kind, Token, tokens
from app.sums.numerals import ASCII_DIGITS, Convention, read_numeral, write_numeral

MOST_LINES = 200
_LONGEST = 300  # characters of a line
_MARKER = re.compile(
    r"^\s*(?:[-*•>]\s+|\d{1,2}[.)]\s+|(?:step|schritt|line|zeile)\s*\d+\s*[:.)]?\s+)", re.IGNORECASE
)
_NEW = re.compile(
    r"^\s*(?:[a-h]\)|\([a-h]\)|(?:aufgabe|exercise|problem|task)\b(?:\s*\d+[a-h]?\s*[:.)](?!\d))?)",
    re.IGNORECASE,
)
_ARROW = re.compile(
    r"^\s*(?:⇒|=>|⇔|<=>|→|->|∴|\\(?:Long)?(?:left)?rightarrow|\\iff|\\implies|\\therefore)\s*",
    re.IGNORECASE,
)
_WORDS = re.compile(r"^(?:[^\W\d_²³]{2,}[\s:,]+)++(?!=)")
_FOR = re.compile(r"\s+(?:for|nach|für)\s+[A-Za-z]\s*$")
_OR = re.compile(r"\s+(?:or|oder|ou|o)\s+|\s*∨\s*")
_FORMULA = re.compile(r"\$+|\\[()\[\]\\]|[`&]|\*\*(?=\S)|(?<=\S)\*\*")


@dataclass(frozen=True, slots=True)
class StepFinding:
    """A step that is wrong.

    Attributes:
        line: Its number, from 1; blank lines count.
        said: What is wrong, in a sentence.
    """

    line: int
    said: str


@dataclass(frozen=True, slots=True)
class CheckedSteps:
    """What looking at a calculation found.

    Attributes:
        findings: What is wrong, in the order of lines.
        steps: How many steps from one line to another were understood.
    """

    findings: tuple[StepFinding, ...]
    steps: int


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a line.

    Attributes:
        value: What it is.
        written: In the words of the line.
        tokens: Of it.
    """

    value: Polynomial
    written: str
    tokens: Sequence[Token]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is understood.

    Attributes:
        number: From 1.
        text: As it was written.
        goes_on: It begins with a sign of equality.
        sides: Between the signs of equality; of several statements, of the last.
        equations: Left side less right side, of each statement joined by "or".
    """

    number: int
    text: str
    goes_on: bool
    sides: tuple[_Side, ...]
    equations: tuple[Polynomial, ...]

    @property
    def letters(self) -> frozenset[str]:
        """The letters in its equations."""
        return frozenset().union(*(one.letters for one in self.equations))

    @property
    def solved(self) -> bool:
        """Whether it says that a letter is a number."""
        first = self.sides[0].value if len(self.sides) == 2 else None
        return (
            first is not None
            and list(first.terms.values()) == [1]
            and [sum(power for _, power in term) for term in first.terms] == [1]
            and self.sides[1].value.number is not None
        )

    def roots(self) -> frozenset[Fraction] | None:
        """Its solutions; None where they are not known exactly."""
        found = [one.roots() for one in self.equations]
        known = [one for one in found if one is not None]
        return frozenset().union(*known) if len(known) == len(found) else None


def checked_steps(text: str) -> CheckedSteps:
    """What is wrong in the steps of a text, read with whichever decimal sign explains more."""
    lines = text.translate(ASCII_DIGITS).splitlines()[:MOST_LINES]
    read = [_Walk(lines, convention) for convention in Convention]
    best = max(read, key=lambda walk: (walk.steps, -len(walk.findings)))
    found = {one.line: one for one in best.findings}
    for number in _wrong_numbers(text):
        if number.line <= MOST_LINES:
            found[number.line] = number  # says more than that the step is wrong
    return CheckedSteps(tuple(found[line] for line in sorted(found)), best.steps)


def _wrong_numbers(text: str) -> list[StepFinding]:
    return [
        StepFinding(
            text.count("\n", 0, one.start) + 1,
            tr(
                "“{statement}”: {right} is right there, not {wrong}.",
                statement=" ".join(text[one.start : one.end].split()),
                right=one.right,
                wrong=one.stated,
            ),
        )
        for one in wrong_numbers(text)
    ]


class _Walk:
    """Goes through the lines in order.

    Attributes:
        findings: What is wrong.
        steps: How many steps were understood.
    """

    def __init__(self, lines: Sequence[str], convention: Convention) -> None:
        self.findings: list[StepFinding] = []
        self.steps = 0
        self._convention = convention
        self._expression: tuple[_Line, _Side] | None = None
        self._base: _Line | None = None  # the last equation that has all solutions
        self._branches: dict[Fraction, int] = {}  # some of its solutions, by the line that has them
        self._last: _Line | None = None
        for number, text in enumerate(lines, 1):
            self._take(number, text)
        self._end_equation()

    def _take(self, number: int, text: str) -> None:
        if not text.strip() or _NEW.match(text):
            self._end_equation()
            self._expression = None
            text = _NEW.sub("", text)
        if not text.strip() or len(text) > _LONGEST:
            return
        line = _read(number, text, self._convention)
        if line is None:
            if "=" in text:
                self._end_equation()
                self._expression = None
            return
        if line.goes_on:
            self._go_on(line)
        elif line.equations and line.letters:
            self._equation(line)
        self._expression = line, line.sides[-1]

    def _go_on(self, line: _Line) -> None:
        """Every side is what the line before ended with."""
        if self._expression is None:
            return
        before, last = self._expression
        for side in line.sides:
            self.steps += 1
            if not _same(last, side, self._convention):
                self._found(line, _unequal(before, last, side, self._convention))
                return
            last = side

    def _equation(self, line: _Line) -> None:
        base, last = self._base, self._last
        new = last is None or (last.solved and not line.solved)
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
        elif not line.solved or not _rounded(line, wanted, self._convention):
            self._found(line, _not_following(line, base, wanted, self._convention))
            self._end_equation()
            self._begin(line)

    @staticmethod
    def _is_multiple(base: _Line, line: _Line) -> bool:
        both = (base.equations, line.equations)
        if any(len(one) != 1 for one in both):
            return False
        return line.equations[0].is_multiple_of(base.equations[0])

    def _unsure(self, base: _Line, line: _Line, found: frozenset[Fraction] | None) -> None:
        """Equations that cannot be solved here: a solution that is none is found all the same."""
        if found and len(base.equations) == 1:
            self.steps += 1
            if any(base.equations[0].at(root) for root in found):
                near = line.solved and _near(line, base.equations[0], self._convention)
                if not near:
                    self._found(
                        line,
                        tr(
                            "“{line}” does not solve line {before}, “{equation}”.",
                            line=line.text,
                            before=base.number,
                            equation=base.text,
                        ),
                    )
            return
        self._end_equation()
        self._begin(line)

    def _begin(self, line: _Line) -> None:
        self._base = self._last = line

    def _end_equation(self) -> None:
        base, self._base, self._last = self._base, None, None
        branches, self._branches = self._branches, {}
        wanted = base.roots() if base is not None else None
        if not branches or base is None or wanted is None:
            return
        lost = wanted - branches.keys()
        if lost:
            (letter,) = base.letters
            said = tr(
                "A solution of line {before}, “{equation}”, is lost: {solutions}.",
                before=base.number,
                equation=base.text,
                solutions=_told(letter, lost, self._convention),
            )
            self.findings.append(StepFinding(max(branches.values()), said))

    def _found(self, line: _Line, said: str) -> None:
        self.findings.append(StepFinding(line.number, said))


def _not_following(
    line: _Line, base: _Line, wanted: frozenset[Fraction], convention: Convention
) -> str:
    (letter,) = base.letters
    if not wanted:
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
        solutions=_told(letter, wanted, convention),
    )


def _unequal(before: _Line, last: _Side, side: _Side, convention: Convention) -> str:
    number = last.value.number
    if number is not None:
        return tr(
            "“{expression}” in line {before} is {right}, not {wrong}.",
            expression=last.written,
            before=before.number,
            right=_number(number, convention),
            wrong=side.written,
        )
    return tr(
        "“{side}” is not the same as “{expression}” in line {before}.",
        side=side.written,
        expression=last.written,
        before=before.number,
    )


def _told(letter: str, roots: frozenset[Fraction], convention: Convention) -> str:
    return alternatives([f"{letter} = {_number(root, convention)}" for root in sorted(roots)])


def _number(number: Fraction, convention: Convention) -> str:
    rest = number.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if rest != 1 or number.denominator > 10**6:
        return f"{number.numerator}/{number.denominator}"
    return write_numeral(number, convention)


def _same(first: _Side, second: _Side, convention: Convention) -> bool:
    if (first.value - second.value).number == 0:
        return True
    one, other = first.value.number, second.value.number
    if one is None or other is None:
        return False
    return abs(one - other) <= max(_slack(side, convention) for side in (first, second))


def _slack(side: _Side, convention: Convention) -> Fraction:
    """How far a decimal number that stands alone may be from what it was rounded from."""
    number = side.tokens[-1]
    if len(side.tokens) > 2 or number.kind is not Kind.NUMBER or number.fraction:
        return Fraction(0)
    numeral = read_numeral(number.text, convention)
    return half_a_digit(numeral) if numeral is not None and numeral.decimals else Fraction(0)


def _rounded(line: _Line, wanted: frozenset[Fraction], convention: Convention) -> bool:
    said, slack = line.sides[1].value.number, _slack(line.sides[1], convention)
    return said is not None and any(abs(said - root) <= slack for root in wanted)


def _near(line: _Line, equation: Polynomial, convention: Convention) -> bool:
    """Whether an equation changes its sign as near to a number as that may be rounded."""
    said, slack = line.sides[1].value.number, _slack(line.sides[1], convention)
    if said is None or not slack:
        return False
    return equation.at(said - slack) * equation.at(said + slack) <= 0


def _read(number: int, text: str, convention: Convention) -> _Line | None:
    """A line as it is understood; None where it is not."""
    latex = "\\" in text or "$" in text
    plain = _FORMULA.sub(" ", text).partition("|")[0]
    plain = _ARROW.sub("", _MARKER.sub("", plain))
    plain = _FOR.sub("", _WORDS.sub("", plain.strip(" .,;\t")))
    sides: list[_Side] = []
    equations: list[Polynomial] = []
    goes_on = plain.startswith("=")
    statements = _OR.split(plain.removeprefix("="))
    for statement in statements:
        found = _sides(statement, convention, latex=latex)
        if found is None or (len(statements) > 1 and len(found) != 2):
            return None
        sides = found
        if len(found) == 2 and not goes_on:
            difference = found[0].value - found[1].value
            if difference.letters:
                equations.append(difference)
    if not sides:
        return None
    return _Line(number, " ".join(plain.split()), goes_on, tuple(sides), tuple(equations))


def _sides(statement: str, convention: Convention, *, latex: bool) -> list[_Side] | None:
    found = [
        replace(one, kind=Kind.OPERATOR, text="*")
        if one.kind is Kind.WORD and one.text in {"times", "mal"}
        else one
        for one in tokens(statement, 0, len(statement), latex=latex)
    ]
    sides: list[list[Token]] = [[]]
    for token in found:
        if token.kind is Kind.RELATION:
            if token.text != "=":
                return None
            sides.append([])
        else:
            sides[-1].append(token)
    read: list[_Side] = []
    for side in sides:
        if not side:
            return None
        try:
            value = polynomial(side, convention)
        except UnreadableError:
            return None
        written = " ".join(statement[side[0].start : side[-1].end].split())
        read.append(_Side(value, written, side))
    return read
