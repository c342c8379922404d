"""The turns of a chat that the model reads, and a summary in place of older ones. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.domain.answers.calculation import OFFER, with_calculations
from app.domain.conversation import Conversation, Message
from app.domain.endpoints.source import EndpointSource
from app.domain.generation import Role, Turn
from app.domain.grammar.form import Form, form_of
from app.domain.model import ChosenModel, LoadedModel, ModelFile
from app.domain.parts import FormPart
from app.domain.presets.preset import Preset
from app.services.chat.homework import told_check

HEADING = "Summary of the earlier part of this conversation:\n"  # not shown: read by the model
EARLIER_ANSWERS = 4


def wrote(loaded: LoadedModel | None, answer: Message) -> bool:
    """Whether a loaded model is where an answer came from: its words are known there already."""
    if loaded is None:
        return False
    endpoint = loaded.source.endpoint if isinstance(loaded.source, EndpointSource) else ""
    return endpoint == (answer.model.endpoint if answer.model is not None else "")


def chat_turns(
    conversation: Conversation, branch: Sequence[Message], *, calculator: bool = False
) -> tuple[Turn, ...]:
    """The system prompt, where there is one, and the texts of a branch; no model reads thoughts.

    Args:
        conversation: The chat.
        branch: From its first message.
        calculator: The model is told that it may ask for computations.
    """
    turns = []
    system = with_calculator(conversation.system_prompt) if calculator else ""
    system = system or conversation.system_prompt
    if system.strip():
        turns.append(Turn(Role.SYSTEM, system))
    for message in branch:
        text = asked_text(message)
        if text or message.role is not Role.ASSISTANT:
            turns.append(Turn(message.role, text, message.id))
    return tuple(turns)


def earlier_answers(answer: Message, tree: Iterable[Message]) -> tuple[str, ...]:
    """What was answered before to the question of an answer, in other versions of it too.

    Args:
        answer: To be written.
        tree: All messages of its chat.

    Returns:
        The newest :data:`EARLIER_ANSWERS`, the newest last.
    """
    messages = {one.id: one for one in tree}
    question = messages.get(answer.parent_id or "")
    if question is None or question.role is not Role.USER:
        return ()
    versions = {one.id for one in messages.values() if one.parent_id == question.parent_id}
    found = [
        one
        for one in messages.values()
        if one.parent_id in versions and one.id != answer.id and one.role is Role.ASSISTANT
    ]
    found.sort(key=lambda one: one.created_at)
    return tuple(one.content for one in found[-EARLIER_ANSWERS:] if one.content)


def with_calculator(system: str) -> str:
    """A system prompt, which may be blank, that offers the calculator."""
    return f"{system}\n\n{OFFER}" if system.strip() else OFFER


def offers_calculator(preset: Preset | None, model: ChosenModel | None, form: Form | None) -> bool:
    """Whether an answer may ask for computations.

    Only where its preset says so; the engine of this computer alone can put a result into an answer
    while it is written; and no form has a place for one.
    """
    return preset is not None and preset.tools and isinstance(model, ModelFile) and form is None


def form_asked(message: Message) -> Form | None:
    """The form in which a question wants its answer; None for any."""
    if message.role is not Role.USER:
        return None
    parts = (one.part for one in message.placed if isinstance(one.part, FormPart))
    return next((form for part in parts if (form := form_of(part)) is not None), None)


def asked_text(message: Message) -> str:
    """A message as the model reads it.

    Behind a question stands the form that its answer is to have, in an answer what was computed.
    """
    if message.role is Role.ASSISTANT:
        return with_calculations(message.content, message.placed)
    text, form = told_check(message.content, message), form_asked(message)
    if form is None:
        return text
    from app.domain.grammar.form_grammar import form_told

    return f"{text}\n\n{form_told(form)}"


def newest_summary(turns: Sequence[Turn], known: Mapping[str, str]) -> tuple[int, str]:
    """The summary that stands for the most turns before the newest question.

    Args:
        turns: Of the chat.
        known: Summaries by the id of the last message they stand for.

    Returns:
        Index of that message's turn, and the summary; -1 and nothing where there is none.
    """
    for index in range(newest_question(turns) - 1, -1, -1):
        if text := known.get(turns[index].message_id):
            return index, text
    return -1, ""


def with_summary(turns: tuple[Turn, ...], at: int, text: str) -> tuple[Turn, ...]:
    """``turns`` with a summary, in the system prompt, in place of those up to index ``at``."""
    if not text:
        return turns
    system = turns[0].content if turns[0].role is Role.SYSTEM else ""
    head = f"{system}\n\n{HEADING}{text}" if system else f"{HEADING}{text}"
    return (Turn(Role.SYSTEM, head), *turns[at + 1 :])


def newest_question(turns: Sequence[Turn]) -> int:
    """Index of the last user turn; of the last turn where there is none."""
    for index in range(len(turns) - 1, -1, -1):
        if turns[index].role is Role.USER:
            return index
    return len(turns) - 1
