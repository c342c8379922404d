"""The turns of a chat that the model reads, and a summary in place of older ones. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.conversation import Conversation, Message
from app.domain.endpoints.source import EndpointSource
from app.domain.generation import Role, Turn
from app.domain.grammar.form import Form, form_of
from app.domain.grammar.form_grammar import form_told
from app.domain.model import LoadedModel
from app.domain.parts import FormPart

HEADING = "Summary of the earlier part of this conversation:\n"  # not shown: read by the model


def wrote(loaded: LoadedModel | None, answer: Message) -> bool:
    """Whether a loaded model is where an answer came from: its words are known there already."""
    if loaded is None:
        return False
    endpoint = loaded.source.endpoint if isinstance(loaded.source, EndpointSource) else ""
    return endpoint == (answer.model.endpoint if answer.model is not None else "")


def chat_turns(conversation: Conversation, branch: Sequence[Message]) -> tuple[Turn, ...]:
    """The system prompt, where there is one, and the texts of a branch; no model reads thoughts."""
    turns = []
    if conversation.system_prompt.strip():
        turns.append(Turn(Role.SYSTEM, conversation.system_prompt))
    turns += [
        Turn(message.role, asked_text(message), message.id)
        for message in branch
        if message.content or message.role is not Role.ASSISTANT
    ]
    return tuple(turns)


def form_asked(message: Message) -> Form | None:
    """The form in which a question wants its answer; None for any."""
    if message.role is not Role.USER:
        return None
    parts = (one.part for one in message.placed if isinstance(one.part, FormPart))
    return next((form for part in parts if (form := form_of(part)) is not None), None)


def asked_text(message: Message) -> str:
    """A message as the model reads it: behind a question, the form that its answer is to have."""
    form = form_asked(message)
    return message.content if form is None else f"{message.content}\n\n{form_told(form)}"


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
