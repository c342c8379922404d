"""Conversions that no factor of one unit does: temperatures, and speeds with their slash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from app.sums.numerals import Convention, read_numeral
from app.sums.values import Value, exactly

_F = Fraction
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
