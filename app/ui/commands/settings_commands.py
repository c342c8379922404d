"""The settings page: what stands on its pages, and what it is told of the model in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.download import DownloadItem
from app.domain.errors import KnownError
from app.domain.generation import Sampling
from app.domain.model import ModelFile
from app.domain.options import Section
from app.domain.settings import SAMPLED, Settings
from app.language import tr
from app.services.core import formatting
from app.services.core.events import Event, ModelPhase, PresetsChanged
from app.ui.commands.model_commands import ModelCommands
from app.ui.commands.serving_commands import ServingCommands
from app.ui.shell.page_names import ModelsTab
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import push_button
from app.ui.style.scrolling_page import after_frame
from app.ui.style.stacking_row import StackingRow

if TYPE_CHECKING:  # imported when first needed
    from app.services.models.model_fit import MemoryCosts
    from app.ui.models.measured_panel import MeasuredPanel
    from app.ui.models.quantization_panel import QuantizationPanel
    from app.ui.settings.panels.connections_panel import ConnectionsPanel
    from app.ui.settings.panels.memory_panel import MemoryPanel
    from app.ui.settings.panels.presets_panel import PresetsPanel
    from app.ui.settings.panels.shortcuts_panel import ShortcutsPanel
    from app.ui.settings.section_body import Panel
    from app.ui.settings.setting_row import Refusal
    from app.ui.settings.settings_page import Automatic, SettingsPage


class SettingsCommands:
    """Opens the settings, and keeps what they say true while they are open."""

    def __init__(
        self, shell: WindowContext, models: ModelCommands, serving: ServingCommands
    ) -> None:
        self._shell, self._models, self._serving = shell, models, serving
        self._costs: MemoryCosts | None = None
        self._memory: MemoryPanel | None = None
        self._measured: MeasuredPanel | None = None
        self._quantizations: QuantizationPanel | None = None
        self._connections: ConnectionsPanel | None = None
        self._shortcuts: ShortcutsPanel | None = None
        self._presets: PresetsPanel | None = None
        self._model_seen: object = None

    @property
    def page(self) -> SettingsPage | None:
        """The settings, while they are open."""
        page = self._shell.pages.page
        if page is None:
            return None
        from app.ui.settings.settings_page import SettingsPage

        return page if isinstance(page, SettingsPage) else None

    def open(self, section: Section | None = None) -> None:
        """Open the settings, on a page of theirs."""
        page = self.page
        if page is None:
            page = self._make(section)
        elif section is not None:
            page.show_section(section)
        self._shell.pages.open(page)

    def _make(self, section: Section | None) -> SettingsPage:
        from app.ui.settings.settings_page import SettingsPage

        service = self._shell.services.settings
        self._costs = self._memory = self._measured = None
        self._quantizations = self._connections = self._shortcuts = self._presets = None
        used = self._shell.services.models.state
        self._model_seen = (used.model, used.phase, used.loaded)
        theme, panels = self._shell.pane.theme, self._panels()
        useless = cache(self._why_useless)  # asked when a row is made, or found by the search
        page = SettingsPage(service, theme, panels, self._automatic(), section, useless)
        page.refused.connect(self._tell_refusal)
        page.previewed.connect(self._preview)
        after_frame(page, partial(self._look_at_memory, page))
        return page

    def _why_useless(self, name: str) -> str:
        """Why a setting would have no effect here; empty where it has one.

        One that is on is never called useless: it can be switched off.
        """
        services = self._shell.services
        if name == "spelling" and not services.spelling().dictionaries:
            return tr(
                "Misspelt words are marked where the system has a dictionary, and none was found "
                "here. On Linux they are packages such as hunspell-en-us."
            )
        if name in {"tray", "keep_in_tray"} and not services.settings.current.tray:
            from app.ui.presence.tray import has_tray

            if not has_tray():
                return tr("This desktop has no tray, so Phial cannot show an icon there.")
        return ""

    def _panels(self) -> list[Panel]:
        from app.ui.settings.section_body import Panel

        return [
            Panel(
                Section.MODEL,
                self._quantization_panel,
                tr("quantization, switch, Q4_K_M, Q8_0, download"),
            ),
            Panel(Section.MODEL, self._links, tr("measure speed, files, download")),
            Panel(Section.MODEL, self._memory_panel, tr("memory, RAM, GB")),
            Panel(
                Section.MODEL,
                self._measured_panel,
                tr("speed, tokens a second, memory, context, chart, measured"),
                below=True,
            ),
            Panel(
                Section.PRIVACY,
                self._token_panel,
                tr("Hugging Face access token"),
                below=True,
            ),
            Panel(
                Section.PRIVACY,
                self._connections_panel,
                tr("connections, offline, network, list, firewall"),
                below=True,
            ),
            Panel(Section.SERVING, self._serving.panel, tr("key, address, editor"), below=True),
            Panel(
                Section.GENERAL,
                _quick_panel,
                tr("quick question, small window, shortcut, command"),
                below=True,
            ),
            Panel(
                Section.GENERAL,
                self._file_panel,
                tr("export and import settings, file"),
                below=True,
            ),
            Panel(
                Section.PRESETS,
                self._presets_panel,
                tr("preset, prompt, system prompt, slash, template"),
            ),
            Panel(
                Section.SHORTCUTS,
                self._shortcuts_panel,
                tr("keyboard, keys"),
            ),
            Panel(Section.STORAGE, self._storage_panel, tr("disk, folder, backups, trash")),
            Panel(Section.STORAGE, self._snapshot_panel, tr("disk, cache"), below=True),
            Panel(Section.ABOUT, self._about_panel, tr("version, licence, limits")),
        ]

    def _token_panel(self) -> QWidget:
        from app.ui.settings.panels.token_panel import TokenPanel

        return TokenPanel(self._shell.services.downloads)

    def _storage_panel(self) -> QWidget:
        from app.ui.settings.panels.storage_panel import StoragePanel

        return StoragePanel(self._shell)

    def _snapshot_panel(self) -> QWidget:
        from app.ui.settings.panels.snapshot_panel import SnapshotPanel

        return SnapshotPanel(self._shell)

    def _about_panel(self) -> QWidget:
        from app.ui.settings.panels.about_panel import AboutPanel

        return AboutPanel(self._shell)

    def _links(self) -> QWidget:
        return StackingRow(
            _button(tr("Models on this computer…"), self._models.show_models),
            _button(tr("Measure this model…"), self._models.show_benchmark),
        )

    def _file_panel(self) -> QWidget:
        from app.ui.settings.panels.settings_file_panel import SettingsFilePanel

        return SettingsFilePanel(self._shell.services.settings, self._change, self._written)

    def _written(self, path: Path) -> None:
        if self.page is not None:
            self.page.tell_written(path)

    def _change(self, changes: Mapping[str, object]) -> None:
        if self.page is not None:
            self.page.change(changes)

    def _quantization_panel(self) -> QWidget:
        from app.ui.models.quantization_panel import QuantizationPanel

        shell = self._shell
        self._quantizations = QuantizationPanel(
            shell.services,
            shell.operations,
            shell.pane.theme,
            shell.controller.attempt,
            partial(self._models.show_models, ModelsTab.CATALOG),
        )
        return self._quantizations

    def _memory_panel(self) -> QWidget:
        from app.ui.settings.panels.memory_panel import MemoryPanel

        self._memory = MemoryPanel(self._shell.pane.theme)
        self._preview(self._shell.services.settings.current)
        return self._memory

    def _measured_panel(self) -> QWidget:
        from app.ui.models.measured_panel import MeasuredPanel

        self._measured = MeasuredPanel(self._shell.pane.theme)
        self._show_measured()
        return self._measured

    def _show_measured(self) -> None:
        """Show what was measured of the model in use, and what its contexts would take."""
        if self.page is None or self._measured is None:
            return
        models = self._shell.services.models
        used = models.state.model
        known = models.facts.reference(used).sha256 if isinstance(used, ModelFile) else ""
        self._measured.show_speeds(models.speeds.measured(known))
        self._measured.show_costs(self._costs, self._shell.services.settings.current)

    def _shortcuts_panel(self) -> QWidget:
        from app.ui.settings.panels.shortcuts_panel import ShortcutsPanel

        self._shortcuts = ShortcutsPanel(self._shell.services.settings, self._change)
        return self._shortcuts

    def _presets_panel(self) -> QWidget:
        from app.ui.settings.panels.presets_panel import PresetsPanel

        shell = self._shell
        self._presets = PresetsPanel(
            shell.services.presets,
            shell.actions["presets"].trigger,
            shell.actions["prompts"].trigger,
        )
        return self._presets

    def on_event(self, event: Event) -> None:
        """Presets changed, perhaps from here."""
        if isinstance(event, PresetsChanged) and self.page is not None and self._presets:
            self._presets.refresh()

    def _connections_panel(self) -> QWidget:
        from app.ui.settings.panels.connections_panel import ConnectionsPanel

        self._connections = ConnectionsPanel(self._shell.services.connections)
        return self._connections

    def on_connections(self) -> None:
        """The list of connections is another, or what keeps the engine from the network."""
        if self.page is not None and self._connections is not None:
            self._connections.refresh()

    # --- what is in force -----------------------------------------------------------------------

    def on_settings(self, settings: Settings) -> None:
        """Settings changed, perhaps elsewhere."""
        if self.page is not None:
            self.page.show_settings(settings)
            self._preview(settings)
            if self._shortcuts is not None:
                self._shortcuts.refresh()
        self.on_connections()

    def on_model(self) -> None:
        """Another model is in use, or loaded another way; not each fraction of its loading."""
        used = self._shell.services.models.state
        seen = (used.model, used.phase, used.loaded)
        if self.page is None or seen == self._model_seen:
            return
        self._model_seen = seen
        self.page.show_automatic(self._automatic())
        self._look_at_memory(self.page)
        if self._quantizations is not None and used.phase is not ModelPhase.LOADING:
            self._quantizations.refresh()
        self.on_connections()

    def on_download(self, item: DownloadItem) -> None:
        """A download moved on."""
        if self.page is not None and self._quantizations is not None:
            self._quantizations.on_download(item)

    def _look_at_memory(self, page: SettingsPage) -> None:
        """Read the model's header away from this thread; what settings cost is quick from then."""
        model, advice = self._shell.services.models.state.model, self._shell.services.advice
        if not isinstance(model, ModelFile):  # what is elsewhere costs nothing here
            self._costs = None
            self._show_measured()
        else:
            self._shell.operations.run(
                page, lambda _task: advice.costs(model), self._take_costs, self._no_costs
            )

    def _no_costs(self, _error: KnownError) -> None:
        self._costs = None

    def _take_costs(self, costs: MemoryCosts | None) -> None:
        self._costs = costs
        if self.page is not None:
            self.page.show_automatic(self._automatic())
        self._preview(self._shell.services.settings.current)
        self._show_measured()

    def _preview(self, settings: Settings) -> None:
        """Say what these settings cost, which need not be in force."""
        from app.ui.settings.panels.memory_panel import cost_notes

        model = self._shell.services.models.state.model
        cost = self._costs.of(settings) if self._costs is not None else None
        if cost is None or self.page is None:
            return
        self.page.show_notes(cost_notes(cost))
        if self._memory is not None:
            self._memory.show_cost(formatting.model_name(model), cost)

    def _automatic(self) -> dict[str, Automatic]:
        """By setting, what is used while the user sets nothing."""
        from app.system.hardware import machine
        from app.ui.settings.settings_page import Automatic

        models = self._shell.services.models
        state, cores = models.state, machine().physical_cores
        advised = models.facts.advised_sampling(state.model) if state.model is not None else None
        sampling = advised or Sampling()
        values: dict[str, object] = {name: getattr(sampling, name) for name in SAMPLED}
        values["threads"] = cores
        tops: dict[str, float] = {"threads": float(cores)}
        cost = None
        if self._costs is not None:
            cost = self._costs.of(self._shell.services.settings.current)
        plan = state.loaded.plan if state.loaded is not None else cost.plan if cost else None
        if plan is not None:
            names = ("context_size", "threads", "gpu_layers", "kv_type")
            values.update({name: getattr(plan, name) for name in names})
        if cost is not None:
            tops["gpu_layers"] = float(cost.layers + 1)
            if cost.trained > 2_048:
                tops["context_size"] = float(cost.trained)
        return {
            name: Automatic(value, tops.get(name))
            for name, value in values.items()
            if value is not None
        }

    def _tell_refusal(self, refusal: Refusal) -> None:
        self._shell.pane.banner.show_message("setting", refusal.what, refusal.rest)


def _quick_panel() -> QWidget:
    from app.system.bundled import shortcut_line
    from app.ui.settings.panels.quick_panel import QuickPanel

    return QuickPanel(shortcut_line("--quick"))


def _button(text: str, do: Callable[[], object]) -> QWidget:
    button = push_button(text)
    button.clicked.connect(lambda _checked: do())
    return button
