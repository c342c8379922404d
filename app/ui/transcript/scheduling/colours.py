"""Colouring code blocks in slices, from their top, while they may still grow."""

from __future__ import annotations

from collections.abc import Iterable

from app.ui.transcript.content.row import Row
from app.ui.transcript.content.wide_blocks import CodeRow

SLICE = 2_000
"""Characters coloured before the window gets its turn again; about 3 ms."""


def colour(rows: Iterable[Row], wanted: CodeRow) -> None:
    """Colour the next slice of the block that ``wanted`` belongs to, ``wanted`` at most."""
    done = 0
    for row in rows:
        if (
            isinstance(row, CodeRow)
            and row.state is wanted.state
            and not row.state.is_coloured(row)
        ):
            done += row.state.colour(row)
        if row is wanted or done >= SLICE:
            return
