"""Whether a number that stands in a text can be what was computed, rounded or not."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum, auto
from fractions import Fraction

from app.sums.numerals import Numeral
from app.sums.quantities import Quantity, half_a_digit, in_unit
from app.sums.units import CURRENCIES, TURNING, Unit
from app.sums.values import Value, exactly

_MULTIPLES = re.compile(
    r"[kmgtµ]\w{1,2}|\w*(?:bit|byte|hertz|watt|volt|ohm)s?|months?|years?|dozens?|gross|sets?|pairs?"
    r"|quarters?|decades?|centur(?:y|ies)|points?|percentage|monate?|jahre?|dutzend|paare?|ha|hectares?|hektar|acres?|ans?|mois"
)
_MONEY = re.compile(" (?:dollars?|euros?|francs?|pesos?|rupees?)", re.IGNORECASE)
_NOISE_DIGITS = 15  # what a double holds: 0.1 + 0.2 = 0.30000000000000004 is a true sentence
_NOISE = Fraction(1, 10**14)
_NEAR = Fraction(5, 100)  # "about 30" may be 31.4
_CLOSE = Fraction(2, 100)  # of a fraction that is said to be near
_NEXT_UNIT = Fraction(3, 2)
_DATA = Fraction(3, 2)
_YARD = Fraction(10_936, 10_000)  # a metre in yards
_QUART = Fraction(10_567, 10_000)  # a litre in quarts
_NEAR_KINDS = {"time", "length", "mass", "energy", "volume"}
_SIMPLE = (3, 6, 7, 9, 11, 12, 13)
_IRRATIONAL = tuple(
    Fraction(text)
    for text in (
        "3.14159265358979", "2.71828182845905", "1.41421356237310", "1.73205080756888",
        "2.23606797749979", "2.64575131106459", "1.61803398874989", "0.69314718055995",
        "2.30258509299405", "0.70710678118655", "0.86602540378444", "0.57735026918963",
        "1.25992104989487", "6.28318530717959", "0.30102999566398", "9.80665",
    )
)  # fmt: skip


class Judgement(Enum):
    """What comparing two sides found."""

    RIGHT = auto()
    WRONG = auto()
    UNSURE = auto()


def compare(left: Quantity, relation: str, right: Quantity) -> Judgement:
    """Judge ``left relation right``; the relation is = ~ < > <= or >=."""
    if not left.operations and not right.operations and not _comparable(left, relation, right):
        return Judgement.UNSURE
    pair = _in_one_unit(left, right)
    if pair is None:
        return Judgement.UNSURE
    first, second = pair
    if _are_near_data(left, first, right, second):
        return Judgement.UNSURE
    if relation in {"=", "~"}:
        right_one = _equal(left, first, right, second, about=relation == "~")
    else:
        right_one = _ordered(first, relation, second)
    if right_one:
        return Judgement.RIGHT
    one_unit = relation != "=" and (left.unit is None) != (right.unit is None)
    return Judgement.UNSURE if one_unit or _doubtful(left, right) else Judgement.WRONG


def _are_near_data(left: Quantity, first: Value, right: Quantity, second: Value) -> bool:
    """Whether so many bytes may be the same by another of the ways to count them: 1 TB, 931 GB."""
    units = left.unit, right.unit
    if units[0] is None or units[1] is None or units[0] == units[1] or units[0].kind != "data":
        return False
    ends = sorted(abs(value.middle) for value in (first, second))
    return ends[1] < ends[0] * _DATA


def misses(computed: Quantity, stated: Quantity) -> bool:
    """Whether plain numbers do not come to so many hours, metres, kilograms: 7 × 24 = 160 hours.

    Such a number may count another unit of its kind, so it must be near to what was computed,
    where no unit lies: nearer than kilometres to miles, and not as yards to metres.
    """
    unit, first, second = stated.unit, computed.value.middle, stated.value.middle
    if computed.unit is not None or computed.mixed or unit is None or stated.literal is None:
        return False
    near = unit.kind in _NEAR_KINDS or "/" in unit.kind
    if not near or min(first, second) <= 0:
        return False
    larger, smaller = max(first, second), min(first, second)
    if unit.kind == "length" and abs(larger / smaller - _YARD**unit.power) < _CLOSE * unit.power:
        return False
    if unit.kind == "volume" and abs(larger / smaller - _QUART) < _CLOSE:
        return False
    return larger / smaller < _NEXT_UNIT


def _doubtful(left: Quantity, right: Quantity) -> bool:
    """The units leave open what is counted, so that a difference says nothing."""
    if left.mixed or right.mixed or _are_turns(left, right):
        return True
    if left.literal is not None and right.literal is not None:
        return False
    if left.literal is not None and left.unit is not None and left.unit.kind[0] == " ":
        return right.unit is None  # 5 boxes = 5 × 12
    known = [one.unit for one in (left, right) if one.unit is not None]
    # Minutes on one side and a number on the other: 500 times 2 = 1 kg.
    return len(known) == 1 and (not _counts(known[0]) or _are_cents(left, right))


def _are_turns(left: Quantity, right: Quantity) -> bool:
    """Whether two angles are the same but for whole turns: 270° + 180° = 90°."""
    kinds = {one.unit.kind for one in (left, right) if one.unit is not None}
    turns = (left.value.middle - right.value.middle) / 360
    return bool(kinds & TURNING) and turns.denominator == 1


def _are_cents(left: Quantity, right: Quantity) -> bool:
    """50 + 50 = 1 dollar."""
    unit = right.unit
    money = unit is not None and (unit.kind in CURRENCIES or _MONEY.fullmatch(unit.kind))
    return bool(money) and left.value.middle == 100 * right.value.middle


def _counts(unit: Unit) -> bool:
    """Whether a number of these is what it says: apples and euros, not kilograms or dozens."""
    if unit.kind in CURRENCIES:
        return True
    if "/" in unit.kind:
        return False
    return unit.kind.startswith(" ") and not _MULTIPLES.fullmatch(unit.kind[1:])


def _comparable(left: Quantity, relation: str, right: Quantity) -> bool:
    """Whether two plain numbers side by side say something that can be wrong."""
    if relation in {"<", ">", "<=", ">="}:
        return left.unit == right.unit
    if _differ_in_noughts(left, right):
        return True
    both = left.unit is not None and right.unit is not None
    if not both or left.unit is None or right.unit is None:
        return False
    return left.unit.kind == right.unit.kind and left.unit.factor != right.unit.factor


def _differ_in_noughts(left: Quantity, right: Quantity) -> bool:
    """Whether a number that was written with a power of ten has other noughts: 1e6 = 100,000."""
    one, other = left.literal, right.literal
    if one is None or other is None or not (one.scientific or other.scientific):
        return False
    if left.unit is not None or right.unit is not None or min(one.value, other.value) <= 0:
        return False
    ratio = one.value / other.value
    larger, smaller = max(ratio.as_integer_ratio()), min(ratio.as_integer_ratio())
    return smaller == 1 < larger and str(larger).strip("0") == "1"


def _in_one_unit(left: Quantity, right: Quantity) -> tuple[Value, Value] | None:
    """Both values, in the unit of the one that is a plain number."""
    if left.unit is None or right.unit is None:
        return left.value, right.value
    if right.literal is not None or left.literal is None:
        value = in_unit(left, right.unit)
        return None if value is None else (value, right.value)
    value = in_unit(right, left.unit)
    return None if value is None else (left.value, value)


def _equal(left: Quantity, first: Value, right: Quantity, second: Value, *, about: bool) -> bool:
    worked = left.operations or right.operations
    if _meet(first, second):
        return True
    if worked and _meet(left.value, right.value):  # 90 minutes / 60 = 1.5 hours
        return True
    if worked and left.unit is not None and right.unit is not None and left.unit != right.unit:
        # 68 kg times 2.205 = 150 lb: the factor between the units was written out
        if _stated(right, right.value, left.value, about=about):
            return True
        if _stated(left, left.value, right.value, about=about):
            return True
    hundred = exactly(Fraction(100))
    for one, value, other in ((right, second, first), (left, first, second)):
        # 12/48 times 100 = 25%
        mixed = one.percent and left.percent != right.percent
        if mixed and _stated(one, value * hundred, other, about=about):
            return True
    if not worked and len({one.unit.metric for one in (left, right) if one.unit}) > 1:
        left, right = _in_round_digits(left), _in_round_digits(right)  # 60 miles = 100 km
    if _stated(right, second, first, about=about):
        return True
    if about and left.literal is None and right.literal is None:  # π ≈ 22/7
        return abs(first.middle - second.middle) <= abs(second.middle) * _CLOSE
    both = left.literal is not None and right.literal is not None
    if both and left.literal is not None and left.literal.decimals <= 0:
        return False  # "1 hour" is not rounded
    return _stated(left, first, second, about=about)


def _in_round_digits(one: Quantity) -> Quantity:
    """A number of which the noughts at its end may be rounded ones."""
    literal = one.literal
    if literal is None or literal.decimals or not literal.value:
        return one
    digits = str(abs(literal.value.numerator))
    return replace(one, literal=replace(literal, decimals=len(digits.rstrip("0")) - len(digits)))


def _meet(first: Value, second: Value) -> bool:
    """Whether they can be the same number."""
    return first.low <= second.high and second.low <= first.high


def _stated(one: Quantity, value: Value, computed: Value, *, about: bool) -> bool:
    """Whether ``one``, a plain number, is ``computed`` rounded or cut to its digits.

    Args:
        one: What stands in the text.
        value: The same in the unit of ``computed``.
        computed: What it should be.
        about: It is said to be near only.
    """
    numeral = one.literal
    if numeral is None or value.low != value.high:
        return False
    scale = value.low / numeral.value if numeral.value else Fraction(1)
    half = abs(half_a_digit(numeral) * scale)
    low, high = computed.low - half, computed.high + half
    stated = value.low
    if _is_noise(numeral, computed):
        return True
    exact = computed.exact and computed.low == computed.high and not about
    if exact and _decimals_end(computed.low / scale, numeral.decimals):
        return stated == computed.low
    if low <= stated <= high:
        return True
    if abs(computed.middle) > abs(stated) and abs(computed.middle) - abs(stated) < 2 * half:
        return (computed.middle < 0) == (stated < 0)  # cut, not rounded
    return about and _is_near(numeral, stated, computed)


def _decimals_end(value: Fraction, decimals: int) -> bool:
    """Whether ``value`` has no more decimals than that."""
    return (value * Fraction(10) ** decimals).denominator == 1


def _is_noise(numeral: Numeral, computed: Value) -> bool:
    digits = len(str(abs(numeral.value.numerator)))
    gap = abs(numeral.value - computed.middle)
    return digits >= _NOISE_DIGITS and gap <= abs(computed.middle) * _NOISE


def _is_near(numeral: Numeral, stated: Fraction, computed: Value) -> bool:
    gap = abs(stated - computed.middle)
    if numeral.decimals >= 2:
        return False
    if numeral.decimals == 1:
        return gap <= 2 * half_a_digit(numeral)
    return gap <= abs(computed.middle) * _NEAR or gap <= _last_digit(stated)


def _last_digit(stated: Fraction) -> Fraction:
    """What one more of the last digit that is not 0 is worth: 10,000 for 30,000."""
    number, worth = abs(int(stated)), 1
    while number and number % 10 == 0:
        number, worth = number // 10, worth * 10
    return Fraction(worth)


def _ordered(first: Value, relation: str, second: Value) -> bool:
    """Whether the order may hold."""
    if relation == "<":
        return first.low < second.high
    if relation == ">":
        return first.high > second.low
    if relation == "<=":
        return first.low <= second.high
    return first.high >= second.low


def looks_rounded(numeral: Numeral) -> bool:
    """Whether a number looks like a simple fraction or a known constant that was rounded or cut."""
    if numeral.decimals < 2:
        return False
    whole_part = abs(numeral.value)
    unit = Fraction(1, 10**numeral.decimals)
    for known in _IRRATIONAL:
        if abs(known - whole_part) <= unit:
            return True
    for below in _SIMPLE:
        above = round(whole_part * below)
        simple = Fraction(above, below)
        if simple.denominator % 3 and simple.denominator not in {7, 11, 13}:
            continue
        if abs(simple - whole_part) < unit:
            return True
    return False
