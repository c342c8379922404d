"""Totals below lists: "- Rent: $900", "- Food: $300", "Total: $1,200"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from app.sums.brackets import HIDDEN
from app.sums.findings import Finding, FindingKind
from app.sums.numerals import Convention, read_numeral
from app.sums.phrases.claims import StatementPlace, is_claimed
from app.sums.segments import Segment
from app.sums.statements.totals import TableCell, amount_in, is_no_part, judged_total
from app.sums.units import CURRENCIES

MOST_ITEMS = 60
_ITEM = re.compile(
    r"(?P<indent>[ \t]{0,12})(?:[-*+•]|\d{1,2}[.)])[ \t]+(?P<label>[^\n]{1,160}?)"
    r"[ \t\0*]{0,6}(?:[:=–—]|[ ]-(?=[ ]))[ \t\0*]{0,6}"
    r"(?P<amount>[^\n:=–—|]{1,30}?)[ \t\0*.]{0,6}(?:\([^\d\n()]{1,60}\)[ \t\0*.]{0,6})?"
)
_NAMED = (  # not shown
    r"(?:(?:the|die|der|das|le|la|el|il|o)[ ])?"
    r"(?:(?:grand|final|overall|estimated|combined)[ ])?total"
    r"(?:[ ](?:costs?|price|amount|expenses|budget|bill|spent|weight|points|score|hours|time"
    r"|calories|revenue|income|monthly[ ]\w+|general|général|geral|générale|generale))?"
    r"|sum|summe|gesamt(?:summe|kosten|preis|betrag|ausgaben|gewicht|zeit)?|insgesamt|somme"
    r"|co[ûu]ts?[ ]total|prix[ ]total|suma|(?:costo?|precio|gasto)[ ]total|totale"
    r"|(?:costo|prezzo)[ ]totale|soma|(?:custo|preço|gasto)[ ]total|المجموع|الإجمالي|कुल|कुल योग"
)
_TOTAL = re.compile(
    rf"(?:[ \t]*\n)?[ \t]*(?:[-*+•][ \t]+|\d{{1,2}}[.)][ \t]+|[=→⇒][ \t]*)?[\0*_]{{0,6}}"
    rf"(?:(?:so|thus|therefore|hence|also|donc)[, ]{{1,3}})?(?P<label>{_NAMED})"
    r"[\0*_ ]{0,6}(?:[:=]|[ ](?:is|comes[ ]to|ist|beträgt|est|es|è|é)[ ])[\0*_ \t$\\(]{0,8}"
    r"(?P<amount>[^\n:=|]{1,30}?)[ \t\0*_.!]{0,8}(?:\n|$)",
    re.IGNORECASE,
)
_QUICK = re.compile(r"total|sum|gesamt|som[am]|المجموع|الإجمالي|कुल", re.IGNORECASE)
_MINUS = re.compile(  # not shown: what is taken off, stands for one of several, or is no part
    r"\b(?:discounts?|minus|less|refund|coupon|credit|paid|change|balance|saved|off|average|rate"
    r"|rabatt|nachlass|abzüglich|gutschein|bezahlt|remise|réduction|moins|descuento|menos|sconto|meno"
    r"|desconto|left|remaining|rest|budget|income|revenue|option|plan|before|after|or|oder|ou|version"
    r"|alternative\w*|optional\w*)\b",
    re.IGNORECASE,
)
_FOR_ONE = re.compile(r"\b(?:per|each|every|pro|je|par|por)\b", re.IGNORECASE)  # not shown
_SUBTOTAL = re.compile(  # not shown: at the beginning of a bill
    r"sub-?[ ]?total|zwischensumme|netto(?:betrag)?|sous-total|subtotale|base", re.IGNORECASE
)
_MARKS = f" \t{HIDDEN}*_"
_DIGITS = re.compile(r"\d[\d.,'’\u00a0\u202f ]*")


def wrong_items(text: str, code: Sequence[Segment]) -> Iterator[Finding]:
    """Totals that the items of the lists above them do not come to, or do (RIGHT).

    Args:
        text: The whole.
        code: Its blocks of code, where nothing is looked at.
    """
    if _QUICK.search(text) is None:
        return
    for items, after in _lists(text):
        if any(one.has(items[0].start()) for one in code):
            continue
        finding = _judged(text, items, after)
        if finding is None:
            continue
        place = StatementPlace.at(text, finding.at, finding.at, finding.end)
        if is_claimed(text, place):
            yield finding


def _lists(text: str) -> Iterator[tuple[list[re.Match[str]], int]]:
    """The items of each list with an amount at the end of every line, and where they end."""
    items: list[re.Match[str]] = []
    at = 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        item = _ITEM.fullmatch(text, at, end)
        level = item is not None and bool(items) and item["indent"] != items[0]["indent"]
        if item is None or level or _TOTAL.match(text, at):
            if 2 <= len(items) <= MOST_ITEMS and not level:
                yield items, at
            items = []
        else:
            items.append(item)
        at = end + 1


def _judged(text: str, items: Sequence[re.Match[str]], at: int) -> Finding | None:
    """What is to be said of the total behind some items; None where none stands there."""
    total = _TOTAL.match(text, at)
    if total is None or _is_below_another(text, items[0].start()):
        return None
    written = [*(one["amount"] for one in items), total["amount"].rstrip("\\)$ ")]
    if "$" in total.group()[: total.start("amount") - total.start()]:
        written[-1] = f"${written[-1]}"
    found = [amount_in(one) for one in written]
    amounts = [one for one in found if one is not None]
    if len(amounts) < len(found) or len({_around(one) for one in written}) != 1:
        return None
    parts = items[1:] if _SUBTOTAL.fullmatch(items[0]["label"].strip(_MARKS)) else items
    if not _around(written[0]) or any(_is_other(one) for one in parts):
        return None
    cell = TableCell(total.start("amount"), total["amount"])
    finding = judged_total(amounts, cell, items[0].start("label"))
    if (
        finding is None
        or finding.kind is FindingKind.RIGHT
        or not _is_partial(amounts, rounded=_around(written[0]) not in CURRENCIES)
    ):
        return finding
    return None


def _around(amount: str) -> str:
    """The sign or unit beside a number."""
    return _DIGITS.sub("", amount).strip(f"{_MARKS}-\u2212.").lower().rstrip("s")


def _is_other(item: re.Match[str]) -> bool:
    label = TableCell(item.start("label"), item["label"])
    if _FOR_ONE.search(item["label"]) and not re.search(r"\d", item["label"]):
        return True  # "2 at $15 each: $30" is for both
    return is_no_part(label) or _MINUS.search(item["label"]) is not None


def _is_below_another(text: str, at: int) -> bool:
    """Whether the line above is an item too, of which these may be parts, or goes on to them."""
    before = text.rfind("\n", 0, max(0, at - 1)) + 1
    return re.match(r"[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]", text[before:at]) is not None


def _is_partial(amounts: Sequence[re.Match[str]], *, rounded: bool) -> bool:
    """Whether the total is right without one of the items, or with one of them taken off.

    Args:
        amounts: The total last.
        rounded: They are measures, which may be rounded to whole ones.
    """
    for convention in Convention:
        read = [read_numeral(one.group(2), convention) for one in amounts]
        values = [one.value for one in read if one is not None]
        if len(values) < len(read):
            continue
        missing = sum(values[:-1], Fraction(0)) - values[-1]
        if any(missing in {one, 2 * one} for one in values[:-1]):
            return True
        if rounded and abs(missing) * 2 <= len(values):
            return True
    return False
