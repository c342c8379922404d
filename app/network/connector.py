"""Connections of HTTP that can be interrupted from another thread, behind the offline gate.

``http.client`` under ``urllib.request``: it knows proxies, and its body can be received into the
caller's own buffer. No redirect is followed here; the caller decides.
"""

from __future__ import annotations

import base64
import functools
import http.client
import io
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from app.domain.download import NetworkError, StalledError
from app.language import tr
from app.network.connection_log import OpenConnection
from app.network.gate import NetworkGate
from app.network.proxies import proxy_for
from app.network.replies import certificate_error

CONNECT_SECONDS = 15.0
STALL_SECONDS = 45.0  # nothing came for so long: the connection is given up


class Interrupter:
    """Holds the open socket of a transfer, so that another thread can wake its reader.

    Args:
        stall: Seconds of silence after which the reader wakes by itself.
    """

    def __init__(self, stall: float) -> None:
        self._stall = stall
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._interrupted = False

    def hold(self, connection: socket.socket) -> None:
        """Take the socket of a connection that was just made."""
        connection.settimeout(self._stall)
        with self._lock:
            self._socket = connection
            interrupted = self._interrupted
        if interrupted:
            self.interrupt()

    def interrupt(self) -> None:
        """Wake whoever reads, with an error; what is connected later is ended at once."""
        with self._lock:
            self._interrupted = True
            connection = self._socket
        if connection is not None:
            # Not SSLSocket.shutdown: it clears the TLS state under the reader's feet.
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _CountedReader(io.RawIOBase):
    """The receiving end of a socket, of which each byte is noted."""

    def __init__(self, raw: io.RawIOBase, count: Callable[[int], None]) -> None:
        self._raw, self._count = raw, count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        got = self._raw.readinto(buffer)
        self._count(got or 0)
        return got

    def close(self) -> None:
        self._raw.close()
        super().close()


class Reply(http.client.HTTPResponse):
    """A reply whose bytes are noted; closing it ends its connection.

    Attributes:
        opened: What is noted. Who finds that the reply broke off ends it as failed, before it is
            closed.
    """

    opened: OpenConnection

    def close(self) -> None:
        """Close it; what was not ended otherwise is done."""
        super().close()
        self.opened.end()


def _counted_reply(noted: OpenConnection) -> type[Reply]:
    """The kind of reply that notes what it reads."""

    class CountedReply(Reply):
        def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
            self.opened = noted
            super().__init__(sock, *arguments, **named)
            self.fp = io.BufferedReader(_CountedReader(self.fp.detach(), noted.received))

    return CountedReply


class _NotedConnection(http.client.HTTPConnection):
    """A connection that notes what it sends and reads, and can be interrupted."""

    def __init__(
        self, opened: OpenConnection, interrupter: Interrupter, *arguments: Any, **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        self._opened, self._interrupter = opened, interrupter

    def connect(self) -> None:
        super().connect()  # a proxy's own reply is none
        self.response_class = _counted_reply(self._opened)
        self._interrupter.hold(self.sock)

    def send(self, data: Any) -> None:
        self._opened.sent(len(data))
        super().send(data)


class _NotedTLSConnection(_NotedConnection, http.client.HTTPSConnection):
    """The same, encrypted."""


class _HTTPHandler(urllib.request.HTTPHandler):
    def __init__(self, interrupter: Interrupter, opened: OpenConnection) -> None:
        super().__init__()
        self._connection = partial(_NotedConnection, opened, interrupter)

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, req)


class _HTTPSHandler(urllib.request.HTTPSHandler):
    def __init__(
        self,
        interrupter: Interrupter,
        opened: OpenConnection,
        trust: Callable[[], ssl.SSLContext],
    ) -> None:
        super().__init__(context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # never used
        self._connection = partial(_NotedTLSConnection, opened, interrupter)
        self._trust = trust

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, req, context=self._trust())


def _without_user(url: str) -> tuple[str, dict[str, str]]:
    """An address without name and password, which are no part of the host, and their header."""
    split = urlsplit(url)
    if split.username is None:
        return url, {}
    user = f"{unquote(split.username)}:{unquote(split.password or '')}".encode()
    host = split.netloc.rpartition("@")[2]
    basic = base64.b64encode(user).decode("ascii")
    return split._replace(netloc=host).geturl(), {"Authorization": f"Basic {basic}"}  # not shown


class Connector:
    """Opens connections, one for each request. Thread-safe: it holds none.

    Args:
        gate: Asked for every connection.
        trust: Makes the TLS context.
        stall_seconds: Give up a connection that is silent for so long.
        connect_seconds: Give up connecting after so long.
    """

    def __init__(
        self,
        gate: NetworkGate,
        *,
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        stall_seconds: float = STALL_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._gate = gate
        self._make_trust = functools.cache(trust)  # reading all certificates takes 50 ms
        self.stall_seconds = stall_seconds
        self._connect = connect_seconds

    def on_offline(self, listener: Callable[[], None]) -> Callable[[], None]:
        """See :meth:`app.network.gate.NetworkGate.on_offline`."""
        return self._gate.on_offline(listener)

    def open(
        self,
        url: str,
        headers: Mapping[str, str],
        interrupter: Interrupter,
        body: bytes | None = None,
        *,
        reason: str = "",
    ) -> Reply:
        """Send one request: a GET, or with a body a POST. The reply may be of any status.

        Args:
            url: An address of the web, checked by the caller.
            headers: All of them.
            interrupter: Is given the socket.
            body: What is sent.
            reason: What for, in the list of connections.

        Raises:
            OfflineError: Offline is on; nothing was sent.
            WrongAddressError: The proxy meant for it is none that can be used.
            StalledError: Nobody answers in time.
            InsecureConnectionError: The server's certificate proves nothing.
            NetworkError: It cannot be reached, or the connection broke.
        """
        url, known = _without_user(url)
        proxy = proxy_for(url)
        headers = {**known, **headers}
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - checked by the caller
        opened = self._gate.connection(url, reason, via=proxy or "")
        with opened.connecting():
            return self._send(self._opener(interrupter, opened, url, proxy), request)

    def _opener(
        self, interrupter: Interrupter, opened: OpenConnection, url: str, proxy: str | None
    ) -> urllib.request.OpenerDirector:
        # No error and no redirect handler: both are decided in this class.
        opener = urllib.request.OpenerDirector()
        proxies = {urlsplit(url).scheme: proxy} if proxy else {}
        opener.add_handler(urllib.request.ProxyHandler(proxies))
        opener.add_handler(_HTTPHandler(interrupter, opened))
        opener.add_handler(_HTTPSHandler(interrupter, opened, self._make_trust))
        opener.add_handler(urllib.request.UnknownHandler())
        return opener

    def _send(
        self, opener: urllib.request.OpenerDirector, request: urllib.request.Request
    ) -> Reply:
        host = str(urlsplit(request.full_url).hostname)
        try:
            # typeshed says Any for an opener without an error handler
            return cast(Reply, opener.open(request, timeout=self._connect))
        except urllib.error.URLError as error:
            reason = error.reason
            if unproven := certificate_error(error, host):
                raise unproven from error
            if isinstance(reason, TimeoutError):
                raise StalledError(
                    tr("{host} does not answer.", host=host), detail=repr(reason)
                ) from error
            raise NetworkError(
                tr("{host} cannot be reached.", host=host), detail=repr(reason)
            ) from error
        except TimeoutError as error:
            raise StalledError(
                tr("{host} does not answer.", host=host), detail=repr(error)
            ) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            # http.client says headers again in a ValueError, and one of them is the key.
            detail = type(error).__name__ if isinstance(error, ValueError) else repr(error)
            raise NetworkError(
                tr("The connection to {host} broke.", host=host), detail=detail
            ) from (None if isinstance(error, ValueError) else error)
