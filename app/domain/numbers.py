"""Numbers as people type and read them: one text is one number, or it is refused in words.

Nothing here rounds, cuts or guesses. A text that two readers would take for two numbers ("1.500" is
one and a half to one, fifteen hundred to another) is refused unless the locale decides.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from app.domain.errors import InvalidValueError
from app.language import spoken, tr
from app.language.numbers import write as write_number
from app.language.spoken import Signs

__all__ = ["ENGLISH", "Signs", "read_number", "write_number"]  # not shown

_MINUS = "-\N{MINUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{SMALL HYPHEN-MINUS}"
_PLUS = "+\N{FULLWIDTH PLUS SIGN}"
# No language writes a decimal with these: what groups digits in France, Switzerland, Arabia.
_GROUPS = (
    " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"
    "'\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}\N{ARABIC THOUSANDS SEPARATOR}"
)
_DECIMAL = "\N{ARABIC DECIMAL SEPARATOR}"
_POINTS = ".,"
# Locales whose digits run from right to left write these around a sign.
_INVISIBLE = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u2066\u2067\u2068\u2069\ufeff"))
_GROUPED = re.compile(
    r"[1-9]\d{0,2}(?:g\d{2,3})*g\d{3}", re.ASCII
)  # 1,00,000 is a hundred thousand
_PLAIN = re.compile(r"(\d*)(?:\.(\d*))?", re.ASCII)
_EXPONENT = re.compile(r"(.*)[eE]([+-]?\d{1,9})", re.ASCII)
_LONGEST = 1_000  # characters; no setting's number has a tenth of them


ENGLISH = Signs()


def read_number(text: str, signs: Signs | None = None) -> Decimal:
    """The number that ``text`` is, exactly.

    Digits of any script, a sign, an exponent, and groups set apart by blanks or apostrophes are
    understood everywhere; points and commas as ``signs`` has them, and in the other way where only
    that makes a number ("0.7" in Germany).

    Args:
        text: As typed.
        signs: None takes those of the language in force.

    Raises:
        InvalidValueError: It is no number, or it can be read as two.
    """
    signs = signs or spoken.IN_FORCE.signs
    typed = _tidy(text)
    if len(typed) > _LONGEST:
        raise _refused(tr("This is longer than any number that can be meant here."))
    sign = "-" if typed[:1] and typed[0] in _MINUS else ""
    body = typed[1:].lstrip() if typed[:1] and typed[0] in _MINUS + _PLUS else typed
    exponent = ""
    if power := _EXPONENT.fullmatch(_plain_minus(body)):
        body, exponent = power[1], power[2]
    number = _plain(body, text, signs)
    try:
        return Decimal(f"{sign}{number}e{exponent or 0}")
    except InvalidOperation as error:
        raise _refused(_no_number(text)) from error


def _tidy(text: str) -> str:
    """ASCII digits, no invisible marks, no blanks around."""
    seen = text.translate(_INVISIBLE)
    return "".join(
        str(unicodedata.decimal(one)) if one.isdecimal() else one for one in seen
    ).strip()


def _plain_minus(text: str) -> str:
    return "".join("-" if one in _MINUS else one for one in text)


def _plain(body: str, text: str, signs: Signs) -> str:
    """The digits of ``body`` with at most one ASCII point among them.

    Raises:
        InvalidValueError: As :func:`read_number`.
    """
    readings = {
        found
        for point in (*_POINTS, _DECIMAL)
        if (found := _with_decimal(body, point, signs)) is not None
    }
    if len(readings) == 1:
        return readings.pop()
    if not readings:
        raise _refused(_no_number(text))
    own = _with_decimal(body, signs.decimal, signs)
    if own is not None and _speaks(body, signs):
        return own
    one, other = sorted(write_number(Decimal(found), signs) for found in readings)
    raise _refused(
        tr("This can be read as {one} or as {other}. Type one of these.", one=one, other=other)
    )


def _speaks(body: str, signs: Signs) -> bool:
    """Whether the one point or comma of ``body`` is a sign the locale itself uses."""
    return all(one in signs.decimal + signs.group for one in body if one in _POINTS)


def _with_decimal(body: str, point: str, signs: Signs) -> str | None:
    """``body`` where ``point`` is the decimal sign; None where that makes no number."""
    whole, _, fraction = body.partition(point)
    groups = {one for one in whole if not one.isdecimal()}
    if groups:
        mark = groups.pop()
        known = mark in _GROUPS or mark in _POINTS or mark == signs.group
        if groups or not known or not _GROUPED.fullmatch(whole.replace(mark, "g")):
            return None
        whole = whole.replace(mark, "")
    found = _PLAIN.fullmatch(f"{whole}.{fraction}")
    return f"{whole or 0}.{fraction or 0}" if found and whole + fraction else None


def _no_number(text: str) -> str:
    short = text.strip()
    short = short if len(short) <= 40 else f"{short[:39]}…"
    return tr("“{text}” is not a number.", text=short) if short else tr("A number is needed.")


def _refused(what: str) -> InvalidValueError:
    return InvalidValueError(what)
