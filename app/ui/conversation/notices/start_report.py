"""What the window says first: nothing can be written, something is missing, or was repaired."""

from __future__ import annotations

from collections.abc import Callable

from app.language import paragraph, tr
from app.services.core import formatting
from app.services.registry import Services
from app.store import Backup, Lost
from app.ui.conversation.chat_pane import ChatPane
from app.ui.conversation.notices.banner import BannerAction
from app.ui.core.operations import Operations

_NOT_HERE = tr("Your chats can be read, not changed. A private chat still works.")
READ_ONLY, MISSING, REPORT = "read-only", "missing", "report"


class StartReport:
    """Puts what opening the chats found into the banner, with what can be done about it.

    Args:
        services: Ask them what was found.
        pane: Its banner says it; its composer explains why nothing can be sent.
        operations: Restores.
        backups: Shows the backups.
        data_folder: Shows the data folder.
    """

    def __init__(
        self,
        services: Services,
        pane: ChatPane,
        operations: Operations,
        *,
        backups: Callable[[], object],
        data_folder: Callable[[], object],
    ) -> None:
        self._services = services
        self._pane = pane
        self._operations = operations
        self._backups = backups
        self._data_folder = data_folder

    def say(self) -> bool:
        """Show the gravest thing that was found; return whether there was any."""
        banner, report = self._pane.banner, self._services.maintenance.start_report
        refusal, missing = self._services.maintenance.refusal, self._services.maintenance.missing
        if refusal is not None:
            offers = [BannerAction(tr("Open the data folder"), self._data_folder)]
            banner.show_message(
                READ_ONLY, refusal.what, paragraph(refusal.data, refusal.action), offers
            )
        elif missing is not None:
            rest = " ".join(
                (tr("The file may have been removed or replaced. Nothing is decided yet."), *report)
            )
            banner.show_message(MISSING, formatting.missing(missing), rest, self._offers(missing))
        elif report:
            banner.show_message(REPORT, report[0], paragraph(*report[1:]))
        return bool(report or refusal or missing)

    def explain(self, *, private: bool) -> None:
        """Let the composer say why nothing can be sent; private chats need no disk."""
        refusal = self._services.maintenance.refusal
        self._pane.composer.set_refusal("" if refusal is None or private else _NOT_HERE)

    def _offers(self, missing: Lost) -> list[BannerAction]:
        return [
            BannerAction(tr("Bring them back"), lambda: self._bring_back(missing.backup)),
            BannerAction(tr("Show the backups…"), self._backups),
            BannerAction(tr("Keep it as it is"), self._keep),
        ]

    def _bring_back(self, backup: Backup) -> None:
        self._operations.run(
            self._pane,
            lambda _task: self._services.maintenance.restore(backup),
            lambda _before: self._settled(tr("The chats of the backup are back.")),
        )

    def _keep(self) -> None:
        self._operations.run(
            self._pane,
            lambda _task: self._services.maintenance.keep_as_it_is(),
            lambda _: self._settled(tr("The backups stay where they are, under Backups….")),
        )

    def _settled(self, notice: str) -> None:
        self._pane.banner.withdraw(MISSING)
        self._pane.snackbar.show_notice(notice)
