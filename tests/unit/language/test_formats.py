"""Dates, sizes, spans, shares and lists, in each language."""

from __future__ import annotations

import locale
from datetime import datetime

import pytest

from app.language import formats, numbers
from app.language.spoken import LANGUAGES
from tests.support.languages import speaking

MOMENT = datetime(2026, 3, 5, 14, 7)  # noqa: DTZ001  # shown as it is


@pytest.mark.parametrize(
    ("language", "day", "moment", "month", "number"),
    [
        ("en", "5 March 2026", "5 March 2026, 14:07", "March 2026", "1,234.5"),
        ("de", "5. März 2026", "5. März 2026, 14:07", "März 2026", "1.234,5"),
    ],
)
def test_dates_and_numbers(language: str, day: str, moment: str, month: str, number: str) -> None:
    with speaking(language):
        assert formats.day(MOMENT) == day
        assert formats.day_and_time(MOMENT) == moment
        assert formats.month(MOMENT) == month
        assert numbers.write(1234.5) == number


@pytest.mark.parametrize(
    ("bytes_", "english", "german"),
    [
        (0, "0 bytes", "0 Bytes"),
        (1, "1 byte", "1 Byte"),
        (999, "999 bytes", "999 Bytes"),
        (1000, "1.00 kB", "1,00 kB"),
        (9_050_000_000, "9.05 GB", "9,05 GB"),
        (123_400_000, "123.4 MB", "123,4 MB"),
        (5 * 10**15, "5,000.0 TB", "5.000,0 TB"),
    ],
)
def test_sizes(bytes_: int, english: str, german: str) -> None:
    assert formats.size(bytes_) == english
    with speaking("de"):
        assert formats.size(bytes_) == german


def test_spans_and_lists() -> None:
    assert formats.duration(3900) == "1 h 5 min"
    assert formats.listed(["a", "b", "c"]) == "a, b and c"
    assert formats.alternatives(["a", "b"]) == "a or b"
    with speaking("de"):
        assert formats.percent(0.5) == "50 %"
        assert formats.listed(["a", "b", "c"]) == "a, b und c"
        assert formats.listed(["a"]) == "a"
        assert formats.listed([]) == ""
        assert formats.alternatives(["a", "b", "c"]) == "a, b oder c"


def test_the_processs_locale_changes_nothing() -> None:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "")
        assert formats.day_and_time(MOMENT) == "5 March 2026, 14:07"
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_every_language_has_twelve_months() -> None:
    for code in LANGUAGES:
        with speaking(code):
            names = {formats.month(MOMENT.replace(month=number)) for number in range(1, 13)}
            assert len(names) == 12
