"""Responses: JSON, and the events of an answer as they come."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.domain.errors import EngineDiedError, EngineError, KnownError
from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationEvent,
    ReasoningDelta,
    StopReason,
    TextDelta,
)
from app.domain.network.serving import ServedEvent, ServedFailure
from app.language import tr
from app.serving.answers import Ticket
from app.serving.refusals import WireError, wire_error
from app.serving.replies import AnswerFrame

_WANTED = (ContextFitted, TextDelta, ReasoningDelta, Finished, ServedFailure)
QUIET_SECONDS = 15.0  # without a word, a stream says that it is still there
_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def to_json(data: object) -> bytes:
    """JSON in ASCII, which half a character does not break."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).encode("ascii")


class JsonResponse(Response):
    """A response that is one object."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """See :class:`starlette.responses.Response`."""
        return to_json(content)

    @classmethod
    def of_error(cls, refusal: WireError) -> JsonResponse:
        """An error."""
        return cls(refusal.body, refusal.status)


class Mailbox:
    """Events on their way from the engine's executor to the event loop. Made on the loop.

    While an answer is written all cores compute, and each turn of the loop costs it some time. So
    there is one wake for all that waits, and one timer for all events.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: list[ServedEvent] = []
        self._lock = threading.Lock()
        self._open = True
        self._news = self._loop.create_future()
        self._taken = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._quiet = False

    def put(self, event: ServedEvent) -> None:
        """From any thread; nothing once it is closed, and nothing that no client is sent."""
        with self._lock:
            if self._open and isinstance(event, _WANTED):
                self._waiting.append(event)
                if len(self._waiting) == 1:
                    self._loop.call_soon_threadsafe(self._wake)

    def close(self) -> None:
        """Nobody reads any more, and soon there may be no loop. On the loop."""
        with self._lock:
            self._open = False
        if self._timer is not None:
            self._timer.cancel()

    async def take(self) -> list[ServedEvent]:
        """All that has come since, once there is something; nothing after a quiet while."""
        if self._timer is None:
            self._timer = self._loop.call_later(QUIET_SECONDS, self._look)
        while True:
            with self._lock:
                found, self._waiting = self._waiting, []
            if found or self._quiet:
                self._quiet, self._taken = False, self._loop.time()
                return found
            self._news = self._loop.create_future()
            await self._news

    def _wake(self) -> None:
        if not self._news.done():
            self._news.set_result(None)

    def _look(self) -> None:
        left = self._taken + QUIET_SECONDS - self._loop.time()
        if left <= 0:
            self._quiet, left = True, QUIET_SECONDS
            self._wake()
        self._timer = self._loop.call_later(left, self._look)


class AnswerResponse:
    """The answer to one request, whole or as a stream of server-sent events.

    The status is known only when the engine has taken the prompt or refused it, so nothing is sent
    before that. A client that hangs up frees the engine.

    Args:
        ticket: The answer that was asked for.
        mailbox: Where its events come.
        reply: Its frame.
        stream: Whether it is sent as it comes.
    """

    def __init__(
        self, ticket: Ticket, mailbox: Mailbox, reply: AnswerFrame, *, stream: bool
    ) -> None:
        self._ticket = ticket
        self._mailbox = mailbox
        self._reply = reply
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        watch = asyncio.create_task(self._watch(receive))
        try:
            if self._stream:
                await self._send_stream(scope, receive, send)
            else:
                response = await self._whole()
                await response(scope, receive, send)
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            self._mailbox.close()
            self._ticket.cancel()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._ticket.cancel()

    async def _whole(self) -> JsonResponse:
        events: list[GenerationEvent] = []
        while True:
            for event in await self._mailbox.take():
                failed = _failure(event)
                if failed is not None:
                    return JsonResponse.of_error(wire_error(failed))
                if isinstance(event, Finished):
                    return JsonResponse(self._reply.whole(events, event))
                if not isinstance(event, ServedFailure):
                    events.append(event)

    async def _send_stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        events = await self._mailbox.take()
        while not events:
            events = await self._mailbox.take()
        failed = _failure(events[0])
        if failed is not None:
            await JsonResponse.of_error(wire_error(failed))(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
        async for piece in self._pieces(events):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pieces(self, events: list[ServedEvent]) -> AsyncIterator[bytes]:
        """The stream's bytes from ``events`` on; what comes at once is one piece."""
        opening = self._reply.opening()
        piece = _event(opening) if opening is not None else b""
        while True:
            if not events:
                yield b": the prompt is being read\n\n"  # not shown: for programs
            said = False
            for event in events:
                failed = _failure(event)
                if failed is not None:
                    yield piece + _event(wire_error(failed).body)
                    return
                if isinstance(event, Finished):
                    chunks = b"".join(map(_event, self._reply.closing(event)))
                    yield piece + chunks + b"data: [DONE]\n\n"
                    return
                if isinstance(event, ServedFailure):
                    continue
                chunk = self._reply.chunk(event)
                if chunk is not None:
                    piece += _event(chunk)
                    said = True
            if said:
                yield piece
                piece = b""
            events = await self._mailbox.take()


def _failure(event: ServedEvent) -> KnownError | None:
    """Why an answer that ends with ``event`` is not what was asked for; None where it is."""
    match event:
        case ServedFailure(error):
            return error
        case Finished(reason=StopReason.STOPPED):
            return EngineError(tr("The answer was stopped in Phial."), data="", action="")
        case Finished(reason=StopReason.ENGINE_DIED):
            return EngineDiedError(tr("The engine ended in the middle of the answer."), data="")
    return None


def _event(data: object) -> bytes:
    return b"data: " + to_json(data) + b"\n\n"
