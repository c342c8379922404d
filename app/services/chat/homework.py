"""A question that is a calculation in steps: what checking them found, beside it."""

from __future__ import annotations

from dataclasses import replace

from app.domain.answers.calculation import STEPS, is_check
from app.domain.conversation import Message
from app.domain.parts import PlacedPart, ToolResultPart
from app.domain.presets.preset import Preset
from app.language import tr, trn

MOST_CHECKED = 20_000  # characters of a question
_TOLD = (  # not shown: read by the model
    "(A program checked the steps of this exactly. Rely on it: {found})"
)


def check_of(text: str) -> str:
    """What checking the steps of a text found, for people; empty where there are none."""
    from app.sums.algebra.steps import checked_steps  # not before somebody shows steps

    found = checked_steps(text[:MOST_CHECKED])
    if found.findings:
        return "\n".join(
            tr("Line {line}: {finding}", line=one.line, finding=one.said) for one in found.findings
        )
    if not found.steps:
        return ""
    return trn(
        "{n} step was checked; it is right.", "{n} steps were checked; all are right.", found.steps
    )


def with_check(question: Message, preset: Preset | None) -> Message:
    """A question with what checking its steps found, where its preset wants that."""
    known = any(is_check(one.part) for one in question.placed)
    if preset is None or not preset.checks or known or not (found := check_of(question.content)):
        return question
    part = PlacedPart(len(question.content), ToolResultPart(str(found), STEPS))
    return replace(question, placed=(*question.placed, part))


def told_check(text: str, message: Message) -> str:
    """A question's text with what was found behind it, as the model reads it."""
    for one in message.placed:
        if isinstance(one.part, ToolResultPart) and one.part.name == STEPS:
            return checked_text(text, one.part.text)
    return text


def checked_text(text: str, found: str) -> str:
    """A question's text with what was found behind it; the text alone for nothing."""
    return f"{text}\n\n{_TOLD.format(found=found)}" if found else text
