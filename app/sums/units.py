"""Units of measure, their factors to a base of one kind, and scales that no factor turns.

Factors: the SI brochure (9th edition, 2019) and, for feet, pounds and their kin, NIST Special
Publication 811, appendix B. A gallon, a ton and their kin are left out where countries differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from app.sums.numerals import Convention, read_numeral
from app.sums.values import Value, exactly


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts.

    Attributes:
        kind: "length", "time" …; units of one kind can be added. A rate has both, "length/time".
            For a word that no table has, the word itself, after a blank.
        factor: To the base of its kind.
        power: 2 for square metres, 3 for cubic ones.
    """

    kind: str
    factor: Fraction = Fraction(1)
    power: int = 1

    @property
    def metric(self) -> bool:
        """Whether its factor is one of tens and sixties, and not that of a foot or a pound."""
        number = self.factor.numerator * self.factor.denominator
        for prime in (2, 3, 5, 7):
            while number % prime == 0:
                number //= prime
        return number == 1


MULTIPLIERS = {  # not shown
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "tausend": 10**3, "Tausend": 10**3, "Million": 10**6, "Millionen": 10**6,
    "Milliarde": 10**9, "Milliarden": 10**9, "millions": 10**6, "milliard": 10**9,
    "milliards": 10**9, "millones": 10**6, "mil": 10**3, "mille": 10**3, "mila": 10**3,
    "milione": 10**6, "milioni": 10**6, "miliardo": 10**9, "miliardi": 10**9,
    "milhão": 10**6, "milhões": 10**6, "Mio": 10**6, "Mrd": 10**9, "Tsd": 10**3, "bn": 10**9,
    "mn": 10**6, "lakh": 10**5, "crore": 10**7,
}  # fmt: skip
"""Words of numbers behind a number."""
NOUGHTS = {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9}
"""Letters right behind an amount of money."""
JOINING = {
    "and", "so", "then", "while", "but", "or", "whereas", "und", "dann", "et", "puis", "y",
    "quindi", "poi", "então", "mas", "mais",
}  # fmt: skip
"""Words between two statements."""
COMPARED = {  # not shown: "3 less than 15", "2 times as much"
    "more", "less", "fewer", "higher", "lower", "greater", "larger", "bigger", "smaller", "times",
    "mal", "mehr", "weniger", "größer", "kleiner", "fois", "veces", "más", "menos", "volte", "più",
    "meno", "maggiore", "minore", "vezes", "maior", "menor",
}  # fmt: skip
"""Words behind a number that say how it compares with what comes after."""
NO_UNITS = JOINING | COMPARED | {
    "in", "at", "for", "of", "is", "are", "as", "with", "to", "from", "by", "di", "da", "de", "per",
    "por", "que", "che",
}  # fmt: skip
"""Words behind a number that say nothing of what it counts."""
_F = Fraction
_LENGTH = {  # not shown
    "nm": _F(1, 10**9), "µm": _F(1, 10**6), "mm": _F(1, 1000), "cm": _F(1, 100), "dm": _F(1, 10),
    "m": _F(1), "km": _F(1000), "inch": _F(254, 10_000),
    "inches": _F(254, 10_000), "ft": _F(3048, 10_000), "foot": _F(3048, 10_000),
    "feet": _F(3048, 10_000), "yd": _F(9144, 10_000), "yard": _F(9144, 10_000),
    "yards": _F(9144, 10_000), "mi": _F(1_609_344, 1000), "mile": _F(1_609_344, 1000),
    "miles": _F(1_609_344, 1000), "meter": _F(1), "meters": _F(1), "metre": _F(1),
    "metres": _F(1), "kilometer": _F(1000), "kilometers": _F(1000), "kilometre": _F(1000),
    "kilometres": _F(1000), "centimeters": _F(1, 100), "centimetres": _F(1, 100),
    "mètres": _F(1), "metros": _F(1), "Meter": _F(1), "Zentimeter": _F(1, 100),
    "Kilometer": _F(1000), "Millimeter": _F(1, 1000), "millimeters": _F(1, 1000),
    "millimetres": _F(1, 1000), "centimeter": _F(1, 100), "centimetre": _F(1, 100),
    "kilomètres": _F(1000), "centimètres": _F(1, 100), "kilómetros": _F(1000),
    "centímetros": _F(1, 100), "Zoll": _F(254, 10_000), "pulgadas": _F(254, 10_000),
    "كم": _F(1000), "سم": _F(1, 100), "متر": _F(1), "किमी": _F(1000), "सेमी": _F(1, 100),
    "chilometri": _F(1000), "chilometro": _F(1000), "metri": _F(1), "centimetri": _F(1, 100),
    "millimetri": _F(1, 1000), "pollici": _F(254, 10_000), "quilómetros": _F(1000),
    "quilômetros": _F(1000), "polegadas": _F(254, 10_000),
    "मीटर": _F(1), "किलोमीटर": _F(1000),
}  # fmt: skip
_MASS = {  # not shown
    "mg": _F(1, 10**6), "g": _F(1, 1000), "kg": _F(1), "t": _F(1000), "oz": _F("0.028349523125"),
    "ounce": _F("0.028349523125"), "ounces": _F("0.028349523125"), "lb": _F("0.45359237"),
    "lbs": _F("0.45359237"), "pound": _F("0.45359237"), "pounds": _F("0.45359237"),
    "gram": _F(1, 1000), "grams": _F(1, 1000), "kilogram": _F(1), "kilograms": _F(1),
    "Gramm": _F(1, 1000), "Kilogramm": _F(1), "grammes": _F(1, 1000), "gramos": _F(1, 1000),
    "kilogrammes": _F(1), "kilogramos": _F(1), "كغ": _F(1), "غرام": _F(1, 1000),
    "grammi": _F(1, 1000), "chilogrammi": _F(1), "chili": _F(1), "gramas": _F(1, 1000),
    "quilogramas": _F(1), "quilos": _F(1),
    "किलो": _F(1), "किग्रा": _F(1), "ग्राम": _F(1, 1000),
}  # fmt: skip
_TIME = {  # not shown
    "ns": _F(1, 10**9), "µs": _F(1, 10**6), "ms": _F(1, 1000), "s": _F(1), "sec": _F(1),
    "second": _F(1), "seconds": _F(1), "min": _F(60), "minute": _F(60), "minutes": _F(60),
    "h": _F(3600), "hr": _F(3600), "hour": _F(3600), "hours": _F(3600), "d": _F(86_400),
    "day": _F(86_400), "days": _F(86_400), "week": _F(604_800), "weeks": _F(604_800),
    "Sekunden": _F(1), "Minuten": _F(60), "Stunde": _F(3600), "Stunden": _F(3600),
    "Tag": _F(86_400), "Tage": _F(86_400), "Woche": _F(604_800), "Wochen": _F(604_800),
    "secondes": _F(1), "heure": _F(3600), "heures": _F(3600), "jour": _F(86_400),
    "jours": _F(86_400), "semaine": _F(604_800), "semaines": _F(604_800),
    "segundos": _F(1), "minutos": _F(60), "hora": _F(3600), "horas": _F(3600),
    "ساعة": _F(3600), "ساعات": _F(3600), "دقيقة": _F(60), "دقائق": _F(60), "ثانية": _F(1),
    "secondi": _F(1), "minuti": _F(60), "ora": _F(3600), "ore": _F(3600),
    "giorno": _F(86_400), "giorni": _F(86_400), "settimana": _F(604_800),
    "settimane": _F(604_800), "dia": _F(86_400), "dias": _F(86_400),
    "घंटा": _F(3600), "घंटे": _F(3600), "मिनट": _F(60), "सेकंड": _F(1),
    "día": _F(86_400), "días": _F(86_400), "semana": _F(604_800), "semanas": _F(604_800),
}  # fmt: skip
_VOLUME = {  # not shown
    "ml": _F(1, 1000), "mL": _F(1, 1000), "cl": _F(1, 100), "dl": _F(1, 10), "l": _F(1),
    "L": _F(1), "liter": _F(1), "liters": _F(1), "litre": _F(1), "litres": _F(1),
    "Liter": _F(1), "Milliliter": _F(1, 1000), "litros": _F(1), "mililitros": _F(1, 1000),
    "milliliters": _F(1, 1000), "millilitres": _F(1, 1000), "litri": _F(1),
    "millilitri": _F(1, 1000),
}  # fmt: skip
_CALENDAR = {  # not shown
    "month": _F(1), "months": _F(1), "year": _F(12), "years": _F(12), "Monat": _F(1),
    "Monate": _F(1), "Jahr": _F(12), "Jahre": _F(12), "mois": _F(1), "an": _F(12), "ans": _F(12),
    "mes": _F(1), "meses": _F(1), "año": _F(12), "años": _F(12), "mese": _F(1), "mesi": _F(1),
    "anno": _F(12), "anni": _F(12), "mês": _F(1), "ano": _F(12), "anos": _F(12),
}  # fmt: skip
_BINARY = "KMGTP"
_DATA = {  # not shown
    "byte": _F(1), "bytes": _F(1), "Byte": _F(1), "Bytes": _F(1), "kB": _F(10**3),
} | {
    f"{prefix}{end}": _F(1024**power if end == "iB" else 1000**power)
    for power, prefix in enumerate(_BINARY, 1) for end in ("B", "iB")
} | {
    f"{prefix}{end}": _F(1000**power)
    for power, prefix in enumerate(("kilo", "mega", "giga", "tera"), 1) for end in ("byte", "bytes")
}  # fmt: skip
_ENERGY = {  # not shown
    "J": _F(1), "kJ": _F(1000), "kWh": _F(3_600_000), "Wh": _F(3600),
}  # fmt: skip
_SPEED = {  # not shown
    "mph": _F(1_609_344, 3_600_000), "kph": _F(1000, 3600), "kmh": _F(1000, 3600),
}  # fmt: skip
_MONEY = {"$": _F(1), "€": _F(1), "£": _F(1), "¥": _F(1), "₹": _F(1)}

_KINDS = (("length", _LENGTH), ("mass", _MASS), ("time", _TIME), ("volume", _VOLUME),
          ("calendar", _CALENDAR), ("data", _DATA), ("length/time", _SPEED),
          ("energy", _ENERGY))  # fmt: skip
UNITS: Mapping[str, Unit] = {
    name: Unit(kind, factor) for kind, table in _KINDS for name, factor in table.items()
} | {sign: Unit(sign) for sign in _MONEY}
CURRENCIES = frozenset(_MONEY)
DEGREES = Unit(" °")  # of an angle
TURNING = {DEGREES.kind, " degrees", " degree", " grad", " degrés", " grados", " gradi", " graus"}
BYTES = frozenset(_DATA)


def unit_of(word: str) -> Unit | None:
    """The unit that a word or sign means; None where the table has none."""
    return UNITS.get(word)


_RATE_OF = {name for name, _ in _KINDS if "/" not in name} | set(_MONEY)
"""Kinds that a rate may be of, or for: km/h, €/kg."""


def binary_unit(unit: Unit, word: str) -> Unit:
    """The same where a kilobyte is 1,024 bytes; other units are what they are."""
    power = _BINARY.find(word[0].upper()) + 1 if unit.kind == "data" else 0
    return replace(unit, factor=_F(1024**power)) if power and "iB" not in word else unit


def divided(first: Unit, second: Unit) -> Unit | None:
    """The unit of a quotient: a rate, or what a rate is taken of; None where it is not known."""
    if first.power != 1 or second.power != 1:
        return None
    above, slash, below = second.kind.partition("/")
    if slash and above == first.kind:
        return Unit(below, first.factor / second.factor)
    if {first.kind, second.kind} <= _RATE_OF:
        return Unit(f"{first.kind}/{second.kind}", first.factor / second.factor)
    return None


def multiplied(first: Unit, second: Unit) -> Unit | None:
    """The unit of a product: of a rate and its time, of lengths; None where it is not known."""
    for one, other in ((first, second), (second, first)):
        above, slash, below = one.kind.partition("/")
        if slash and below == other.kind and one.power == other.power == 1:
            return Unit(above, one.factor * other.factor)
    power = first.power + second.power
    if first.kind == second.kind == "length" and power <= 3:
        return Unit("length", first.factor * second.factor, power)
    return None


# To kelvin: what one of them is, and what is added. SI brochure, 9th edition; NIST SP 811.
_TEMPERATURES: Mapping[str, tuple[Fraction, Fraction]] = {
    "°C": (_F(1), _F("273.15")),
    "°F": (_F(5, 9), _F("459.67") * _F(5, 9)),
    "K": (_F(1), _F(0)),
}
_SPEEDS: Mapping[str, tuple[Fraction, Fraction]] = {  # to metres a second
    "m/s": (_F(1), _F(0)),
    "km/h": (_F(1000, 3600), _F(0)),
    "mph": (_F(1_609_344, 3_600_000), _F(0)),
    "kn": (_F(1852, 3600), _F(0)),
}
_NAMES = {  # not shown
    "c": "°C", "°c": "°C", "celsius": "°C", "degc": "°C",
    "f": "°F", "°f": "°F", "fahrenheit": "°F", "degf": "°F",
    "k": "K", "kelvin": "K",
    "m/s": "m/s", "km/h": "km/h", "kmh": "km/h", "kph": "km/h", "mph": "mph", "kn": "kn",
    "knots": "kn", "مئوية": "°C", "فهرنهايت": "°F", "सेल्सियस": "°C", "फ़ारेनहाइट": "°F",
    "م/ث": "m/s", "كم/س": "km/h",
}  # fmt: skip
_ASKED = re.compile(
    r"([-\u2212]?)\s*([\d.,]+)\s*(°?\s?[A-Za-z/]+)\s+(?:in|into|to|as|→|->|en|nach|als)\s+"
    r"(°?\s?[A-Za-z/]+)",
    re.IGNORECASE,
)


def rescaled(number: Fraction, source: str, target: str) -> Fraction | None:
    """A temperature or speed in another unit, which may be named with "degrees" before it.

    None where they are not two different units of one kind.
    """
    first, second = (_named(one) for one in (source, target))
    table = next((t for t in (_TEMPERATURES, _SPEEDS) if first in t and second in t), None)
    if table is None or first is None or second is None or first == second:
        return None
    base = number * table[first][0] + table[first][1]
    return (base - table[second][1]) / table[second][0]


def _named(name: str) -> str | None:
    return _NAMES.get(name.rsplit(maxsplit=1)[-1].lower()) or _NAMES.get(
        "".join(name.split()).lower()
    )


def converted_scale(text: str, convention: Convention) -> tuple[Value, str] | None:
    """A temperature or speed in another unit, with that unit's sign; None where it is neither."""
    found = _ASKED.fullmatch(text.strip())
    if found is None:
        return None
    sign, digits, source, target = found.groups()
    first, second = (_NAMES.get(one.replace(" ", "").lower()) for one in (source, target))
    numeral = read_numeral(digits, convention)
    if numeral is None:
        other = Convention.COMMA if convention is Convention.POINT else Convention.POINT
        numeral = read_numeral(digits, other)
    if numeral is None or first is None or second is None:
        return None
    value = -numeral.value if sign else numeral.value
    result = value if first == second else rescaled(value, first, second)
    return None if result is None else (exactly(result), second)
