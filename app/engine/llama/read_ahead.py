"""Reading before the question is sent: what is certain of the prompt, in steps that end early."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.domain.errors import ContextFullError, LoadCancelledError, PromptTooLongError
from app.domain.generation import ReadAheadProgress, ReadAheadRequest, Role, Turn
from app.engine.base import Cancel
from app.engine.llama.decode import SMALLEST_CHUNK
from app.engine.llama.prompt_assembly import AssembledPrompt, assemble, with_question
from app.engine.llama.session import Session
from app.engine.reuse import Reading, common_prefix

# At most, and 64 tokens at least where so many are left: 14 B on two cores reads ten tokens a
# second in such, and would read 2.6 in steps of 8 (decision 34). A question that was typed needs
# the step under way, and whoever asks something else ends it.
STEP_SECONDS = 4.0
LONGEST_WORD = 24  # characters; where no blank comes, what is further back is taken as certain
# What a word may begin with: what both make of the text before it, the word that comes will too.
_BEGINNINGS = ("a", "1")


@dataclass(frozen=True, slots=True)
class _Certain:
    """What is certain of a prompt.

    Attributes:
        reading: It.
        sent: Tokens of it before the question.
        overgrown: Messages are left out.
    """

    reading: Reading
    sent: int
    overgrown: bool


class ReadAhead:
    """One reading ahead.

    Args:
        session: The loaded model.
        asked: What may be asked soon.
        cancel: Ends it, after the step that is under way.
        busy: Whether somebody waits for the engine.
    """

    def __init__(
        self,
        session: Session,
        asked: ReadAheadRequest,
        cancel: Cancel,
        busy: Callable[[], bool],
    ) -> None:
        self._session = session
        self._asked = asked
        self._cancel = cancel
        self._busy = busy

    def steps(self) -> Iterator[ReadAheadProgress]:
        """How far it is, from the beginning on; none where there is nothing to read."""
        session, request = self._session, self._asked.request
        try:
            certain = self._certain()
        except (PromptTooLongError, ContextFullError, LoadCancelledError):
            return  # whoever sends it is told
        wanted = certain.reading
        allowed = session.begin_ahead(
            wanted,
            certain.sent,
            private=request.private,
            overgrown=certain.overgrown,
            busy=self._busy,
        )
        if not allowed:
            return
        restored, total = self._restore(wanted.tokens), len(wanted.tokens)
        decoder = session.decoder
        yield ReadAheadProgress(len(decoder.kv.tokens), total, restored)
        before = decoder.evaluated
        for done, seconds in decoder.prefill(
            wanted.tokens, self._stopped, most_seconds=STEP_SECONDS
        ):
            tokens, before = decoder.evaluated - before, decoder.evaluated
            session.costs.record_prompt(tokens, seconds)
            if session.kv_state is not None and tokens >= SMALLEST_CHUNK:
                session.kv_state.rates.record_prompt(tokens, seconds)
            yield ReadAheadProgress(done, total, restored)

    def _stopped(self) -> bool:
        return self._cancel.is_set() or self._busy()

    def _restore(self, tokens: Sequence[int]) -> int:
        """Bring back from disk what was read in an earlier visit."""
        keeper = self._session.kv_state
        return keeper.restore(tokens, self._cancel.is_set)[0] if keeper is not None else 0

    def _certain(self) -> _Certain:
        """What the prompt begins with, whatever is typed behind the last whole word."""
        request, draft = self._asked.request, self._asked.draft
        question = Turn(Role.USER, draft if draft.strip() else _BEGINNINGS[0])
        request = replace(request, turns=(*request.turns, question), continue_answer=False)
        prompt = assemble(self._session, request)
        tokens = self._common(prompt, prompt.reading.tokens, settled(draft))
        sent = len(self._common(prompt, tokens, ""))
        reading = prompt.reading
        certain = Reading(tokens, reading.conversation, absent=reading.absent)
        return _Certain(certain, sent, bool(prompt.left_out))

    def _common(self, prompt: AssembledPrompt, tokens: Sequence[int], text: str) -> Sequence[int]:
        """What ``tokens`` begin with also where the question is ``text`` and another word."""
        for beginning in _BEGINNINGS:
            other = with_question(self._session, prompt, text + beginning)
            tokens = tokens[: common_prefix(tokens, other)]
        return tokens


def settled(draft: str) -> str:
    """A draft up to where its last word begins, with the blanks before that.

    A word that is being typed may become another token with its next letter. In scripts without
    blanks only the last few letters can.
    """
    end = len(draft)
    while end > 0 and not draft[end - 1].isspace():
        end -= 1
    return draft[: max(end, len(draft) - LONGEST_WORD)] if draft.strip() else ""
