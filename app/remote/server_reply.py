"""One request to a server and its reply, read on a thread of its own: Stop waits for nobody.

A reply may not begin for minutes, while a server reads a long chat. So a thread connects and
receives, and the caller looks at what came and at its cancel flag. Closing shuts the socket down,
which is how a server learns that nobody wants the rest.
"""

from __future__ import annotations

import http.client
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from app.domain.errors import KnownError
from app.network.connector import Interrupter
from app.remote.packing import DEFLATE, GZIP, NOT_PACKED, Unpacker, UnpackingError

POLL_SECONDS = 0.05  # how soon a set flag is seen while nothing comes
_PIECE = 64 * 1024
_MOST_WAITING = 64  # pieces; a server that is faster than its reader waits
_MOST_LEAVING = 0.3  # seconds that its thread is waited for; looking up a name ends when it likes


class Flag(Protocol):
    """A cancel flag; ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether to stop."""


class CancelledError(Exception):
    """The flag was set; the connection is closed."""


class WentOfflineError(Exception):
    """Offline was switched on meanwhile; the connection is closed."""


class BrokenOffError(Exception):
    """The connection ended before the reply did."""


class WronglyPackedError(BrokenOffError):
    """What came cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class ReplyHead:
    """Status and headers of a reply.

    Attributes:
        status: Of HTTP.
        kind: Its content type, in small letters, without parameters.
        headers: All of them.
        packed: How its body is packed, where nobody here can unpack that: it is left out then.
    """

    status: int
    kind: str
    headers: dict[str, str]
    packed: str = ""


_End = BrokenOffError | KnownError | None
Connect = Callable[[Interrupter], http.client.HTTPResponse]
OnOffline = Callable[[Callable[[], None]], Callable[[], None]]


class ServerReply:
    """A reply while it comes; a context manager that closes the connection.

    Args:
        connect: Sends the request; runs on the reply's thread.
        cancel: Ends it from outside.
        stall_seconds: Silence after which the connection is given up.
        on_offline: Has a function called when Offline goes on, until what it returns is called.
    """

    def __init__(
        self, connect: Connect, cancel: Flag, stall_seconds: float, on_offline: OnOffline
    ) -> None:
        self._connect = connect
        self._cancel = cancel
        self._interrupter = Interrupter(stall_seconds)
        self._arrived: queue.Queue[ReplyHead | bytes | _End] = queue.Queue(_MOST_WAITING)
        self._closed = threading.Event()
        self._offline = threading.Event()
        self._forget = on_offline(self._go_offline)
        self._thread = threading.Thread(target=self._receive, name="endpoint-reply", daemon=True)
        self._thread.start()

    def __enter__(self) -> ServerReply:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection. May be called twice.

        What it took is then known to the list of connections, even if the program ends now.
        """
        self._forget()
        self._closed.set()
        self._interrupter.interrupt()
        self._thread.join(_MOST_LEAVING)

    def _go_offline(self) -> None:
        """Nothing more may come. On the thread that turns the switch."""
        self._offline.set()
        self._interrupter.interrupt()

    def head(self) -> ReplyHead:
        """Wait for status and headers.

        Raises:
            CancelledError: The flag was set first.
            WentOfflineError: Offline was switched on first.
            BrokenOffError: The connection ended first.
            KnownError: There was none; why.
        """
        head = self._next()
        assert isinstance(head, ReplyHead)  # noqa: S101 - what comes first, if anything does
        return head

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes.

        Raises:
            CancelledError: The flag was set.
            WentOfflineError: Offline was switched on.
            WronglyPackedError: It says that it is packed, and cannot be unpacked.
            BrokenOffError: The connection ended before the body did.
        """
        while (piece := self._next()) is not None:
            assert isinstance(piece, bytes)  # noqa: S101 - after the head there is nothing else
            yield piece

    def body(self, most: int) -> bytes:
        """The whole body, at most so many bytes of it.

        Raises:
            As :meth:`pieces`.
        """
        found = bytearray()
        for piece in self.pieces():
            found += piece
            if len(found) >= most:
                break
        return bytes(found[:most])

    def _next(self) -> ReplyHead | bytes | None:
        while True:
            if self._cancel.is_set():
                self.close()
                raise CancelledError
            offline = self._offline.is_set()  # looked at first: what came before it is kept
            try:
                arrived = self._arrived.get(timeout=0 if offline else POLL_SECONDS)
            except queue.Empty:
                if not offline:
                    continue
                arrived = None
            if self._offline.is_set() and (arrived is None or isinstance(arrived, Exception)):
                self.close()
                raise WentOfflineError
            if isinstance(arrived, Exception):
                raise arrived
            return arrived

    # --- on the reply's thread -------------------------------------------------------------

    def _receive(self) -> None:
        ended: _End = BrokenOffError("a bug")  # not shown: what else nobody would hear of
        try:
            ended = self._receive_all()
        finally:
            self._put(ended)

    def _receive_all(self) -> _End:
        """Hand over the reply; how it ended."""
        try:
            response = self._connect(self._interrupter)
        except KnownError as error:
            return error
        with response:
            kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
            packing = (response.getheader("Content-Encoding") or "").strip().lower()
            strange = "" if packing in NOT_PACKED | GZIP | DEFLATE else packing
            head = ReplyHead(response.status, kind, dict(response.getheaders()), strange)
            self._put(head)
            if strange:
                return None
            unpacker = None if packing in NOT_PACKED else Unpacker(packing)
            return self._receive_body(response, unpacker)

    def _receive_body(
        self, response: http.client.HTTPResponse, unpacker: Unpacker | None
    ) -> BrokenOffError | None:
        try:
            while piece := response.read1(_PIECE):
                pieces = (piece,) if unpacker is None else unpacker.pieces(piece)
                if not all(map(self._put, pieces)) or (unpacker is not None and unpacker.ended):
                    return None
        except UnpackingError as error:
            return WronglyPackedError(repr(error))
        except (OSError, ValueError, http.client.HTTPException) as error:
            # ValueError: what the TLS layer says of a socket that was shut down.
            return BrokenOffError(repr(error))
        short = response.length  # of a body that told its length
        if short or (unpacker is not None and not unpacker.whole):
            return BrokenOffError(f"{short or 'some'} bytes short")  # not shown: technical
        return None

    def _put(self, arrived: ReplyHead | bytes | _End) -> bool:
        """Hand over; False where nobody wants it any more."""
        while not self._closed.is_set():
            try:
                self._arrived.put(arrived, timeout=POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False
