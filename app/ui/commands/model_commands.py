"""The commands on models: choose, add, download, the models dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from app.domain.download import DownloadItem, DownloadState
from app.domain.model import ModelFile
from app.language import tr
from app.services.core import formatting
from app.services.models.advice import CatalogOffer
from app.ui.conversation.banner import BannerAction
from app.ui.conversation.error_actions import DOWNLOAD_PROBLEM, MODEL_PROBLEM, SWITCH_PROBLEM
from app.ui.core.taskbar import TaskbarProgress
from app.ui.models.add_dialog import AddModelDialog
from app.ui.models.benchmark_dialog import BenchmarkDialog
from app.ui.models.models_dialog import ModelsDialog, ModelsTab
from app.ui.shell.window_context import WindowContext

_GGUF = ";;".join((tr("Model files (*.gguf)"), tr("All files (*)")))


class ModelCommands:
    """Acts on the chosen model and on files."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        self._dialog: ModelsDialog | None = None
        self._taskbar = TaskbarProgress(shell.window)

    def choose_model(self, model: ModelFile) -> None:
        """Use this file from the next answer on."""
        for problem in (MODEL_PROBLEM, SWITCH_PROBLEM):
            self._shell.pane.banner.withdraw(problem)
        self._shell.controller.attempt(lambda: self._shell.services.models.choose(model))

    def try_demo(self) -> None:
        """Use the built-in demo."""
        self._shell.controller.attempt(lambda: self.choose_model(self._shell.services.models.demo))

    def show_models(self, tab: ModelsTab = ModelsTab.INSTALLED) -> None:
        """Open the models dialog on one of its pages."""
        if self._dialog is None:
            dialog = ModelsDialog(
                self._shell,
                choose=self.choose_model,
                choose_file=self.add_model,
                add_file=self.use_file,
            )
            dialog.destroyed.connect(self._forget_dialog)
            self._dialog = dialog
        if not self._shell.services.models.known_devices:
            self._shell.services.models.find_devices()
        self._dialog.show_tab(tab)
        self._dialog.open()

    def show_benchmark(self) -> None:
        """Open "Measure this model"."""
        BenchmarkDialog(self._shell).open()

    def _forget_dialog(self) -> None:
        self._dialog = None

    def start_download(self, offer: CatalogOffer) -> None:
        """Fetch a file of the catalogue, and show how it goes."""
        downloads, family, file = self._shell.services.downloads, offer.family.id, offer.file
        if self._shell.controller.attempt(lambda: downloads.start_named(family, file.quantization)):
            self.show_models(ModelsTab.DOWNLOADS)

    def add_model(self) -> None:
        """Ask for a GGUF file and use it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._shell.window, tr("Use a model file"), str(Path.home()), _GGUF
        )
        if chosen:
            self.use_file(Path(chosen))

    def use_file(self, path: Path) -> None:
        """Look at a GGUF file, ask whether it is used in place or copied, and use it."""
        parent = self._dialog or self._shell.window
        dialog = AddModelDialog(
            parent, self._shell.services.add_models, self._shell.operations, path
        )
        dialog.added.connect(self._added)
        dialog.inspect()
        dialog.open()

    def _added(self, model: ModelFile) -> None:
        self.choose_model(model)
        if self._dialog is not None:
            self._dialog.refresh()

    def on_download(self, item: DownloadItem) -> None:
        """A download moved on: tell the dialog, the sidebar, and what is worth a sentence."""
        if self._dialog is not None:
            self._dialog.on_download(item)
        self.show_downloads()
        if item.state is DownloadState.DONE:
            self._shell.pane.status.show_notice(tr("{name} is here and verified.", name=item.name))
        elif item.state is DownloadState.FAILED:  # whole sentences, which a status would cut
            self._shell.pane.banner.show_message(
                DOWNLOAD_PROBLEM,
                tr("The download of {name} failed.", name=item.name),
                item.error,
                [BannerAction(tr("Downloads…"), lambda: self.show_models(ModelsTab.DOWNLOADS))],
            )
        elif item.state.active:
            self._shell.pane.banner.withdraw(DOWNLOAD_PROBLEM)

    def show_downloads(self) -> None:
        """Say in the sidebar how far the downloads are."""
        items = self._shell.services.downloads.items()
        self._shell.sidebar.set_downloads(formatting.download_short(items))
        self._taskbar.show(items)

    def on_devices(self) -> None:
        """The devices are known: advice may be another now."""
        if self._dialog is not None:
            self._dialog.refresh()
