"""The commands on models: choose, add, download, the page of models."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app.domain.download import DownloadItem, DownloadState
from app.domain.endpoints.endpoint import PrivateChatError
from app.domain.model import ChosenModel, EndpointModel, ModelFile
from app.language import tr
from app.services.core import formatting
from app.ui.conversation.chat_pane import Page
from app.ui.conversation.notices.banner import BannerAction
from app.ui.conversation.notices.error_actions import (
    DOWNLOAD_PROBLEM,
    MODEL_PROBLEM,
    SWITCH_PROBLEM,
)
from app.ui.core.taskbar import TaskbarProgress
from app.ui.shell.page_names import ModelsTab
from app.ui.shell.window_context import WindowContext
from app.ui.style.scrolling_page import after_frame

if TYPE_CHECKING:  # imported when first needed
    from app.services.models.quantizations import ModelChoice, Quantization
    from app.ui.models.cards.first_model import FirstModel
    from app.ui.models.models_page import ModelsPage

_GGUF = ";;".join((tr("Model files (*.gguf)"), tr("All files (*)")))


class ModelCommands:
    """Acts on the chosen model and on files."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        self._taskbar = TaskbarProgress(shell.window)
        self._first: FirstModel | None = None  # on the first screen

    def choose_model(self, model: ChosenModel) -> None:
        """Use this model from the next answer on."""
        for problem in (MODEL_PROBLEM, SWITCH_PROBLEM):
            self._shell.pane.banner.withdraw(problem)
        self._shell.controller.attempt(lambda: self._choose(model))

    def _choose(self, model: ChosenModel) -> None:
        chat, services = self._shell.controller.chat, self._shell.services
        if chat is not None and chat.private and isinstance(model, EndpointModel):
            raise PrivateChatError(
                tr("A private chat is not sent to {server}.", server=model.server)
            )
        if chat is not None and self._shell.controller.branch:
            services.chat_options.set_model(chat, model)
        services.models.choose(model)

    def switch_quantization(self, wanted: Quantization) -> None:
        """Use another quantization from the next answer on; it is fetched first if need be."""
        service = self._shell.services.quantizations
        if self._shell.controller.attempt(lambda: service.switch(wanted)) and wanted.file is None:
            text = tr("{name} is being fetched; then it answers.", name=wanted.name)
            self._shell.pane.snackbar.show_notice(text)

    def try_demo(self) -> None:
        """Use the built-in demo."""
        files = self._shell.services.models.files
        self._shell.controller.attempt(lambda: self.choose_model(files.demo()))

    def show_models(self, tab: ModelsTab = ModelsTab.INSTALLED) -> None:
        """Open the models on one of their pages."""
        from app.ui.models.models_page import ModelsPage

        page = self.page
        if page is None:
            page = ModelsPage(
                self._shell,
                choose=self.choose_model,
                choose_file=self.add_model,
                add_file=self.use_file,
            )
        self._shell.pages.open(page)
        page.show_tab(tab)
        after_frame(page, self._find_devices)

    def _find_devices(self) -> None:
        """Ask which devices there are, where nobody asked yet."""
        devices = self._shell.services.advice.devices
        if not devices.known:
            devices.find()

    @property
    def page(self) -> ModelsPage | None:
        """The models, while they are open."""
        page = self._shell.pages.page
        if page is None:
            return None
        from app.ui.models.models_page import ModelsPage

        return page if isinstance(page, ModelsPage) else None

    def add_endpoint(self) -> None:
        """Ask for an endpoint."""
        self.show_models(ModelsTab.ENDPOINTS)
        page = self.page
        if page is not None:
            page.add_endpoint()

    def show_benchmark(self) -> None:
        """Open "Measure this model"."""
        from app.ui.models.benchmark_dialog import BenchmarkDialog

        BenchmarkDialog(self._shell).open()

    def show_first(self) -> None:
        """Look which model to take here, and show it on the first screen."""
        service = self._shell.services.quantizations
        self._shell.operations.run(
            self._shell.pane.welcome, lambda _task: service.models(), self._show_first
        )

    def _show_first(self, models: list[ModelChoice]) -> None:
        from app.ui.models.cards.card_actions import card_actions
        from app.ui.models.cards.first_model import FirstModel

        shell = self._shell
        if self._first is None:
            actions = card_actions(shell.services, shell.controller.attempt, self.choose_model)
            self._first = FirstModel(shell.pane.theme, actions)
        self._first.show_models(models)
        shell.pane.welcome.show_advice(self._first, shell.services.downloads.host)

    def add_model(self) -> None:
        """Ask for a GGUF file and use it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._shell.window, tr("Use a model file"), str(Path.home()), _GGUF
        )
        if chosen:
            self.use_file(Path(chosen))

    def use_file(self, path: Path) -> None:
        """Look at a GGUF file, ask whether it is used in place or copied, and use it."""
        from app.ui.models.add_dialog import AddModelDialog

        parent = self._shell.window
        dialog = AddModelDialog(
            parent, self._shell.services.add_models, self._shell.operations, path
        )
        dialog.added.connect(self._added)
        dialog.inspect()
        dialog.open()

    def _added(self, model: ModelFile) -> None:
        self.choose_model(model)
        if self.page is not None:
            self.page.refresh()

    def on_download(self, item: DownloadItem) -> None:
        """A download moved on: tell the dialog, the sidebar, and what is worth a sentence."""
        if self.page is not None:
            self.page.on_download(item)
        if self._first is not None:
            self._first.on_download()
        self.show_downloads()
        if item.state is DownloadState.DONE:
            self._tell_fetched(item)
        elif item.state is DownloadState.FAILED:  # whole sentences, which a status would cut
            self._shell.pane.banner.show_message(
                DOWNLOAD_PROBLEM,
                tr("The download of {name} failed.", name=item.name),
                item.error,
                [BannerAction(tr("Downloads…"), lambda: self.show_models(ModelsTab.DOWNLOADS))],
            )
        elif item.state.active:
            self._shell.pane.banner.withdraw(DOWNLOAD_PROBLEM)

    def _tell_fetched(self, item: DownloadItem) -> None:
        """Say that a model is here; it is one click to use it, where it is not used already."""
        text = tr("{name} is here and verified.", name=item.name)
        models = self._shell.services.models
        here = (one for one in models.installed() if one.path in item.files and not one.problem)
        model = next(here, None)
        wanted = self._shell.services.quantizations.is_wanted(item)
        covered = self._shell.pages.page is not None  # the list of downloads offers it there
        if model is None or wanted or covered or models.state.model == model:
            self._shell.pane.snackbar.show_notice(text)
        else:
            use = partial(self.choose_model, model)
            self._shell.pane.snackbar.show_message(text, use, tr("Use"))

    def show_downloads(self) -> None:
        """Say in the sidebar how far the downloads are."""
        items = self._shell.services.downloads.items()
        self._shell.sidebar.set_downloads(formatting.download_short(items))
        self._taskbar.show(items)

    def on_devices(self) -> None:
        """The devices are known: advice may be another now."""
        if self.page is not None:
            self.page.refresh()
        if self._shell.pane.page is Page.WELCOME:
            self.show_first()
