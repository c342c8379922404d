"""Questions about dates: days between two, a date some days on, the weekday of one."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from app.language import formats, spoken, trn
from app.sums.statements.dates import read_date, weekday_name

_TODAY = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1, "heute": 0, "morgen": 1,
          "gestern": -1, "aujourd'hui": 0, "hoy": 0}  # fmt: skip
_SPANS = {
    "day": "days", "days": "days", "tag": "days", "tage": "days", "tagen": "days",
    "week": "weeks", "weeks": "weeks", "woche": "weeks", "wochen": "weeks",
    "month": "months", "months": "months", "monat": "months", "monate": "months",
    "monaten": "months", "year": "years", "years": "years", "jahr": "years", "jahre": "years",
    "jahren": "years",
}  # fmt: skip
_BETWEEN = re.compile(
    r"(?:(?:how many )?days (?:between|from)|tage (?:zwischen|von)|from|between)\s+(.+?)\s+"
    r"(?:and|to|until|und|bis)\s+(.+)",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"(?:how many )?(?:days|tage)\s+(?:until|till|to|bis)\s+(.+)", re.IGNORECASE)
_SINCE = re.compile(r"(?:how many )?(?:days|tage)\s+(?:since|seit)\s+(.+)", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?:the )?(?:weekday|day of the week|wochentag)(?:\s+(?:of|von|am))?\s+(.+)", re.IGNORECASE
)
_DIFFERENCE = re.compile(r"(.+?)\s+[-−–]\s+(.+)")
_LATER = re.compile(r"(.+?)\s*([-+−–])\s*(\d{1,6})\s*([^\W\d]+)")
_FIRST, _LAST = date(1800, 1, 1), date(9999, 1, 1)


def about_dates(text: str, today: date) -> str | None:
    """The answer in words; None where no date is asked about."""
    for pattern in (_BETWEEN, _DIFFERENCE):
        if found := pattern.fullmatch(text):
            days = [_date(one, today) for one in found.groups()]
            if days[0] is not None and days[1] is not None:
                return _days((days[1] - days[0]).days if pattern is _BETWEEN else
                             (days[0] - days[1]).days)  # fmt: skip
    for pattern, sign in ((_UNTIL, 1), (_SINCE, -1)):
        if (found := pattern.fullmatch(text)) and (day := _date(found.group(1), today)):
            return _days(sign * (day - today).days)
    if (found := _LATER.fullmatch(text)) and (span := _SPANS.get(found.group(4).lower())):
        day = _date(found.group(1), today)
        count = int(found.group(3)) * (1 if found.group(2) == "+" else -1)
        moved = _moved(day, count, span) if day is not None else None
        return _said(moved) if moved is not None else None
    asked = _WEEKDAY.fullmatch(text)
    day = _date(asked.group(1) if asked else text, today)
    return _said(day) if day is not None else None


def _date(text: str, today: date) -> date | None:
    word = text.strip().lower()
    if word in _TODAY:
        return today + timedelta(days=_TODAY[word])
    return read_date(text.strip())


def _moved(day: date, count: int, span: str) -> date | None:
    """A date so many days, weeks, months or years on; the end of a month stays within it."""
    try:
        if span in {"days", "weeks"}:
            moved = day + timedelta(days=count * (7 if span == "weeks" else 1))
        else:
            months = day.year * 12 + day.month - 1 + count * (12 if span == "years" else 1)
            year, month = divmod(months, 12)
            moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None
    return moved if _FIRST <= moved < _LAST else None


def _days(count: int) -> str:
    return trn("{n} day", "{n} days", count)


def _said(day: date) -> str:
    return f"{weekday_name(day, spoken.IN_FORCE.code)}, {formats.day(day)}"
