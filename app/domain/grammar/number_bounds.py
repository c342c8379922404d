"""The numbers that the bounds of a JSON schema leave, as GBNF, digit by digit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import ceil, floor
from typing import Any

from app.domain.grammar.whole_numbers import MOST_DIGITS, whole_numbers
from app.language import tr

BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})


_USUAL = 6  # digits behind the point where the bounds have fewer


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


class BoundsError(ValueError):
    """No number that can be written here is within the bounds, or a bound has too many digits."""


def decimals(low: Decimal | None, high: Decimal | None, *, above: bool, below: bool) -> str:
    """GBNF of the numbers between two bounds, as JSON writes them without an exponent.

    Args:
        low: The least; None for none.
        high: The greatest; None for none.
        above: The least itself is not among them.
        below: Nor is the greatest.

    Raises:
        BoundsError: There is none, or a bound has more digits than JSON's readers keep.
    """
    bounds = [one for one in (low, high) if one is not None]
    whole = max((len(str(abs(int(one)))) for one in bounds), default=1)
    behind = max((_behind(one) for one in bounds), default=0)
    behind = max(behind, min(_USUAL, MOST_DIGITS - whole))
    if whole + behind > MOST_DIGITS:
        raise BoundsError
    limit = 10**MOST_DIGITS - 1
    least = -limit if low is None else int(low.scaleb(behind)) + above
    most = limit if high is None else int(high.scaleb(behind)) - below
    if least > most:
        raise BoundsError
    choices = []
    if least < 0:
        below_zero = _between(max(1, -most), -least, behind)
        choices.append(f'"-" ({below_zero})')  # not shown: GBNF
    if most >= 0:
        choices.append(_between(max(0, least), most, behind))
    return " | ".join(choices)


def _behind(one: Decimal) -> int:
    exponent = one.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _between(low: int, high: int, behind: int) -> str:
    """Numbers that are not negative, given in units of the last digit."""
    unit = 10**behind
    (first, low_rest), (last, high_rest) = divmod(low, unit), divmod(high, unit)
    if first == last:
        return f'"{first}" {_point(low_rest, high_rest, behind)}'  # not shown: GBNF
    choices = [f'"{first}" {_point(low_rest, unit - 1, behind)}']  # not shown: GBNF
    if first + 1 < last:
        inner = whole_numbers(first + 1, last - 1)
        choices.append(f"({inner}) {_point(0, unit - 1, behind)}")
    choices.append(f'"{last}" {_point(0, high_rest, behind)}')  # not shown: GBNF
    return " | ".join(choices)


def _point(low: int, high: int, behind: int) -> str:
    """What stands behind a whole number: nothing, or a point and digits within bounds."""
    if not behind:
        return '""'
    lows, highs = str(low).zfill(behind), str(high).zfill(behind)
    digits = (
        f'"." ({_rest(lows, highs, at_low=low > 0, at_high=high < 10**behind - 1, first=True)})'
    )
    return f"({digits})?" if low == 0 else digits  # zeros may be left out


def _rest(lows: str, highs: str, *, at_low: bool, at_high: bool, first: bool = False) -> str:
    """The digits that are left, of which those at the end may be left out.

    Args:
        lows: Of the least that they may be.
        highs: Of the greatest.
        at_low: All before are those of the least.
        at_high: All before are those of the greatest.
        first: At least one has to come.
    """
    left = len(lows)
    if not left:
        return '""'
    if not at_low and not at_high:
        return f"[0-9]{{1,{left}}}" if first else f"[0-9]{{0,{left}}}"
    choices = [] if first or (at_low and lows.strip("0")) else ['""']
    start, end = int(lows[0]) if at_low else 0, int(highs[0]) if at_high else 9
    if start == end:
        choices.append(f'"{start}" ({_rest(lows[1:], highs[1:], at_low=at_low, at_high=at_high)})')
        return " | ".join(choices)
    if at_low:
        choices.append(f'"{start}" ({_rest(lows[1:], highs[1:], at_low=True, at_high=False)})')
        start += 1
    if at_high:
        choices.append(f'"{end}" ({_rest(lows[1:], highs[1:], at_low=False, at_high=True)})')
        end -= 1
    if start <= end:
        more = f" [0-9]{{0,{left - 1}}}" if left > 1 else ""
        choices.append(f"[{start}-{end}]{more}")
    return " | ".join(choices)
