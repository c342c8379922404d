"""The check for a newer Phial, when the user asks for it and never otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import app
from app.network.gate import NetworkGate
from app.services.core.settings import SettingsService

if TYPE_CHECKING:
    from app.domain.download import Release
    from app.hub.api.releases import ReleasePage


@dataclass(frozen=True, slots=True)
class UpdateCheck:
    """The outcome of a check.

    Attributes:
        current: The version that is running.
        newest: The newest release; None when none was published.
    """

    current: str
    newest: Release | None

    @property
    def is_newer(self) -> bool:
        """Whether there is something to get."""
        return self.newest is not None and _numbers(self.newest.version) > _numbers(self.current)


class UpdateService:
    """Asks the project's page.

    Args:
        settings: The Offline switch.
        gate: Asked for the connection.
        homepage: The project's address; None is Phial's own.
    """

    def __init__(
        self, settings: SettingsService, gate: NetworkGate, homepage: str | None = None
    ) -> None:
        self._settings, self._gate = settings, gate
        self._homepage = homepage

    @property
    def host(self) -> str:
        """Who a check contacts."""
        return self._page().host

    @property
    def offline(self) -> bool:
        """Whether a check would be refused."""
        return self._settings.current.offline

    def check(self) -> UpdateCheck:
        """Ask now; blocks.

        Raises:
            OfflineError: The Offline switch is on; nothing was sent.
            HubError: No answer, or none that can be read.
        """
        return UpdateCheck(app.__version__, self._page().newest())

    def _page(self) -> ReleasePage:
        from app.hub.api.releases import HOMEPAGE, ReleasePage

        return ReleasePage(self._gate, self._homepage or HOMEPAGE)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
