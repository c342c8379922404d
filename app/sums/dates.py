"""Dates in a text: the weekday that is said of one, and the days between two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.sums.equations import Finding, FindingKind

_FIRST_YEAR = 1800  # Gregorian; before that, countries differ in their calendars


@dataclass(frozen=True, slots=True)
class _Names:
    """How one language names months and weekdays, Monday first."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]


def _names(months: str, weekdays: str) -> _Names:
    return _Names(tuple(months.split()), tuple(weekdays.split()))


_LANGUAGES = (  # not shown
    _names(
        "january february march april may june july august september october november december",
        "monday tuesday wednesday thursday friday saturday sunday",
    ),
    _names(
        "januar februar märz april mai juni juli august september oktober november dezember",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    ),
    _names(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
    ),
    _names(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "lunes martes miércoles jueves viernes sábado domingo",
    ),
)
_MONTHS = {name: n + 1 for one in _LANGUAGES for n, name in enumerate(one.months)}
_WEEKDAYS = {name: n for one in _LANGUAGES for n, name in enumerate(one.weekdays)}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))

_DATE = (
    rf"(?:(?P<d{{0}}>\d{{{{1,2}}}})(?:st|nd|rd|th|\.|er)?(?:\s+(?:of|de))?\s+(?P<m{{0}}>{_MONTH})"
    rf"(?:\s+(?:de|del))?,?\s+(?P<y{{0}}>\d{{{{4}}}})"
    rf"|(?P<n{{0}}>{_MONTH})\s+(?P<e{{0}}>\d{{{{1,2}}}})(?:st|nd|rd|th)?,?\s+(?P<z{{0}}>\d{{{{4}}}})"
    rf"|(?P<i{{0}}>\d{{{{4}}}}-\d\d-\d\d))"
)
_ONE, _TWO = _DATE.format(1), _DATE.format(2)
_BEFORE = re.compile(
    rf"\b(?P<w>{_WEEKDAY})(?:,|\s+the|,?\s+den|\s+le|,?\s+el)?\s+{_ONE}\b", re.IGNORECASE
)
_AFTER = re.compile(
    rf"\b{_ONE}\s+(?:was|is|will be|falls on|fell on|war|ist|fiel auf|était|est|fue|es|cae en)\s+"
    rf"(?:a|an|ein|einen|un|den)?\s*(?P<w>{_WEEKDAY})\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"\b(?:from|between)\s+{_ONE}\s+(?:to|and|until)\s+{_TWO}(?:\s*(?:,|is|are|was|were|there|exactly|that|=))+"
    rf"\s*(?P<n>\d+)\s+days\b(?!\s+(?:a|per|off)\b)",
    re.IGNORECASE,
)
_OTHER_DAY = re.compile(
    r"\b(?:after|before|not|nach|vor|nicht|après|avant|pas|después|antes)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)


_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_ALONE = re.compile(_ONE, re.IGNORECASE)


def read_date(text: str) -> date | None:
    """The date that a text is, written out or in digits; None where it is none, or before 1800."""
    if found := _GERMAN.fullmatch(text):
        day, month, year = map(int, found.groups())
        try:
            return date(year, month, day) if year >= _FIRST_YEAR else None
        except ValueError:
            return None
    return _date(alone, "1") if (alone := _ALONE.fullmatch(text)) else None


def weekday_name(day: date, language: str) -> str:
    """The weekday's name, in English where the language is not known here."""
    names = _LANGUAGES[1 if language == "de" else 0].weekdays
    return names[day.weekday()].capitalize()


def wrong_dates(text: str) -> Iterator[Finding]:
    """Weekdays that are not those of their dates, and counts of days that are not right."""
    for pattern in (_BEFORE, _AFTER):
        for found in pattern.finditer(text):
            day = _date(found, "1")
            if day is None or _OTHER_DAY.search(text[max(0, found.start() - 30) : found.start()]):
                continue
            said = found.group("w")
            if _WEEKDAYS[said.lower()] != day.weekday():
                right = _like(said, day.weekday())
                span = found.span()
                yield Finding(FindingKind.WEEKDAY, *span, said, right, found.start("w"))
    for found in _BETWEEN.finditer(text):
        first, last = _date(found, "1"), _date(found, "2")
        if first is None or last is None:
            continue
        days = abs((last - first).days)
        if int(found.group("n")) not in {days - 1, days, days + 1}:  # with or without its ends
            yield Finding(
                FindingKind.DAYS, *found.span(), found.group("n"), str(days), found.start("n")
            )


def _date(found: re.Match[str], number: str) -> date | None:
    group = found.groupdict()
    if written := group[f"i{number}"]:
        year, month, day = (int(part) for part in written.split("-"))
    else:
        name = group[f"m{number}"] or group[f"n{number}"]
        month = _MONTHS[name.lower()]
        day = int(group[f"d{number}"] or group[f"e{number}"])
        year = int(group[f"y{number}"] or group[f"z{number}"])
    if year < _FIRST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:  # the 31st of April is another matter
        return None


def _like(said: str, weekday: int) -> str:
    """The weekday in the language, and with the capital, of the one that was said."""
    language = next(one for one in _LANGUAGES if said.lower() in one.weekdays)
    name = language.weekdays[weekday]
    return name.capitalize() if said[0].isupper() else name
