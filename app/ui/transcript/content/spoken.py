"""The text of a message for screen readers."""

from __future__ import annotations

from functools import lru_cache

from app.domain.generation import Role
from app.language import tr
from app.markup.latex.spoken import spoken
from app.ui.transcript.content.message_model import SUMMED_UP, MessageModel, status_text
from app.ui.transcript.content.rows import MathRow, Row, TextRow, row_plain
from app.ui.transcript.content.runs import LINE

LONGEST_FORMULA = 400
"""Characters of LaTeX that are put in words; longer ones are longer still in words."""


def spoken_message(model: MessageModel, limit: int) -> str:
    """Who said what, at most ``limit`` characters of it, and how it ended."""
    parts: list[str] = []
    size = 0
    for row in model.rows:
        text = spoken_row(row)
        if text:
            parts.append(text)
            size += len(text)
        if size > limit:
            break
    words = "\n".join(parts)
    if len(words) > limit:
        words = words[:limit].rsplit(" ", 1)[0] + "\u2026"
    if model.message.role is Role.USER:
        said = tr("You said: {words}", words=words)
    else:
        said = tr("Phial answered: {words}", words=words)
    notes = [note for note in (status_text(model.message),) if note]
    if model.message.error:
        notes.append(model.message.error)
    if model.left_out:
        notes.append(SUMMED_UP if model.summed_up else tr("Not seen by the model"))
    return ". ".join([said, *notes])


def spoken_row(row: Row) -> str:
    """A row as it is said: formulas in words."""
    if isinstance(row, MathRow):
        return _formula(row.block.source)
    if isinstance(row, TextRow):
        return "".join(
            _formula(run.math.source) if run.math is not None else run.text.replace(LINE, "\n")
            for run in row.runs
        )
    return row_plain(row)


@lru_cache(maxsize=2048)
def _formula(source: str) -> str:
    return spoken(source) if len(source) <= LONGEST_FORMULA else source
