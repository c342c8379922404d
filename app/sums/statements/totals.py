"""Sums down the columns of a Markdown table and along its rows, and products along these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.sums.brackets import HIDDEN
from app.sums.findings import Finding, FindingKind
from app.sums.numerals import (
    Convention,
    Numeral,
    conventions_of,
    read_numeral,
    write_numeral,
)

_TOTAL = re.compile(
    r"(?:grand )?total|sum|summe|gesamt|insgesamt|somme|suma|total general|total général"
    r"|totale|totale generale|somma|soma|total geral|المجموع|الإجمالي|कुल|कुल योग|योग",
    re.IGNORECASE,
)
_COUNT = re.compile(  # not shown
    r"qty\.?|quantity|count|units|number|pieces|menge|anzahl|stück|quantité|nombre|cantidad|unidades"
    r"|quantità|quantidade|hours|stunden|heures|ore|horas|الكمية|العدد|मात्रा|संख्या",
    re.IGNORECASE,
)
_EACH = re.compile(  # not shown
    r"(?:unit |einzel|stück)?(?:price|cost|preis|prix|precio|prezzo|preço)"
    r"(?: per unit| each| unitaire| unit[aá]rio"
    r"| por unidad)?|rate|hourly rate|stundensatz|السعر|कीमत|मूल्य",
    re.IGNORECASE,
)
_PRODUCT = re.compile(  # not shown
    r"(?:line |sub)?total|amount|total (?:price|cost|amount)|gesamt(?:preis|betrag)?|betrag|summe"
    r"|montant|prix total|importe|precio total|importo|totale|preço total|المجموع|الإجمالي|कुल",
    re.IGNORECASE,
)
_LEAST_ROWS = 2
_RULE = re.compile(  # possessive, or a line of blanks would cost its square
    r"^[ \t]*+\|?[ \t]*+:?-{2,}:?[ \t]*+(?:\|[ \t]*+:?-{2,}:?[ \t]*+)*+\|?[ \t]*+$", re.MULTILINE
)
_NO_SUM = re.compile(
    r"price|rate|avg|average|mean|ratio|per\b|/|unit|year|age\b|rank|no\.?$|id$|%|preis|satz|schnitt"
    r"|jahr|alter|prix|taux|moyenne|precio|tasa|media|prezzo|preço|tasso|taxa|média|anno|\bano|età|idade|quota|difference|change|each|speed|resist|probab|chance|score|rating|percent|temp|growth|density|cumul|balance",
    re.IGNORECASE,
)
_NO_PART = re.compile(  # not shown: rows that are part of another one, or no part of a total
    r"\W*(?:of (?:which|these|whom|them)|thereof|including|davon|darunter|dont"
    r"|de (?:los|las) cuales|mean|average|median|mode|max(?:imum)?|min(?:imum)?|count"
    r"|std\.? ?dev\.?|standard deviation|mittelwert|durchschnitt|anzahl|moyenne|médiane|nombre"
    r"|promedio|media|mediana|di cui|d[oa]s quais|média)(?!\w)",
    re.IGNORECASE,
)
_PRICE = re.compile(r"(?:price|preis|prix|precio|prezzo|preço)s?(?: \([^)]*\))?", re.IGNORECASE)
"""Beside nothing but names these are added up; beside a quantity they are for one."""
_AMOUNT = re.compile(
    r"[$€£¥₹]?\s*([\u2212-]?)\s*(\d[\d.,'’\u00a0\u202f ]*\d|\d)\s*(?:[$€£¥₹]|[^\W\d]{1,12})?"
)


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table, or what stands as one in a list.

    Attributes:
        start: Offset of its first character.
        text: What stands in it.
    """

    start: int
    text: str

    @property
    def plain(self) -> str:
        """Without blanks and marks around it."""
        return self.text.strip(f"{HIDDEN}*_ \t\n")


def wrong_totals(text: str) -> Iterator[Finding]:
    """Totals that their columns do not come to, or do (RIGHT)."""
    for head, rows in _tables(text):
        if len(rows) < 3 or len(head) < 2:
            continue
        last = rows[-1]
        if not last or not _TOTAL.fullmatch(last[0].plain.strip(": ")):
            continue
        if any(row and is_no_part(row[0]) for row in rows[:-1]):
            continue
        yield from _columns(head, rows)


def is_no_part(label: TableCell) -> bool:
    """Whether a label says that what it names is a total itself, or no part of one."""
    return bool(_TOTAL.search(label.text) or _NO_PART.match(label.plain))


def wrong_rows(text: str) -> Iterator[Finding]:
    """Amounts that are not their count times their price, in tables where most of them are."""
    for head, rows in _tables(text):
        columns = [
            [index for index, cell in enumerate(head) if kind.fullmatch(_without_unit(cell.plain))]
            for kind in (_COUNT, _EACH, _PRODUCT)
        ]
        if any(len(found) != 1 for found in columns) or len({found[0] for found in columns}) != 3:
            continue
        if not rows or _numbers_in(rows[0]) > 3:
            continue  # another column of numbers: a discount, a tax
        judged = [_product(row, [found[0] for found in columns]) for row in rows]
        known = [one for one in judged if one is not None]
        wrong = [one for one in known if one.right]
        if len(known) >= _LEAST_ROWS and len(wrong) * 2 <= len(known):
            yield from wrong


def wrong_row_totals(text: str) -> Iterator[Finding]:
    """Totals at the ends of rows that these do not come to, in tables where most of them do."""
    for head, rows in _tables(text):
        names = [_without_unit(cell.plain) for cell in head]
        if len(head) < 4 or not _TOTAL.fullmatch(names[-1]) or any(map(_EACH.fullmatch, names)):
            continue
        whole = [
            row
            for row in rows
            if len(row) == len(head) and not _TOTAL.fullmatch(row[0].plain.strip(": "))
        ]  # a wrong one makes the last row another sum
        added = [
            index
            for index in range(1, len(head) - 1)
            if any(amount_in(row[index].text) for row in whole)
        ]
        if len(added) < 2 or any(_NO_SUM.search(head[index].text) for index in added):
            continue
        judged = [_along(row, added) for row in whole]
        right = [one for one in judged if one is not None and one.kind is FindingKind.RIGHT]
        wrong = [one for one in judged if one is not None and one.kind is not FindingKind.RIGHT]
        if len(right) >= max(_LEAST_ROWS, 2 * len(wrong)):
            yield from (*right, *wrong)


def _along(row: Sequence[TableCell], added: Sequence[int]) -> Finding | None:
    """What is to be said of a row's total; None where a cell of it is no amount."""
    found = [amount_in(row[index].text) for index in (*added, len(row) - 1)]
    amounts = [one for one in found if one is not None]
    if len(amounts) < len(found):
        return None
    return judged_total(amounts, row[-1], row[added[0]].start)


def _numbers_in(row: Sequence[TableCell]) -> int:
    """How many cells are amounts; the first may be a number in a list."""
    return sum(_AMOUNT.fullmatch(cell.plain) is not None for cell in row[1:])


def _without_unit(name: str) -> str:
    return re.sub(r"\s*\([^)]*\)|\s*[$€£¥₹]", "", name)


def _product(row: Sequence[TableCell], columns: Sequence[int]) -> Finding | None:
    """A row's finding, with no right value where nothing is wrong; None where it says nothing."""
    if max(columns) >= len(row):
        return None
    found = [_AMOUNT.fullmatch(row[index].plain) for index in columns]
    amounts = [one for one in found if one is not None]
    if len(amounts) < 3:
        return None
    right = ""
    stated = amounts[2].group(2)
    cell = row[columns[2]]
    at = cell.start + cell.text.index(stated)
    for convention in conventions_of(one.group(2) for one in amounts):
        count, each, total = (_signed(one, convention) for one in amounts)
        if count is None or each is None or total is None:
            return None
        value = count.value * each.value
        if abs(value - total.value) <= _half(total):
            right = ""
            break
        right = right or write_numeral(value, convention)
    return Finding(FindingKind.SUM, row[columns[0]].start, at + len(stated), stated, right, at)


def _tables(text: str) -> Iterator[tuple[list[TableCell], list[list[TableCell]]]]:
    """The heads and the rows of tables."""
    until = 0
    for rule in _RULE.finditer(text):
        if rule.start() < until:
            continue
        head_start = text.rfind("\n", 0, max(0, rule.start() - 1)) + 1
        head = _cells(text, head_start, rule.start())
        rows, until = _rows(text, rule.end() + 1)
        yield head, rows


def _rows(text: str, at: int) -> tuple[list[list[TableCell]], int]:
    """The rows from ``at`` on, and where they end."""
    rows = []
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if "|" not in text[at:end]:
            break
        rows.append(_cells(text, at, end))
        at = end + 1
    return rows, at


def _cells(text: str, start: int, end: int) -> list[TableCell]:
    cells, at = [], start
    for part in text[start:end].split("|"):
        cells.append(TableCell(at, part))
        at += len(part) + 1
    if cells and not cells[0].text.strip():
        del cells[0]
    if cells and not cells[-1].text.strip():
        del cells[-1]
    return cells


def _columns(head: Sequence[TableCell], rows: Sequence[Sequence[TableCell]]) -> Iterator[Finding]:
    for index in range(1, len(rows[-1])):
        alone = len(head) == 2 and _PRICE.fullmatch(head[1].text.strip(f"{HIDDEN}*_ \t"))
        if index >= len(head) or (not alone and _NO_SUM.search(head[index].text)):
            continue
        amounts = [amount_in(row[index].text) if index < len(row) else None for row in rows]
        if None in amounts:
            continue
        texts = [found for found in amounts if found is not None]
        finding = judged_total(texts, rows[-1][index], rows[0][0].start)
        if finding is not None:
            yield finding


def amount_in(text: str) -> re.Match[str] | None:
    """An amount that is all of a text; its groups are the sign and the number."""
    return _AMOUNT.fullmatch(text.strip(f"{HIDDEN}*_ \t"))


def judged_total(found: Sequence[re.Match[str]], cell: TableCell, start: int) -> Finding | None:
    """A finding where the last is the sum of the others by no convention, or by one (RIGHT).

    Args:
        found: Of :func:`amount_in`, the total last.
        cell: The total's.
        start: Where the statement begins.
    """
    right = ""
    for convention in conventions_of(match.group(2) for match in found):
        numbers = [_signed(match, convention) for match in found]
        known = [number for number in numbers if number is not None]
        total = sum((number.value for number in known[:-1]), Fraction(0))
        slack = sum((_half(number) for number in known), Fraction(0))
        whole = all(number.decimals <= 0 for number in known[:-1])
        if abs(total - known[-1].value) <= (0 if whole else slack):
            at = cell.start + cell.text.index(found[-1].group(2))
            return Finding(FindingKind.RIGHT, at, at + len(found[-1].group(2)), "", "", at)
        if _is_other(known, total):
            return None
        right = right or write_numeral(total, convention)
    if not right:
        return None
    stated = found[-1].group(2)
    at = cell.start + cell.text.index(stated)
    return Finding(FindingKind.TOTAL, start, at + len(stated), stated, right, at)


def _is_other(known: Sequence[Numeral], total: Fraction) -> bool:
    """The last row is a mean, the greatest or the least of them."""
    last, values = known[-1].value, [one.value for one in known[:-1]]
    mean = total / len(values)
    return abs(last - mean) <= _half(known[-1]) * 2 or last in {max(values), min(values)}


def _signed(found: re.Match[str], convention: Convention) -> Numeral | None:
    numeral = read_numeral(found.group(2), convention)
    if numeral is None:
        return None
    return Numeral(-numeral.value if found.group(1) else numeral.value, numeral.decimals)


def _half(numeral: Numeral) -> Fraction:
    return Fraction(1, 2) / Fraction(10) ** numeral.decimals
