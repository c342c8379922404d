"""uvicorn's HTTP, with bounds on what a connection may cost: it has none before the first request.

A client that sends its request a byte at a time, or does not read what it is sent, is let go, and
so are connections beyond a number that no program of this computer needs.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.language import tr
from app.serving.refusals import RefusedError, wire_error
from app.serving.sending import to_json

MOST_CONNECTIONS = 256
HEAD_SECONDS = 10.0  # in which the head of a request must have come
READ_SECONDS = 60.0  # in which a client must have read some of what it was sent


class BoundedProtocol(H11Protocol):
    """One connection."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client came."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """A client sent something."""
        super().data_received(data)
        self._expect_head()

    def on_response_complete(self) -> None:
        """A request was answered; another one may be under way behind it."""
        super().on_response_complete()
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client is gone."""
        for timer in (self._head, self._unread):
            if timer is not None:
                timer.cancel()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """A client does not read as fast as it is sent to."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It has read."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's words
        """What came is no HTTP: said as everything else is."""
        body = to_json(wire_error(RefusedError(tr("That is no HTTP request."))).body)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            events = (
                h11.Response(status_code=400, headers=headers),
                h11.Data(data=body),
                h11.EndOfMessage(),
            )
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _expect_head(self) -> None:
        """Begin or end to wait for the head of a request."""
        waits = self.cycle is None or self.cycle.response_complete
        if waits and self._head is None:
            self._head = self.loop.call_later(HEAD_SECONDS, self._too_slow)
        elif not waits and self._head is not None:
            self._head.cancel()
            self._head = None

    def _too_slow(self) -> None:
        self._head = None
        if not self.transport.is_closing():
            self.transport.close()
