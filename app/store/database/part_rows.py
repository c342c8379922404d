"""Parts of messages as rows: a kind, its values as JSON, and its text."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.parts import (
    PlacedPart,
    UnknownPart,
    as_stored,
    part_from,
    part_kind,
    part_values,
)

_TEXT = "text"  # the field that is kept beside the values, since it may be long
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part as its row has it.

    Attributes:
        at: Characters of the message's text before it.
        kind: Its name in ``PART_KINDS``, or one that a newer Phial gave it.
        value: Its values as JSON, see :func:`as_stored`.
        content: Its text.
    """

    at: int
    kind: str
    value: str
    content: bytes

    @classmethod
    def of(cls, placed: PlacedPart) -> PartRow:
        """The row of a part."""
        part = placed.part
        if isinstance(part, UnknownPart):
            return cls(placed.at, part.kind, part.value, _to_bytes(part.text))
        values = part_values(part)
        text = str(values.pop(_TEXT, ""))
        return cls(placed.at, part_kind(part), as_stored(values), _to_bytes(text))

    def placed(self) -> PlacedPart:
        """The part; an :class:`UnknownPart` where this Phial does not know it.

        Raises:
            ValueError: Its values are no JSON object, or its text is none.
        """
        text = self.content.decode("utf-8", "surrogatepass")
        try:
            values = json.loads(self.value)
        except RecursionError as error:
            raise ValueError("nested without end") from error
        if not isinstance(values, dict):
            raise ValueError("no JSON object")  # noqa: TRY004  # as any other damage
        try:
            part = part_from(self.kind, {_TEXT: text, **values})
        except ValueError as error:
            _log.debug("A part of a message is not shown: %s", error)
            return PlacedPart(self.at, UnknownPart(self.kind, self.value, text))
        return PlacedPart(self.at, part)


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def read_part_rows(connection: sqlite3.Connection, seq: int) -> list[PartRow]:
    """The rows of a message's parts, in order."""
    rows = connection.execute(
        "SELECT at, kind, value, content FROM parts WHERE message = ? ORDER BY ordinal", (seq,)
    )
    return [PartRow(*row) for row in rows]


def write_part_rows(connection: sqlite3.Connection, seq: int, rows: Iterable[PartRow]) -> None:
    """Give a message these parts in place of those it had."""
    connection.execute("DELETE FROM parts WHERE message = ?", (seq,))
    connection.executemany(
        "INSERT INTO parts (message, ordinal, at, kind, value, content) VALUES (?, ?, ?, ?, ?, ?)",
        [(seq, n, row.at, row.kind, row.value, row.content) for n, row in enumerate(rows)],
    )


def write_parts(connection: sqlite3.Connection, seq: int, placed: Iterable[PlacedPart]) -> None:
    """Give a message these parts in place of those it had.

    A part that it had stays as its row has it: a newer Phial may have said more in it than this
    one reads.
    """
    before = read_part_rows(connection, seq)
    rows: list[PartRow] = []
    for one in placed:
        same = next((row for row in before if _reads_as(row, one)), None)
        if same is not None:
            before.remove(same)
        rows.append(same or PartRow.of(one))
    write_part_rows(connection, seq, rows)


def _reads_as(row: PartRow, placed: PlacedPart) -> bool:
    return row.at == placed.at and placed in parts_of_rows([row])


def copy_part_rows(connection: sqlite3.Connection, source: int, target: int) -> None:
    """Give a message the parts of another one, each as its row has it."""
    write_part_rows(connection, target, read_part_rows(connection, source))


def parts_of_rows(rows: Iterable[PartRow]) -> tuple[PlacedPart, ...]:
    """The parts of rows, but for damaged ones."""
    found: list[PlacedPart] = []
    for row in rows:
        try:
            found.append(row.placed())
        except ValueError as error:
            _log.warning("A part of a message cannot be read: %s", error)
    return tuple(found)
