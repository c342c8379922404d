"""One hub: its address, whether it may be asked, and what it is asked.

The packages that speak with a hub take a third of a second to import. Nothing here needs them until
a hub is asked for the first time, which is never while the program starts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from app.domain.download import ModelCard, RemoteFile, Repository, RepositoryHit
from app.hub.api.file_names import check_repository
from app.hub.network.network_environment import (
    check_endpoint,
    check_hub_allowed,
    endpoint_from_environment,
)
from app.hub.network.transport import Transport
from app.network.gate import NetworkGate
from app.network.reasons import SEARCHING, describing, listing

if TYPE_CHECKING:
    import ssl

    from app.hub.api.metadata import Metadata

SEARCH_LIMIT = 30


class HubClient:
    """Questions to one hub. Thread-safe; each method blocks and can raise any ``HubError``."""

    def __init__(
        self,
        gate: NetworkGate,
        *,
        token: Callable[[], str | None],
        endpoint: str | None = None,
    ) -> None:
        """Prepare; nothing is sent.

        Args:
            gate: Asked before each request.
            token: The access token now; None for none.
            endpoint: The hub's address; None reads ``HF_ENDPOINT``.
        """
        self._gate = gate
        self._token = token
        self.endpoint = (endpoint or endpoint_from_environment()).rstrip("/")
        self._lock = threading.Lock()
        self._known: Metadata | None = None

    def check(self, reason: str) -> None:
        """See that this hub may and can be asked; nothing is sent.

        Args:
            reason: What for, in the list of connections, where a refusal is noted.

        Raises:
            OfflineError: Offline is on, here or in the environment.
            WrongAddressError: Its address is none.
        """
        self._gate.check(self.endpoint, reason)
        check_hub_allowed()
        check_endpoint(self.endpoint)

    def transport(self, **options: float) -> Transport:
        """A transport that speaks with this hub's headers and trusts what its client trusts."""
        return Transport(self._gate, headers=_headers, trust=hub_trust, **options)

    def address(self, file: RemoteFile) -> str:
        """The hub's own address of a file; it redirects to a signed one that expires."""
        repository = check_repository(file.repository)
        revision = quote(file.commit or "main", safe="")
        return f"{self.endpoint}/{repository}/resolve/{revision}/{quote(file.path)}"

    def search(self, text: str, limit: int = SEARCH_LIMIT) -> tuple[RepositoryHit, ...]:
        """GGUF repositories whose name holds ``text``, most downloaded first."""
        self.check(SEARCHING)
        return self._metadata().search(text, limit)

    def repository(self, name: str, revision: str | None = None) -> Repository:
        """The GGUF files of a repository, split files as one, with sizes and hashes."""
        check_repository(name)
        self.check(listing(name))
        return self._metadata().repository(name, revision)

    def pin(
        self, repository: str, paths: tuple[str, ...], revision: str | None = None
    ) -> tuple[RemoteFile, ...]:
        """Exact size, hash and commit of some files, in the order of ``paths``.

        Raises:
            MissingRemoteError: One of them is not there.
            HubError: Anything else.
        """
        check_repository(repository)
        self.check(listing(repository))
        return self._metadata().pin(repository, paths, revision)

    def card(self, repository: str, revision: str | None = None) -> ModelCard:
        """The repository's README; an empty text where it has none."""
        check_repository(repository)
        self.check(describing(repository))
        return self._metadata().card(repository, revision)

    def _metadata(self) -> Metadata:
        from app.hub.api.metadata import Metadata

        with self._lock:
            if self._known is None:
                self._known = Metadata(self.endpoint, self._token, self._gate)
            return self._known


def _headers(token: str | None) -> dict[str, str]:
    from app.hub.api.metadata import request_headers

    return request_headers(token)


def hub_trust() -> ssl.SSLContext:
    """The certificates that are trusted: those of the hub's own client."""
    import httpx2

    return httpx2.create_ssl_context()
