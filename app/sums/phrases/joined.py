"""Measures of several parts, such as "2 h 30 min", with a plus between their parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.sums.lexer import Kind, Token
from app.sums.units import Unit, unit_of

_AND = {"and", "und", "et", "y"}  # not shown


def joined_measures(read: Sequence[Token]) -> list[Token]:
    """The tokens, each measure of several parts in parentheses.

    Parts are of one kind and become smaller: 2 h 30 min, 6 ft 2 in, 1 hour and 10 minutes.
    """
    units = [unit_of(one.text) if one.kind is Kind.WORD else None for one in read]
    return list(_joined(read, units)) if sum(one is not None for one in units) > 1 else list(read)


def _joined(read: Sequence[Token], units: Sequence[Unit | None]) -> Iterator[Token]:
    at = 0
    while at < len(read):
        parts = list(_parts(read, units, at))
        if len(parts) < 2:
            yield read[at]
            at += 1
            continue
        first, last = read[at], read[parts[-1] + 1]
        yield Token(Kind.OPEN, "(", first.start, first.start)
        for part in parts:
            if part != at:
                yield Token(Kind.OPERATOR, "+", read[part].start, read[part].start)
            yield read[part]
            yield read[part + 1]
        yield Token(Kind.CLOSE, ")", last.end, last.end)
        at = parts[-1] + 2


def _parts(read: Sequence[Token], units: Sequence[Unit | None], at: int) -> Iterator[int]:
    """Where the numbers stand of a measure that begins at a token."""
    before: Unit | None = None
    while at + 1 < len(read) and read[at].kind is Kind.NUMBER:
        unit = units[at + 1]
        if unit is None or (before is not None and not _is_part(unit, before)):
            return
        yield at
        before = unit
        at += 2
        joined = at < len(read) and read[at].kind is Kind.WORD and read[at].text.lower() in _AND
        at += joined


def _is_part(unit: Unit, whole: Unit) -> bool:
    return unit.kind == whole.kind and unit.factor < whole.factor
