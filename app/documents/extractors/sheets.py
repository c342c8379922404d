"""xlsx (ECMA-376, part 1, 18) and ods: a row of a sheet is a line, its cells between bars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.documents.extractors import xml
from app.documents.extractors.archive import Archive
from app.documents.extractors.flow import CELL, Extracted, Opening, TextBlock, paged
from app.documents.extractors.limits import MAX_CELLS
from app.documents.extractors.slides import relations
from app.documents.extractors.word import refuse_encrypted, repeated, title
from app.domain.documents import PageUnit, Remark

_WIDEST = 1_000  # columns
_MOST_ROWS_ALIKE = 1_000
_COLUMN = re.compile(r"[A-Z]{1,3}")
_DATES = frozenset({*range(14, 23), *range(45, 48)})  # number formats that every workbook has
_DATE_SIGNS = re.compile(r"[ymdhs]", re.IGNORECASE)
_NO_SIGNS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')  # of a number format: words and colours
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # spreadsheets know no time zones
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001


@dataclass(slots=True)
class _Budget:
    """How many cells are still read, and whether rows alike were left out."""

    left: int = MAX_CELLS
    left_out: bool = False

    def take(self, cells: int) -> bool:
        """Whether so many more may be read."""
        self.left -= cells
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class _Book:
    """What the cells of a workbook refer to."""

    strings: list[str] = field(default_factory=list)
    dates: frozenset[int] = frozenset()  # of the cell styles
    epoch: datetime = _EPOCH


def xlsx(archive: Archive) -> Iterator[Extracted]:
    """The rows of all sheets, dates as dates."""
    sheets, epoch = _sheets(archive)
    book = _Book(_strings(archive), _date_styles(archive), epoch)
    yield Opening(PageUnit.SECTION, title=title(archive))
    budget = _Budget()
    yield from paged(_all_rows(archive, sheets, book, budget), cut=True)
    if budget.left < 0:
        yield Remark.CUT


def ods(archive: Archive) -> Iterator[Extracted]:
    """The rows of all tables, cells as they are shown.

    Raises:
        DocumentLockedError: It is encrypted.
    """
    refuse_encrypted(archive)
    yield Opening(PageUnit.SECTION, title=title(archive))
    budget = _Budget()
    yield from paged(_ods_rows(archive, budget), cut=True)
    if budget.left < 0 or budget.left_out:
        yield Remark.CUT


def _sheets(archive: Archive) -> tuple[list[tuple[str, str]], datetime]:
    """Name and part of each sheet, and the day that its dates count from."""
    part = "xl/workbook.xml"
    targets = relations(archive, part)
    found: list[tuple[str, str]] = []
    epoch = _EPOCH
    for kind, name, attributes in xml.events(archive.chunks(part)):
        if (kind, name) == ("start", "sheet"):
            target = targets.get(attributes.get("r:id", ""), "")
            if target in archive:
                found.append((attributes.get("name", ""), target))
        elif (kind, name) == ("start", "workbookPr") and attributes.get("date1904") in {
            "1",
            "true",
        }:
            epoch = _EPOCH_1904
    return found, epoch


def _strings(archive: Archive) -> list[str]:
    found: list[str] = []
    part = "xl/sharedStrings.xml"
    if part not in archive:
        return found
    words: list[str] = []
    inside, phonetic = False, 0
    for kind, name, _ in xml.events(archive.chunks(part)):
        match kind, name:
            case "text", _:
                if inside and not phonetic:
                    words.append(name)
            case "start" | "end", "t":
                inside = kind == "start"
            case "start" | "end", "rPh":
                phonetic += 1 if kind == "start" else -1
            case "end", "si":
                found.append("".join(words))
                words = []
    return found


def _date_styles(archive: Archive) -> frozenset[int]:
    part = "xl/styles.xml"
    if part not in archive:
        return frozenset()
    own: set[str] = set()
    styles: set[int] = set()
    index, inside = 0, False
    for kind, name, attributes in xml.events(archive.chunks(part)):
        match kind, name:
            case "start", "numFmt":
                code = _NO_SIGNS.sub("", attributes.get("formatCode", ""))
                if _DATE_SIGNS.search(code):
                    own.add(attributes.get("numFmtId", ""))
            case "start" | "end", "cellXfs":
                inside = kind == "start"
            case "start", "xf" if inside:
                number = attributes.get("numFmtId", "0")
                if number in own or (number.isdecimal() and int(number) in _DATES):
                    styles.add(index)
                index += 1
    return frozenset(styles)


def _all_rows(
    archive: Archive, sheets: list[tuple[str, str]], book: _Book, budget: _Budget
) -> Iterator[TextBlock]:
    for name, part in sheets:
        first = True
        for number, row in _rows(archive, part, book):
            if not budget.take(len(row)):
                return
            text = CELL.join(row).rstrip(" |")
            label = name if first else None
            yield TextBlock(text, ends_page=first, label=label, line=number, tight=True)
            first = False


def _rows(archive: Archive, part: str, book: _Book) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row of a sheet that is not empty."""
    number = 0
    row: list[str] = []
    value: list[str] = []
    cell: dict[str, str] = {}
    inside = False
    for kind, name, attributes in xml.events(archive.chunks(part)):
        match kind, name:
            case "text", _:
                if inside:
                    value.append(name)
            case "start", "row":
                told = attributes.get("r", "")
                number = int(told) if told.isdecimal() and len(told) < 9 else number + 1
                row = []
            case "start", "c":
                cell, value = attributes, []
            case "start" | "end", "v" | "t":
                inside = kind == "start"
            case "end", "c":
                if value:
                    _place(row, cell.get("r", ""), _shown("".join(value), cell, book))
            case "end", "row":
                if any(row):
                    yield number, row
                row = []


def _place(row: list[str], reference: str, text: str) -> None:
    column = _COLUMN.match(reference)
    index = len(row)
    if column:
        index = 0
        for letter in column[0]:
            index = index * 26 + ord(letter) - 64
        index -= 1
    if len(row) <= index < _WIDEST:
        row.extend([""] * (index - len(row)))
        row.append(" ".join(text.split()))


def _shown(text: str, cell: dict[str, str], book: _Book) -> str:
    """A cell's value as people see it."""
    match cell.get("t", "n"):
        case "s":
            index = int(text) if text.isdecimal() and len(text) < 10 else len(book.strings)
            return book.strings[index] if index < len(book.strings) else ""
        case "b":
            return "TRUE" if text == "1" else "FALSE"  # not shown: as every spreadsheet has it
        case "n":
            style = cell.get("s", "")
            if style.isdecimal() and int(style) in book.dates:
                return _date(text, book.epoch)
            return _number(text)
        case _:
            return text


def _number(text: str) -> str:
    """A number without the noise of binary fractions: 0.1 is stored as 0.10000000000000001."""
    try:
        return format(float(text), ".15g") if "." in text else text
    except ValueError:
        return text


def _date(text: str, epoch: datetime) -> str:
    try:
        moment = epoch + timedelta(days=float(text))
    except (ValueError, OverflowError):
        return text
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    if 0 <= float(text) < 1:
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%Y-%m-%d" if moment.time() == datetime.min.time() else "%Y-%m-%d %H:%M")


def _ods_rows(archive: Archive, budget: _Budget) -> Iterator[TextBlock]:
    label, first, number, times, copies = "", True, 1, 1, 1
    row: list[str] = []
    words: list[str] = []
    inside = skipped = 0
    for kind, name, attributes in xml.events(archive.chunks("content.xml")):
        match kind, name:
            case "start" | "end", "annotation" | "tracked-changes":
                skipped += 1 if kind == "start" else -1
            case "text", _:
                if inside and not skipped:
                    words.append(name)
            case "start", "table":
                label, first, number = attributes.get("name", ""), True, 1
            case "start", "table-row":
                row = []
                times = repeated(attributes.get("number-rows-repeated", "1"), 10**7)
            case "start", "table-cell" | "covered-table-cell":
                words = []
                copies = repeated(attributes.get("number-columns-repeated", "1"), _WIDEST)
            case "start" | "end", "p":
                inside += 1 if kind == "start" else -1
            case "end", "table-cell" | "covered-table-cell":
                text = " ".join("".join(words).split())
                if len(row) < _WIDEST:
                    row.extend([text] * copies)
            case "end", "table-row":
                if any(row):
                    budget.left_out |= times > _MOST_ROWS_ALIKE or any(row[_WIDEST - 1 :])
                    for index in range(min(times, _MOST_ROWS_ALIKE)):
                        if not budget.take(len(row)):
                            return
                        text = CELL.join(row).rstrip(" |")
                        new = label if first else None
                        yield TextBlock(text, 0, first, new, number + index, tight=True)
                        first = False
                number += times
