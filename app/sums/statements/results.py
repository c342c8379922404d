"""Results that stand beside code: a session of an interpreter, and comments behind a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from app.sums.expressions import evaluate
from app.sums.findings import Finding, FindingKind
from app.sums.lexer import tokens
from app.sums.numerals import (
    Convention,
    Numeral,
    conventions_of,
    read_numeral,
    write_numeral,
)
from app.sums.quantities import Quantity, UnreadableError
from app.sums.readings import Interpretation
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
_BLANKS = r"[ \t]{0,30}"
_COLUMN = re.compile(  # numbers below one another, the last with its sign, and a line below
    rf"(?P<first>^{_BLANKS}\d[\d.,]{{0,20}}{_BLANKS}\n"
    rf"(?:^{_BLANKS}\+?{_BLANKS}\d[\d.,]{{0,20}}{_BLANKS}\n){{0,12}}?)"
    rf"^{_BLANKS}(?P<sign>[-+−–×x*]){_BLANKS}(?P<last>\d[\d.,]{{0,20}}){_BLANKS}\n"
    rf"^{_BLANKS}[-–—_=]{{2,60}}{_BLANKS}\n"
    rf"^{_BLANKS}=?{_BLANKS}(?P<stated>\d[\d.,]{{0,30}}){_BLANKS}$(?!\n{_BLANKS}\+?{_BLANKS}\d)",
    re.MULTILINE,
)
_SIGNED = re.compile(r"diff|patch|ya?ml")  # kinds of text with signs before their lines
_RULE = re.compile(r"[ \t]*[-–—_=]{2,60}[ \t]*\n?")
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
        yield from _columns(text, block)


def _columns(text: str, block: Segment) -> Iterator[Finding]:
    """Sums, differences and products that are worked out below one another."""
    fence = text[text.rfind("\n", 0, block.start) + 1 : block.start]
    if _SIGNED.search(fence) is not None:
        return
    for found in _COLUMN.finditer(text, block.start, block.end):
        above = text.rfind("\n", 0, max(0, found.start() - 1)) + 1
        if _RULE.fullmatch(text, above, found.start()):
            continue  # parts of a product, which may be moved to the left
        first = re.findall(r"\d[\d.,]*", found["first"])
        every, stated = [*first, found["last"]], found["stated"].rstrip(".,")
        right = ""
        for convention in conventions_of((*every, stated)):
            read = [read_numeral(one, convention) for one in (*every, stated)]
            *numbers, claimed = [one.value for one in read if one is not None]
            results = list(_of_column(found["sign"], numbers))
            if claimed in results:
                break
            right = right or (write_numeral(results[0], convention) if results else "")
        else:
            if right:
                span, at = (found.start("first"), found.end("stated")), found.start("stated")
                yield Finding(FindingKind.SUM, *span, stated, right, at)


def _of_column(sign: str, numbers: Sequence[Fraction]) -> Iterator[Fraction]:
    """What a column may come to; above a sum there may be a number that was carried."""
    if sign == "+":
        for first in range(len(numbers) - 1):
            yield sum(numbers[first:], Fraction(0))
    elif len(numbers) == 2:
        a, b = numbers
        yield a - b if sign in "-−–" else a * b


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
