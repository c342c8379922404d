"""Parts of messages as rows: a kind, its values as JSON, and its text."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.parts import PlacedPart, part_from, part_kind, part_values

_TEXT = "text"  # the field that is kept beside the values, since it may be long
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part as its row has it.

    Attributes:
        at: Characters of the message's text before it.
        kind: Its name in ``PART_KINDS``.
        value: Its values as JSON, which is ASCII, so that any string of Python survives.
        content: Its text.
    """

    at: int
    kind: str
    value: str
    content: bytes

    @classmethod
    def of(cls, placed: PlacedPart) -> PartRow:
        """The row of a part."""
        values = part_values(placed.part)
        text = str(values.pop(_TEXT, ""))
        value = json.dumps(values, separators=(",", ":"))
        return cls(placed.at, part_kind(placed.part), value, text.encode("utf-8", "surrogatepass"))

    def placed(self) -> PlacedPart:
        """The part.

        Raises:
            ValueError: It is none that this Phial knows.
        """
        text = self.content.decode("utf-8", "surrogatepass")
        return PlacedPart(self.at, part_from(self.kind, {_TEXT: text, **json.loads(self.value)}))


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


def known_parts(rows: Iterable[PartRow]) -> tuple[PlacedPart, ...]:
    """The parts of rows, but for those of a newer Phial, whose database can be read."""
    found: list[PlacedPart] = []
    for row in rows:
        try:
            found.append(row.placed())
        except ValueError as error:
            _log.warning("A part of a message is not shown: %s", error)
    return tuple(found)
