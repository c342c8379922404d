"""The lines of a calculation in steps, read: equations, inequalities, expressions that go on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from app.sums.algebra.polynomials import Polynomial, polynomial
from app.sums.algebra.ranges import ORDERS, Ranges, solutions
from app.sums.expressions import evaluate
from app.sums.lexer import Kind, Token, tokens
from app.sums.numerals import Convention, read_numeral
from app.sums.quantities import UnreadableError, half_a_digit
from app.sums.readings import Interpretation
from app.sums.values import NotComputableError, Value, exactly

LONGEST = 300  # characters of a line
_LABEL = r"(?:\(?[IVX]{1,4}\)?|\(\d{1,2}\))"
_MARKER = re.compile(
    r"^\s*(?:[-*•>]\s+|\d{1,2}[.)]\s+|(?:step|schritt|line|zeile)\s*\d+\s*[:.)]?\s+"
    rf"|{_LABEL}(?:\s*[-+−·*/]\s*(?:\d+\s*[·*]?\s*)?{_LABEL})*(?:\s*[:.]\s+|(?<=\))\s+))",
    re.IGNORECASE,
)
_ARROW = re.compile(
    r"^\s*(?:⇒|=>|⇔|<=>|→|->|∴|\\(?:Long)?(?:left)?rightarrow|\\iff|\\implies|\\therefore)\s*",
    re.IGNORECASE,
)
_WORDS = re.compile(r"^(?:[^\W\d_²³]{2,}[\s:,]+)++(?![=<>≤≥])")
_FOR = re.compile(r"\s+(?:for|nach|für)\s+[A-Za-z]\s*$")
_OR = re.compile(r"\s+(?:or|oder|ou|o|أو|या)\s+|\s*∨\s*")
_AND = re.compile(r"\s*[,;]\s+(?:(?:and|und|et)\s+)?|\s+(?:and|und|et|و|और)\s+|\s*∧\s*")
_THEN = re.compile(  # not shown: between two steps in one line
    r"\s*(?:⇒|⟹|=>|⇔|⟺|<=>|→|⟶|(?<![<-])->|∴|\\(?:Long|Left|Longleft|left)?[Rr]ightarrow|\\iff"
    r"|\\implies|\\therefore)\s*"
    r"|\s*[,;]?\s+(?:so|thus|hence|therefore|then|also|daher|folglich|somit|donc|alors|ainsi|luego"
    r"|entonces|así\s+que|إذن|अतः|तो)[,:]?\s+"
)
_BARS = re.compile(
    r"(?:(?<=[=<>≤≥+(−·*/])|(?<=-)|^)\s*\|(?=\S)(?P<inside>[^|=<>≤≥]{1,80})(?<=\S)\|"
)
_OF_BARS = re.compile(
    r"\|(?P<inside>[^|]{1,80})\|\s*(?P<sign>[=<>≤≥]|<=|>=)\s*(?P<outside>[\d.,/ ]+)"
)
_TURNED_BARS = re.compile(
    r"(?P<outside>[\d.,/ ]+)\s*(?P<sign>[=<>≤≥]|<=|>=)\s*\|(?P<inside>[^|]{1,80})\|"
)
_TURNED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "<=": ">=", ">=": "<=", "=": "="}
_LETTER = re.compile(r"[^\W\d_]")
_FORMULA = re.compile(r"\$+|\\[()\[\]\\]|[`&]|\*\*(?=\S)|(?<=\S)\*\*")
_EITHER = re.compile(r"±|\\pm(?![A-Za-z])|\+/-|\+-")
_RELATION = re.compile(r"[=<>≤≥≈]|\\(?:l|g)(?:eq?|t)\b")
_TRIED = (Fraction(7, 3), Fraction(1000), Fraction(-1000))
"""Stand for a letter where it is asked whether something can be computed at all."""


@dataclass(frozen=True, slots=True)
class StepSide:
    """One side of a line.

    Attributes:
        value: What it is; None for what is no sum of products, such as a root of a letter.
        number: What it comes to where it has no letters.
        written: In the words of the line.
        tokens: Of it.
    """

    value: Polynomial | None
    number: Value | None
    written: str
    tokens: Sequence[Token]

    @property
    def letters(self) -> frozenset[str]:
        """Those that are in it."""
        if self.value is not None:
            return self.value.letters
        return frozenset(one.text for one in self.tokens if _is_letter(one))

    @property
    def slack(self) -> Fraction:
        """How far a decimal number that stands alone may be from what it was rounded from."""
        last = self.tokens[-1]
        if len(self.tokens) > 2 or last.kind is not Kind.NUMBER or last.fraction:
            return Fraction(0)
        read = [read_numeral(last.text, convention) for convention in Convention]
        known = [one for one in read if one is not None and one.decimals]
        return half_a_digit(known[0]) if known else Fraction(0)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A line that is understood.

    Attributes:
        number: From 1, or the one it was given.
        text: As it was written.
        goes_on: It begins with a sign of equality.
        sides: Between the signs of equality; of several statements, of the last.
        equations: Left side less right side, of each statement joined by "or".
        statements: Both sides of each statement; of all, also those that are no sums of products.
        ranges: What solves it where it is an inequality.
    """

    number: int
    text: str
    goes_on: bool
    sides: tuple[StepSide, ...]
    equations: tuple[Polynomial, ...]
    statements: tuple[tuple[StepSide, StepSide], ...] = ()
    ranges: Ranges | None = None

    @property
    def letters(self) -> frozenset[str]:
        """The letters in its statements."""
        found = (side.letters for statement in self.statements for side in statement)
        return frozenset().union(*found)

    @property
    def plain(self) -> bool:
        """Whether each of its statements is an equation of sums of products."""
        return len(self.equations) == len(self.statements)

    @property
    def solved(self) -> bool:
        """Whether it says that a letter is a number."""
        return bool(self.statements) and all(
            _is_alone(left) and right.number is not None for left, right in self.statements
        )

    def roots(self) -> frozenset[Fraction] | None:
        """Its solutions; None where they are not known exactly."""
        if not self.plain:
            return None
        found = [one.roots() for one in self.equations]
        known = [one for one in found if one is not None]
        return frozenset().union(*known) if len(known) == len(found) else None

    def stated(self) -> tuple[StepSide, ...]:
        """The numbers that it says a letter to be; empty where it says none."""
        return tuple(right for _, right in self.statements) if self.solved else ()


def read_lines(number: int, text: str, convention: Convention) -> list[StepLine]:
    """A line as it is understood, in parts where it says several things; empty where it is not."""
    latex = "\\" in text or "$" in text
    plain = _stripped(text)
    steps = _THEN.split(plain)
    if len(steps) > 1 and all(_RELATION.search(step) for step in steps):
        told = [step.strip(" .,;\t") for step in steps]
        return [one for step in told for one in _read_step(number, step, convention, latex)]
    return _read_step(number, plain, convention, latex)


def _read_step(number: int, plain: str, convention: Convention, latex: bool) -> list[StepLine]:
    parts = _AND.split(plain)
    if len(parts) > 1 and all(_RELATION.search(part) for part in parts):
        found = [_read(number, part, convention, latex) for part in parts]
        known = [one for one in found if one is not None]
        if len(known) == len(found):
            return _together(known)
    line = _read(number, plain, convention, latex)
    return [line] if line is not None else []


def _together(lines: list[StepLine]) -> list[StepLine]:
    """Inequalities that are joined by "and" as one."""
    first = lines[0]
    ranges = first.ranges
    if ranges is None:
        return lines
    for line in lines[1:]:
        if line.ranges is None or line.letters != first.letters:
            return lines
        ranges = ranges.shared(line.ranges)
    return [replace(first, text=", ".join(one.text for one in lines), ranges=ranges)]


def _stripped(text: str) -> str:
    plain = _ARROW.sub("", _MARKER.sub("", _FORMULA.sub(" ", text)))
    plain = _before_remark(_WORDS.sub("", plain.strip(" .,;\t")))
    return _FOR.sub("", plain.strip(" .,;\t"))


def _before_remark(text: str) -> str:
    """A line without what is noted behind a bar, "3x = 15 | -5"; bars around a value stay."""
    until = 0
    for found in _BARS.finditer(text):
        if "|" in text[until : found.start()]:
            break
        until = found.end()
    return text[:until] + text[until:].partition("|")[0]


def _read(number: int, plain: str, convention: Convention, latex: bool) -> StepLine | None:
    written = " ".join(plain.split())
    goes_on = plain.startswith(("=", "≈"))
    sides: list[StepSide] = []
    statements: list[tuple[StepSide, StepSide]] = []
    ranges: Ranges | None = None
    parts = list(_each_way(plain.lstrip("=≈") if goes_on else plain))
    for part in parts:
        found = _sides(part, convention, latex=latex)
        if found is None:
            return None
        sides, orders = found
        if orders and orders != ["="] * len(orders):
            solved_by = _ordered(sides, orders)
            if goes_on or solved_by is None or (ranges is None and statements):
                return None
            ranges = solved_by if ranges is None else ranges.joined(solved_by)
        elif len(parts) > 1 and len(sides) != 2:
            return None
        if len(sides) == 2 and not goes_on:
            statements.append((sides[0], sides[1]))
    if not sides or (ranges is not None and len(statements) not in {0, len(parts)}):
        return None
    if ranges is not None:
        pairs = tuple(statements) or tuple(pairwise(sides))
        return StepLine(number, written, False, tuple(sides), (), pairs, ranges)
    said = tuple(one for one in statements if one[0].letters or one[1].letters)
    equations = tuple(
        left.value - right.value
        for left, right in said
        if left.value is not None and right.value is not None
    )
    true = [one for one in equations if one.letters]
    if len(true) != len(equations):
        said, equations = (), ()
    return StepLine(number, written, goes_on, tuple(sides), equations, said)


def _each_way(plain: str) -> Iterator[str]:
    """Its statements, joined by "or" or by a sign that is plus and minus."""
    for statement in _OR.split(plain):
        bars = _OF_BARS.fullmatch(statement.strip()) or _TURNED_BARS.fullmatch(statement.strip())
        if bars is not None and _LETTER.search(bars["inside"]):
            sign = bars["sign"] if bars.re is _OF_BARS else _TURNED[bars["sign"]]
            yield from _without_bars(bars["inside"].strip(), sign, bars["outside"].strip())
        elif _EITHER.search(statement):
            yield _EITHER.sub("+", statement)
            yield _EITHER.sub("-", statement)
        else:
            yield statement


def _without_bars(inside: str, sign: str, outside: str) -> Iterator[str]:
    """What |A| = 3 says, |A| < 3 and |A| > 3, of a positive number."""
    if sign[0] in "<≤":
        yield f"-{outside} {sign} {inside} {sign} {outside}"
        return
    yield f"{inside} {sign} {outside}"
    yield f"{inside} {_TURNED[sign]} -{outside}"


def _ordered(sides: Sequence[StepSide], orders: Sequence[str]) -> Ranges | None:
    """What solves an inequality, or a row of them such as 1 < x < 3."""
    letters = frozenset().union(*(side.letters for side in sides))
    if len(letters) != 1 or len(sides) > 3 or len({order[0] for order in orders}) != 1:
        return None
    found: Ranges | None = None
    for (left, right), order in zip(pairwise(sides), orders, strict=True):
        if left.value is None or right.value is None or order not in ORDERS:
            return None
        ranges = solutions(left.value - right.value, order)
        if ranges is None:
            return None
        found = ranges if found is None else found.shared(ranges)
    return found


def _sides(
    statement: str, convention: Convention, *, latex: bool
) -> tuple[list[StepSide], list[str]] | None:
    """The sides of a statement, and the signs between them."""
    found = [
        replace(one, kind=Kind.OPERATOR, text="*")
        if one.kind is Kind.WORD and one.text in {"times", "mal"}
        else one
        for one in tokens(statement, 0, len(statement), latex=latex)
    ]
    parts: list[list[Token]] = [[]]
    signs: list[str] = []
    for token in found:
        if token.kind is Kind.RELATION:
            signs.append("=" if token.text == "~" else token.text)
            parts.append([])
        else:
            parts[-1].append(token)
    read = [_side(statement, part, convention) for part in parts]
    known = [one for one in read if one is not None]
    return (known, signs) if len(known) == len(read) else None


def _side(statement: str, part: Sequence[Token], convention: Convention) -> StepSide | None:
    if not part:
        return None
    written = " ".join(statement[part[0].start : part[-1].end].split())
    try:
        value = polynomial(part, convention)
    except UnreadableError:
        return _other_side(written, part, convention)
    number = value.number
    return StepSide(value, exactly(number) if number is not None else None, written, part)


def _other_side(written: str, part: Sequence[Token], convention: Convention) -> StepSide | None:
    """A side with a root or a large power in it."""
    letters = frozenset(one.text for one in part if _is_letter(one))
    if len(letters) > 1:
        return None
    tried = [number_at(part, dict.fromkeys(letters, one), convention) for one in _TRIED]
    value = next((one for one in tried if one is not None), None)
    if value is None:
        return None
    return StepSide(None, None if letters else value, written, part)


def number_at(
    part: Sequence[Token], letters: Mapping[str, Fraction], convention: Convention
) -> Value | None:
    """What an expression comes to where its letters are numbers; None where it has no value."""
    try:
        found = evaluate(part, Interpretation(convention, symbols=letters))
    except (UnreadableError, NotComputableError):
        return None
    return None if found.unit is not None or found.mixed else found.value


def _is_letter(token: Token) -> bool:
    return token.kind is Kind.WORD and len(token.text) == 1


def _is_alone(side: StepSide) -> bool:
    """Whether it is a letter and nothing else."""
    if side.value is None or list(side.value.terms.values()) != [1]:
        return False
    return [sum(power for _, power in term) for term in side.value.terms] == [1]
