"""Dates in a text: the weekday that is said of one, and the days between two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.sums.findings import Finding, FindingKind
from app.sums.phrases.claims import StatementPlace, is_claimed

_FIRST_YEAR = 1800  # Gregorian; before that, countries differ in their calendars
_FIRST_WEEKDAYS = 1753  # where a weekday is wrong if it is neither calendar's
_JULIAN = 11  # days that the other calendar is behind, from 1700 to 1800


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
    _names(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
        "dicembre",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    ),
    _names(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    ),
    _names(
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    ),
    _names(
        "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
        "सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार",
    ),
    _names(
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "monday tuesday wednesday thursday friday saturday sunday",
    ),
)
_MONTHS = {name: n + 1 for one in _LANGUAGES for n, name in enumerate(one.months)}
_WEEKDAYS = {name: n for one in _LANGUAGES for n, name in enumerate(one.weekdays)}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))

_DATE = (
    rf"(?:(?P<d{{0}}>\d{{{{1,2}}}})(?:st|nd|rd|th|\.|er|º|°)?(?:\s+(?:of|de))?\s+(?P<m{{0}}>{_MONTH})\.?"
    rf"(?:\s+(?:de|del))?,?\s+(?P<y{{0}}>\d{{{{4}}}})"
    rf"|(?P<n{{0}}>{_MONTH})\.?\s+(?P<e{{0}}>\d{{{{1,2}}}})(?:st|nd|rd|th)?,?\s+(?P<z{{0}}>\d{{{{4}}}})"
    rf"|(?P<i{{0}}>\d{{{{4}}}}-\d\d-\d\d)|(?P<g{{0}}>\d\d?\.\s?\d\d?\.\s?\d{{{{4}}}}))(?!\d)"
)
_THE = r"(?:(?:the|dem|den|der|le|el|l['’]|du|del|il|o)\s+)?"  # not shown
_ONE, _TWO = _DATE.format(1), _DATE.format(2)
_BEFORE = re.compile(
    rf"(?<!\w)(?P<w>{_WEEKDAY})(?:(?:,|،|\s+the|,?\s+den|\s+le|,?\s+el)\s+|[^\S\n]+)\(?{_ONE}",
    re.IGNORECASE,
)
_IS = (  # not shown
    r"(?:was|is|will be|falls on|fell on|war|ist|fiel auf|fällt auf|était|est|tombe|tombait|fue"
    r"|es|cae en|cayó en|è|era|fu|cade di|cadde di|é|foi"
    r"|cai (?:em|num|numa)|caiu (?:em|num|numa)|था|है|كان|هو|يوافق)"
)
_AFTER = re.compile(
    rf"(?<!\w){_ONE},?\s+(?:{_IS}\s+(?:(?:an?|ein(?:en)?|una?|uma?|den|यह)\s+)?|يوم\s+|को\s+)"
    rf"(?P<w>{_WEEKDAY})(?!\w)",
    re.IGNORECASE,
)
_DAYS = r"(?:days?|tagen?|tage|jours?|días?|giorn[io]|dias?|يوما|يومًا|أيام|يوم|दिन)"  # not shown
_FILLED = (  # not shown: what must stand between two dates and their days
    r"(?:\s*[,،])?(?:\s*(?:is|are|was|were|there|exactly|that|=|sind|es|liegen|vergehen|genau|das|ist"
    r"|il|y|a|c['’]est|cela|fait|exactement|hay|son|exactamente|pasan|ci|sono|passano|esattamente|há|são|passam|exatamente|के|बीच|तक|हैं|هناك|يوجد|هو))+"
)
_BETWEEN = re.compile(
    rf"(?<!\w)(?:(?:from|between|von|vom|zwischen|du|entre|desde|del|dal?|tra|fra|do|de|من|بين)\s+)?{_THE}{_ONE}\s*"
    rf"(?:to|and|until|bis|bis zum|und|au|et|jusqu['’]au|y|al|hasta|e|a|ao|até|إلى|حتى|و|और|से)"
    rf"\s*{_THE}{_TWO}"
    rf"{_FILLED}\s*(?P<n>\d+)\s+{_DAYS}(?!\w)(?!\s+(?:a|per|off|pro|frei|par|por)\b)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"(?<!\w)(?:there\s+(?:are|were)|es\s+(?:sind|liegen)|il\s+y\s+a|hay|ci\s+sono|há|هناك)\s+(?P<n>\d+)\s+{_DAYS}\s+"
    rf"(?:between|from|zwischen|vom?|entre|du|desde|del|tra|fra|dal?|بين|من)\s+(?:el\s+)?{_THE}{_ONE}\s+"
    rf"(?:and|to|until|und|bis(?:\s+zum)?|et|au|y|al|hasta|e|a|ao|até|و|إلى)\s*{_THE}{_TWO}",
    re.IGNORECASE,
)
_LATER = re.compile(  # not shown
    rf"(?<![\w.,])(?P<n>\d{{1,5}})\s+(?P<span>days|weeks|tage|wochen|jours|semaines|días|semanas|giorni|settimane|dias)\s+"
    rf"(?P<way>after|from|before|nach|vor|après|avant|después\s+del?|antes\s+del?|dopo|prima\s+del|depois\s+de|antes\s+de)\s+{_THE}{_ONE}"
    rf"\s*,?\s*(?:is|was|will\s+be|ist|war|c['’]est|est|était|es|fue|è|era|é|foi|=)\s+(?:\w+,\s+)?{_THE}{_TWO}",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_WEEKS = {"weeks", "wochen", "semaines", "semanas", "settimane"}
_EARLIER = ("before", "vor", "avant", "antes", "prima")
_OTHER_DAY = re.compile(
    r"(?<!\w)(?:after|before|not|nach|vor|nicht|après|avant|pas|después|antes|from|until|if|bis|wenn"
    r"|si|jusqu|hasta|dopo|prima|depois|fino|até|se|بعد|قبل)\s+(?:\w+\s+)?$",
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
    """Weekdays that are not those of their dates, or are (RIGHT), and wrong counts of days."""
    if _YEAR.search(text) is None:
        return
    for pattern in (_BEFORE, _AFTER):
        for found in pattern.finditer(text):
            day = _date(found, "1", since=_FIRST_WEEKDAYS)
            if day is None or _OTHER_DAY.search(text[max(0, found.start() - 30) : found.start()]):
                continue
            said = found.group("w")
            span = found.span()
            if _WEEKDAYS[said.lower()] == day.weekday():
                yield Finding(FindingKind.RIGHT, *span, "", "", found.start("w"))
            elif day.year >= _FIRST_YEAR or not _is_julian(day, _WEEKDAYS[said.lower()]):
                right = _like(said, day.weekday(), found.group())
                yield Finding(FindingKind.WEEKDAY, *span, said, right, found.start("w"))
    for pattern in (_BETWEEN, _COUNTED):
        for found in pattern.finditer(text):
            first, last = _date(found, "1"), _date(found, "2")
            if first is None or last is None or not _is_claimed(text, found, "n"):
                continue
            days = abs((last - first).days)
            if int(found.group("n")) not in {days - 1, days, days + 1}:  # with or without its ends
                number = found.group("n")
                yield Finding(FindingKind.DAYS, *found.span(), number, str(days), found.start("n"))
    yield from _wrong_later(text)


def _is_julian(day: date, weekday: int) -> bool:
    """Whether a date of before 1800 is that weekday by the calendar of Russia and Greece."""
    return (day + timedelta(days=_JULIAN)).weekday() == weekday


def _wrong_later(text: str) -> Iterator[Finding]:
    """Dates so many days before or behind another that are not those."""
    for found in _LATER.finditer(text):
        first, last = _date(found, "1"), _date(found, "2")
        days = int(found.group("n")) * (7 if found.group("span").lower() in _WEEKS else 1)
        days = -days if found.group("way").lower().startswith(_EARLIER) else days
        if first is None or last is None or not _is_claimed(text, found, "way"):
            continue
        try:
            right = first + timedelta(days=days)
        except OverflowError:
            continue
        if right != last:
            start, stated = _written_date(found)
            named = _in_words(right, stated)
            yield Finding(FindingKind.DAYS, *found.span(), stated, named, start)


def _is_claimed(text: str, found: re.Match[str], sign: str) -> bool:
    place = StatementPlace.at(text, found.start(), found.end(sign), found.end())
    return is_claimed(text, place)


def _written_date(found: re.Match[str]) -> tuple[int, str]:
    """The second date of a statement, and where it stands."""
    places = (found.start(name) for name in ("d2", "n2", "i2", "g2"))
    start = min(at for at in places if at >= 0)
    return start, found.string[start : found.end()]


def _in_words(day: date, like: str) -> str:
    """A date in the way another one is written."""
    if like[:4].isdigit():
        return day.isoformat()
    if not re.search(r"[^\W\d_]", like):
        return f"{day.day}.{day.month}.{day.year}"
    month = next(word for word in re.findall(r"[^\W\d_]+", like) if word.lower() in _MONTHS)
    language = next(one for one in _LANGUAGES if month.lower() in one.months)
    name = language.months[day.month - 1]
    named = name.capitalize() if month[0].isupper() else name
    numbers = iter((str(day.day), str(day.year)))
    return re.sub(r"\d+", lambda _: next(numbers), like.replace(month, named))


def _date(found: re.Match[str], number: str, since: int = _FIRST_YEAR) -> date | None:
    group = found.groupdict()
    if written := group[f"i{number}"]:
        year, month, day = (int(part) for part in written.split("-"))
    elif written := group[f"g{number}"]:
        day, month, year = (int(part) for part in written.split("."))
    else:
        name = group[f"m{number}"] or group[f"n{number}"]
        month = _MONTHS[name.lower()]
        day = int(group[f"d{number}"] or group[f"e{number}"])
        year = int(group[f"y{number}"] or group[f"z{number}"])
    if year < since:
        return None
    try:
        return date(year, month, day)
    except ValueError:  # the 31st of April is another matter
        return None


def _like(said: str, weekday: int, text: str) -> str:
    """The weekday in the language, and with the capital, of the one that was said.

    "sábado" is of two languages: then the month beside it decides, where it is of one.
    """
    words = set(text.lower().split())
    known = [one for one in _LANGUAGES if said.lower() in one.weekdays]
    language = next((one for one in known if not words.isdisjoint(one.months)), known[0])
    name = language.weekdays[weekday]
    return name.capitalize() if said[0].isupper() else name
