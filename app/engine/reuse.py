"""Which cells of the KV cache a prompt may use. Pure, tested on token lists.

Keys and values of a token depend on every token before it. So two things are told apart:

- A common prefix is exact: the same tokens after the same tokens, whoever asked first. Between
  owners not even that is used: how soon an answer begins would tell what another one has read.
- Cells behind a gap are not: they have attended to words that the prompt lacks. They may stay only
  where these words are still the chat's own, and are missing because the chat outgrew its context
  window (app/decisions/0007). Never between two chats, and never after words that the user took
  away: another version of a message, another system prompt, an edited summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.generation import Role, Turn

WORTH_SHIFTING = 32  # tokens; below, evaluating them again costs less than it saves
WORTH_MOVING = 128  # the same where new tokens come before them: two more calls and a turn of keys


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt, with what it was made of.

    Attributes:
        tokens: Token ids.
        conversation: Whose chat it is; empty for a request of no chat.
        turns: The turns in it, in order.
        starts: Where the text of each begins in ``tokens``; None where the template hides it.
        absent: Turns of the chat that are not in it for lack of room: left out or summed up.
        owner: Whose it is; see :class:`app.domain.generation.GenerationRequest`.
    """

    tokens: Sequence[int] = ()
    conversation: str = ""
    turns: tuple[Turn, ...] = ()
    starts: tuple[int | None, ...] = ()
    absent: frozenset[Turn] = frozenset()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """Cells that were evaluated after other words than those before them now.

    Attributes:
        start: The first of them; all that follow count as such.
        saw: The turns they attended to that the cache does not hold.
    """

    start: int
    saw: frozenset[Turn]


@dataclass(frozen=True, slots=True)
class Move:
    """A run of cells that the prompt has at another place.

    Attributes:
        at: Its place in the prompt.
        start: Its place in the cache.
        length: Its tokens.
        saw: The turns before it in the cache that are not before it in the prompt.
    """

    at: int
    start: int
    length: int
    saw: frozenset[Turn]


def common_prefix(first: Sequence[object], second: Sequence[object]) -> int:
    """How many tokens, or characters, both begin with."""
    length = min(len(first), len(second))
    if first[:length] == second[:length]:
        return length
    low, high = 0, length
    while low < high:  # the longest equal start is monotone, so halving finds it
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def may_use(moved: Moved, held: Reading, wanted: Reading) -> bool:
    """Whether a prompt may go on from cells that were moved for the one before."""
    return _same_chat(held, wanted) and moved.saw <= wanted.absent


def find_move(cells: Sequence[int], held: Reading, wanted: Reading) -> Move | None:
    """The cells that a prompt may keep behind a gap: its oldest turns went, or were summed up.

    Args:
        cells: Tokens in the cache.
        held: The prompt they were evaluated for; an answer follows it.
        wanted: The prompt.

    Returns:
        None where there are none, or too few to be worth it.
    """
    first = next((i for i, turn in enumerate(wanted.turns) if turn.role is not Role.SYSTEM), None)
    if first is None or not _same_chat(held, wanted):
        return None
    turn = wanted.turns[first]
    if not turn.message_id or turn not in held.turns:
        return None
    before = held.turns.index(turn)
    saw = frozenset(held.turns[:before]) - frozenset(wanted.turns[:first])
    old, new = held.starts[before], wanted.starts[first]
    if old is None or new is None or not saw or not saw <= wanted.absent:
        return None
    return _run(cells, wanted.tokens, old - new, new, saw)


def _run(
    cells: Sequence[int], tokens: Sequence[int], offset: int, text: int, saw: frozenset[Turn]
) -> Move | None:
    """The run through the turn whose text begins at ``text``, with the markup before it."""
    prefix = common_prefix(cells, tokens)
    at = max(prefix, text)
    if not prefix <= at + offset < len(cells):
        return None
    while at > prefix and at + offset > prefix and cells[at - 1 + offset] == tokens[at - 1]:
        at -= 1
    start = at + offset
    length = common_prefix(cells[start:], tokens[at:])
    worth = WORTH_SHIFTING if at == prefix else max(WORTH_MOVING, at - prefix)
    return Move(at, start, length, saw) if length >= worth else None


def _same_chat(held: Reading, wanted: Reading) -> bool:
    return bool(wanted.conversation) and held.conversation == wanted.conversation
