"""How the packages' HTTP client reaches an address: as downloads do, and noted as they are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

import httpx2

from app.network.connection_log import OpenConnection
from app.network.proxies import proxy_for

_NO_KEEPING = httpx2.Limits(max_keepalive_connections=0)


class Route(httpx2.BaseTransport):
    """Sends each request over a connection of its own, through the proxy meant for its address.

    So whatever is listed has one reason, and ends with its answer. The client's own reading of the
    environment ends in an ``ImportError`` at a SOCKS proxy, also where another proxy, or none, is
    meant for the address that is asked.

    Args:
        opening: Asks for a connection to an address through a proxy (empty for none), and notes it;
            :meth:`app.network.gate.NetworkGate.connection` with a reason does.
    """

    def __init__(self, opening: Callable[[str, str], OpenConnection]) -> None:
        self._opening = opening
        self._ways: dict[str | None, httpx2.HTTPTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request.

        Raises:
            OfflineError: It may not be sent.
            WrongAddressError: The proxy meant for it is none that can be used.
        """
        proxy = proxy_for(str(request.url))
        with self._lock:
            if proxy not in self._ways:
                self._ways[proxy] = httpx2.HTTPTransport(proxy=proxy, limits=_NO_KEEPING)
            way = self._ways[proxy]
        opened = self._opening(str(request.url), proxy or "")
        with opened.connecting():
            line = len(request.method) + len(request.url.raw_path) + len("  HTTP/1.1\r\n")
            body = int(request.headers.get("Content-Length", "0"))
            opened.sent(line + _bytes_of(request.headers.raw) + body)
            response = way.handle_request(request)
        reason = response.extensions.get("reason_phrase", b"")
        line = len("HTTP/1.1 200 \r\n") + len(reason)
        opened.received(line + _bytes_of(response.headers.raw))
        response.stream = _CountedStream(response.stream, opened)
        return response

    def close(self) -> None:
        """Close every connection."""
        for way in self._ways.values():
            way.close()


class _CountedStream(httpx2.SyncByteStream):
    """A reply's body, of which each byte is noted."""

    def __init__(self, stream: object, opened: OpenConnection) -> None:
        if not isinstance(stream, httpx2.SyncByteStream):
            raise TypeError(stream)
        self._stream, self._opened = stream, opened

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._opened.received(len(piece))
            yield piece

    def close(self) -> None:
        self._stream.close()
        self._opened.end()


def _bytes_of(headers: Iterable[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers) + 2
