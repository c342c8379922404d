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
    """Events on their way from the engine's executor to the event loop. Made on the loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[ServedEvent] = asyncio.Queue()
        self._lock = threading.Lock()
        self._open = True

    def put(self, event: ServedEvent) -> None:
        """From any thread; nothing once it is closed, and nothing that no client is sent."""
        with self._lock:
            if self._open and isinstance(event, _WANTED):
                self._loop.call_soon_threadsafe(self._queue.put_nowait, event)

    def close(self) -> None:
        """Nobody reads any more, and soon there may be no loop."""
        with self._lock:
            self._open = False

    async def get(self) -> ServedEvent:
        """The next event."""
        return await self._queue.get()


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
            event = await self._mailbox.get()
            failed = _failure(event)
            if failed is not None:
                return JsonResponse.of_error(wire_error(failed))
            if isinstance(event, Finished):
                return JsonResponse(self._reply.whole(events, event))
            if not isinstance(event, ServedFailure):
                events.append(event)

    async def _send_stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = await self._first()
        failed = _failure(first)
        if failed is not None:
            await JsonResponse.of_error(wire_error(failed))(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
        async for piece in self._pieces(first):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _first(self) -> ServedEvent:
        """The first event that says whether there will be an answer."""
        while True:
            event = await self._mailbox.get()
            if isinstance(event, ContextFitted | TextDelta | Finished | ServedFailure):
                return event

    async def _pieces(self, event: ServedEvent) -> AsyncIterator[bytes]:
        """The stream's bytes from ``event`` on; what comes at once is one piece."""
        opening = self._reply.opening()
        before = _event(opening) if opening is not None else b""
        while True:
            failed = _failure(event)
            if failed is not None:
                yield before + _event(wire_error(failed).body)
                return
            if isinstance(event, Finished):
                chunks = b"".join(map(_event, self._reply.closing(event)))
                yield before + chunks + b"data: [DONE]\n\n"
                return
            if not isinstance(event, ServedFailure):
                said = self._reply.chunk(event)
                if said is not None:
                    yield before + _event(said)
                    before = b""
            while True:
                try:
                    async with asyncio.timeout(QUIET_SECONDS):
                        event = await self._mailbox.get()
                    break
                except TimeoutError:
                    yield b": the prompt is being read\n\n"  # not shown: for programs


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
