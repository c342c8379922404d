"""Owns what a screen reader says of a message."""

from __future__ import annotations

from app.domain.generation import Role
from app.ui.transcript.model import MessageModel, status_words
from app.ui.transcript.rows import row_plain


def spoken_message(model: MessageModel, limit: int) -> str:
    """Who said what, at most ``limit`` characters of it, and how it ended."""
    author = "You said" if model.message.role is Role.USER else "Phial answered"
    parts: list[str] = []
    size = 0
    for row in model.rows:
        text = row_plain(row)
        if text:
            parts.append(text)
            size += len(text)
        if size > limit:
            break
    words = "\n".join(parts)
    if len(words) > limit:
        words = words[:limit].rsplit(" ", 1)[0] + "\u2026"
    notes = [note for note in (status_words(model.message),) if note]
    if model.message.error:
        notes.append(model.message.error)
    if model.left_out:
        notes.append("Not seen by the model")
    return ". ".join([f"{author}: {words}", *notes])
