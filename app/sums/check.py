"""The door: what is wrong in the numbers of a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from app.sums.equations import wrong_equations
from app.sums.findings import Finding, FindingKind
from app.sums.numerals import ASCII_DIGITS, Convention, read_numeral
from app.sums.segments import blanked, code_blocks, segments
from app.sums.statements.acts import wrong_acts
from app.sums.statements.changes import wrong_changes
from app.sums.statements.clocks import wrong_clocks
from app.sums.statements.dates import wrong_dates
from app.sums.statements.divisions import wrong_divisions
from app.sums.statements.items import wrong_items
from app.sums.statements.lists import wrong_lists, wrong_ways
from app.sums.statements.measures import wrong_measures
from app.sums.statements.results import wrong_results
from app.sums.statements.series import wrong_series
from app.sums.statements.totals import wrong_row_totals, wrong_rows, wrong_totals

MOST_CHARACTERS = 400_000
_LET = re.compile(
    r"\b(?:let|sei|soit|sea|sia|seja)\s+\$?(?P<name>[A-Za-z])\s*=\s*(?P<number>-?\d[\d.,]*\d|-?\d)\b",
    re.IGNORECASE,
)


def wrong_numbers(text: str) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of the text. Offsets are those of ``text``.

    What is not understood is left alone: a statement is reported only where no way of reading it
    makes it right. A text longer than :data:`MOST_CHARACTERS` is checked up to there.
    """
    return _checked(text, rights=False)


def checked_numbers(text: str) -> tuple[Finding, ...]:
    """What is wrong and what is right, the latter of the kind ``FindingKind.RIGHT``."""
    return _checked(text, rights=True)


def _checked(text: str, *, rights: bool) -> tuple[Finding, ...]:
    plain = blanked(text[:MOST_CHARACTERS].translate(ASCII_DIGITS))
    symbols = _given(plain)
    found: list[Finding] = [*wrong_dates(plain), *wrong_totals(plain), *wrong_rows(plain)]
    found += wrong_row_totals(plain)
    code = tuple(code_blocks(plain))
    found += [*wrong_results(plain, code), *wrong_ways(plain, code), *wrong_series(plain, code)]
    found += wrong_items(plain, code)
    for segment in segments(plain):
        start, end = segment.start, segment.end
        found += wrong_equations(
            plain, start, end, latex=segment.latex, symbols=symbols, rights=rights
        )
        if not segment.latex:
            found += wrong_lists(plain, start, end)
            found += wrong_measures(plain, start, end)
            found += wrong_changes(plain, start, end)
            found += wrong_acts(plain, start, end)
            found += wrong_clocks(plain, start, end)
        found += wrong_divisions(plain, start, end)
    as_written = (
        replace(one, stated=text[one.at : one.at + len(one.stated)])  # in the digits of the text
        for one in found
        if rights or one.kind is not FindingKind.RIGHT
    )
    by_place = {(one.at, one.stated): one for one in as_written}  # told once
    ordered = sorted(by_place.values(), key=lambda one: one.start)
    return tuple(_apart(ordered) if rights else ordered)


def _apart(found: Sequence[Finding]) -> list[Finding]:
    """Findings in their order: a chain that is right as one, no right one within a wrong one."""
    kept: list[Finding] = []
    for one in found:
        last = kept[-1] if kept and one.start < kept[-1].end else None
        right = one.kind is FindingKind.RIGHT
        if last is not None and last.kind is FindingKind.RIGHT:
            kept.pop()
            kept.append(replace(last, end=max(last.end, one.end)) if right else one)
        elif last is None or not right:
            kept.append(one)
    return kept


def _given(text: str) -> Mapping[str, Fraction]:
    """Letters that the text gives a number to once and for all: "let x = 3"."""
    given: dict[str, Fraction] = {}
    for found in _LET.finditer(text):
        name, written = found.group("name"), found.group("number")
        numeral = read_numeral(written.lstrip("-"), Convention.POINT)
        others = re.findall(rf"(?<![\w]){name}\s*=(?!\s*{re.escape(written)}\b)", text)
        if numeral is None or name in given or others:
            return {}
        given[name] = -numeral.value if written.startswith("-") else numeral.value
    return given
