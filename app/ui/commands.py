"""What each command of the table does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QCursor, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu

from app.domain.conversation import Conversation, Message
from app.domain.errors import KnownError
from app.domain.generation import Role
from app.domain.model import ModelFile
from app.domain.settings import SPECS, Section, Theme
from app.markup.blocks import CodeBlock
from app.markup.flow import flatten
from app.markup.parse import parse
from app.services import words
from app.services.downloads import Offer
from app.services.registry import Services
from app.ui.actions import Situation, shortcut_words
from app.ui.dialogs import ErrorDialog, ask_line, ask_text
from app.ui.help_pages import About, ShortcutsPage
from app.ui.model_menu import model_words
from app.ui.models_dialog import ModelsDialog, Tab
from app.ui.palette import Entry, Palette
from app.ui.settings_dialog import SettingsDialog
from app.ui.trash import ArchiveDialog, TrashDialog

if TYPE_CHECKING:
    from app.ui.window import MainWindow

Handler = Callable[[], object]
_ZOOM_STEP = 10
_GGUF = "Model files (*.gguf);;All files (*)"


class Commands:
    """The handlers, over one window and its services."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        self._window = window
        self._services = services
        self._settings_dialog: SettingsDialog | None = None
        self._models_dialog: ModelsDialog | None = None

    def handlers(self) -> dict[str, Handler]:
        """A handler for every command of the table."""
        window = self._window
        chat = window.controller
        return {
            "new_chat": chat.new_chat,
            "new_private_chat": partial(chat.new_chat, private=True),
            "previous_chat": partial(self.step_chat, -1),
            "next_chat": partial(self.step_chat, 1),
            "rename_chat": self.rename,
            "pin_chat": self.pin,
            "move_chat": partial(self._with_shown, self.move),
            "archive_chat": partial(self._with_shown, self.archive),
            "system_prompt": self.system_prompt,
            "delete_chat": partial(self._with_shown, self.delete),
            "trash": self.trash,
            "archived": self.archived,
            "quit": window.close,
            "undo_delete": window.pane.snackbar.undo,
            "find": window.pane.find_bar.open_bar,
            "find_next": window.pane.transcript.find_next,
            "find_previous": window.pane.transcript.find_previous,
            "search_all": self.search_all,
            "copy_answer": self.copy_answer,
            "copy_code": self.copy_code,
            "select_chat": window.pane.transcript.select_all,
            "stop": chat.stop,
            "continue_answer": self.continue_answer,
            "regenerate": self.regenerate,
            "edit_last": chat.edit_last,
            "palette": self.palette,
            "focus_message": window.pane.composer.setFocus,
            "sidebar": window.toggle_sidebar,
            "zoom_in": partial(self.zoom, _ZOOM_STEP),
            "zoom_out": partial(self.zoom, -_ZOOM_STEP),
            "zoom_reset": partial(self.zoom, 0),
            "theme_system": partial(self._set, theme=Theme.SYSTEM),
            "theme_light": partial(self._set, theme=Theme.LIGHT),
            "theme_dark": partial(self._set, theme=Theme.DARK),
            "theme_contrast": partial(self._set, theme=Theme.HIGH_CONTRAST),
            "fullscreen": self.fullscreen,
            "switch_model": window.pane.header.open_model_menu,
            "models": self.models,
            "get_models": partial(self.models, Tab.GET),
            "add_model": self.add_model,
            "load_model": self._services.models.load,
            "cancel_load": self._services.models.cancel_load,
            "unload_model": self._services.models.unload,
            "settings": self.settings,
            "shortcuts": lambda: ShortcutsPage(window).open(),
            "data_folder": self.data_folder,
            "about": lambda: About(window).open(),
        }

    # --- chats --------------------------------------------------------------------------------

    def _with_shown(self, action: Callable[[Sequence[str]], object]) -> None:
        """Do something with the chosen chats; with the shown one where only it is chosen."""
        chat = self._window.controller.chat
        chosen = self._window.sidebar.selected()
        ids = chosen if len(chosen) > 1 else [chat.id] if chat is not None else []
        if ids:
            action(ids)

    def _chats(self, ids: Sequence[str]) -> list[Conversation]:
        return [self._services.library.get(one) for one in ids]

    def step_chat(self, step: int) -> None:
        """Go to the chat above or below."""
        chat = self._window.controller.chat
        target = self._window.sidebar.model.neighbour(chat.id if chat else "", step)
        if target:
            self._window.controller.open_chat(target)

    def rename(self) -> None:
        """Edit the title where it stands."""
        self._window.pane.header.title.edit()

    def pin(self) -> None:
        """Pin the shown chat, or take the pin out."""
        chat = self._window.controller.chat
        if chat is not None:
            self._services.library.set_pinned(chat.id, not chat.pinned)

    def move(self, ids: Sequence[str]) -> None:
        """Ask for a folder and file the chats there."""
        current = self._chats(ids)[0].folder
        folder = ask_line(
            self._window,
            "Move to folder",
            "Folder (an empty name takes it out of its folder):",
            current,
            choices=["", *self._services.library.folders()],
        )
        if folder is not None:
            for one in ids:
                self._services.library.set_folder(one, folder)

    def archive(self, ids: Sequence[str]) -> None:
        """Archive the chats, or bring them back where they are archived."""
        archived = [chat.id for chat in self._chats(ids) if not chat.archived]
        targets = archived or list(ids)
        for one in targets:
            self._services.library.set_archived(one, bool(archived))
        if archived:
            self._window.leave_chats(targets)
            text = f"{_chats_words(targets)} archived."
            self._window.pane.snackbar.offer(text, partial(self._bring_back, targets))

    def _bring_back(self, ids: Sequence[str]) -> None:
        for one in ids:
            self._services.library.set_archived(one, False)
        self._window.controller.open_chat(ids[0])

    def delete(self, ids: Sequence[str]) -> None:
        """Move chats to the trash, with Undo at hand."""
        active = self._services.chat.active
        if active is not None and active.conversation_id in ids:
            self._services.chat.stop()
        private = [chat for chat in self._chats(ids) if chat.private]
        self._window.leave_chats(ids)
        self._services.library.delete(ids)
        if len(private) == len(ids):
            self._window.pane.status.notice("The private chat is gone.")
            return
        text = f"{_chats_words(ids)} moved to the trash."
        self._window.pane.snackbar.offer(text, partial(self._restore, list(ids)))

    def _restore(self, ids: Sequence[str]) -> None:
        self._services.library.restore(ids)
        self._window.open_when_listed(ids[0])

    def system_prompt(self) -> None:
        """Edit what precedes the first turn of the shown chat."""
        chat = self._window.controller.chat
        if chat is None:
            return
        text = ask_text(
            self._window,
            "System prompt of this chat",
            "Given to the model before the first message of this chat.",
            chat.system_prompt,
        )
        if text is not None and text != chat.system_prompt:
            self._services.library.set_system_prompt(chat.id, text)

    def trash(self) -> None:
        """Show deleted chats and messages."""
        TrashDialog(self._window, self._services.library).open()

    def archived(self) -> None:
        """Show archived chats."""
        open_chat = self._window.controller.open_chat
        ArchiveDialog(self._window, self._services.library, open_chat).open()

    def chat_menu(self, ids: Sequence[str]) -> QMenu:
        """The context menu of the sidebar, for the chosen chats."""
        menu = QMenu(self._window)
        chats = self._chats(ids)
        if len(ids) == 1:
            menu.addAction("Open", lambda: self._window.controller.open_chat(ids[0]))
            menu.addAction("Rename…", lambda: self._window.sidebar.rename_in_place(ids[0]))
            menu.addSeparator()
        pin = any(not chat.pinned for chat in chats)
        menu.addAction("Pin" if pin else "Unpin", lambda: self._set_pinned(ids, pin))
        menu.addAction("Move to folder…", lambda: self.move(ids))
        archive = any(not chat.archived for chat in chats)
        menu.addAction("Archive" if archive else "Bring back", lambda: self.archive(ids))
        menu.addSeparator()
        menu.addAction("Move to trash", lambda: self.delete(ids))
        return menu

    def _set_pinned(self, ids: Sequence[str], pinned: bool) -> None:
        for one in ids:
            self._services.library.set_pinned(one, pinned)

    # --- messages -----------------------------------------------------------------------------

    def branch(self, message_id: str) -> None:
        """Copy the chat up to this message into one of its own, and show it."""
        controller = self._window.controller

        def make() -> None:
            controller.open_chat(self._services.library.branch_into_new_chat(message_id).id)
            self._window.pane.status.notice("This is a new chat, from that message on.")

        controller.attempt(make)

    def delete_message(self, message_id: str) -> None:
        """Move a message and what follows it to the trash, with Undo at hand."""
        if self._window.controller.answering:
            self._window.pane.status.notice("An answer is being written. Stop it first.")
            return
        library = self._services.library
        if self._window.controller.attempt(lambda: library.delete_message(message_id)):
            self._window.pane.snackbar.offer(
                "Message moved to the trash.", partial(library.restore_message, message_id)
            )

    def answer_with_menu(self, message_id: str) -> None:
        """Offer the installed files to answer again with; both versions are kept."""
        menu = QMenu(self._window)
        menu.addSection("Answer again with")
        for model in self._services.models.installed():
            speed = self._services.models.speed(model.sha256)
            menu.addAction(model_words(model, speed), partial(self._answer_with, message_id, model))
        menu.popup(QCursor.pos())

    def _answer_with(self, message_id: str, model: ModelFile) -> None:
        chat = self._services.chat
        self._window.controller.attempt(lambda: chat.answer_with(message_id, model))

    # --- text ---------------------------------------------------------------------------------

    def search_all(self) -> None:
        """Go to the search field, bringing the sidebar back."""
        self._window.show_sidebar(shown=True)
        self._window.sidebar.focus_search()

    def copy_answer(self) -> None:
        """Copy the last answer, as Markdown."""
        answer = self._window.controller.last(Role.ASSISTANT)
        if answer is not None:
            QGuiApplication.clipboard().setText(answer.content)
            self._window.pane.status.notice("The last answer was copied.")

    def copy_code(self) -> None:
        """Copy the last code block of the last answer that has one."""
        branch = reversed(self._window.controller.branch)
        code = next((found for item in branch if (found := last_code(item.message))), None)
        if code is None:
            self._window.pane.status.notice("There is no code block in this chat.")
            return
        QGuiApplication.clipboard().setText(code)
        self._window.pane.status.notice("The last code block was copied.")

    def continue_answer(self) -> None:
        """Go on with the last answer."""
        answer = self._window.controller.last(Role.ASSISTANT)
        if answer is not None and answer.status.can_continue:
            self._window.controller.continue_answer(answer.id)

    def regenerate(self) -> None:
        """Write another version of the last answer."""
        answer = self._window.controller.last(Role.ASSISTANT)
        if answer is not None:
            self._window.controller.regenerate(answer.id)

    # --- view ---------------------------------------------------------------------------------

    def palette(self) -> None:
        """Open the command palette."""
        commands = [
            Entry(action.text(), shortcut_words(command), action.trigger)
            for command, action in self._window.actions_table.available()
            if command.id != "palette"
        ]
        chats = [
            Entry(words.title(chat), "chat", partial(self._window.controller.open_chat, chat.id))
            for chat in self._services.library.conversations()
        ]
        Palette(self._window, [*commands, *chats], self._window.theme)

    def zoom(self, step: int) -> None:
        """Make all text larger or smaller; 0 makes it normal."""
        option = SPECS["zoom"].option
        low, high = int(option.low or 50), int(option.high or 300)
        current = self._services.settings.current.zoom
        self._set(zoom=min(max(current + step, low), high) if step else 100)

    def fullscreen(self) -> None:
        """Fill the screen, or stop doing so."""
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def settings(self, section: Section | None = None) -> None:
        """Open the settings."""
        if self._settings_dialog is None:
            dialog = SettingsDialog(self._window, self._services.settings, self._window.theme)
            dialog.destroyed.connect(self._forget_dialog)
            self._settings_dialog = dialog
        if section is not None:
            self._settings_dialog.show_section(section)
        self._settings_dialog.open()

    def settings_dialog(self) -> SettingsDialog | None:
        """The settings dialog while it is open."""
        return self._settings_dialog

    def _forget_dialog(self) -> None:
        self._settings_dialog = None

    def _set(self, **changes: object) -> None:
        self._window.controller.attempt(lambda: self._services.settings.update(**changes))

    # --- models -------------------------------------------------------------------------------

    def choose_model(self, model: ModelFile) -> None:
        """Use this file from the next answer on."""
        self._window.pane.banner.withdraw("model")
        self._window.controller.attempt(lambda: self._services.models.choose(model))

    def try_demo(self) -> None:
        """Use the built-in demo."""
        self._window.controller.attempt(lambda: self.choose_model(self._services.models.demo))

    def models(self, tab: Tab = Tab.HERE) -> None:
        """Open the models dialog on one of its pages."""
        if self._models_dialog is None:
            dialog = ModelsDialog(
                self._window,
                self._services.models,
                self._services.downloads,
                self._window.bridge,
                attempt=self._window.controller.attempt,
                choose=self.choose_model,
                add_file=self.add_model,
            )
            dialog.destroyed.connect(self._forget_models)
            self._models_dialog = dialog
        self._models_dialog.show_tab(tab)
        self._models_dialog.open()

    def models_dialog(self) -> ModelsDialog | None:
        """The models dialog while it is open."""
        return self._models_dialog

    def _forget_models(self) -> None:
        self._models_dialog = None

    def start_download(self, offer: Offer) -> None:
        """Fetch a file of the catalogue, and show how it goes."""
        downloads, family, file = self._services.downloads, offer.family.id, offer.file
        if self._window.controller.attempt(
            lambda: downloads.start_named(family, file.quantization)
        ):
            self.models(Tab.DOWNLOADS)

    def add_model(self) -> None:
        """Ask for a GGUF file and use it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, "Use a model file", str(Path.home()), _GGUF
        )
        if chosen:
            self.use_file(Path(chosen))

    def use_file(self, path: Path) -> None:
        """Put a GGUF file on the list where it lies, and use it."""
        models = self._services.models
        if self._window.controller.attempt(lambda: self.choose_model(models.add(path))):
            self._window.after_choice()

    # --- help ---------------------------------------------------------------------------------

    def data_folder(self) -> None:
        """Show where everything is kept."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._services.data_folder)))

    def details(self, error: KnownError) -> None:
        """Show an error with its technical details."""
        ErrorDialog(self._window, error).open()

    # --- what makes sense now -----------------------------------------------------------------

    def situation(self) -> Situation:
        """What the commands' conditions look at."""
        controller = self._window.controller
        chat, state = controller.chat, self._services.models.state
        answer = controller.last(Role.ASSISTANT)
        return Situation(
            has_chat=chat is not None and bool(controller.branch),
            private=chat is not None and chat.private,
            has_answer=answer is not None,
            has_question=controller.last(Role.USER) is not None,
            answering=controller.answering,
            can_continue=answer is not None and answer.status.can_continue,
            can_download=True,
            has_model=state.model is not None,
            ready=state.loaded is not None,
            loading=state.phase.value == "loading",
            undo=self._window.pane.snackbar.can_undo,
        )


def last_code(message: Message) -> str:
    """The last code block of a message, or nothing."""
    if message.role is not Role.ASSISTANT:
        return ""
    blocks = [row.leaf for row in flatten(parse(message.content))]
    return next((block.text for block in reversed(blocks) if isinstance(block, CodeBlock)), "")


def _chats_words(ids: Sequence[str]) -> str:
    return "Chat" if len(ids) == 1 else f"{words.amount(len(ids), 'chat')}"
