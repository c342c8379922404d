"""Which documents a question is asked of, and where their passages are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

MOST_SCORED = 8_000  # passages that a question may have scored: about 25 ms


@dataclass(frozen=True, slots=True)
class SearchedDocuments:
    """The documents that are searched, by their numbers.

    Looking at all of their passages would take longer than the search, so what is known is whether
    they have few.

    Attributes:
        chosen: Those that were asked for and read to their end; None for all of the lists.
        hidden: Where all of the lists are searched, those that are in none.
        first: No passage of theirs has a lower number.
        last: Nor a higher one; below ``first`` where they have none.
        few: Whether they have no more passages than can be scored.
    """

    chosen: frozenset[int] | None
    hidden: frozenset[int]
    first: int
    last: int
    few: bool

    @property
    def narrow(self) -> bool:
        """Whether all passages between the first and the last can be scored."""
        return self.last - self.first < MOST_SCORED

    @property
    def numbers(self) -> str:
        """The chosen documents, or the hidden ones, as JSON."""
        return json.dumps(sorted(self.hidden if self.chosen is None else self.chosen))

    def leaves_out(self, documents: Sequence[int]) -> bool:
        """Whether one of these documents is not searched."""
        if self.chosen is None:
            return bool(self.hidden) and not self.hidden.isdisjoint(documents)
        return not self.chosen.issuperset(documents)

    def among(self, documents: Sequence[int]) -> list[bool]:
        """Whether each of these documents is searched."""
        if self.chosen is None:
            return [one not in self.hidden for one in documents]
        return [one in self.chosen for one in documents]


def searched_documents(
    connection: sqlite3.Connection, ids: Sequence[str] | None
) -> SearchedDocuments:
    """The documents of those ids that were read to their end; all of the lists for None."""
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM passages").fetchone()
    if ids is None:
        rows = connection.execute("SELECT seq FROM documents WHERE superseded OR NOT complete")
        hidden = frozenset(row[0] for row in rows)
        return SearchedDocuments(None, hidden, 1, last, last <= MOST_SCORED)
    rows = connection.execute(
        "SELECT seq FROM documents WHERE complete AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    chosen = frozenset(row[0] for row in rows)
    lowest, highest, count = connection.execute(
        "SELECT coalesce(min(seq), 1), coalesce(max(seq), 0), count(*) FROM (SELECT seq "
        "FROM passages WHERE document IN (SELECT value FROM json_each(?)) LIMIT ?)",
        (json.dumps(sorted(chosen)), MOST_SCORED + 1),
    ).fetchone()
    if count > MOST_SCORED:  # not all of them were looked at
        return SearchedDocuments(chosen, frozenset(), 1, last, few=False)
    return SearchedDocuments(chosen, frozenset(), lowest, highest, few=True)
