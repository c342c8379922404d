"""One HTTP transfer of bytes: connection, redirects, who gets the token.

The Hub's own client (``httpx2``) copies each byte several times and reached about half of curl's
throughput on a loopback; the standard library's ``http.client`` under ``urllib.request`` reaches
curl's and knows proxies. So metadata goes through ``huggingface_hub`` and bytes come through here,
with the same trust in certificates.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from types import TracebackType
from urllib.parse import urljoin, urlsplit

from app.domain.download import (
    InsecureConnectionError,
    NetworkError,
    ServerAnswerError,
    StalledError,
)
from app.domain.errors import HubError
from app.domain.network.connections import Outcome
from app.hub.network.http_response import HttpResponse, header, parse_response
from app.hub.network.network_environment import check_hub_allowed
from app.language import tr
from app.network.connector import CONNECT_SECONDS, STALL_SECONDS, Connector, Interrupter, Reply
from app.network.gate import NetworkGate
from app.network.proxies import is_web

MAX_REDIRECTS = 5


class Transfer:
    """An open reply, to be closed. What blocks in :meth:`read_into` is woken by an interrupt."""

    def __init__(self, response: Reply, answer: HttpResponse) -> None:
        self._response = response
        self._left = None if response.chunked else response.length
        self._ended = False  # where its length was not told
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
                self._ended = not data
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
        if self._left != 0 and not self._ended:
            self._response.opened.end(Outcome.FAILED)  # it was left, or it broke off
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
        self._headers = headers
        self._connector = Connector(
            gate, trust=trust, stall_seconds=stall_seconds, connect_seconds=connect_seconds
        )

    def open(
        self,
        url: str,
        *,
        reason: str = "",
        token: str | None = None,
        start: int = 0,
        if_range: str = "",
        interrupt: Callable[[Callable[[], None]], None] | None = None,
    ) -> Transfer:
        """Ask for the bytes of ``url`` from ``start`` on, following redirects.

        Args:
            url: The hub's own address of the file, never a signed one.
            reason: What for, in the list of connections.
            token: Sent to that address's host and to no other.
            start: First byte wanted.
            if_range: Entity tag of the bytes we hold; the server starts over when it differs.
            interrupt: Is given a function that wakes a blocked transfer.

        Raises:
            OfflineError, NetworkError, BusyServerError, AccessError, MissingRemoteError,
            InsecureConnectionError, ServerAnswerError, SignedAddressExpiredError,
            RangeRefusedError: Each as its name says.
        """
        interrupter = Interrupter(self._connector.stall_seconds)
        if interrupt is not None:
            interrupt(interrupter.interrupt)
        check_hub_allowed()
        origin, linked_etag = _origin(url), ""
        for _ in range(MAX_REDIRECTS + 1):
            at_home = _origin(url) == origin
            headers = self._headers(token if at_home else None)
            headers["Accept-Encoding"] = "identity"
            if start:
                headers["Range"] = f"bytes={start}-"
                if if_range:
                    headers["If-Range"] = if_range
            response = self._connector.open(url, headers, interrupter, reason=reason)
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
