"""Summaries, written by the model, that stand in the prompt for turns that no longer fit.

A summary belongs to the last message it stands for and covers everything before it. The messages
stay as they are; the summary is shown where they end and can be edited.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.context import fit_turns, reserve_for
from app.domain.errors import ContextFullError, PromptTooLongError
from app.domain.generation import (
    GREEDY,
    Finished,
    GenerationRequest,
    OverflowPolicy,
    PromptProgress,
    Role,
    StopReason,
    TextDelta,
    Turn,
)
from app.domain.model import LoadedModel
from app.engine.base import Cancel, Engine
from app.services.chat.prompt_messages import newest_question, newest_summary, with_summary
from app.services.library.library_service import LibraryService

QUESTION = (  # not shown: read by the model
    "Summarise this conversation{until}. You will read the summary in its place, so keep names, "
    "numbers, code identifiers, decisions, what the user wants, and what is still open. At most "
    "200 words, in the language of the conversation. Answer with the summary only."
)
UNTIL = " up to and including the message that begins \u201c{start}\u201d"  # not shown
MOST_TOKENS = 400
START_CHARACTERS = 60
_log = logging.getLogger(__name__)

SummaryProgress = Callable[[PromptProgress | None, int], None]


@dataclass(frozen=True, slots=True)
class ShortenedRequest:
    """A request that fits.

    Attributes:
        request: With a summary in place of the oldest turns, where that was needed.
        replaced: Ids of the messages the summary stands for.
    """

    request: GenerationRequest
    replaced: tuple[str, ...] = ()


class Summariser:
    """Replaces turns that fall out by a summary. On the engine's executor only."""

    def __init__(self, engine: Engine, library: LibraryService) -> None:
        self._engine = engine
        self._library = library

    def shorten(
        self, request: GenerationRequest, loaded: LoadedModel, cancel: Cancel, tell: SummaryProgress
    ) -> ShortenedRequest:
        """Make a request fit; the engine is asked for a summary only where none serves.

        Args:
            request: What was asked, all turns.
            loaded: The model that will answer.
            cancel: Stops.
            tell: Called while a summary is made, with how many messages it covers.

        Returns:
            The request as it came where it fits, or where no summary could be made: the engine
            then leaves the oldest turns out.

        Raises:
            EngineDiedError: The engine died.
        """
        turns = request.turns
        served = self.with_known(request, loaded)
        shorter = served.request.turns
        if self._fits(shorter, request, loaded):
            return served
        known = self._library.chats.summaries(request.conversation_id)
        covered = self._covered(shorter, request, loaded)
        if not covered:
            return served
        until = next(i for i in range(len(turns)) if turns[i].message_id == covered[-1])
        made = self._write(served.request, turns[until], loaded, cancel, tell, len(covered))
        if not made:
            return served
        self._library.set_summary(covered[-1], made, by_user=False)
        return _shortened(request, until, made, known)

    def with_known(self, request: GenerationRequest, loaded: LoadedModel) -> ShortenedRequest:
        """A request with the newest summary there is, where it does not fit without one."""
        if self._fits(request.turns, request, loaded):
            return ShortenedRequest(request)
        known = self._library.chats.summaries(request.conversation_id)
        at, text = newest_summary(request.turns, known)
        return _shortened(request, at, text, known) if text else ShortenedRequest(request)

    def _covered(
        self, turns: Sequence[Turn], request: GenerationRequest, loaded: LoadedModel
    ) -> tuple[str, ...]:
        """Messages a new summary shall cover: so many that the next few turns need no other."""
        try:
            fitted = fit_turns(
                turns,
                self._costs(turns, loaded),
                overhead=loaded.answer_tokens,
                context_size=loaded.context_size,
                reserve=loaded.context_size // 2,
                continuing=request.continue_answer,
            )
        except (PromptTooLongError, ContextFullError):
            return ()  # the engine says so, with the exact counts
        return fitted.left_out

    def _write(
        self,
        request: GenerationRequest,
        until: Turn,
        loaded: LoadedModel,
        cancel: Cancel,
        tell: SummaryProgress,
        covered: int,
    ) -> str:
        """Ask for a summary; empty where none came."""
        tell(None, covered)
        limit = max(16, min(MOST_TOKENS, loaded.context_size // 8))
        asked = replace(
            request,
            turns=self._question(request.turns, until, loaded, limit),
            sampling=GREEDY.with_limit(limit),
            overflow=OverflowPolicy.LEAVE_OUT,
            continue_answer=False,
            grammar="",
            calculator=False,
            private=True,  # no snapshot for the sake of a summary
        )
        pieces: list[str] = []
        try:
            for event in self._engine.generate(asked, cancel):
                match event:
                    case TextDelta(text):
                        pieces.append(text)
                    case PromptProgress():
                        tell(event, covered)
                    case Finished(reason=StopReason.STOPPED | StopReason.ENGINE_DIED):
                        return ""
        except (PromptTooLongError, ContextFullError) as error:
            _log.warning("No summary was made: %s", error.what)
            return ""
        return "".join(pieces).strip()

    def _question(
        self, turns: tuple[Turn, ...], until: Turn, loaded: LoadedModel, limit: int
    ) -> tuple[Turn, ...]:
        """What is asked, behind as much of the chat as the KV cache holds already if that fits.

        The whole chat up to the new question is what was read last. Asked behind it, nothing is
        read again, and the turns that stay remain in the cache.
        """
        start = " ".join(until.content.split())[:START_CHARACTERS]
        whole = turns[: newest_question(turns)]
        question = Turn(Role.USER, QUESTION.format(until=UNTIL.format(start=start)))
        needed = sum(self._costs((*whole, question), loaded)) + loaded.answer_tokens + limit
        if needed <= loaded.context_size:
            return (*whole, question)
        end = next(i for i, turn in enumerate(turns) if turn.message_id == until.message_id)
        return (*turns[: end + 1], Turn(Role.USER, QUESTION.format(until="")))

    def _fits(self, turns: Sequence[Turn], request: GenerationRequest, loaded: LoadedModel) -> bool:
        size = loaded.context_size
        total = sum(self._costs(turns, loaded)) + loaded.answer_tokens
        return total <= size - reserve_for(request.sampling.max_tokens, size)

    def _costs(self, turns: Sequence[Turn], loaded: LoadedModel) -> list[int]:
        counts = self._engine.count_tokens([turn.content for turn in turns])
        return [count + loaded.turn_tokens for count in counts]


def _shortened(
    request: GenerationRequest, at: int, text: str, known: Mapping[str, str]
) -> ShortenedRequest:
    """``request`` with the summary ``text`` in place of its turns up to index ``at``.

    Args:
        request: All turns.
        at: Index of the last turn that the summary stands for.
        text: The summary.
        known: Summaries by the id of the last message they stand for; older ones are covered too.
    """
    turns = request.turns
    replaced = tuple(turn.message_id for turn in turns[: at + 1] if turn.message_id)
    earlier = tuple(
        with_summary(turns, index, known[turn.message_id])[0]
        for index, turn in enumerate(turns[:at])
        if known.get(turn.message_id)
    )
    shorter = with_summary(turns, at, text)
    return ShortenedRequest(
        replace(request, turns=shorter, summarised=turns[: at + 1] + earlier), replaced
    )
