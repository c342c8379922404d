"""The text of a message for screen readers."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.generation import Role
from app.domain.parts import TextPart
from app.language import tr
from app.markup.document.flow import flatten
from app.markup.parts.registry import blocks_of
from app.ui.transcript.content.marks import MarkTone
from app.ui.transcript.content.message_model import SUMMED_UP, MessageModel
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.row_list import RowList
from app.ui.transcript.content.status import status_text

MOST_MARKS = 5
"""Of what is marked in a message, that is said with it."""


def spoken_message(model: MessageModel, limit: int) -> str:
    """Who said what, at most ``limit`` characters of it, and how it ended."""
    parts = _spoken(model.rows, limit)
    if not parts and model.has_unparsed:  # a long answer whose rows are still being made
        begun = RowList()
        begun.extend(flatten(blocks_of((TextPart(model.message.content[: 2 * limit]),))))
        parts = _spoken(begun.rows, limit)
    words = "\n".join(parts)
    if len(words) > limit:
        words = words[:limit].rsplit(" ", 1)[0] + "\u2026"
    if model.message.role is Role.USER:
        said = tr("You said: {words}", words=words)
    else:
        said = tr("Phial answered: {words}", words=words)
    notes = [note for note in (status_text(model.message),) if note]
    doubts = [one.words for one in model.marks.marks if one.tone is not MarkTone.GOOD]
    notes += [words.rstrip(".") for words in doubts[:MOST_MARKS]]
    if model.message.error:
        notes.append(model.message.error)
    if model.left_out:
        notes.append(SUMMED_UP if model.summed_up else tr("Not seen by the model"))
    return ". ".join([said, *notes])


def _spoken(rows: Iterable[Row], limit: int) -> list[str]:
    """What rows say, with the first that goes beyond ``limit`` characters."""
    parts: list[str] = []
    size = 0
    for row in rows:
        text = row.spoken_text()
        if text:
            parts.append(text)
            size += len(text)
        if size > limit:
            break
    return parts
