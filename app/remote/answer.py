"""A streamed reply becomes the events of an answer; what a server does wrong ends in words."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.domain.answers.reasoning import ReasoningFilter
from app.domain.endpoints.endpoint import AnswerCutError, EndpointAnswerError, EndpointError
from app.domain.generation import (
    Finished,
    GenerationEvent,
    PartAdded,
    PromptProgress,
    ReasoningDelta,
    ReasoningEnded,
    ReasoningStarted,
    StopReason,
    Timings,
    Turn,
)
from app.domain.network.secrets import hidden
from app.language import tr
from app.remote.chunks import DONE, AnswerChunk, NoChunkError, ServerUsage, read_chunks
from app.remote.letters import LetterJoiner
from app.remote.refusals import described
from app.remote.server import JSON, MOST_JSON, MOST_REFUSAL, EndpointServer
from app.remote.server_reply import (
    BrokenOffError,
    ReplyHead,
    ServerReply,
    WronglyPackedError,
)
from app.remote.sse import EventStreamReader, EventTooLargeError
from app.remote.tool_calls import ToolCalls

EVENTS = "text/event-stream"
MOST_CHARACTERS = 8_000_000  # of an answer; a server may go on for ever
_SLACK = 8  # pieces of a token that a server may send one by one
_AFTER_THE_END = 20  # events that are still read for what the answer took
_REASONS = {
    "stop": StopReason.END_OF_TURN,
    "eos": StopReason.END_OF_TURN,
    "length": StopReason.MAX_TOKENS,
    "max_tokens": StopReason.MAX_TOKENS,
    "abort": StopReason.ENGINE_DIED,
    "error": StopReason.ENGINE_DIED,
}


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """Where an answer ends at the latest.

    Attributes:
        tokens: As asked for; None for no limit.
        context: Tokens of the context window; 0 where nobody knows.
        goes_on: It goes on with an answer, which may have been at its end.
    """

    tokens: int | None = None
    context: int = 0
    goes_on: bool = False


class AnswerReader:
    """Reads one reply.

    Args:
        server: Who answers.
        limits: A server that ignores them is not listened to any longer.
        seed: What is told to have been used.
        before: The answer that is gone on with, by a server that does so itself; else None.
        echo: Its text, which llama-server says again before it goes on.
        now: A clock, in seconds.

    Attributes:
        written: Pieces of text and reasoning so far.
    """

    def __init__(
        self,
        server: EndpointServer,
        limits: AnswerLimits,
        seed: int | None,
        before: Turn | None = None,
        echo: str = "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._name = server.endpoint.name
        self._limits = limits
        self._seed = seed
        self._echo, self._held = echo, ""
        self._goes_on = limits.goes_on
        self._chosen = False  # a piece of an answer came, if only its end
        self._filter = ReasoningFilter(before, clock=now)
        self._now = now
        self._began = now()
        self._first = self._last = 0.0
        self._thinking: float | None = None
        self._characters = 0
        self._thoughts, self._words = LetterJoiner(), LetterJoiner()
        self._calls = ToolCalls()
        self._worded = False  # it has words, and not only what it thought
        self._usage = ServerUsage()
        self._finish = ""
        self.written = 0

    def events(self, head: ReplyHead, reply: ServerReply) -> Iterator[GenerationEvent]:
        """The events of an answer, ``Finished`` last.

        Raises:
            CancelledError: The user stopped it.
            AnswerCutError: The connection ended in the middle of it, or it had no end.
            EndpointError: It is none, or the server says that something went wrong.
        """
        for chunk in self._chunks(head, reply):
            if chunk.error is not None:
                raise self._failure(chunk.error)
            yield from self._of_chunk(chunk)
            if self._is_over(chunk):
                raise self._endless()
        if self._thinking is not None:
            yield self._end_of_thought()
        # The beginning of what stood there before, said and not finished; the half of a letter.
        if left := self._held + self._words.end():
            yield from self._filter.feed(left, 1)
        yield from self._filter.end()
        yield from map(PartAdded, self._calls.parts())
        reason = self._reason()
        self._check_answered()
        yield self.finished(reason)

    def finished(self, reason: StopReason) -> Finished:
        """The last event."""
        return Finished(reason, self._timings(), self._seed)

    # --- from bytes to chunks -----------------------------------------------------------------

    def _chunks(self, head: ReplyHead, reply: ServerReply) -> Iterator[AnswerChunk]:
        if head.kind == JSON:  # it does not stream
            yield from self._whole(reply)
        elif head.kind in {EVENTS, "text/plain", ""}:
            yield from self._streamed(head, reply)
        else:
            raise self._server.no_answer(head.kind)

    def _whole(self, reply: ServerReply) -> Iterator[AnswerChunk]:
        try:
            value = json.loads(reply.body(MOST_JSON))
            data = json.dumps(value)
        except WronglyPackedError as error:
            raise self._server.wrongly_packed(error) from error
        except BrokenOffError as error:
            raise self._cut(str(error)) from error
        except (ValueError, RecursionError) as error:
            raise self._server.no_answer(JSON) from error
        if isinstance(value, dict) and not value.get("choices") and value.get("error") is None:
            raise self._server.no_answer(JSON)
        try:
            for chunk in read_chunks(data):
                self._finish = chunk.finish or "stop"
                yield chunk
        except NoChunkError as error:
            raise self._server.no_answer(JSON) from error

    def _streamed(self, head: ReplyHead, reply: ServerReply) -> Iterator[AnswerChunk]:
        reader = EventStreamReader()
        after = 0
        try:
            for piece in reply.pieces():
                for data in reader.feed(piece):
                    if data == DONE:
                        self._finish = self._finish or "stop"
                        return
                    for chunk in read_chunks(data):
                        self._finish = chunk.finish or self._finish
                        yield chunk
                    after += bool(self._finish)
                    if after > _AFTER_THE_END:
                        return
            for data in reader.finish():
                if data == DONE:
                    self._finish = self._finish or "stop"
                elif not self._finish:
                    yield from self._last_chunk(data)
        except WronglyPackedError as error:
            wrong = self._server.wrongly_packed(error)
            wrong.data = self._kept() or wrong.data
            raise wrong from error
        except BrokenOffError as error:
            if not self._finish:
                raise self._cut(str(error)) from error
        except EventTooLargeError as error:
            raise EndpointAnswerError(
                tr("{name} sent a piece of an answer that is far too large.", name=self._name),
                data=self._kept(),
            ) from error
        except NoChunkError as error:
            if not self.written and head.kind != EVENTS:
                raise self._server.no_answer(head.kind) from error
            raise EndpointAnswerError(
                tr("{name} sent a piece of an answer that cannot be read.", name=self._name),
                data=self._kept(),
                detail=type(error).__name__,
            ) from error
        if not self._finish:
            raise self._cut("no end was told")  # not shown: technical

    def _last_chunk(self, data: str) -> Iterator[AnswerChunk]:
        """What stands before the end without a line end: whole, or the half of an event."""
        try:
            for chunk in read_chunks(data):
                self._finish = chunk.finish
                yield chunk
        except NoChunkError as error:
            raise self._cut("half an event") from error  # not shown: technical

    # --- from chunks to events ----------------------------------------------------------------

    def _of_chunk(self, chunk: AnswerChunk) -> Iterator[GenerationEvent]:
        self._chosen = self._chosen or chunk.chosen
        if chunk.usage is not None:
            self._usage = _more(self._usage, chunk.usage)
        if chunk.read is not None and not self.written:
            yield self._progress(*chunk.read)
        thought, said = self._thoughts.feed(chunk.reasoning), self._words.feed(chunk.text)
        if thought or said:
            self._last = self._now()
            self._first = self._first or self._last
            self.written += 1
            self._characters += len(thought) + len(said)
        self._characters += self._calls.take(chunk.calls)
        if thought:
            if self._thinking is None:
                self._thinking = self._now()
                yield ReasoningStarted()
            yield ReasoningDelta(thought)
        if said:
            if self._thinking is not None:
                yield self._end_of_thought()
            if text := self._without_echo(said):
                self._worded = self._worded or not text.isspace()
                yield from self._filter.feed(text, 1)

    def _without_echo(self, text: str) -> str:
        """What is new of a text: nothing while it may be what stood there before."""
        self._held += text
        if self._echo and self._echo != self._held and self._echo.startswith(self._held):
            return ""
        new = self._held.removeprefix(self._echo)
        self._echo = self._held = ""
        return new

    def _end_of_thought(self) -> ReasoningEnded:
        began, self._thinking = self._thinking, None
        return ReasoningEnded(self._now() - (began or 0.0))

    def _progress(self, done: int, total: int) -> PromptProgress:
        taken = self._now() - self._began
        left = taken * (total - done) / done if 0 < done < total else None
        return PromptProgress(done, max(done, total), left)

    def _is_over(self, chunk: AnswerChunk) -> bool:
        """Whether the answer is longer than was asked for: the server does not stop by itself."""
        if chunk.finish:
            return False
        most = self._limits.tokens or self._limits.context
        return bool(most and self.written > _SLACK * most) or self._characters > MOST_CHARACTERS

    def _check_answered(self) -> None:
        """See that there is an answer; one that is gone on with may have been at its end.

        Raises:
            EndpointAnswerError: There is none.
        """
        if self._calls and not self._worded:
            raise self._calls.instead_of_words(self._name)
        if self.written or (self._chosen and self._goes_on):
            return
        raise EndpointAnswerError(
            tr("{name} ended its answer before the first word.", name=self._name),
            action=tr("Ask again. If it stays so, look at what that server says in its own log."),
        )

    def _reason(self) -> StopReason:
        if self._finish == "content_filter":
            raise EndpointError(
                tr("A filter of {name} ended the answer.", name=self._name),
                data=tr("What came before it is kept."),
                action=tr("Ask in other words."),
            )
        reason = _REASONS.get(self._finish, StopReason.END_OF_TURN)
        if reason is StopReason.ENGINE_DIED:
            raise self._cut(self._finish)
        if reason is StopReason.MAX_TOKENS and self._limits.tokens is None:
            return StopReason.CONTEXT_FULL
        return reason

    def _timings(self) -> Timings:
        """By the server's clock where it tells, else by this one."""
        usage, now = self._usage, self._last or self._now()
        first = self._first or now
        return Timings(
            prompt_tokens=usage.prompt_tokens,
            evaluated_tokens=max(0, usage.prompt_tokens - usage.cached_tokens),
            completion_tokens=usage.completion_tokens or self.written,
            prompt_seconds=usage.prompt_seconds or first - self._began,
            completion_seconds=usage.completion_seconds or now - first,
        )

    # --- what goes wrong ----------------------------------------------------------------------

    def _cut(self, detail: str) -> AnswerCutError:
        data = action = None
        if not self.written:
            data = tr("Nothing of it had come.")
            action = tr("See that the server still runs, then ask again.")
        detail = hidden(detail, self._server.key)
        return AnswerCutError(
            tr("The connection to {name} ended in the middle of the answer.", name=self._name),
            data=data,
            action=action,
            detail=detail,
        )

    def _endless(self) -> AnswerCutError:
        """The error for an answer that goes on where it was to end."""
        return AnswerCutError(
            tr("{name} did not end its answer, so Phial ended it.", name=self._name),
            detail=f"after {self.written} pieces",  # not shown: technical
        )

    def _failure(self, error: object) -> EndpointError:
        """What a server says went wrong after it had begun."""
        code = error.get("code") if isinstance(error, dict) else None
        status = code if type(code) is int and 400 <= code < 600 else 500
        found = described(self._server.endpoint, status, error, self._server.key)
        found.data = self._kept() or found.data
        return found

    def _kept(self) -> str | None:
        """What the error means for the answer; None where nothing of it had come."""
        return tr("What came before it is kept.") if self.written else None


def refused(head: ReplyHead, reply: ServerReply) -> bytes | None:
    """What a refusal says; None where the reply is none."""
    if 200 <= head.status < 300:
        return None
    try:
        return reply.body(MOST_REFUSAL)
    except BrokenOffError:
        return b""


def _more(known: ServerUsage, told: ServerUsage) -> ServerUsage:
    """What is known, with what was told later."""
    new = {name: getattr(told, name) for name in ServerUsage.__slots__ if getattr(told, name)}
    return replace(known, **new)
