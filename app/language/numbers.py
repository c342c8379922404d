"""Numbers as a language writes them."""

from __future__ import annotations

from decimal import Decimal

from app.language import spoken
from app.language.spoken import Signs


def write(value: float | Decimal, signs: Signs | None = None, *, digits: int | None = None) -> str:
    """A number: 1,234.5 in English, 1.234,5 in German.

    Args:
        value: Finite.
        signs: None takes those of the language in force.
        digits: Of its fraction; None writes every digit it has and no other.
    """
    signs = signs or spoken.IN_FORCE.signs
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    written = f"{exact:,f}" if digits is None else f"{value:,.{digits}f}"
    whole, _, fraction = written.partition(".")
    fraction = fraction.rstrip("0") if digits is None else fraction
    whole = whole.replace(",", signs.group)
    text = f"{whole}{signs.decimal}{fraction}" if fraction else whole
    if signs.zero == "0":
        return text
    first = ord(signs.zero)
    return text.translate({ord("0") + n: chr(first + n) for n in range(10)})
