"""How the package's HTTP client reaches an address: through the same proxy as downloads."""

from __future__ import annotations

import threading

import httpx2

from app.hub.network.network_environment import proxy_for


class Route(httpx2.BaseTransport):
    """Sends each request through the proxy that is meant for its address, as downloads do.

    The client's own reading of the environment ends in an ``ImportError`` at a SOCKS proxy, also
    where another proxy, or none, is meant for the address that is asked.
    """

    def __init__(self) -> None:
        self._ways: dict[str | None, httpx2.HTTPTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request.

        Raises:
            WrongAddressError: The proxy meant for it is none that can be used.
        """
        proxy = proxy_for(str(request.url))
        with self._lock:
            if proxy not in self._ways:
                self._ways[proxy] = httpx2.HTTPTransport(proxy=proxy)
            way = self._ways[proxy]
        return way.handle_request(request)

    def close(self) -> None:
        """Close every connection."""
        for way in self._ways.values():
            way.close()
