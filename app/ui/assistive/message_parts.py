"""The parts of a message as assistive technology walks them: headings, items, cells, links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from PySide6.QtGui import QAccessible

from app.domain.generation import Role
from app.language import tr
from app.markup.kinds.lists import BULLETS, CHECKED, UNCHECKED
from app.services.core import formatting
from app.ui.core.links import is_followed
from app.ui.transcript.content.message_model import SUMMED_UP, MessageModel
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import MathRow, TableRow, TextRow, links_of
from app.ui.transcript.content.runs import LINE, Run, spoken_formula
from app.ui.transcript.content.status import status_text
from app.ui.transcript.content.wide_blocks import CodeRow, TableState

MOST_PARTS = 2_000
"""Of one message; a client that asks for more reads its text."""

Accessible = QAccessible.Role


@dataclass(frozen=True, slots=True)
class MessagePart:
    """A part of a message that is met by itself.

    Attributes:
        role: What it is.
        name: What is said of it.
        row: The row of the message that it stands in.
        address: Where it leads; empty for what is no link.
        detail: What is said after its name.
    """

    role: QAccessible.Role
    name: str
    row: int
    address: str = ""
    detail: str = ""


def parts_of(rows: Sequence[Row]) -> list[MessagePart]:
    """The parts of a message with these rows, in their order."""
    return list(islice(_parts(rows), MOST_PARTS))


def _parts(rows: Sequence[Row]) -> Iterator[MessagePart]:
    tables: dict[TableState, _Table] = {}
    for number, row in enumerate(rows):
        if isinstance(row, TableRow):
            yield from tables.setdefault(row.state, _Table()).cells(row, number)
        elif isinstance(row, CodeRow):
            yield MessagePart(Accessible.Paragraph, tr("Code: {text}", text=row.text), number)
        elif isinstance(row, MathRow):
            words = tr("Formula: {words}", words=row.spoken_text())
            yield MessagePart(Accessible.Equation, words, number)
        elif isinstance(row, TextRow):
            yield from _text(row, number)
        for text, address in links_of(row):
            if is_followed(address):
                yield MessagePart(Accessible.Link, text, number, address)


def _text(row: TextRow, number: int) -> Iterator[MessagePart]:
    words = row.spoken_text()
    if row.level:
        level = tr("Level {level}", level=row.level)
        yield MessagePart(Accessible.Heading, words, number, detail=level)
    elif marker := _marker(row.place.marker):
        yield MessagePart(Accessible.ListItem, f"{marker} {words}", number)
    elif words.strip():
        yield MessagePart(Accessible.Paragraph, words, number)
    for run in row.runs:
        if run.math is not None:
            spoken = tr("Formula: {words}", words=spoken_formula(run.math.source))
            yield MessagePart(Accessible.Equation, spoken, number)


def _marker(marker: str) -> str:
    """What is said before an item of a list; empty where there is none."""
    if marker == CHECKED:
        return tr("Done:")
    if marker == UNCHECKED:
        return tr("Not done:")
    return tr("Item:") if marker in BULLETS else marker


class _Table:
    """The cells of one table, named by their row and the head of their column."""

    def __init__(self) -> None:
        self._heads: tuple[str, ...] = ()
        self._line = 0

    def cells(self, row: TableRow, number: int) -> Iterator[MessagePart]:
        """The cells of some of its lines."""
        for index, line in enumerate(row.lines):
            texts = tuple(_spoken(cell) for cell in line)
            if row.head and index == 0:
                self._heads = texts
                for text in texts:
                    yield MessagePart(Accessible.ColumnHeader, text, number)
                continue
            self._line += 1
            for column, text in enumerate(texts):
                head = self._heads[column] if column < len(self._heads) else ""
                name = tr("row {row}, {head}: {text}", row=self._line, head=head, text=text)
                yield MessagePart(Accessible.Cell, name, number)


def _spoken(runs: tuple[Run, ...]) -> str:
    return "".join(
        spoken_formula(run.math.source) if run.math else run.text.replace(LINE, " ") for run in runs
    )


def author_and_status(model: MessageModel) -> str:
    """Who wrote a message and how it stands: the name of its document."""
    message = model.message
    author = tr("You said") if message.role is Role.USER else tr("Phial answered")
    writing = tr("being written") if model.stream is not None else status_text(message)
    unseen = (
        (SUMMED_UP if model.summed_up else tr("Not seen by the model")) if model.left_out else ""
    )
    return formatting.join(author, writing, message.error or "", unseen)


def text_of_message(model: MessageModel) -> str:
    """All that a message says, formulas in words: the text of its document."""
    return "\n".join(filter(None, (row.spoken_text() for row in model.rows)))
