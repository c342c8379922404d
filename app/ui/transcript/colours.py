"""Owns asking the code room for the colours of a row of code."""

from __future__ import annotations

from app.ui.transcript.model import MessageModel
from app.ui.transcript.rows import CodeRow, whole_lines


def colour_row(_model: MessageModel, row: CodeRow) -> None:
    """Colour the whole lines of a row."""
    row.state.keep(row, (("", whole_lines(row)),))
