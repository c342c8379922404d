"""Which turns a prompt is made of, and its tokens: for an answer, and for what is read ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.answers.reasoning import Marks
from app.domain.context import fit_turns, reserve_for
from app.domain.errors import PromptTooLongError
from app.domain.generation import GenerationRequest, Role, Turn
from app.engine.llama.session import Session
from app.engine.prompt import opened
from app.engine.reuse import Reading


@dataclass(frozen=True, slots=True)
class AssembledPrompt:
    """A prompt that fits the context window.

    Attributes:
        reading: Its tokens, and what they were made of.
        left_out: Ids of the messages that are not in it.
        inside: The marks whose begin it ends with: the model goes on thinking. None otherwise.
    """

    reading: Reading
    left_out: tuple[str, ...] = ()
    inside: Marks | None = None


def assemble(session: Session, request: GenerationRequest) -> AssembledPrompt:
    """Choose the turns that fit, and make the prompt of them.

    Raises:
        PromptTooLongError: The last message alone does not fit.
        ContextFullError: The turns do not fit and ``overflow`` is ``REFUSE``.
        LoadCancelledError: It was stopped while the file's own template was computing.
        ModelFileError: That template does not take this chat.
    """
    template = session.template
    size = session.loaded.context_size
    if request.raw is not None:
        tokens = session.tokenizer.raw_prompt(request.raw)
        if len(tokens) >= size:
            raise PromptTooLongError(len(tokens), size - 1)
        return AssembledPrompt(Reading(tokens, owner=request.owner))
    whole, chat = _opened(session, request, request.turns), request.conversation_id
    turns = whole
    left_out: tuple[str, ...] = ()
    reserve = reserve_for(request.sampling.max_tokens, size)
    while True:
        costs, overhead = template.costs(turns, chat)
        fitted = fit_turns(
            turns,
            costs,
            overhead=overhead,
            context_size=size,
            reserve=reserve,
            overflow=request.overflow,
            continuing=request.continue_answer,
        )
        kept = tuple(turns[index] for index in fitted.kept)
        left_out += fitted.left_out
        laid = template.lay_out(kept, continuing=request.continue_answer, chat=chat)
        if len(laid.tokens) < size:
            left_out += tuple(kept[n].message_id for n in laid.lost if kept[n].message_id)
            summarised = frozenset(_opened(session, request, request.summarised))
            absent = frozenset(whole) - frozenset(kept) | summarised
            reading = Reading(laid.tokens, chat, kept, laid.starts, absent, request.owner)
            return AssembledPrompt(reading, left_out, laid.inside)
        # A file's own template need not cost what was estimated: leave out one more.
        if len(kept) == len(turns):
            kept = _without_oldest(kept, len(laid.tokens), size)
            left_out += tuple(t.message_id for t in turns if t not in kept)
        turns = kept


def with_question(session: Session, prompt: AssembledPrompt, question: str) -> Sequence[int]:
    """The tokens of a prompt with other words in its last turn, whether or not they fit."""
    reading = prompt.reading
    turns = (*reading.turns[:-1], replace(reading.turns[-1], content=question))
    return session.template.lay_out(turns, continuing=False, chat=reading.conversation).tokens


def _opened(
    session: Session, request: GenerationRequest, turns: tuple[Turn, ...]
) -> tuple[Turn, ...]:
    """``turns``, each system prompt among them behind the model's own."""
    system = session.template.system
    found = list(opened(turns, system, replacing=request.replace_system))
    for index, turn in enumerate(found[1:], 1):  # as a summary left them
        if turn.role is Role.SYSTEM:
            found[index] = opened((turn,), system, replacing=request.replace_system)[0]
    return tuple(found)


def _without_oldest(turns: tuple[Turn, ...], tokens: int, size: int) -> tuple[Turn, ...]:
    """``turns`` without the oldest one that may go.

    Raises:
        PromptTooLongError: Only the newest message and the system prompt are left.
    """
    pinned = 1 if turns and turns[0].role == "system" else 0
    if len(turns) <= pinned + 1:
        raise PromptTooLongError(tokens, size - 1)
    return turns[:pinned] + turns[pinned + 1 :]
