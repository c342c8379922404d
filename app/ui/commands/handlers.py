"""Every command of the table with its handler; those of view and help are done here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu

from app.domain.appearance.choices import ThemeChoice
from app.domain.download import DownloadItem
from app.domain.errors import KnownError
from app.domain.generation import Role
from app.domain.options import Section
from app.domain.settings import SPECS
from app.language import tr
from app.services.core import formatting
from app.services.core.events import Event, ModelPhase, SettingsChanged
from app.ui.commands.chat_commands import ChatCommands
from app.ui.commands.composer_commands import ComposerCommands
from app.ui.commands.document_commands import DocumentCommands
from app.ui.commands.form_commands import FormCommands
from app.ui.commands.mark_commands import MarkCommands
from app.ui.commands.message_commands import MessageCommands
from app.ui.commands.model_commands import ModelCommands
from app.ui.commands.page_commands import PageCommands
from app.ui.commands.palette import CommandPalette, PaletteEntry
from app.ui.commands.preset_commands import PresetCommands
from app.ui.commands.serving_commands import ServingCommands
from app.ui.commands.settings_commands import SettingsCommands
from app.ui.commands.transfer_commands import TransferCommands
from app.ui.conversation.notices.error_actions import ErrorActions
from app.ui.shell.command_table import COMMANDS, CommandState, shortcut_text
from app.ui.shell.page_names import ModelsTab
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import ErrorDialog
from app.ui.style.theme import Theme
from app.ui.style.typography import Typesetting

if TYPE_CHECKING:  # imported when first needed
    from app.ui.commands.used_last_commands import UsedLastCommands
    from app.ui.presence.presence_commands import PresenceCommands

Handler = Callable[[], object]
_ZOOM_STEP = 10


class CommandHandlers:
    """The handlers, over one window's parts."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        self.chats = ChatCommands(shell)
        self.forms = FormCommands(shell)
        self.messages = MessageCommands(shell, self.forms)
        self.models = ModelCommands(shell)
        self.documents = DocumentCommands(shell)
        self.transfer = TransferCommands(shell, self.chats.leave)
        self.serving = ServingCommands(shell, self.settings)
        self.preferences = SettingsCommands(shell, self.models, self.serving)
        self.composer = ComposerCommands(shell, partial(self.preferences.open, Section.MODEL))
        self.pages = PageCommands(shell)
        self.marks = MarkCommands(shell, self.pages)
        self.presets = PresetCommands(
            shell, self.models.choose_model, partial(self.models.show_models, ModelsTab.CATALOG)
        )
        self._used_last: UsedLastCommands | None = None
        shell.pane.empty.looked_at.connect(self._look_at_used)
        self._presence: PresenceCommands | None = None

    @property
    def presence(self) -> PresenceCommands:
        """What is done beside the window; most windows stand alone, so it is made when wanted."""
        if self._presence is None:
            from app.ui.presence.presence_commands import PresenceCommands

            self._presence = PresenceCommands(
                self._shell,
                self.messages.on_action,
                self.messages.save_code,
                self.error_actions,
                self.composer.mark_spelling,
            )
        return self._presence

    def _look_at_used(self) -> None:
        """An empty chat is shown: offer what was used last."""
        if self._used_last is None:
            from app.ui.commands.used_last_commands import UsedLastCommands

            self._used_last = UsedLastCommands(self._shell, self.documents.use, self.presets.use)
        self._used_last.look()

    def handlers(self) -> dict[str, Handler]:
        """A handler for every command of the table."""
        handlers = {
            **self._chat_handlers(),
            **self._text_handlers(),
            **self._view_handlers(),
            **self._model_handlers(),
            **self._help_handlers(),
        }
        handlers["find"] = partial(self._find, handlers["find"])
        of_chats = {command.id for command in COMMANDS if command.of_chat}
        return {
            name: partial(self._in_chat, do) if name in of_chats else do
            for name, do in handlers.items()
        }

    def _in_chat(self, do: Handler) -> None:
        """Do something with the chat, which is shown again if a page covers it."""
        self._shell.pages.back()
        do()

    def _find(self, in_chat: Handler) -> None:
        page = self._shell.pages.page
        if page is None or not page.go_to_search():
            self._in_chat(in_chat)

    def _chat_handlers(self) -> dict[str, Handler]:
        chats, controller = self.chats, self._shell.controller
        return {
            "new_chat": controller.new_chat,
            "new_private_chat": partial(controller.new_chat, private=True),
            "quick_question": self.ask_quickly,
            "previous_chat": partial(chats.step_chat, -1),
            "next_chat": partial(chats.step_chat, 1),
            "rename_chat": chats.rename,
            "pin_chat": chats.pin,
            "move_chat": partial(chats.apply_to_selected, chats.move),
            "archive_chat": partial(chats.apply_to_selected, chats.archive),
            "system_prompt": chats.system_prompt,
            "choose_preset": self._shell.pane.composer.bar.open_preset_menu,
            "chat_values": self.presets.values,
            "presets": self.presets.manage,
            "prompts": self.composer.prompts,
            "attach": self.documents.choose_and_attach,
            "attach_folder": self.documents.choose_folder,
            "form": self.forms.choose,
            "next_reading": self.documents.choose_reading,
            "last_reading": self.documents.show_reading,
            "only_quote": self.documents.only_quote,
            "summarise_document": self.documents.summarise,
            "documents": self.documents.show_documents,
            "attach_sample": self.documents.attach_sample,
            "cited_pages": self.pages.show_cited,
            "evidence": self.pages.save_evidence,
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
            "copy_csv": self.forms.copy_last_csv,
            "copy_json": self.forms.copy_last_json,
            "change_value": self.forms.change_last,
            "copy_code": messages.copy_code,
            "select_chat": messages.select_chat,
            "stop": self._shell.controller.stop,
            "continue_answer": messages.continue_answer,
            "regenerate": messages.regenerate,
            "edit_last": self._shell.controller.edit_last,
        }

    def _view_handlers(self) -> dict[str, Handler]:
        return {
            "palette": self.palette,
            "focus_message": self._shell.pane.composer.setFocus,
            "sidebar": self._shell.toggle_sidebar,
            "zoom_in": partial(self.zoom, _ZOOM_STEP),
            "zoom_out": partial(self.zoom, -_ZOOM_STEP),
            "zoom_reset": partial(self.zoom, 0),
            **{f"theme_{one}": partial(self._set, theme=one) for one in ThemeChoice},
            "fullscreen": self.fullscreen,
        }

    def _help_handlers(self) -> dict[str, Handler]:
        return {
            "settings": self.settings,
            "shortcuts": self._show_shortcuts,
            "data_folder": self.data_folder,
            "updates": self._show_updates,
            "about": self._show_about,
        }

    def _show_shortcuts(self) -> None:
        from app.ui.library.help_dialogs import ShortcutsDialog

        ShortcutsDialog(self._shell.window, self._shell.actions.changed).open()

    def _show_updates(self) -> None:
        from app.ui.library.update_dialog import UpdateDialog

        shell = self._shell
        UpdateDialog(shell.window, shell.services.updates, shell.operations).open()

    def _show_about(self) -> None:
        from app.ui.library.help_dialogs import AboutDialog

        AboutDialog(self._shell.window).open()

    def _model_handlers(self) -> dict[str, Handler]:
        models, service = self.models, self._shell.services.models
        return {
            "switch_model": self._shell.pane.composer.bar.open_model_menu,
            "models": models.show_models,
            "get_models": partial(models.show_models, ModelsTab.CATALOG),
            "add_model": models.add_model,
            "add_endpoint": models.add_endpoint,
            "load_model": service.load,
            "cancel_load": service.cancel_load,
            "measure_model": models.show_benchmark,
            "unload_model": service.unload,
            "serving": self.serving.show,
        }

    def on_event(self, event: Event) -> None:
        """Something happened; what stands around the words of a message follows."""
        self.presets.on_event(event)
        self.preferences.on_event(event)
        self.composer.on_event(event)
        self.marks.answers.on_event(event)
        self.documents.on_event(event)
        tray = isinstance(event, SettingsChanged) and event.settings.tray
        if tray or self._presence is not None:
            self.presence.on_event(event)  # last: the program's end waits for what others begin

    def error_actions(self) -> ErrorActions:
        """What can be done about what failed."""
        controller = self._shell.controller
        return ErrorActions(
            choose_model=self._shell.pane.composer.bar.open_model_menu,
            try_demo=self.models.try_demo,
            load_again=self._shell.services.models.load,
            new_chat=controller.unanswered.new_chat,
            leave_out=controller.unanswered.leave_out,
            context_size=partial(self.settings, Section.MODEL),
            data_folder=self.data_folder,
            continue_answer=self.messages.continue_answer,
            details=self.details,
        )

    def show(self) -> None:
        """Another chat is shown."""
        self.presets.show()
        self.composer.show()
        self.pages.show()

    def chat_menu(self, ids: list[str]) -> QMenu:
        """The context menu of the sidebar, for the chosen chats."""
        menu = self.chats.menu(ids)
        before = menu.actions()[-2]  # the line above "Move to trash"
        export = menu.addAction(tr("Export…"), lambda: self.transfer.export(ids))
        menu.insertAction(before, export)
        return menu

    def ask_quickly(self) -> None:
        """Open the quick question."""
        self.presence.ask()

    # --- view ---------------------------------------------------------------------------------

    def search_all(self) -> None:
        """Go to the search field, bringing the sidebar back."""
        self._shell.show_sidebar(shown=True)
        self._shell.sidebar.focus_search()

    def palette(self) -> None:
        """Open the command palette."""
        changed = self._shell.actions.changed
        commands = [
            PaletteEntry(action.text(), shortcut_text(command, changed), action.trigger)
            for command, action in self._shell.actions.available()
            if command.id != "palette"
        ]
        open_chat = self._shell.controller.open_chat
        chats = [
            PaletteEntry(
                formatting.listed_title(chat),
                tr("chat"),
                partial(self._in_chat, partial(open_chat, chat.id)),
            )
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
        self.preferences.open(section)

    def on_download(self, item: DownloadItem) -> None:
        """A download moved on."""
        self.models.on_download(item)
        self.preferences.on_download(item)

    def finish(self) -> None:
        """The window closes: what is typed on a page is taken while it can be."""
        if self._presence is not None:
            self._presence.finish()
        self.composer.close()
        self.marks.answers.close()
        self._shell.pages.back()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours where something stands beside the window."""
        if self._presence is not None:
            self._presence.set_theme(theme)

    def set_type(self, typesetting: Typesetting) -> None:
        """Set text in another way where something stands beside the window."""
        if self._presence is not None:
            self._presence.set_type(typesetting)

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
            page=self._shell.pages.page is not None,
        )
