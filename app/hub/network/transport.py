"""One HTTP transfer of bytes: connection, redirects, who gets the token.

The Hub's own client (``httpx2``) copies each byte several times and reached about half of curl's
throughput on a loopback; the standard library's ``http.client`` under ``urllib.request`` reaches
curl's and knows proxies. So metadata goes through ``huggingface_hub`` and bytes come through here,
with the same trust in certificates.
"""

from __future__ import annotations

import functools
import http.client
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import cast
from urllib.parse import urljoin, urlsplit

from app.domain.download import (
    InsecureConnectionError,
    NetworkError,
    ServerAnswerError,
    StalledError,
)
from app.domain.errors import HubError
from app.hub.network.gate import NetworkGate
from app.hub.network.http_response import HttpResponse, certificate_error, header, parse_response
from app.hub.network.network_environment import check_hub_allowed, is_web, proxy_for
from app.language import tr

MAX_REDIRECTS = 5
CONNECT_SECONDS = 15.0
STALL_SECONDS = 45.0  # nothing came for so long: the connection is given up


class _Interrupter:
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
        connection.settimeout(self._stall)
        with self._lock:
            self._socket = connection
            interrupted = self._interrupted
        if interrupted:
            self.interrupt()

    def interrupt(self) -> None:
        with self._lock:
            self._interrupted = True
            connection = self._socket
        if connection is not None:
            # Not SSLSocket.shutdown: it clears the TLS state under the reader's feet.
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _HTTPHandler(urllib.request.HTTPHandler):
    def __init__(self, interrupter: _Interrupter) -> None:
        super().__init__()
        self._hold = interrupter.hold

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        hold = self._hold

        class Connection(http.client.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                hold(self.sock)

        return self.do_open(Connection, req)


class _HTTPSHandler(urllib.request.HTTPSHandler):
    def __init__(self, interrupter: _Interrupter, trust: Callable[[], ssl.SSLContext]) -> None:
        super().__init__(context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # never used
        self._hold, self._trust = interrupter.hold, trust

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        hold = self._hold

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                hold(self.sock)

        return self.do_open(Connection, req, context=self._trust())


class Transfer:
    """An open reply, to be closed. What blocks in :meth:`read_into` is woken by an interrupt."""

    def __init__(self, response: http.client.HTTPResponse, answer: HttpResponse) -> None:
        self._response = response
        self._left = None if response.chunked else response.length
        self.response = answer

    def read_into(self, view: memoryview) -> int:
        """Fill ``view`` with what one receive brings; 0 at the end of the reply.

        ``HTTPResponse.read1`` makes a new object for each piece, whose pages the system must clear:
        half of the processor time of a fast transfer. So the body is received into the caller's
        own buffer, below ``HTTPResponse``, where its length is plain.

        Raises:
            StalledError: Nothing came for the transport's ``stall_seconds``.
            NetworkError: The connection broke, or was interrupted.
        """
        try:
            if self._left is None:  # chunked, or it ends with the connection
                data = self._response.read1(len(view))
                view[: len(data)] = data
                return len(data)
            if not self._left:
                return 0
            count = self._response.fp.readinto1(view[: self._left])
        except TimeoutError as error:
            raise StalledError(tr("The server stopped sending."), detail=repr(error)) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            # ValueError: the TLS layer's word for a socket closed by interrupt().
            raise NetworkError(tr("The connection broke."), detail=repr(error)) from error
        self._left -= count
        return count

    def close(self) -> None:
        """End the transfer."""
        self._response.close()

    def __enter__(self) -> Transfer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class Transport:
    """Opens transfers. Thread-safe: it holds no connection of its own."""

    def __init__(
        self,
        gate: NetworkGate,
        *,
        headers: Callable[[str | None], dict[str, str]],
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        stall_seconds: float = STALL_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        """Prepare.

        Args:
            gate: Asked before every connection.
            headers: Makes the request headers for a token or None.
            trust: Makes the TLS context.
            stall_seconds: Give up a connection that is silent for so long.
            connect_seconds: Give up connecting after so long.
        """
        self._gate = gate
        self._headers = headers
        self._make_trust = functools.cache(trust)  # reading all certificates takes 50 ms
        self._stall = stall_seconds
        self._connect = connect_seconds

    def open(
        self,
        url: str,
        *,
        token: str | None = None,
        start: int = 0,
        if_range: str = "",
        interrupt: Callable[[Callable[[], None]], None] | None = None,
    ) -> Transfer:
        """Ask for the bytes of ``url`` from ``start`` on, following redirects.

        Args:
            url: The hub's own address of the file, never a signed one.
            token: Sent to that address's host and to no other.
            start: First byte wanted.
            if_range: Entity tag of the bytes we hold; the server starts over when it differs.
            interrupt: Is given a function that wakes a blocked transfer.

        Raises:
            OfflineError, NetworkError, BusyServerError, AccessError, MissingRemoteError,
            InsecureConnectionError, ServerAnswerError, SignedAddressExpiredError,
            RangeRefusedError: Each as its name says.
        """
        interrupter = _Interrupter(self._stall)
        if interrupt is not None:
            interrupt(interrupter.interrupt)
        check_hub_allowed()
        origin, linked_etag = _origin(url), ""
        for _ in range(MAX_REDIRECTS + 1):
            self._gate.check()
            at_home = _origin(url) == origin
            headers = self._headers(token if at_home else None)
            headers["Accept-Encoding"] = "identity"
            if start:
                headers["Range"] = f"bytes={start}-"
                if if_range:
                    headers["If-Range"] = if_range
            opener = self._opener(interrupter, url)
            response = self._send(opener, urllib.request.Request(url, headers=headers))  # noqa: S310 - scheme checked in _next
            linked_etag = linked_etag or header(response, "X-Linked-Etag").strip('"')
            if response.status in {301, 302, 303, 307, 308}:
                target = header(response, "Location")  # not shown: of HTTP
                response.close()
                url = _next(url, target)
                continue
            try:
                answer = parse_response(response, start, at_home=at_home, linked_etag=linked_etag)
            except HubError:
                response.close()
                raise
            return Transfer(response, answer)
        raise ServerAnswerError(tr("The server redirects in circles."))

    def _opener(self, interrupter: _Interrupter, url: str) -> urllib.request.OpenerDirector:
        # No error and no redirect handler: both are decided in this class.
        opener = urllib.request.OpenerDirector()
        proxy = proxy_for(url)
        proxies = {urlsplit(url).scheme: proxy} if proxy else {}
        opener.add_handler(urllib.request.ProxyHandler(proxies))
        opener.add_handler(_HTTPHandler(interrupter))
        opener.add_handler(_HTTPSHandler(interrupter, self._make_trust))
        opener.add_handler(urllib.request.UnknownHandler())
        return opener

    def _send(
        self, opener: urllib.request.OpenerDirector, request: urllib.request.Request
    ) -> http.client.HTTPResponse:
        host = str(urlsplit(request.full_url).hostname)
        try:
            # typeshed says Any for an opener without an error handler
            return cast("http.client.HTTPResponse", opener.open(request, timeout=self._connect))
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
            raise NetworkError(
                tr("The connection to {host} broke.", host=host), detail=repr(error)
            ) from error


def _origin(url: str) -> tuple[str, str, int | None]:
    split = urlsplit(url)
    port = split.port or {"http": 80, "https": 443}.get(split.scheme)
    return (split.scheme, (split.hostname or "").lower(), port)


def _next(url: str, target: str) -> str:
    try:
        following = urljoin(url, target)
    except ValueError:  # "http://[": no host at all
        following = ""
    if not target or not following.isascii() or not is_web(following):
        raise ServerAnswerError(tr("The server redirects to something that is no web address."))
    before, after = urlsplit(url).scheme, urlsplit(following).scheme
    if before == "https" and after == "http":
        raise InsecureConnectionError(tr("The server asked to go on without encryption."))
    return following
