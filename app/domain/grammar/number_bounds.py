"""The numbers that the bounds of a JSON schema leave, as GBNF. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import ceil, floor
from typing import Any

from app.domain.grammar.whole_numbers import MOST_DIGITS, whole_numbers
from app.language import tr

BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})


class NoNumberError(ValueError):
    """A bound is none, or there is no number within them; says which."""


def numbers_within(schema: Mapping[str, Any]) -> str:
    """GBNF of the numbers, whole ones for ``integer``, within the bounds of a schema.

    Raises:
        NoNumberError: There is none.
    """
    given = _limits(schema)
    found = _whole(given) if schema.get("type") == "integer" else _number(given)
    if found is None:
        raise NoNumberError(tr("no number is within its bounds"))
    return found


def _whole(given: Mapping[str, Decimal]) -> str | None:
    lows = [ceil(given["minimum"])] if "minimum" in given else []
    lows += [floor(given["exclusiveMinimum"]) + 1] if "exclusiveMinimum" in given else []
    highs = [floor(given["maximum"])] if "maximum" in given else []
    highs += [ceil(given["exclusiveMaximum"]) - 1] if "exclusiveMaximum" in given else []
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and high < low:
        return None
    return whole_numbers(low, high)


def _number(given: Mapping[str, Decimal]) -> str | None:
    from app.domain.grammar.decimals import BoundsError, decimals

    lows = [(given[n], n != "minimum") for n in ("minimum", "exclusiveMinimum") if n in given]
    highs = [(-given[n], n != "maximum") for n in ("maximum", "exclusiveMaximum") if n in given]
    low, above = max(lows, default=(None, False))
    high, below = max(highs, default=(None, False))
    try:
        return decimals(low, None if high is None else -high, above=above, below=below)
    except BoundsError:
        return None


def _limits(schema: Mapping[str, Any]) -> dict[str, Decimal]:
    """The bounds by their names."""
    found = {}
    for name in sorted(BOUNDS & schema.keys()):
        value = schema[name]
        bound = Decimal(repr(value)) if type(value) in {int, float} else Decimal("NaN")
        digits = len(bound.normalize().as_tuple().digits)
        if not bound.is_finite() or digits > MOST_DIGITS or abs(bound.adjusted()) >= MOST_DIGITS:
            most = MOST_DIGITS
            raise NoNumberError(tr("a bound is a number of at most {most} digits", most=most))
        found[name] = bound
    return found
