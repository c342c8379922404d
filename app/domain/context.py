"""The turns the model sees when a chat is longer than its context window. Pure.

The system prompt and the most recent turns stay; the oldest turns go, each whole, and the kept
history begins with a user turn. What was left out is named, so that the transcript can mark it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import AnswerFillsContextError, ContextFullError, PromptTooLongError
from app.domain.generation import OverflowPolicy, Role, Turn
from app.language import tr

DEFAULT_RESERVE = 1_024  # tokens kept free for an answer without a limit of its own
SMALLEST_ANSWER = 32  # tokens an answer needs to be worth starting


@dataclass(frozen=True, slots=True)
class ContextFit:
    """The outcome.

    Attributes:
        kept: Indices of the turns the model reads, in order.
        left_out: Message ids of the turns it does not, oldest first.
        tokens: Tokens of the prompt that results.
    """

    kept: tuple[int, ...]
    left_out: tuple[str, ...]
    tokens: int


def reserve_for(max_tokens: int | None, context_size: int) -> int:
    """Tokens to keep free for the answer: what it may need, at most a quarter of the window."""
    wanted = DEFAULT_RESERVE if max_tokens is None else max_tokens
    return max(1, min(wanted, context_size // 4))


def fit_turns(
    turns: Sequence[Turn],
    costs: Sequence[int],
    *,
    overhead: int,
    context_size: int,
    reserve: int,
    overflow: OverflowPolicy = OverflowPolicy.LEAVE_OUT,
    continuing: bool = False,
) -> ContextFit:
    """Choose the turns that fit.

    Args:
        turns: System prompt (optional, first), then the chat, oldest first.
        costs: Tokens of each turn with its markup.
        overhead: Tokens of the prompt that belong to no turn (begin of text, answer header).
        context_size: Tokens of the context window.
        reserve: Tokens wanted for the answer; less is accepted for the newest message alone.
        overflow: Whether turns may be left out.
        continuing: The last turn is an answer to go on with.

    Raises:
        PromptTooLongError: The newest message does not fit even alone.
        ContextFullError: It would fit, but turns would have to be left out and ``overflow``
            forbids that, or an answer to go on with already fills the window.
    """
    pinned = 1 if turns and turns[0].role is Role.SYSTEM else 0
    total = overhead + sum(costs)
    if total <= context_size - reserve:
        return ContextFit(tuple(range(len(turns))), (), total)
    fixed = overhead + sum(costs[:pinned])
    start = _newest_question(turns, pinned)
    needed = fixed + sum(costs[start:])
    limit = context_size - min(reserve, SMALLEST_ANSWER)
    if needed > limit:
        if continuing:
            raise AnswerFillsContextError(
                tr("The answer fills the context window of {size} tokens.", size=context_size)
            )
        raise PromptTooLongError(needed, limit)
    if overflow is OverflowPolicy.REFUSE and start > pinned and total > context_size - reserve:
        raise ContextFullError(
            tr(
                "This chat needs {tokens} tokens, and the context window has room for {limit}.",
                tokens=total,
                limit=context_size - reserve,
            ),
            data=tr("Nothing was sent; your message is kept."),
        )
    while True:
        earlier = _previous_question(turns, start, pinned)
        if earlier is None:
            break
        cost = sum(costs[earlier:start])
        if needed + cost > context_size - reserve:
            break
        start, needed = earlier, needed + cost
    kept = (*range(pinned), *range(start, len(turns)))
    left_out = tuple(turn.message_id for turn in turns[pinned:start])
    return ContextFit(kept, left_out, needed)


def _newest_question(turns: Sequence[Turn], pinned: int) -> int:
    """Where the smallest history begins: the last user turn (or the last turn of all)."""
    for index in range(len(turns) - 1, pinned - 1, -1):
        if turns[index].role is Role.USER:
            return index
    return max(pinned, len(turns) - 1)


def _previous_question(turns: Sequence[Turn], start: int, pinned: int) -> int | None:
    """The user turn before ``start``, so that an exchange is kept or left out as one."""
    for index in range(start - 1, pinned - 1, -1):
        if turns[index].role is Role.USER:
            return index
    return None
