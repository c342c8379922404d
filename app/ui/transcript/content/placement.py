"""Where a row stands in its message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowPlacement:
    """Where a row stands in its message: indents, gaps, markers.

    Attributes:
        indent: Levels away from the side on which it begins.
        bars: Levels at which a bar is drawn, and the tone of each.
        opened: How many of the bars begin with this row, below its gap.
        marker: Bullet, number or box of a list item, or a footnote's number.
        gap: Space above, in pixels at 100 %.
        quiet: Drawn in the second rank (reasoning, footnotes).
        block: Number of the top-level block it belongs to; -1 outside the text.
        beside: Belongs to a part of the message that is no text of it.
        rtl: It begins on the right: indents, bars and marker are there.
    """

    indent: int = 0
    bars: tuple[tuple[int, str], ...] = ()
    opened: int = 0
    marker: str = ""
    gap: int = 0
    quiet: bool = False
    block: int = -1
    beside: bool = False
    rtl: bool = False
