"""Models as a page of the window: those here, those that can be had, and those on their way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.domain.download import DownloadItem
from app.domain.model import ChosenModel
from app.language import tr
from app.ui.core.file_drops import FileDrops
from app.ui.shell.page_names import ModelsTab
from app.ui.shell.window_context import WindowContext
from app.ui.style.theme import SPACE
from app.ui.style.window_page import WindowPage

if TYPE_CHECKING:  # each is imported when its tab is looked at
    from app.ui.models.catalog_page import CatalogPage
    from app.ui.models.downloads_page import DownloadsPage
    from app.ui.models.endpoints_page import EndpointsPage
    from app.ui.models.installed_page import InstalledPage

MODEL_SUFFIX = ".gguf"
_TITLES = {
    ModelsTab.INSTALLED: tr("On this computer"),
    ModelsTab.CATALOG: tr("Get models"),
    ModelsTab.DOWNLOADS: tr("Downloads"),
    ModelsTab.ENDPOINTS: tr("Endpoints"),
}


class ModelsPage(WindowPage):
    """Everything about models, on four pages.

    Args:
        shell: The window's parts.
        choose: Uses a model from the next answer on.
        choose_file: Asks for a file and adds it.
        add_file: Adds a file that was dropped.
    """

    def __init__(
        self,
        shell: WindowContext,
        *,
        choose: Callable[[ChosenModel], object],
        choose_file: Callable[[], object],
        add_file: Callable[[Path], object],
    ) -> None:
        super().__init__(tr("Models"), shell.pane.theme)
        self._shell, self._models = shell, shell.services.models
        self._add_file, self._choose, self._choose_file = add_file, choose, choose_file
        self._here: InstalledPage | None = None
        self._get: CatalogPage | None = None
        self._queue: DownloadsPage | None = None
        self._elsewhere: EndpointsPage | None = None
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.setAccessibleName(tr("Models"))
        self.tabs.tabBar().setDrawBase(False)
        self._rooms: list[QVBoxLayout] = []
        for title in _TITLES.values():
            room = QWidget()
            inside = QVBoxLayout(room)
            inside.setContentsMargins(0, 0, 0, 0)
            self._rooms.append(inside)
            self.tabs.addTab(room, title)
        self._stale: set[int] = set()
        self.tabs.currentChanged.connect(self._freshen)
        self.body.setContentsMargins(SPACE * 2, SPACE, 0, 0)
        self.body.addWidget(self.tabs)
        drops = FileDrops(self, tr("Drop a model file to use it"), MODEL_SUFFIX)
        drops.dropped.connect(lambda paths: self._add_file(Path(paths[0])))

    def _make(self, tab: ModelsTab) -> QWidget:
        """Make what stands behind a tab, once it is looked at."""
        shell, services = self._shell, self._shell.services
        attempt = shell.controller.attempt
        match tab:
            case ModelsTab.INSTALLED:
                from app.ui.models.installed_page import InstalledPage

                self._here = InstalledPage(
                    services, shell.operations, choose=self._choose, choose_file=self._choose_file
                )
                return self._here
            case ModelsTab.CATALOG:
                from app.ui.models.catalog_page import CatalogPage

                self._get = CatalogPage(
                    services,
                    shell.operations,
                    shell.pane.theme,
                    attempt=attempt,
                    started=partial(self.show_tab, ModelsTab.DOWNLOADS),
                    use=self._use,
                )
                return self._get
            case ModelsTab.DOWNLOADS:
                from app.ui.models.downloads_page import DownloadsPage

                self._queue = DownloadsPage(services.downloads, attempt=attempt, use=self._use)
                return self._queue
            case ModelsTab.ENDPOINTS:
                from app.ui.models.endpoints_page import EndpointsPage

                self._elsewhere = EndpointsPage(
                    services.endpoints, services.models, shell.operations, self._choose
                )
                return self._elsewhere

    def begin(self) -> None:
        """One chooses a page first."""
        self.tabs.tabBar().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_tab(self, tab: ModelsTab) -> None:
        """Go to a page."""
        self.tabs.setCurrentIndex(tab)
        self._freshen(tab)  # the first one was current before
        self.tabs.tabBar().setFocus(Qt.FocusReason.OtherFocusReason)

    def add_endpoint(self) -> None:
        """Ask for an endpoint, on their page."""
        self.show_tab(ModelsTab.ENDPOINTS)
        if self._elsewhere is not None:
            self._elsewhere.add_endpoint()

    def refresh(self) -> None:
        """Show anew what is here, and the advice; a hidden page when it is looked at."""
        self._stale = {ModelsTab.INSTALLED, ModelsTab.CATALOG}
        self._freshen(self.tabs.currentIndex())

    def _freshen(self, index: int) -> None:
        room = self._rooms[index]
        if not room.count():
            room.addWidget(self._make(ModelsTab(index)))
        elif index in self._stale and index == ModelsTab.INSTALLED and self._here is not None:
            self._here.refresh()
        elif index in self._stale and index == ModelsTab.CATALOG and self._get is not None:
            self._get.refresh()
        self._stale.discard(index)

    def on_download(self, item: DownloadItem) -> None:
        """A download moved on."""
        if self._queue is not None:
            self._queue.show_item(item)
        if self._get is not None:
            self._get.on_download()
        if item.state.over:
            self.refresh()

    def _use(self, path: Path) -> None:
        """Use a file that is on the list; the page of those that are here says what came of it."""
        for model in self._models.installed():
            if model.path == path and not model.problem:
                self._choose(model)
        self.refresh()
        self.show_tab(ModelsTab.INSTALLED)
