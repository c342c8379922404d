"""The ways in which numbers and signs can be read that can be read in several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

from app.sums.lexer import Kind, Token
from app.sums.numerals import Convention, conventions_of
from app.sums.quantities import Progression
from app.sums.units import BYTES
from app.sums.values import CIRCULAR

_ALONE = 2  # tokens where π itself is said to be something


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to read what can be read in several.

    Attributes:
        convention: What point and comma mean.
        caret_is_xor: ``^`` as in program code.
        percent_is_modulo: ``%`` between two numbers as in program code.
        percent_of_sum: ``200 + 10%`` adds ten per cent of 200, as pocket calculators do.
        mixed_numbers: A whole number before a fraction is added to it; otherwise multiplied.
        log_is_natural: "log" means the natural logarithm.
        mark_is_factorial: An exclamation mark at the end belongs to it.
        symbols: Numbers that the text gives to letters.
        joined_first: What stands side by side is multiplied before a division: 6/2(1+2) is 1.
        rounded: Numbers, as they are written, that stand for anything that rounds to them.
        powers_from_left: 2^3^2 is (2^3)^2, as spreadsheets have it.
        minus_first: -3^2 is (-3)^2, as spreadsheets have it.
        rough_pi: π is 3.14 or 22/7, as it is taken at school.
        binary_units: A kilobyte is 1,024 bytes.
        bare_degrees: The angle of a sine without a sign is in degrees.
        progression: How a row goes on where dots stand in it; empty where it cannot be read.
    """

    convention: Convention = Convention.POINT
    caret_is_xor: bool = False
    percent_is_modulo: bool = False
    percent_of_sum: bool = False
    mixed_numbers: bool = True
    log_is_natural: bool = False
    mark_is_factorial: bool = True
    symbols: Mapping[str, Fraction] = field(default_factory=dict)
    rounded: frozenset[str] = frozenset()
    joined_first: bool = False
    powers_from_left: bool = False
    minus_first: bool = False
    rough_pi: bool = False
    binary_units: bool = False
    bare_degrees: bool = False
    progression: Progression | None = None


def readings(part: Sequence[Token], symbols: Mapping[str, Fraction]) -> list[Interpretation]:
    """Every way in which this can be read."""
    kinds = {token.text for token in part}
    numbers = [t.text for t in part if t.kind is Kind.NUMBER and not t.fraction]
    conventions = conventions_of(numbers)
    mixed = any(t.fraction for t in part)
    towers = [t.text for t in part].count("^") > 1
    added = kinds & {"+", "-"}
    flags = (
        (False, True) if "^" in kinds else (False,),  # caret_is_xor
        (False, True) if "%" in kinds else (False,),  # percent_is_modulo
        ((True, False) if added else (False, True)) if "%" in kinds else (False,),  # percent_of_sum
        (True, False) if mixed else (True,),  # mixed_numbers
        (False, True) if "log" in kinds else (False,),  # log_is_natural
        (True, False) if part[-1].text == "!" else (True,),  # mark_is_factorial
    )
    made = []
    for convention in conventions:
        for chosen in product(*flags):
            plain = Interpretation(convention, *chosen, symbols)
            made += [plain, replace(plain, joined_first=True)] if "/" in kinds else [plain]
            if towers:
                made.append(replace(plain, powers_from_left=True))
            if _is_minus_raised(part):
                made.append(replace(plain, minus_first=True))
    if "pi" in kinds and len(part) > _ALONE and kinds.isdisjoint(CIRCULAR):
        made += [replace(one, rough_pi=True) for one in made]
    if not kinds.isdisjoint(BYTES):
        made += [replace(one, binary_units=True) for one in made]
    if not kinds.isdisjoint(CIRCULAR):
        made += [replace(one, bare_degrees=True) for one in made]
    if "…" in kinds:
        made = [replace(one, progression=way) for way in Progression for one in made]
    return made


def _is_minus_raised(part: Sequence[Token]) -> bool:
    """Whether a number with a sign before it is raised: -3^2."""
    rows = zip(part, part[1:], part[2:], strict=False)
    return any(
        sign.text == "-" and number.kind is Kind.NUMBER and caret.text == "^"
        for sign, number, caret in rows
    )
