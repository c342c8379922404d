"""Models as a page of the window: those here, those that can be had, and those on their way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget

from app.domain.download import DownloadItem
from app.domain.model import ChosenModel
from app.language import tr
from app.ui.core.file_drops import FileDrops
from app.ui.models.catalog_page import CatalogPage
from app.ui.models.downloads_page import DownloadsPage
from app.ui.models.endpoints_page import EndpointsPage
from app.ui.models.installed_page import InstalledPage
from app.ui.shell.page_names import ModelsTab
from app.ui.shell.window_context import WindowContext
from app.ui.style.theme import SPACE
from app.ui.style.window_page import WindowPage

MODEL_SUFFIX = ".gguf"


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
        self._add_file, self._choose, self._models = add_file, choose, shell.services.models
        services, attempt = shell.services, shell.controller.attempt
        self._here = InstalledPage(
            services, shell.operations, choose=choose, choose_file=choose_file
        )
        self._get = CatalogPage(
            services,
            shell.operations,
            shell.pane.theme,
            attempt=attempt,
            started=self._download_started,
            use=self._use,
        )
        self._queue = DownloadsPage(services.downloads, attempt=attempt, use=self._use)
        self._elsewhere = EndpointsPage(
            services.endpoints, services.models, shell.operations, choose
        )
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.setAccessibleName(tr("Models"))
        self.tabs.tabBar().setDrawBase(False)
        for page, title in (
            (self._here, tr("On this computer")),
            (self._get, tr("Get models")),
            (self._queue, tr("Downloads")),
            (self._elsewhere, tr("Endpoints")),
        ):
            self.tabs.addTab(page, title)
        self._stale: set[int] = set()
        self.tabs.currentChanged.connect(self._freshen)
        self.body.setContentsMargins(SPACE * 2, SPACE, 0, 0)
        self.body.addWidget(self.tabs)
        drops = FileDrops(self, tr("Drop a model file to use it"), MODEL_SUFFIX)
        drops.dropped.connect(lambda paths: self._add_file(Path(paths[0])))

    def begin(self) -> None:
        """One chooses a page first."""
        self.tabs.tabBar().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_tab(self, tab: ModelsTab) -> None:
        """Go to a page."""
        self.tabs.setCurrentIndex(tab)
        self.tabs.tabBar().setFocus(Qt.FocusReason.OtherFocusReason)

    def add_endpoint(self) -> None:
        """Ask for an endpoint, on their page."""
        self.show_tab(ModelsTab.ENDPOINTS)
        self._elsewhere.add_endpoint()

    def refresh(self) -> None:
        """Show anew what is here, and the advice; a hidden page when it is looked at."""
        self._stale = {ModelsTab.INSTALLED, ModelsTab.CATALOG}
        self._freshen(self.tabs.currentIndex())

    def _freshen(self, index: int) -> None:
        if index not in self._stale:
            return
        self._stale.discard(index)
        if index == ModelsTab.INSTALLED:
            self._here.refresh()
        elif index == ModelsTab.CATALOG:
            self._get.refresh()

    def on_download(self, item: DownloadItem) -> None:
        """A download moved on."""
        self._queue.show_item(item)
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

    def _download_started(self) -> None:
        self._queue.refresh()
        self.show_tab(ModelsTab.DOWNLOADS)
