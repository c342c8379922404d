"""Dates, sizes, spans, shares and lists as the language in force writes them.

Never by the process's locale: Qt sets that, so the same chat would be exported from the window with
other words than from the terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime

from app.language import spoken
from app.language.numbers import write
from app.language.sentence import Sentence, tr, trn

_UNITS = ("kB", "MB", "GB", "TB")
_FROM_RIGHT = frozenset({"R", "AL"})
_BEGIN, _END = "\u2068", "\u2069"  # an isolate in the direction of its own first letter
_Joined = Callable[[str, str], Sentence]


def day(moment: date) -> str:
    """A date: ``21 November 2026``."""
    now = spoken.IN_FORCE
    name = now.months[moment.month - 1]
    return now.day.format(day=moment.day, month=name, year=moment.year)


def month(moment: date) -> str:
    """A month: ``November 2026``."""
    return f"{spoken.IN_FORCE.months[moment.month - 1]} {moment.year}"


def clock(moment: datetime) -> str:
    """A time of the day: ``14:05``."""
    return f"{moment:%H:%M}"


def day_and_time(moment: datetime) -> str:
    """A moment, in the zone it is in: ``21 November 2026, 14:05``."""
    return f"{day(moment)}, {clock(moment)}"


def size(number: int) -> str:
    """Bytes in decimal units, as file managers and the Hub give them: ``9.05 GB``."""
    value = float(max(number, 0))
    if value < 999.5:
        return trn("{n} byte", "{n} bytes", int(value))
    step = 0
    while value >= 999.5 and step < len(_UNITS):
        value, step = value / 1000, step + 1
    return f"{write(value, digits=2 if value < 10 else 1)} {_UNITS[step - 1]}"


def duration(seconds: float) -> str:
    """A span of time, as coarse as it is long: ``12 s``, ``2 min``, ``1 h 5 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    minutes = round(whole / 60)
    if minutes < 60:
        return tr("{minutes} min", minutes=minutes)
    hours, rest = divmod(minutes, 60)
    if not rest:
        return tr("{hours} h", hours=hours)
    return tr("{hours} h {minutes} min", hours=hours, minutes=rest)


def percent(fraction: float) -> str:
    """A share from 0 to 1 as a whole number of per cent: ``43 %``."""
    return tr("{share} %", share=int(min(max(fraction, 0.0), 1.0) * 100))


def quoted(text: str) -> str:
    """A name, or words of somebody else, between quotation marks."""
    return tr("“{text}”", text=text)


def listed(items: Sequence[str]) -> str:
    """Some things in a row: ``a``, ``a and b``, ``a, b and c``."""
    return _in_row(items, lambda first, last: tr("{first} and {last}", first=first, last=last))


def alternatives(items: Sequence[str]) -> str:
    """Things of which one is meant: ``a, b or c``."""
    return _in_row(items, lambda first, last: tr("{first} or {last}", first=first, last=last))


def _in_row(items: Sequence[str], joined: _Joined) -> str:
    if len(items) < 2:
        return items[0] if items else ""
    return joined(", ".join(items[:-1]), items[-1])


def text_direction(text: str) -> bool | None:
    """Whether a text runs from right to left; None where no letter of it has a direction."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction == "L":
            return False
        if direction in _FROM_RIGHT:
            return True
    return None


def isolated(text: str) -> str:
    """A name to be shown in a sentence or beside other words.

    Without this, signs and numbers behind a name in Arabic stand before it. It is the text itself
    where nothing of it runs against the language in force, and not for anything that is stored.
    """
    if not spoken.IN_FORCE.right_to_left:
        if text.isascii():
            return text
        against = _FROM_RIGHT
    else:
        against = frozenset({"L"})
    runs_against = any(unicodedata.bidirectional(char) in against for char in text)
    return f"{_BEGIN}{text}{_END}" if runs_against else text
