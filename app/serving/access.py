"""Who is let in: this computer's programs that hold the key, and no web page that was not named.

A page in a browser reaches loopback as easily as any program does, and by DNS rebinding under a
name of its own (Jan's advisory GHSA-x6p8-7cp8-c3p6). So the Host must be this computer's, an Origin
must be one that the user named, and the key is always asked for.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.network.hosts import is_this_computer
from app.language import tr
from app.serving.refusals import RefusedError, wire_error
from app.serving.sending import JsonResponse

_PORT = re.compile(r":(\d{1,5})$")
_PREFLIGHT_SECONDS = "600"


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What lets a request in.

    Attributes:
        key: Tells the key in force; asked for at each request, so that a new one holds at once.
        origins: Pages that may ask, as browsers write them: ``https://example.org``.
        port: Where is listened.
    """

    key: Callable[[], str]
    origins: frozenset[str]
    port: int


class Gate:
    """The door before the application.

    Args:
        app: The application.
        rules: What lets a request in.
        refused: Told who was refused: how the client calls itself, and what it asked for.
    """

    def __init__(
        self, app: ASGIApp, rules: AccessRules, refused: Callable[[str, str], None]
    ) -> None:
        self._app = app
        self._rules = rules
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on."""
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        try:
            self._check_where(headers, origin)
            if origin and scope["method"] == "OPTIONS":
                await self._preflight(headers, origin)(scope, receive, send)
                return
            self._check_key(headers)
        except RefusedError as error:
            self._refused(headers.get("user-agent", ""), scope["path"])
            answer = JsonResponse.of_error(wire_error(error))
            if error.status == 401:
                answer.headers["www-authenticate"] = "Bearer"  # not shown
            await answer(scope, receive, self._open_to(origin, send))
            return
        await self._app(scope, receive, self._open_to(origin, send))

    def _check_where(self, headers: Headers, origin: str) -> None:
        """Refuse what was addressed to another computer, or comes from a page."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not _is_here(hosts[0], self._rules.port):
            raise RefusedError(
                tr("Requests must be addressed to this computer: 127.0.0.1, localhost or [::1]."),
                status=421,
                code="wrong_host",
            )
        if origin and origin not in self._rules.origins:
            raise RefusedError(
                tr("Pages of {origin} may not ask; name it in Phial's settings.", origin=origin),
                status=403,
                code="wrong_origin",
            )

    def _check_key(self, headers: Headers) -> None:
        kind, _, given = headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(
            given.strip().encode("utf-8", "surrogateescape"), self._rules.key().encode()
        )
        if kind.lower() != "bearer" or not right:
            raise RefusedError(
                tr(
                    "The key is missing or wrong. Send it with each request as {header}. Phial "
                    "shows it in Settings, Other programs; phial serve names the file that holds "
                    "it.",
                    header="“Authorization: Bearer KEY”",  # not shown: of the protocol
                ),
                status=401,
                code="invalid_api_key",
            )

    def _preflight(self, headers: Headers, origin: str) -> Response:
        """What a browser asks before it lets a page ask."""
        told = {  # not shown
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "authorization, content-type",
            "access-control-max-age": _PREFLIGHT_SECONDS,
            "vary": "Origin",
        }
        if headers.get("access-control-request-private-network") == "true":
            told["access-control-allow-private-network"] = "true"
        return Response(status_code=204, headers=told)

    def _open_to(self, origin: str, send: Send) -> Send:
        """Let the page of a named origin read the answer."""
        if origin not in self._rules.origins:
            return send

        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["access-control-allow-origin"] = origin
                headers.add_vary_header("Origin")  # not shown
            await send(message)

        return opened


def _is_here(host: str, port: int) -> bool:
    found = _PORT.search(host)
    name = host[: found.start()] if found else host
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    return is_this_computer(bare) and int(found.group(1) if found else 80) == port


def read_origins(text: str) -> frozenset[str]:
    """The origins that a setting names, apart by blanks or commas.

    Raises:
        RefusedError: One is none; an asterisk would let in every page there is.
    """
    return frozenset(_origin(one) for one in re.split(r"[\s,]+", text) if one)


def _origin(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s/?#*@]+", text):
        raise RefusedError(
            tr("“{text}” is no origin; one is written as https://example.org.", text=text)
        )
    return text
