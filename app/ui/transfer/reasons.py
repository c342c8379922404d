"""Why things could not be read or written, in lines for a dialog."""

from __future__ import annotations

from collections.abc import Sequence

from app.language import tr
from app.markup.transfer.values import Unreadable

MOST = 6


def reasons(unreadable: Sequence[Unreadable]) -> str:
    """A line each; of very many the first ones, and how many more there are."""
    lines = [f"{one.name}: {one.reason}" if one.name else one.reason for one in unreadable[:MOST]]
    more = len(unreadable) - MOST
    if more > 0:
        lines.append(tr("and {more} more", more=more))
    return "\n".join(lines)
