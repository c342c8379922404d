"""An answer in a form of which a person changed a value."""

from __future__ import annotations

from dataclasses import replace

from app.domain.conversation import Message
from app.domain.grammar.form import form_of
from app.domain.parts import FormPart, PlacedPart


def form_part(message: Message) -> FormPart | None:
    """The form that a message was asked for in, or asks for; None for any."""
    parts = (one.part for one in message.placed if isinstance(one.part, FormPart))
    return next(parts, None)


def changed_answer(message: Message, text: str) -> Message:
    """An answer with another text in the same form; what the model had written is kept with it.

    Args:
        message: The answer.
        text: What it says now. Where that is what the model had written nothing is changed by a
            person any more.
    """
    part = form_part(message)
    if part is None:
        return replace(message, content=text)
    from app.domain.grammar.form_check import keeps_to  # not before an answer is changed

    form, written = form_of(part), part.text or message.content
    kept = form is not None and not part.cut and keeps_to(form, text)
    now = replace(part, valid=kept, text="" if text == written else written)
    others = [
        replace(one, at=min(one.at, len(text)))
        for one in message.placed
        if not isinstance(one.part, FormPart)
    ]
    return replace(message, content=text, placed=(*others, PlacedPart(len(text), now)))
