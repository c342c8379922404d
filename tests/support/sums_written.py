"""Lines with sums whose truth is known: over eighty kinds, in the numerals of eight languages."""

from __future__ import annotations

import math
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
    """How a language writes numbers: its code, decimal sign, sign between groups, digit 0."""

    code: str
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
    "en": Numerals("en", ".", ","),
    "de": Numerals("de", ",", "."),
    "fr": Numerals("fr", ",", "\u202f"),
    "es": Numerals("es", ",", "."),
    "it": Numerals("it", ",", "."),
    "pt": Numerals("pt", ",", "."),
    "ar": Numerals("ar", "\u066b", "\u066c", "\u0660"),
    "hi": Numerals("hi", ".", ",", "\u0966"),
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


def _said(templates: dict[str, str], factor: Fraction, step: int) -> Write:
    """Part or multiple of a number, in each language's words: ``{a}`` and ``{c}``."""

    def write(rng: random.Random, n: Numerals, true: bool) -> str:
        a = step * rng.randrange(2, 90)
        value = _off(rng, a * factor, true)
        return templates[n.code].format(a=n.write(a), c=n.write(value))

    return write


_HALF = {
    "en": "Half of {a} is {c}.", "de": "Die Hälfte von {a} ist {c}.",
    "fr": "La moitié de {a} est {c}.", "es": "La mitad de {a} es {c}.",
    "it": "La metà di {a} è {c}.", "pt": "A metade de {a} é {c}.",
    "ar": "نصف {a} هو {c}", "hi": "{a} का आधा {c} है",
}  # fmt: skip
_THIRD = {
    "en": "So a third of {a} is {c}.", "de": "Ein Drittel von {a} ist {c}.",
    "fr": "Le tiers de {a} est {c}.", "es": "Un tercio de {a} es {c}.",
    "it": "Un terzo di {a} è {c}.", "pt": "Um terço de {a} é {c}.",
    "ar": "ثلث {a} هو {c}", "hi": "{a} का तिहाई {c} है",
}  # fmt: skip
_DOUBLE = {
    "en": "Twice {a} is {c}.", "de": "Das Doppelte von {a} ist {c}.",
    "fr": "Le double de {a} est {c}.", "es": "El doble de {a} es {c}.",
    "it": "Il doppio di {a} è {c}.", "pt": "O dobro de {a} é {c}.",
    "ar": "ضعف {a} هو {c}", "hi": "{a} का दोगुना {c} है",
}  # fmt: skip
_RAISED = {
    "en": "{a} increased by 25% is {c}.", "de": "{a} um 25 % erhöht ist {c}.",
    "fr": "{a} augmenté de 25 % donne {c}.", "es": "{a} aumentado en un 25 % es {c}.",
    "it": "{a} aumentato del 25 % è {c}.", "pt": "{a} aumentado em 25 % é {c}.",
    "ar": "{a} + 25% = {c}", "hi": "{a} + 25% = {c}",
}  # fmt: skip
_LOWERED = {
    "en": "Reducing {a} by 20% gives {c}.", "de": "{a} vermindert um 20 % ergibt {c}.",
    "fr": "{a} réduit de 20 % donne {c}.", "es": "{a} reducido en un 20 % es {c}.",
    "it": "{a} ridotto del 20 % è {c}.", "pt": "{a} reduzido em 20 % é {c}.",
    "ar": "{a} - 20% = {c}", "hi": "{a} - 20% = {c}",
}  # fmt: skip
_SHARE = {
    "en": "20 percent of {a} is {c}.", "de": "20 Prozent von {a} sind {c}.",
    "fr": "20 pour cent de {a} font {c}.", "es": "El 20 por ciento de {a} es {c}.",
    "it": "Il 20 per cento di {a} è {c}.", "pt": "20 por cento de {a} são {c}.",
    "ar": "20% من {a} هو {c}", "hi": "{a} का 20% {c} है",
}  # fmt: skip
_MEAN = {
    "en": "The average of {a}, {b} and {d} is {c}.",
    "de": "Der Durchschnitt von {a}, {b} und {d} ist {c}.",
    "fr": "La moyenne de {a}, {b} et {d} est {c}.", "es": "La media de {a}, {b} y {d} es {c}.",
    "it": "La media di {a}, {b} e {d} è {c}.", "pt": "A média de {a}, {b} e {d} é {c}.",
    "ar": "متوسط {a} و{b} و{d} هو {c}", "hi": "{a}, {b} और {d} का औसत {c} है",
}  # fmt: skip
_MIDDLE = {
    "en": "The median of {a}, {b} and {d} is {c}.",
    "de": "Der Median von {a}, {b} und {d} ist {c}.",
    "fr": "La médiane de {a}, {b} et {d} est {c}.", "es": "La mediana de {a}, {b} y {d} es {c}.",
    "it": "La mediana di {a}, {b} e {d} è {c}.", "pt": "A mediana de {a}, {b} e {d} é {c}.",
    "ar": "مجموع {a} و{b} و{d} هو {c}", "hi": "{a}, {b} और {d} का योग {c} है",
}  # fmt: skip
_SPELLED = {
    "en": ("seven", "times", "is", "one two three four five six seven eight nine ten"),
    "de": ("sieben", "mal", "ist", "eins zwei drei vier fünf sechs sieben acht neun zehn"),
    "fr": ("sept", "fois", "font", "un deux trois quatre cinq six sept huit neuf dix"),
    "es": ("siete", "por", "es", "uno dos tres cuatro cinco seis siete ocho nueve diez"),
    "it": ("sette", "per", "fa", "uno due tre quattro cinque sei sette otto nove dieci"),
    "pt": ("sete", "vezes", "são", "um dois três quatro cinco seis sete oito nove dez"),
    "ar": ("سبعة", "ضرب", "يساوي", "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة"),
    "hi": ("सात", "गुणा", "बराबर", "एक दो तीन चार पाँच छह सात आठ नौ दस"),
}
_APART = {
    "en": "From {day} March {year} to {other} March {year} there are {c} days.",
    "de": "Vom {day}. März {year} bis zum {other}. März {year} sind es {c} Tage.",
    "fr": "Entre le {day} mars {year} et le {other} mars {year}, il y a {c} jours.",
    "es": "Entre el {day} de marzo de {year} y el {other} de marzo de {year} hay {c} días.",
    "it": "Tra il {day} marzo {year} e il {other} marzo {year} ci sono {c} giorni.",
    "pt": "Entre {day} de março de {year} e {other} de março de {year} há {c} dias.",
    "ar": "بين {day} مارس {year} و{other} مارس {year} هناك {c} يوما",
    "hi": "{day} मार्च {year} और {other} मार्च {year} के बीच {c} दिन हैं",
}


def _mean(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 90, 90)
    c = rng.randrange(91, 200)
    value = _off(rng, c, true)
    return _MEAN[n.code].format(
        a=n.write(a), b=n.write(b), d=n.write(3 * c - a - b), c=n.write(value)
    )


def _middle(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, d = _ints(rng, 90, 90, 90)
    value = a + b + d if n.code in {"ar", "hi"} else sorted((a, b, d))[1]
    c = n.write(_off(rng, value, true))
    return _MIDDLE[n.code].format(a=n.write(a), b=n.write(b), d=n.write(d), c=c)


def _spelled(rng: random.Random, n: Numerals, true: bool) -> str:
    first, sign, equals, numbers = _SPELLED[n.code]
    factor = rng.randrange(2, 11)
    value = n.write(_off(rng, 7 * factor, true))
    return f"{first.capitalize()} {sign} {numbers.split()[factor - 1]} {equals} {value}."


def _binomial(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = rng.randrange(4, 12), rng.randrange(2, 4)
    return rf"\(\binom{{{a}}}{{{b}}} = {_off(rng, math.comb(a, b), true)}\)"


def _inches(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(2, 30)
    return f"{n.write(a)} ft = {n.write(_off(rng, 12 * a, true))} in"


def _metres(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(2, 30)
    return f"{n.write(a)} km = {n.write(1000 * a if true else 100 * a)} m"


def _squares(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(2, 9)
    return f"{n.write(a)} m² = {n.write((10_000 if true else 100) * a)} cm²"


def _warm(rng: random.Random, n: Numerals, true: bool) -> str:
    a = 5 * rng.randrange(-4, 40)
    b = Fraction(9 * a, 5) + 32 + (0 if true else rng.choice([-12, -5, 4, 10]))
    return f"{n.write(a)} °C = {n.write(b)} °F"


def _fast(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(2, 30)
    return (
        f"{n.write(18 * a)} km/h = {n.write(5 * a + (0 if true else rng.choice([-2, 1, 3])))} m/s"
    )


def _session(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 900, 90)
    return f"```python\n>>> {a} * {b}\n{_off(rng, a * b, true)}\n```"


def _result(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 900, 90)
    return f"```js\nconsole.log({a} + 2 * {b}); // {_off(rng, a + 2 * b, true)}\n```"


def _bill(rng: random.Random, n: Numerals, true: bool) -> str:
    rows = [(count, Fraction(rng.randrange(101, 999), 100)) for count in _ints(rng, 9, 9, 9)]
    wrong = None if true else rng.randrange(3)
    lines = "".join(
        f"| item | {n.write(count)} | {n.write(each, 2)} | "
        f"{n.write(count * each + (number == wrong), 2)} |\n"
        for number, (count, each) in enumerate(rows)
    )
    return f"| Item | Quantity | Price | Amount |\n|---|---|---|---|\n{lines}"


def _longer_chain(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 90, 90)
    return f"{n.write(a)} + {n.write(b)} = {n.write(a + b)} = {n.write(_off(rng, a + b, true))}"


def _row(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c = sorted(rng.sample(range(2, 99), 3))
    row = (a, b, c) if true else (a, c, b)
    return " < ".join(n.write(one) for one in row)


def _apart(rng: random.Random, n: Numerals, true: bool) -> str:
    first, last = rng.randrange(1, 10), rng.randrange(15, 31)
    count = last - first + (0 if true else rng.choice([-4, 5, 9]))
    year = rng.randrange(1950, 2060)
    return _APART[n.code].format(day=first, other=last, year=year, c=n.write(count))


def _later(rng: random.Random, n: Numerals, true: bool) -> str:
    day, count = _day(rng), rng.randrange(10, 90)
    last = day + timedelta(days=count + (0 if true else rng.choice([-3, -1, 1, 2])))
    one, other = (f"{d:%B} {d.day}, {d.year}" for d in (day, last))
    return f"{count} days after {one} is {other}."


def _circle(rng: random.Random, n: Numerals, true: bool) -> str:
    value = rng.choice(["3.14", "3.142", "3.1416"] if true else ["3.15", "3.12", "3.1462"])
    return f"{rng.choice(['pi', 'π', 'Pi'])} = {n.write(Fraction(value))}"


def _parts(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = rng.randrange(1, 9), rng.randrange(1, 60)
    return f"{n.write(a)} h {n.write(b)} min = {n.write(_off(rng, 60 * a + b, true))} min"


def _miles(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(3, 40)
    value = Fraction(round(a * Fraction("16.09344")), 10) + (0 if true else rng.choice([-1, 1, 2]))
    return f"{n.write(a)} miles = {n.write(value, 1)} km"


def _bytes(rng: random.Random, n: Numerals, true: bool) -> str:
    a = rng.randrange(2, 60)
    factor = rng.choice([1000, 1024] if true else [100, 10, 512])
    return f"{n.write(a)} GB = {n.write(a * factor)} MB"


def _off_price(rng: random.Random, n: Numerals, true: bool) -> str:
    share, whole = rng.choice([10, 15, 20, 25, 30]), 20 * rng.randrange(2, 90)
    value = Fraction((100 - share) * whole, 100) + (0 if true else rng.choice([-2, 1, 3]))
    return f"{n.write(share)}% off ${n.write(whole)} gives ${n.write(value)}."


_CHANGE = {
    "en": "That is a {p}% increase from {a} to {b}.", "de": "Ein Anstieg um {p} % von {a} auf {b}.",
    "fr": "Une hausse de {p} % de {a} à {b}.", "es": "Un aumento del {p} % de {a} a {b}.",
    "it": "Un aumento del {p} % da {a} a {b}.", "pt": "Um aumento de {p} % de {a} para {b}.",
    "ar": "{a} + {p}% = {b}", "hi": "{a} + {p}% = {b}",
}  # fmt: skip


def _change(rng: random.Random, n: Numerals, true: bool) -> str:
    share, a = rng.choice([5, 10, 15, 20, 25, 40]), 20 * rng.randrange(20, 70)
    b = Fraction((100 + share) * a, 100)
    told = share if true else share + rng.choice([-3, 4, 10])
    return _CHANGE[n.code].format(p=n.write(told), a=n.write(a), b=n.write(b))


def _scientific(rng: random.Random, n: Numerals, true: bool) -> str:
    power, b = rng.randrange(2, 5), rng.randrange(1, 90)
    return f"1e{power} + {b} = {_off(rng, 10**power + b, true)}"


def _absolute(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 90, 90)
    return f"|{n.write(a)} - {n.write(b)}| = {n.write(_off(rng, abs(a - b), true))}"


def _angle(rng: random.Random, n: Numerals, true: bool) -> str:
    name, angle = rng.choice(["sin", "cos", "tan"]), rng.choice([0, 20, 30, 45, 60, 75])
    value = getattr(math, name)(math.radians(angle))
    shown = Fraction(round(value * 1000), 1000) + (
        0 if true else Fraction(rng.choice([-5, 7]), 100)
    )
    return f"{name}({n.write(angle)}°) = {n.write(shown)}"


def _chosen(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = rng.randrange(4, 12), rng.randrange(2, 4)
    return f"C({n.write(a)}, {n.write(b)}) = {n.write(_off(rng, math.comb(a, b), true))}"


def _rate(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = rng.randrange(20, 130), rng.randrange(2, 9)
    return f"{n.write(a * b)} km / {n.write(b)} h = {n.write(_off(rng, a, true))} km/h"


def _exceeds(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = sorted((Fraction(rng.randrange(100, 999), 100) for _ in range(2)), reverse=true)
    b += Fraction(0 if true else 1, 10)
    return f"So {n.write(a)} exceeds {n.write(b - (Fraction(1, 100) if true else 0))}."


_TAKEN = {
    "en": "Subtracting {a} from {b} gives {c}.", "de": "Zieht man {a} von {b} ab, erhält man {c}.",
    "fr": "En soustrayant {a} de {b}, on obtient {c}.",
    "es": "Al restar {a} de {b} se obtiene {c}.", "it": "Sottraendo {a} da {b} si ottiene {c}.",
    "pt": "Subtraindo {a} de {b}, obtemos {c}.", "ar": "{b} - {a} = {c}", "hi": "{b} - {a} = {c}",
}  # fmt: skip
_SHARED = {
    "en": "If you divide {b} by {a}, you get {c}.",
    "de": "Teilt man {b} durch {a}, ergibt das {c}.",
    "fr": "En divisant {b} par {a}, on obtient {c}.", "es": "Dividiendo {b} entre {a} da {c}.",
    "it": "Dividendo {b} per {a} si ottiene {c}.", "pt": "Dividindo {b} por {a}, temos {c}.",
    "ar": "{b} ÷ {a} = {c}", "hi": "{b} ÷ {a} = {c}",
}  # fmt: skip


def _taken(rng: random.Random, n: Numerals, true: bool) -> str:
    a, c = _ints(rng, 90, 900)
    said = n.write(_off(rng, c, true))
    return _TAKEN[n.code].format(a=n.write(a), b=n.write(a + c), c=said)


def _shared(rng: random.Random, n: Numerals, true: bool) -> str:
    a, c = _ints(rng, 40, 60)
    said = n.write(_off(rng, c, true))
    return _SHARED[n.code].format(a=n.write(a), b=n.write(a * c), c=said)


def _small(rng: random.Random, n: Numerals, true: bool) -> str:
    power, digits = rng.randrange(2, 6), Fraction(rng.randrange(11, 99), 10)
    value = digits / 10**power * (1 if true else rng.choice([Fraction(1, 10), 10]))
    return f"{n.write(digits, 1)} × 10⁻{'⁰¹²³⁴⁵'[power]} = {n.write(value)}"


def _noughts(rng: random.Random, n: Numerals, true: bool) -> str:
    power, digit = rng.randrange(4, 9), rng.randrange(1, 10)
    return f"{digit}e{power} = {n.write(digit * 10 ** (power if true else power - 1))}"


def _based(rng: random.Random, n: Numerals, true: bool) -> str:
    power = rng.randrange(3, 9)
    sign = rng.choice(["log₂ ", "log₂(", "log_2("])
    close = ")" if sign[-1] == "(" else ""
    return f"{sign}{n.write(2**power)}{close} = {n.write(_off(rng, power, true))}"


def _series(rng: random.Random, n: Numerals, true: bool) -> str:
    last = rng.randrange(4, 30)
    squares = rng.random() < 0.5
    value = sum(i**2 if squares else i for i in range(1, last + 1))
    said = _off(rng, value, true)
    if n.code in {"ar", "hi"}:
        return rf"\(\sum_{{i=1}}^{{{last}}} {'i^2' if squares else 'i'} = {said}\)"
    return f"∑_{{i=1}}^{{{last}}} {'i²' if squares else 'i'} = {said}"


def _square_brackets(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c = _ints(rng, 40, 40, 40)
    value = n.write(_off(rng, (a + b) * c, true))
    return f"[{n.write(a)} + {n.write(b)}] × {n.write(c)} = {value}"


def _row_totals(rng: random.Random, n: Numerals, true: bool) -> str:
    rows = [_ints(rng, 90, 90, 90) for _ in range(4)]
    wrong = None if true else rng.randrange(4)
    lines = "".join(
        f"| name | {n.write(a)} | {n.write(b)} | {n.write(c)} "
        f"| {n.write(a + b + c + 100 * (number == wrong))} |\n"
        for number, (a, b, c) in enumerate(rows)
    )
    return f"| Name | May | June | July | Total |\n|---|---|---|---|---|\n{lines}"


def _dots(rng: random.Random, n: Numerals, true: bool) -> str:
    step, count = rng.randrange(1, 6), rng.randrange(6, 40)
    row = range(step, step * count + 1, step)
    first, second, last, total = map(n.write, (*row[:2], row[-1], _off(rng, sum(row), true)))
    sign = rng.choice(["…", "...", "⋯"])
    return f"{first} + {second} + {sign} + {last} = {total}"


def _curly_brackets(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c = _ints(rng, 40, 40, 40)
    value = n.write(_off(rng, (a + b) * c, true))
    if rng.random() < 0.5:
        return f"{{{n.write(a)} + {n.write(b)}}} × {n.write(c)} = {value}"
    return rf"$\{{{a} + {b}\}} \times {c} = {_off(rng, (a + b) * c, true)}$"


_WITH_REST = {
    "en": "{a} ÷ {b} = {q} remainder {r}", "de": "{a} : {b} = {q} Rest {r}",
    "fr": "{a} ÷ {b} = {q} reste {r}", "es": "{a} ÷ {b} = {q} con resto {r}",
    "it": "{a} : {b} = {q} con resto {r}", "pt": "{a} ÷ {b} = {q} com resto {r}",
    "ar": "{a} ÷ {b} = {q} R {r}", "hi": "{a} ÷ {b} = {q} R {r}",
}  # fmt: skip


def _with_rest(rng: random.Random, n: Numerals, true: bool) -> str:
    b = rng.randrange(3, 30)
    quotient, rest = rng.randrange(2, 40), rng.randrange(1, b)
    told = rest if true else rest + rng.choice([-1, 1])
    return _WITH_REST[n.code].format(a=quotient * b + rest, b=b, q=quotient, r=told)


_FEES = {
    "en": "A {p}% tip on ${a} is ${c}.", "de": "Ein Rabatt von {p} % auf {a} € sind {c} €.",
    "fr": "{p} % de pourboire sur {a} € font {c} €.",
    "es": "un {p} % de propina sobre {a} € son {c} €",
    "it": "il {p} % di mancia su {a} € è {c} €", "pt": "{p}% de gorjeta sobre {a} € são {c} €",
    "ar": "{a} × {p}% = {c}", "hi": "{a} × {p}% = {c}",
}  # fmt: skip


def _fee(rng: random.Random, n: Numerals, true: bool) -> str:
    share, whole = rng.choice([5, 10, 15, 20, 25]), 20 * rng.randrange(2, 90)
    said = n.write(_off(rng, Fraction(share * whole, 100), true))
    return _FEES[n.code].format(p=n.write(share), a=n.write(whole), c=said)


def _items(rng: random.Random, n: Numerals, true: bool) -> str:
    amounts = _ints(rng, 900, 900, 900, 900)
    total = sum(amounts) + (0 if true else rng.choice([-10, 7, 100]))
    lines = "".join(f"- **Item {letter}**: {n.write(one)} €\n"
                    for letter, one in zip("abcd", amounts, strict=True))  # fmt: skip
    return f"{lines}\n**Total: {n.write(total)} €**"


def _below_one_another(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = sorted(_ints(rng, 9_000, 900), reverse=True)
    sign = rng.choice("+-")
    value = _off(rng, a + b if sign == "+" else a - b, true)
    return f"```\n  {a:>5}\n{sign} {b:>5}\n-------\n  {value!s:>5}\n```"


def _angles(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = rng.randrange(20, 90), rng.randrange(20, 90)
    return f"{n.write(a)}° + {n.write(b)}° = {n.write(_off(rng, a + b, true))}°"


def _thousands(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b = _ints(rng, 90, 90)
    behind = rng.choice(["k", "M", " million"])
    value = n.write(_off(rng, a + b, true))
    return f"${n.write(a)}{behind} + ${n.write(b)}{behind} = ${value}{behind}"


def _aligned(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c = _ints(rng, 40, 40, 40)
    value = _off(rng, a * b + c, true)
    lines = rf"{a} \cdot {b} + {c} &= {a * b} + {c} \\" + f"\n&= {value}"
    return f"\\begin{{align*}}\n{lines}\n\\end{{align*}}"


def _continued(rng: random.Random, n: Numerals, true: bool) -> str:
    a, b, c = _ints(rng, 40, 40, 40)
    value = n.write(_off(rng, (a + b) * c, true))
    middle = f"{n.write(a + b)} · {n.write(c)}"
    return f"({n.write(a)} + {n.write(b)}) · {n.write(c)}\n= {middle}\n= {value}"


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
    "half": _said(_HALF, Fraction(1, 2), 2),
    "third": _said(_THIRD, Fraction(1, 3), 3),
    "double": _said(_DOUBLE, Fraction(2), 1),
    "increased": _said(_RAISED, Fraction(5, 4), 20),
    "reduced": _said(_LOWERED, Fraction(4, 5), 20),
    "share in words": _said(_SHARE, Fraction(1, 5), 5),
    "average": _mean,
    "median": _middle,
    "number words": _spelled,
    "binomial": _binomial,
    "feet": _inches,
    "kilometres": _metres,
    "squares": _squares,
    "temperature": _warm,
    "speed": _fast,
    "session": _session,
    "result beside code": _result,
    "rows of a bill": _bill,
    "longer chain": _longer_chain,
    "in order": _row,
    "days apart": _apart,
    "days later": _later,
    "pi": _circle,
    "parts of a measure": _parts,
    "miles": _miles,
    "bytes": _bytes,
    "off a price": _off_price,
    "change by per cent": _change,
    "scientific": _scientific,
    "absolute": _absolute,
    "angle": _angle,
    "chosen": _chosen,
    "rate": _rate,
    "exceeds": _exceeds,
    "taken from": _taken,
    "divided by": _shared,
    "small power of ten": _small,
    "noughts": _noughts,
    "logarithm with a base": _based,
    "sum over a letter": _series,
    "square brackets": _square_brackets,
    "totals of rows": _row_totals,
    "row with dots": _dots,
    "curly brackets": _curly_brackets,
    "division with a rest": _with_rest,
    "tip and discount": _fee,
    "total of a list": _items,
    "below one another": _below_one_another,
    "angles": _angles,
    "thousands of money": _thousands,
    "aligned": _aligned,
    "lines that go on": _continued,
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
