"""Tables of an answer, as wide as the terminal lets them be."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.style import Style as RichStyle
from rich.table import Table
from rich.text import Text

from app.cli.drawing.wrapped_text import StyledText, TerminalStyle
from app.cli.streams import harmless
from app.markup.document.blocks import Align

Cell = Sequence[StyledText]


def table_lines(
    header: Sequence[Cell], rows: Sequence[Sequence[Cell]], alignments: Sequence[Align], width: int
) -> list[list[StyledText]]:
    """The lines of a table; cells are wrapped at words where it is wider than ``width``."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for cell, align in zip(header, alignments, strict=True):
        table.add_column(_cell(cell), justify=align or "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    console = Console(file=io.StringIO(), width=width)
    return [
        [StyledText(segment.text, _ours(segment.style)) for segment in line]
        for line in console.render_lines(table, pad=False)
    ]


def _cell(runs: Cell) -> Text:
    text = Text()
    for run in runs:
        text.append(harmless(run.text), _richs(run.style))
    return text


def _richs(style: TerminalStyle) -> RichStyle:
    return RichStyle(
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        color=style.colour or None,
    )


def _ours(style: RichStyle | None) -> TerminalStyle:
    if style is None:
        return TerminalStyle()
    return TerminalStyle(
        bool(style.bold),
        bool(style.dim),
        bool(style.italic),
        bool(style.underline),
        bool(style.strike),
        style.color.name if style.color else "",
    )
