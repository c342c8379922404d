"""Results that stand beside code: a session of an interpreter, and comments behind a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from app.sums.expressions import Interpretation, evaluate
from app.sums.findings import Finding, FindingKind
from app.sums.lexer import tokens
from app.sums.numerals import Convention, Numeral, read_numeral
from app.sums.quantities import Quantity, UnreadableError
from app.sums.rounding import Judgement, compare
from app.sums.segments import Segment
from app.sums.values import NotComputableError, Value, exactly, whole

_NUMBER = r"-?\d[\d_]*(?:\.\d+)?"
_SUM = r"[-(\d][\d \t.+\-*/%()_^]{0,200}"
_ASKED = re.compile(
    rf"^[ \t]*+(?P<prompt>>>>|In \[\d+\]:|julia>|ghci>|irb[^>\n]{{0,40}}>|>)[ \t]+"
    rf"(?:(?:print|puts|echo|console\.log)[ \t(]+)?(?P<sum>{_SUM}?)(?P<rest>[); \t]{{0,12}})\n"
    rf"[ \t]*(?:Out\[\d+\]:[ \t]*|\[1\][ \t]+|=>[ \t]*)?(?P<stated>{_NUMBER})[ \t]*$",
    re.MULTILINE,
)
_BESIDE = re.compile(
    r"^[ \t]*+(?P<lead>[\w.:<> \[\]]{0,60}=[ \t]*|return[ \t]+"
    r"|(?P<prints>(?:print\w*|puts|echo|console\.log|System\.out\.println)[ \t(]+))?"
    rf"(?P<sum>{_SUM}?)(?P<rest>[); \t]{{0,12}})(?:\#|//|--|/\*)[ \t]*"
    r"(?P<sign>=>|->|→|==?|≈|prints?|outputs?|returns?|result|gives?|is)?[ \t]*:?[ \t]*"
    rf"(?P<stated>{_NUMBER})[ \t]*(?:\*/)?[ \t]*$",
    re.MULTILINE,
)
_OPERATES = re.compile(r"[\d)][ \t]*[-+*/%^][ \t]*[-(\d]")
_LEADING_NOUGHT = re.compile(r"(?<![\d._])0\d")  # eight is the base in some languages
_FLOORED = re.compile(r"[ \t]*(\d{1,300})[ \t]*//[ \t]*(\d{1,300})[ \t]*")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_WORD_SIZES = (8, 16, 32, 64)  # bits of whole numbers that run over
_LONGEST = 200


def wrong_results(text: str, blocks: Iterable[Segment]) -> Iterator[Finding]:
    """Results in blocks of code that are not those of the sums beside them."""
    for block in blocks:
        for pattern in (_ASKED, _BESIDE):
            for found in pattern.finditer(text, block.start, block.end):
                if pattern is _BESIDE and not _is_result(found):
                    continue
                right = _right(found)
                if right:
                    span = found.start("sum"), found.end("stated")
                    at = found.start("stated")
                    yield Finding(FindingKind.SUM, *span, found["stated"], right, at)


def _is_result(found: re.Match[str]) -> bool:
    """Whether a number in a comment is the line's result, and no remark of another kind."""
    if found["sign"] or found["prints"]:
        return True
    stated = found["stated"]
    return len(stated.strip("-")) > 1 and not _YEAR.fullmatch(stated)


def _right(found: re.Match[str]) -> str:
    """What the sum comes to; empty where the stated number is that, or it is not known."""
    asked = found["sum"].replace("_", "")
    asked += ")" * max(0, min(asked.count("(") - asked.count(")"), found["rest"].count(")")))
    stated = read_numeral(found["stated"].lstrip("-").replace("_", ""), Convention.POINT)
    if len(asked) > _LONGEST or stated is None or _LEADING_NOUGHT.search(asked):
        return ""
    if found["stated"][0] == "-":
        stated = Numeral(-stated.value, stated.decimals)
    value = _value(asked)
    if value is None or _may_be(value, stated, asked):
        return ""
    return _written(value, stated)


def _value(asked: str) -> Value | None:
    """What it comes to as program code; None where that is not certain."""
    if floored := _FLOORED.fullmatch(asked):
        below = int(floored[2])
        return whole(int(floored[1]) // below) if below else None
    if not _OPERATES.search(asked) or "//" in asked:
        return None
    reading = Interpretation(Convention.POINT, caret_is_xor=True, percent_is_modulo=True)
    try:
        return evaluate(tokens(asked, 0, len(asked), latex=False), reading).value
    except (UnreadableError, NotComputableError):
        return None


def _may_be(value: Value, stated: Numeral, asked: str) -> bool:
    """Whether a program may print that: rounded, cut to a whole number, or run over."""
    claimed = Quantity(exactly(stated.value), literal=stated)
    if compare(Quantity(value, operations=1), "=", claimed) is not Judgement.WRONG:
        return True
    if "/" in asked and stated.decimals == 0:
        return True  # whole numbers are divided in some languages, and everything after that
    if "^" in asked:
        return True  # a power in some languages
    gap = value.middle - stated.value
    return any(
        abs(value.middle) >= 2 ** (bits - 1) and (gap / 2**bits).denominator == 1
        for bits in _WORD_SIZES
    )


def _written(value: Value, stated: Numeral) -> str:
    if value.middle.denominator == 1:
        return str(value.middle.numerator)
    scaled = round(value.middle * Fraction(10) ** 15)
    digits = f"{float(Fraction(scaled, 10**15)):.{max(stated.decimals, 2)}f}"
    return digits.rstrip("0").rstrip(".")
