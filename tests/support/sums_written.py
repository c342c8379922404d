"""Lines with sums whose truth is known: thirty kinds, in the numerals of six languages."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction


@dataclass(frozen=True)
class WrittenSum:
    """A line, whether it is true, and which kind of line it is."""

    text: str
    true: bool
    kind: str


@dataclass(frozen=True)
class Numerals:
    """How a language writes numbers: decimal sign, sign between groups, digit 0."""

    decimal: str
    group: str
    zero: str = "0"

    def write(self, number: Fraction | int, decimals: int | None = None) -> str:
        """A number in this language's digits."""
        value = Fraction(number)
        places = decimals if decimals is not None else 0
        while decimals is None and (value * 10**places).denominator != 1:
            places += 1
        digits = str(abs(round(value * 10**places))).rjust(places + 1, "0")
        whole, after = (digits[:-places], digits[-places:]) if places else (digits, "")
        if len(whole) > 4:
            whole = f"{int(whole):,}".replace(",", self.group)
        text = ("-" if value < 0 else "") + whole + (self.decimal + after if after else "")
        return "".join(chr(ord(self.zero) + int(c)) if c.isdigit() else c for c in text)


LANGUAGES = {
    "en": Numerals(".", ","),
    "de": Numerals(",", "."),
    "fr": Numerals(",", "\u202f"),
    "es": Numerals(",", "."),
    "ar": Numerals("\u066b", "\u066c", "\u0660"),
    "hi": Numerals(".", ",", "\u0966"),
}
Write = Callable[[random.Random, Numerals, bool], str]


def _off(rng: random.Random, value: Fraction | int, true: bool) -> Fraction:
    """The value, or another that is wrong in a digit that is shown."""
    number = Fraction(value)
    if true:
        return number
    places = 0
    while (number * 10**places).denominator != 1 and places < 4:
        places += 1
    return number + rng.choice([-3, -2, -1, 1, 2, 3, 10]) * Fraction(1, 10**places)


def _ints(rng: random.Random, *bounds: int) -> list[int]:
    return [rng.randrange(2, bound) for bound in bounds]


def _prose(template: str) -> Write:
    """A product or sum in a sentence: ``{a}``, ``{b}`` and ``{c}``."""

    def write(rng: random.Random, n: Numerals, true: bool) -> str:
        a, b = _ints(rng, 900, 90)
        value = {"+": a + b, "-": a - b, "*": a * b}[template[0]]
        return template[1:].format(a=n.write(a), b=n.write(b), c=n.write(_off(rng, value, true)))

    return write


def _division(rng: random.Random, n: Numerals, true: bool) -> str:
    b, c = _ints(rng, 40, 60)
    return f"{n.write(b * c)} ÷ {n.write(b)} = {n.write(_off(rng, c, true))}"


def _decimal_sum(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = (Fraction(rng.randrange(101, 9999), 100) for _ in range(2))
    c = _off(rng, a + b, true)
    return f"{n.write(a, 2)} + {n.write(b, 2)} = {n.write(c, 2)}"


def _rounded(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = rng.randrange(10, 500), rng.choice([3, 7, 9, 11, 13])
    while a % b == 0:
        a += 1
    c = Fraction(round(Fraction(a, b) * 100), 100)
    c = c if true else c + Fraction(rng.choice([-3, 3, 12, -7]), 100)
    return f"{n.write(a)} / {n.write(b)} ≈ {n.write(c, 2)}"


def _percent(rng: random.Random, n: Numerals, true: bool) -> str:
    share, whole = rng.choice([5, 10, 15, 20, 25, 40, 75]), 20 * rng.randrange(2, 90)
    value = _off(rng, Fraction(share * whole, 100), true)
    return f"{n.write(share)}% of {n.write(whole)} is {n.write(value)}."


def _is_percent(rng: random.Random, n: Numerals, true: bool) -> str:
    share, whole = rng.choice([5, 10, 15, 20, 25, 40, 75]), 20 * rng.randrange(2, 90)
    value = _off(rng, Fraction(share * whole, 100), true)
    return f"So {n.write(value)} is {n.write(share)}% of {n.write(whole)}."


def _chain(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c = _ints(rng, 40, 40, 40)
    total = _off(rng, a * b + c, true)
    steps = f"{n.write(a)} × {n.write(b)} + {n.write(c)} = {n.write(a * b)} + {n.write(c)}"
    return f"x = {steps} = {n.write(total)}"


def _brackets(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c = _ints(rng, 40, 40, 40)
    return f"({n.write(a)} + {n.write(b)}) × {n.write(c)} = {n.write(_off(rng, (a + b) * c, true))}"


def _power(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = rng.randrange(2, 12), rng.randrange(2, 5)
    sign = "²³⁴"[b - 2]
    return f"{n.write(a)}{sign} = {n.write(_off(rng, a**b, true))}"


def _caret(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = rng.randrange(3, 12), rng.randrange(3, 6)
    value = _off(rng, a**b, true)
    if value == a ^ b:
        value += 4
    return f"{n.write(a)}^{n.write(b)} = {n.write(value)}"


def _root(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(3, 60)
    return f"√{n.write(a * a)} = {n.write(_off(rng, a, true))}"


def _factorial(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(4, 9)
    value = 1
    for factor in range(2, a + 1):
        value *= factor
    return f"{n.write(a)}! = {n.write(_off(rng, value, true))}"


def _fractions(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c, d = _ints(rng, 9, 9, 9, 9)
    value = Fraction(a, b) + Fraction(c, d)
    if not true:
        value += Fraction(1, value.denominator)
    right = f"{n.write(value.numerator)}/{n.write(value.denominator)}"
    return f"{n.write(a)}/{n.write(b)} + {n.write(c)}/{n.write(d)} = {right}"


def _latex(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 90, 90)
    return rf"Thus ${a} \times {b} = {_off(rng, a * b, true)}$."


def _latex_fraction(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c, d = _ints(rng, 9, 9, 9, 9)
    value = Fraction(a, b) * Fraction(c, d)
    if not true:
        value += Fraction(1, value.denominator)
    right = rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
    return rf"\[ \frac{{{a}}}{{{b}}} \cdot \frac{{{c}}}{{{d}}} = {right} \]"


def _latex_root(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.choice([2, 3, 5, 6, 7, 8, 10, 11, 12, 13])
    value = Fraction(round(a**0.5 * 1000), 1000) + (
        0 if true else Fraction(rng.choice([-4, 5, 20]), 1000)
    )
    return rf"\(\sqrt{{{a}}} \approx {float(value):.3f}\)"


def _comment(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 900, 90)
    return f"```python\ntotal = a + b  # {a} + {b} = {_off(rng, a + b, true)}\n```"


def _units(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 30, 900)
    return f"{n.write(a)} km + {n.write(b)} m = {n.write(_off(rng, 1000 * a + b, true))} m"


def _hours(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(2, 30)
    return f"{n.write(a)} hours = {n.write(_off(rng, 60 * a, true))} minutes"


def _nouns(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 60, 60)
    return f"{n.write(a)} apples + {n.write(b)} apples = {n.write(_off(rng, a + b, true))} apples"


def _money(rng: random.Random, n: Numerals, true: bool) -> str:
    a = Fraction(rng.randrange(150, 9900), 100)
    b = rng.randrange(2, 12)
    return f"{n.write(b)} × €{n.write(a, 2)} = €{n.write(_off(rng, a * b, true), 2)}"


def _greater(rng: random.Random, n: Numerals, true: bool) -> str:
    whole = rng.randrange(1, 20)
    a, b = Fraction(rng.randrange(2, 10), 10) + whole, Fraction(rng.randrange(10, 20), 100) + whole
    first, second = (a, b) if true else (b, a)
    return f"So {n.write(first)} is greater than {n.write(second)}."


def _less_sign(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = sorted(rng.sample(range(2, 9000), 2))
    first, second = (a, b) if true else (b, a)
    return f"{n.write(first)} < {n.write(second)}"


def _table(rng: random.Random, n: Numerals, true: bool) -> str:
    values = _ints(rng, 900, 900, 900, 900)
    rows = "".join(f"| item {i} | {n.write(v)} |\n" for i, v in enumerate(values))
    total = n.write(_off(rng, sum(values), true))
    return f"| Item | Amount |\n| --- | ---: |\n{rows}| **Total** | **{total}** |\n"


def _day(rng: random.Random) -> date:
    return date(1950, 1, 1) + timedelta(days=rng.randrange(30_000))


_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _weekday(rng: random.Random, n: Numerals, true: bool) -> str:
    day = _day(rng)
    name = _WEEKDAYS[(day.weekday() + (0 if true else rng.randrange(1, 7))) % 7]
    return f"{day:%B} {day.day}, {day.year} was a {name}."


def _days(rng: random.Random, n: Numerals, true: bool) -> str:
    first = _day(rng)
    count = rng.randrange(10, 400)
    last = first + timedelta(days=count)
    shown = count if true else count + rng.choice([-9, -5, 4, 7, 30])
    one, other = (f"{day:%B} {day.day}, {day.year}" for day in (first, last))
    return f"From {one} to {other} there are {abs(shown)} days."


KINDS: dict[str, Write] = {
    "sum": _prose("+{a} + {b} = {c}"),
    "difference": _prose("-{a} − {b} = {c}"),
    "product": _prose("*{a} × {b} = {c}"),
    "product, dot": _prose("*The area is {a} · {b} = {c} in all."),
    "sum in words": _prose("+We see that {a} plus {b} equals {c}."),
    "product in bold": _prose("*Therefore **{a} × {b} = {c}**."),
    "list item": _prose("+- {a} + {b} = {c}"),
    "division": _division,
    "decimals": _decimal_sum,
    "rounded": _rounded,
    "percent": _percent,
    "is percent": _is_percent,
    "chain": _chain,
    "brackets": _brackets,
    "power": _power,
    "caret": _caret,
    "root": _root,
    "factorial": _factorial,
    "fractions": _fractions,
    "latex": _latex,
    "latex fraction": _latex_fraction,
    "latex root": _latex_root,
    "comment": _comment,
    "units": _units,
    "hours": _hours,
    "nouns": _nouns,
    "money": _money,
    "greater in words": _greater,
    "less": _less_sign,
    "table": _table,
    "weekday": _weekday,
    "days between": _days,
}


def written_sums(count: int, seed: int) -> list[WrittenSum]:
    """Lines of all kinds and languages in turns, half of them wrong."""
    rng = random.Random(seed)
    made = []
    kinds, languages = list(KINDS), list(LANGUAGES.values())
    for number in range(count):
        kind = kinds[number % len(kinds)]
        true = rng.random() < 0.5
        text = KINDS[kind](rng, languages[(number // len(kinds)) % len(languages)], true)
        made.append(WrittenSum(text, true, kind))
    return made
