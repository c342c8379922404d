"""Which release of Phial is the newest: one request, made only when the user asks for it.

The project's page answers with a redirect to the newest release, whose address ends with its
number; so nothing is downloaded, and nothing is sent but the request itself.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from app.domain.download import (
    NetworkError,
    Release,
    ServerAnswerError,
    StalledError,
)
from app.language import tr
from app.network.gate import NetworkGate
from app.network.reasons import UPDATES
from app.network.replies import certificate_error

HOMEPAGE = "https://github.com/phial-chat/phial"  # as pyproject.toml names it
_TIMEOUT = 15.0  # seconds
_TAG = re.compile(r"/releases/tag/v?(\d+(?:\.\d+)*)$")


class ReleasePage:
    """The page that knows the newest release.

    Args:
        gate: Asked before the request.
        homepage: The project's address.
    """

    def __init__(self, gate: NetworkGate, homepage: str = HOMEPAGE) -> None:
        self._gate = gate
        self._address = f"{homepage}/releases/latest"

    @property
    def host(self) -> str:
        """Who would be contacted."""
        return urlsplit(self._address).hostname or ""

    def newest(self) -> Release | None:
        """The newest release; None when none was published yet.

        Raises:
            OfflineError: The Offline switch is on; nothing was sent.
            HubError: The page cannot be reached, or answers something else.
        """
        import httpx2  # not before it is asked: a start need not wait for it

        from app.network.route import Route

        self._gate.check(self._address, UPDATES)
        route = Route(lambda url, via: self._gate.connection(url, UPDATES, via=via))
        try:
            with httpx2.Client(transport=route, timeout=_TIMEOUT) as client:
                reply = client.head(
                    self._address,
                    headers={"User-Agent": "phial"},  # neither version nor system: it need not know
                    follow_redirects=False,
                )
        except httpx2.TimeoutException as error:
            raise StalledError(
                tr("{host} does not answer.", host=self.host), detail=str(error)
            ) from error
        except httpx2.HTTPError as error:
            unproven = certificate_error(error, self.host)
            raise unproven or NetworkError(
                tr("{host} cannot be reached.", host=self.host), detail=str(error)
            ) from error
        if reply.is_redirect:
            location = reply.headers.get("Location", "")  # not shown: of HTTP
            target = urljoin(self._address, location)
            found = _TAG.search(urlsplit(target).path)
            return Release(found[1], target) if found else None
        if reply.status_code == httpx2.codes.NOT_FOUND:
            return None
        raise ServerAnswerError(
            tr(
                "{host} gave an answer that was not expected (HTTP {status}).",
                host=self.host,
                status=str(reply.status_code),
            )
        )
