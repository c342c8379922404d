"""What a sum, a conversion or a question about dates comes to, exactly. Pure and bounded.

For what a person types behind ``=`` and for what a model asks to have computed: one expression, no
text around it. The digits, the depth and the size of every result are bounded (`app.sums.values`,
`app.sums.expressions`), so that the dearest line takes some milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from itertools import product

from app.domain.errors import KnownError
from app.language import tr
from app.sums.calendar import about_dates
from app.sums.expressions import evaluate
from app.sums.lexer import Kind, Token, tokens
from app.sums.numerals import ASCII_DIGITS, Convention, read_numeral, write_numeral
from app.sums.phrases.joined import joined_measures
from app.sums.phrases.spoken import said_as_signs
from app.sums.quantities import Progression, Quantity, UnreadableError, in_unit
from app.sums.readings import Interpretation
from app.sums.statements.dates import read_date
from app.sums.units import CURRENCIES, DEGREES, Unit, converted_scale, divided, unit_of
from app.sums.values import DivisionByZeroError, NotComputableError, TooLargeError, Value, whole

MOST_CHARACTERS = 1_000
MOST_DIGITS = 100  # of a whole number that is written out
_SIGNIFICANT = 12  # digits of a number that does not end
_INTO = re.compile(r"^(.*\S)\s+(?:in|into|to|as|→|->|en|nach|als)\s+(\S+)$", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"(?<=\d)[eE]([+-]?\d{1,4})\b")
_INCHES = re.compile(r"(?<=\d)\s*(?:\"|″|in)(?=\s+(?:in|into|to|as)\b|\s*$)")
_POWERS = {"²": "^2", "³": "^3"}
_RELATION = re.compile(r"<=|>=|≤|≥|<|>|(?<![<>=])=(?!=)|==|≠|!=")
_TOWER = re.compile(r"\^[^-+*/()^]*\^")
_DAY = re.compile(r"(?<![\d-])\d{4}-\d\d-\d\d(?![\d-])")
_ASKING = re.compile(  # not shown
    r"(?:what(?:['’]s|\s+is|\s+are)|how\s+much\s+is|calculate|compute|was\s+ist|wie\s*viel\s+(?:ist|sind)"
    r"|berechne|combien\s+(?:fait|font)|cuánto\s+es|quanto\s+fa|quanto\s+é)\s+",
    re.IGNORECASE,
)
_ARTICLES = {"a", "an", "the", "ein", "eine", "un", "une", "una", "um", "uma"}  # not shown
_IN_PER_CENT = re.compile(r"\s+(?:in|as|en|als|to)\s+(?:%|per\s?cent|prozent)$", re.IGNORECASE)
_ROUND = str.maketrans("[]{}", "()()")
_UNDONE = {"+", "-", "*", "/", "(", "^", ","}


class NotASumError(KnownError):
    """This is nothing that can be computed: words, or half a sum."""

    default_data = ""
    default_action = ""


class CannotComputeError(KnownError):
    """It is understood, and has no value, or one that is too large."""

    default_data = ""
    default_action = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What something comes to.

    Attributes:
        text: As it is written on: the number with its unit, or words.
        exact: Nothing of it is left out.
        remark: How it was read, where others read it in another way.
    """

    text: str
    exact: bool = True
    remark: str = ""

    @property
    def shown(self) -> str:
        """With the sign that says whether it is exact."""
        return f"{'=' if self.exact else '≈'} {self.text}"

    @property
    def told(self) -> str:
        """What is shown, with the remark behind it."""
        return f"{self.shown} ({self.remark})" if self.remark else self.shown


def calculate(text: str, today: date, convention: Convention = Convention.POINT) -> Result:
    """The result of what is asked.

    Args:
        text: One expression, a sign of equality around it or not.
        today: What "today" means.
        convention: How the language in force writes numbers; the other way is read where this one
            makes no sense.

    Raises:
        NotASumError: It is not understood.
        CannotComputeError: It has no value, or one that is too large; says which.
    """
    asked = _ASKING.sub("", text.strip().removeprefix("=").rstrip("=? \t").strip(), count=1)
    if not asked or len(asked) > MOST_CHARACTERS or "\n" in asked:
        raise _not_a_sum(asked)
    if (said := about_dates(asked, today)) is not None:
        return Result(said)
    if found := _DAY.search(asked):  # no difference of three numbers
        raise (
            _not_a_sum(asked)
            if read_date(found.group())
            else CannotComputeError(
                tr("{day} is no day of the calendar from 1800 to 9998.", day=found.group())
            )
        )
    plain = _SCIENTIFIC.sub(r"*10^(\1)", asked.translate(ASCII_DIGITS).translate(_ROUND))
    try:
        if (scaled := converted_scale(plain, convention)) is not None:
            return _written(scaled[0], scaled[1], convention)
        if len(sides := _RELATION.split(plain)) == 2:
            return _compared(sides, _RELATION.findall(plain)[0], convention)
        return _computed(_INCHES.sub(" inches", plain), convention)
    except DivisionByZeroError as error:
        raise CannotComputeError(tr("Nothing can be divided by zero.")) from error
    except TooLargeError as error:
        raise CannotComputeError(
            tr("The result has more digits than are computed here.")
        ) from error
    except NotComputableError as error:
        raise CannotComputeError(tr("This has no value among the real numbers.")) from error
    except UnreadableError as error:
        raise _not_a_sum(asked) from error


def _not_a_sum(asked: str) -> NotASumError:
    if len(asked) > MOST_CHARACTERS:
        return NotASumError(
            tr("That is longer than {most} characters.", most=MOST_CHARACTERS),
        )
    return NotASumError(tr("That is no sum that can be computed here."))


def _computed(plain: str, convention: Convention) -> Result:
    if (shared := _IN_PER_CENT.search(plain)) is not None:
        share = _evaluated(plain[: shared.start()], convention)
        if share.unit is not None or share.mixed:
            raise UnreadableError
        return _written(share.value * whole(100), "%", convention)
    found = _INTO.match(plain)
    if found is not None and (unit := _named_unit(found.group(2))) is not None:
        quantity = _evaluated(found.group(1), convention)
        value = in_unit(quantity, unit)
        if value is None or quantity.unit is None or quantity.mixed:
            raise UnreadableError
        return _written(value, found.group(2), convention)
    quantity = _evaluated(plain, convention)
    if quantity.mixed or not quantity.operations:
        raise UnreadableError  # a bare number is no question
    result = _written(quantity.value, _name_of(quantity.unit, plain), convention)
    return replace(result, remark=_other_way(plain, result, convention))


def _other_way(plain: str, result: Result, convention: Convention) -> str:
    """How a tower of powers was read, where the other way comes to something else."""
    if not _TOWER.search(plain):
        return ""
    try:
        other = _evaluated(plain, convention, powers_from_left=True)
    except NotComputableError:
        return ""
    text, _ = number_text(other.value, convention)
    if text == result.text:
        return ""
    return tr("powers are read from the right; from the left it is {other}", other=text)


def _compared(sides: Sequence[str], asked: str, convention: Convention) -> Result:
    """Whether a comparison holds, and which one does."""
    a, b = (_evaluated(one, convention) for one in sides)
    difference = in_unit(a, b.unit) if b.unit is not None else a.value
    if difference is None or a.mixed or b.mixed or (a.unit is None) != (b.unit is None):
        raise UnreadableError
    if difference.low == difference.high == b.value.low == b.value.high:
        sign, signs = "=", {"=", "==", "<=", ">=", "≤", "≥"}
    elif difference.high < b.value.low:
        sign, signs = "<", {"<", "<=", "≤", "≠", "!="}
    elif difference.low > b.value.high:
        sign, signs = ">", {">", ">=", "≥", "≠", "!="}
    else:  # two numbers that do not end, and are the same as far as they are computed
        raise NotComputableError
    holds = f"{sides[0].strip()} {sign} {sides[1].strip()}"
    if asked in signs:
        return Result(tr("true: {statement}", statement=holds))
    return Result(tr("false: {statement}", statement=holds))


def _evaluated(text: str, convention: Convention, *, powers_from_left: bool = False) -> Quantity:
    """What it comes to by the first way of reading it that makes sense.

    Raises:
        UnreadableError: It makes sense in none.
        NotComputableError: It does, and has no value.
    """
    parts = said_as_signs(list(_plainer(tokens(text, 0, len(text), latex=False))), text)
    spoken = parts[:1] and parts[0].kind is Kind.WORD and parts[0].text.lower() in _ARTICLES
    read = joined_measures(parts[1:] if spoken else parts)
    others = [one for one in Convention if one is not convention]
    rows = [*Progression] if any(one.text == "…" for one in read) else [None]
    for reading, row in product((convention, *others), rows):
        for modulo in (False, True):
            how = Interpretation(
                reading,
                percent_is_modulo=modulo,
                percent_of_sum=True,
                powers_from_left=powers_from_left,
                progression=row,
            )
            try:
                return evaluate(read, how)
            except UnreadableError:
                continue
    raise UnreadableError


def _plainer(read: Sequence[Token]) -> Iterator[Token]:
    """With pi and e as constants, and squared and cubed units in one way of writing them."""
    at = 0
    while at < len(read):
        token, rest = read[at], read[at + 1 : at + 3]
        at += 1
        if token.kind is Kind.WORD and token.text.lower() == "pi":
            yield replace(token, kind=Kind.CONSTANT, text="pi")
        elif token.kind is Kind.WORD and token.text == "e":
            yield replace(token, kind=Kind.CONSTANT)
        elif token.kind is Kind.WORD and token.text[-1] in _POWERS and unit_of(token.text[:-1]):
            yield replace(token, text=token.text[:-1], end=token.end - 1)
            yield Token(Kind.OPERATOR, _POWERS[token.text[-1]], token.end - 1, token.end)
        elif (
            token.kind is Kind.WORD
            and unit_of(token.text)
            and [one.text for one in rest] in (["^", "2"], ["^", "3"])
        ):
            yield token
            yield Token(Kind.OPERATOR, f"^{rest[1].text}", rest[0].start, rest[1].end)
            at += 2
        else:
            yield token


def _named_unit(name: str) -> Unit | None:
    """A unit by its name, squared or cubed ones and rates too."""
    above, slash, below = name.partition("/")
    if slash and (unit := unit_of(above)) is not None and (other := unit_of(below)) is not None:
        return divided(unit, other)
    power = {"²": 2, "³": 3}.get(name[-1:]) or (int(name[-1]) if name[-2:] in {"^2", "^3"} else 1)
    unit = unit_of(name if power == 1 else name.rstrip("²³").removesuffix(f"^{power}"))
    return unit if unit is None or power == 1 else Unit(unit.kind, unit.factor**power, power)


def _name_of(unit: Unit | None, text: str) -> str:
    """How the text names a unit."""
    if unit is None or unit == DEGREES:
        return "" if unit is None else unit.kind.strip()
    for token in tokens(text, 0, len(text), latex=False):
        if token.kind is not Kind.WORD:
            continue
        name = token.text.rstrip("²³")
        named = unit_of(name) or Unit(f" {name.lower()}")
        if named.kind == unit.kind and named.factor**unit.power == unit.factor:
            return name + {1: "", 2: "²", 3: "³"}[unit.power]
    return _name_of_rate(unit, text)


def _name_of_rate(unit: Unit, text: str) -> str:
    """The two units of the text that one is a rate of."""
    words = [one.text for one in tokens(text, 0, len(text), latex=False) if one.kind is Kind.WORD]
    known = {word: named for word in words if (named := unit_of(word)) is not None}
    for above, first in known.items():
        for below, second in known.items():
            if divided(first, second) == unit:
                return f"{above}/{below}"
    raise UnreadableError


def _written(value: Value, unit: str, convention: Convention) -> Result:
    number, exact = number_text(value, convention)
    if unit in CURRENCIES and unit in "$£":
        return Result(f"{unit}{number}", exact)
    blank = "" if unit in {"°", ""} else " "
    return Result(f"{number}{blank}{unit}", exact)


def number_text(value: Value, convention: Convention) -> tuple[str, bool]:
    """A number in digits without groups, and whether that is all of it."""
    middle = value.middle
    exact = value.low == value.high
    if exact and middle.denominator == 1 and len(str(abs(middle.numerator))) <= MOST_DIGITS:
        return _plain(str(middle.numerator), convention), True
    if exact and middle.denominator != 1:
        full = write_numeral(middle, Convention.POINT).replace(",", "").replace("\u2212", "-")
        again = read_numeral(full.lstrip("-"), Convention.POINT)
        if again is not None and again.value == abs(middle):
            return _plain(full, convention), True
    return _plain(_significant(middle), convention), False


def _significant(number: Fraction) -> str:
    """A number by its first digits; a power of ten behind it where it is very large or small."""
    context = Context(prec=_SIGNIFICANT, Emax=100_000, Emin=-100_000)
    rounded = context.divide(Decimal(number.numerator), Decimal(number.denominator))
    power = rounded.adjusted()
    if -7 < power < 21:
        written = f"{rounded:f}"
        return written.rstrip("0").rstrip(".") if "." in written else written
    digits = f"{rounded.scaleb(-power, context):f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return f"{digits} × 10^{power}"


def _plain(number: str, convention: Convention) -> str:
    return number.replace(".", convention.value)


def is_undone(text: str) -> bool:
    """Whether a sum is still being typed: it ends with a sign behind which something must come."""
    return text.rstrip()[-1:] in _UNDONE or text.count("(") > text.count(")")
