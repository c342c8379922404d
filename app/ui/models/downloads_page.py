"""The page of downloads: what is on its way, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt

from app.domain.download import DownloadItem
from app.language import tr
from app.services.models.downloads import DownloadService
from app.ui.models.cards.model_cards import DownloadCard
from app.ui.settings.panels.token_panel import TokenPanel
from app.ui.style.dialogs import confirm
from app.ui.style.scrolling_page import CardPage
from app.ui.style.widgets import StyledLabel


class DownloadsPage(CardPage):
    """Every download, in the order they were asked for.

    Args:
        downloads: What everything is done with.
        attempt: Does what was asked for, or shows why not.
        use: Uses the model in a file from the next answer on.
    """

    def __init__(
        self,
        downloads: DownloadService,
        *,
        attempt: Callable[[Callable[[], object]], bool],
        use: Callable[[Path], object],
    ) -> None:
        super().__init__()
        self._downloads, self._attempt, self._use = downloads, attempt, use
        self._cards: dict[str, DownloadCard] = {}
        self.refresh()

    def refresh(self) -> None:
        """Show the list anew."""
        self.clear()
        self._cards = {}
        items = self._downloads.items()
        for item in items:
            card = self._cards[item.id] = self._card(item)
            self.add(card)
        if not items:
            empty = StyledLabel(tr("No downloads."), "muted")
            empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.add(empty)
        self.end()

    def show_item(self, item: DownloadItem) -> None:
        """One moved on."""
        card = self._cards.get(item.id)
        if card is None:
            self.refresh()
        else:
            card.show_item(item)

    def _card(self, item: DownloadItem) -> DownloadCard:
        downloads, attempt = self._downloads, self._attempt
        return DownloadCard(
            item,
            pause=lambda: downloads.pause(item.id),
            resume=lambda: attempt(lambda: downloads.resume(item.id)),
            cancel=lambda: self._cancel(item),
            clear=lambda: self._clear(item),
            use=lambda: self._use_model(item.id),
            token=lambda: TokenPanel(downloads),
        )

    def _use_model(self, item_id: str) -> None:
        files = next((one.files for one in self._downloads.items() if one.id == item_id), ())
        if files:
            self._use(files[0])

    def _cancel(self, item: DownloadItem) -> None:
        rest = tr("What was fetched so far is deleted. Pause keeps it.")
        text = tr("Delete the download of {name}?", name=item.name)
        title = tr("Delete this download?")
        if confirm(self, title, text, rest, tr("Delete download"), tr("Keep downloading")):
            self._downloads.cancel(item.id, keep_part=False)

    def _clear(self, item: DownloadItem) -> None:
        self._downloads.clear(item.id)
        self.refresh()
