"""Every command of the table with its handler; those of view and help are done here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.generation import Role
from app.domain.options import Section
from app.domain.settings import SPECS, Settings, ThemeChoice
from app.language import tr
from app.services.core import formatting
from app.services.core.events import ModelPhase
from app.system.hardware import machine
from app.ui.commands.chat_commands import ChatCommands
from app.ui.commands.message_commands import MessageCommands
from app.ui.commands.model_commands import ModelCommands
from app.ui.commands.palette import CommandPalette, PaletteEntry
from app.ui.commands.transfer_commands import TransferCommands
from app.ui.library.help_dialogs import AboutDialog, ShortcutsDialog
from app.ui.library.update_dialog import UpdateDialog
from app.ui.models.models_dialog import ModelsTab
from app.ui.settings.settings_dialog import Refusal, SettingsDialog
from app.ui.settings.snapshot_panel import SnapshotPanel
from app.ui.settings.token_panel import TokenPanel
from app.ui.shell.command_table import CommandState, shortcut_text
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import ErrorDialog, push_button

Handler = Callable[[], object]
_ZOOM_STEP = 10


class CommandHandlers:
    """The handlers, over one window's parts."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        self._settings_dialog: SettingsDialog | None = None
        self.chats = ChatCommands(shell)
        self.messages = MessageCommands(shell)
        self.models = ModelCommands(shell)
        self.transfer = TransferCommands(shell, self.chats.leave)

    def handlers(self) -> dict[str, Handler]:
        """A handler for every command of the table."""
        return {
            **self._chat_handlers(),
            **self._text_handlers(),
            **self._view_handlers(),
            **self._model_handlers(),
        }

    def _chat_handlers(self) -> dict[str, Handler]:
        chats, controller = self.chats, self._shell.controller
        return {
            "new_chat": controller.new_chat,
            "new_private_chat": partial(controller.new_chat, private=True),
            "previous_chat": partial(chats.step_chat, -1),
            "next_chat": partial(chats.step_chat, 1),
            "rename_chat": chats.rename,
            "pin_chat": chats.pin,
            "move_chat": partial(chats.apply_to_selected, chats.move),
            "archive_chat": partial(chats.apply_to_selected, chats.archive),
            "system_prompt": chats.system_prompt,
            "summary": chats.summary,
            "export_chat": partial(chats.apply_to_selected, self.transfer.export),
            "export_all": self.transfer.export_all,
            "import_chats": self.transfer.choose_and_import,
            "delete_chat": partial(chats.apply_to_selected, chats.delete),
            "trash": chats.trash,
            "backups": chats.backups,
            "archived": chats.archived,
            "quit": self._shell.window.close,
        }

    def _text_handlers(self) -> dict[str, Handler]:
        pane, messages = self._shell.pane, self.messages
        return {
            "undo_delete": pane.snackbar.undo,
            "find": pane.find_bar.open_bar,
            "find_next": partial(pane.transcript.find_next, 1),
            "find_previous": partial(pane.transcript.find_next, -1),
            "search_all": self.search_all,
            "copy_answer": messages.copy_answer,
            "copy_code": messages.copy_code,
            "select_chat": messages.select_chat,
            "stop": self._shell.controller.stop,
            "continue_answer": messages.continue_answer,
            "regenerate": messages.regenerate,
            "edit_last": self._shell.controller.edit_last,
        }

    def _view_handlers(self) -> dict[str, Handler]:
        window = self._shell.window
        return {
            "palette": self.palette,
            "focus_message": self._shell.pane.composer.setFocus,
            "sidebar": self._shell.toggle_sidebar,
            "zoom_in": partial(self.zoom, _ZOOM_STEP),
            "zoom_out": partial(self.zoom, -_ZOOM_STEP),
            "zoom_reset": partial(self.zoom, 0),
            **{f"theme_{one}": partial(self._set, theme=one) for one in ThemeChoice},
            "fullscreen": self.fullscreen,
            "settings": self.settings,
            "shortcuts": lambda: ShortcutsDialog(window).open(),
            "data_folder": self.data_folder,
            "updates": lambda: UpdateDialog(
                window, self._shell.services.updates, self._shell.operations
            ).open(),
            "about": lambda: AboutDialog(window).open(),
        }

    def _model_handlers(self) -> dict[str, Handler]:
        models, service = self.models, self._shell.services.models
        return {
            "switch_model": self._shell.pane.header.open_model_menu,
            "models": models.show_models,
            "get_models": partial(models.show_models, ModelsTab.CATALOG),
            "add_model": models.add_model,
            "load_model": service.load,
            "cancel_load": service.cancel_load,
            "measure_model": models.show_benchmark,
            "unload_model": service.unload,
        }

    def chat_menu(self, ids: list[str]) -> QMenu:
        """The context menu of the sidebar, for the chosen chats."""
        menu = self.chats.menu(ids)
        before = menu.actions()[-2]  # the line above "Move to trash"
        export = menu.addAction(tr("Export…"), lambda: self.transfer.export(ids))
        menu.insertAction(before, export)
        return menu

    # --- view ---------------------------------------------------------------------------------

    def search_all(self) -> None:
        """Go to the search field, bringing the sidebar back."""
        self._shell.show_sidebar(shown=True)
        self._shell.sidebar.focus_search()

    def palette(self) -> None:
        """Open the command palette."""
        commands = [
            PaletteEntry(action.text(), shortcut_text(command), action.trigger)
            for command, action in self._shell.actions.available()
            if command.id != "palette"
        ]
        open_chat = self._shell.controller.open_chat
        chats = [
            PaletteEntry(formatting.listed_title(chat), tr("chat"), partial(open_chat, chat.id))
            for chat in self._shell.services.library.chats.conversations()
        ]
        CommandPalette(self._shell.window, [*commands, *chats], self._shell.pane.theme)

    def zoom(self, step: int) -> None:
        """Make all text larger or smaller; 0 makes it normal."""
        option = SPECS["zoom"].option
        low, high = int(option.low or 50), int(option.high or 300)
        current = self._shell.services.settings.current.zoom
        self._set(zoom=min(max(current + step, low), high) if step else 100)

    def fullscreen(self) -> None:
        """Fill the screen, or stop doing so."""
        window = self._shell.window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()

    def settings(self, section: Section | None = None) -> None:
        """Open the settings."""
        if self._settings_dialog is None:
            service = self._shell.services.settings
            extras = {Section.MODEL: self._model_extras(), Section.PRIVACY: self._token_panel()}
            dialog = SettingsDialog(
                self._shell.window, service, self._shell.pane.theme, extras, self._in_force()
            )
            dialog.destroyed.connect(self._forget_dialog)
            dialog.refused.connect(self._tell_refusal)
            self._settings_dialog = dialog
        if section is not None:
            self._settings_dialog.show_section(section)
        self._settings_dialog.open()

    def _in_force(self) -> dict[str, float]:
        """By setting, the number that is used while the user sets none."""
        models = self._shell.services.models
        state = models.state
        sampling = models.advised_sampling(state.model) if state.model is not None else None
        names = ("temperature", "top_k", "top_p", "min_p", "repeat_penalty")
        found: dict[str, float | None] = {name: getattr(sampling, name, None) for name in names}
        found["threads"] = machine().physical_cores
        if state.loaded is not None:
            plan = state.loaded.plan
            found["context_size"], found["threads"] = plan.context_size, plan.threads
            found["gpu_layers"] = plan.gpu_layers
        return {name: value for name, value in found.items() if value is not None}

    def _tell_refusal(self, refusal: Refusal) -> None:
        self._shell.pane.banner.show_message("setting", refusal.what, refusal.rest)

    def _model_extras(self) -> QWidget:
        extras = QWidget()
        column = QVBoxLayout(extras)
        column.setContentsMargins(0, 0, 0, 0)
        buttons = QHBoxLayout()
        measure = push_button(tr("Measure this model…"))
        measure.setAutoDefault(False)
        measure.clicked.connect(lambda _checked: self.models.show_benchmark())
        for button in (self._models_link(), measure):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(SnapshotPanel(self._shell))
        return extras

    def _models_link(self) -> QWidget:
        link = push_button(tr("Models on this computer…"))
        link.setAutoDefault(False)
        link.clicked.connect(lambda _checked: self.models.show_models())
        return link

    def _token_panel(self) -> QWidget:
        return TokenPanel(self._shell.services.downloads)

    def on_settings(self, settings: Settings) -> None:
        """Settings changed elsewhere: an open dialog follows."""
        if self._settings_dialog is not None:
            self._settings_dialog.show_settings(settings)

    def finish(self) -> None:
        """The window closes: what is typed in the settings is taken while it can be."""
        if self._settings_dialog is not None:
            self._settings_dialog.close()

    def _forget_dialog(self) -> None:
        self._settings_dialog = None

    def _set(self, **changes: object) -> None:
        service = self._shell.services.settings
        self._shell.controller.attempt(lambda: service.update(**changes))

    # --- help ---------------------------------------------------------------------------------

    def data_folder(self) -> None:
        """Show where everything is kept."""
        folder = str(self._shell.services.data_folder)
        QDesktopServices.openUrl(QUrl.fromLocalFile(folder))

    def details(self, error: KnownError) -> None:
        """Show an error with its technical details."""
        ErrorDialog(self._shell.window, error).open()

    # --- what makes sense now -----------------------------------------------------------------

    def state(self) -> CommandState:
        """What the commands' conditions look at."""
        controller = self._shell.controller
        chat, state = controller.chat, self._shell.services.models.state
        answer = controller.last(Role.ASSISTANT)
        return CommandState(
            has_chat=chat is not None and bool(controller.branch),
            private=chat is not None and chat.private,
            has_answer=answer is not None,
            has_question=controller.last(Role.USER) is not None,
            answering=controller.answering,
            can_continue=answer is not None and answer.status.can_continue,
            has_model=state.model is not None,
            ready=state.loaded is not None,
            loading=state.phase is ModelPhase.LOADING,
            undo=self._shell.pane.snackbar.can_undo,
        )
