"""The main window: puts the parts together and connects them. No logic of its own."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSplitter

from app.domain.conversation import SearchHit
from app.domain.download import DownloadItem, DownloadState
from app.domain.errors import KnownError
from app.domain.generation import Role
from app.services import words
from app.services.events import (
    DownloadChanged,
    Event,
    LibraryChanged,
    ModelPhase,
    ModelStateChanged,
    Notice,
    Problem,
    SettingsChanged,
)
from app.services.registry import Services
from app.ui import sidebar as sidebar_module
from app.ui.actions import Actions, Menu
from app.ui.bridge import EventBridge
from app.ui.chat_controller import ChatController
from app.ui.chat_pane import ChatPane, Page
from app.ui.commands import Commands
from app.ui.dialogs import ask_to_open_link
from app.ui.model_menu import ModelMenu
from app.ui.models_dialog import Tab
from app.ui.problems import Remedies, offers_for
from app.ui.sidebar import Sidebar
from app.ui.theme import Theme
from app.ui.transcript.signals import ActionKind, MessageAction
from app.ui.transcript.view import TranscriptView

_SIZE = (1100, 760)


def _nothing() -> None:
    """No search is under way."""


class MainWindow(QMainWindow):
    """Sidebar and conversation."""

    def __init__(self, services: Services, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._services = services
        self._listed_next = ""
        self._end_search: Callable[[], object] = _nothing
        settings, state = services.settings.current, services.models.state
        self.setMinimumSize(560, 420)
        self.resize(*_SIZE)
        self.actions_table = Actions(self)
        self._menu = self._make_menu()
        model_menu = ModelMenu(services.models, self.actions_table, self)
        self.sidebar = Sidebar(theme)
        self.pane = ChatPane(theme, TranscriptView(theme=theme), state, model_menu, self._menu)
        self.controller = ChatController(services, self.pane, self)
        self.commands = Commands(self, services)
        self.actions_table.connect_all(self.commands.handlers().items())
        model_menu.chosen.connect(self.commands.choose_model)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.sidebar)
        self._split.addWidget(self.pane)
        self._split.setCollapsible(1, False)
        self._split.setStretchFactor(1, 1)
        self._split.setHandleWidth(1)  # Qt widens what the pointer can grab
        self._split.setSizes([sidebar_module.WIDTH, _SIZE[0] - sidebar_module.WIDTH])
        self.setCentralWidget(self._split)
        self._connect()
        self._remedies = self._make_remedies()
        self.bridge = EventBridge(services.bus, self)
        self.bridge.arrived.connect(self.on_event)
        self.apply_settings()
        self.show_sidebar(shown=settings.sidebar_visible)
        self._restore_geometry(settings.window_geometry)
        self._show_model_state()
        self.sidebar.set_downloads(words.download_short(services.downloads.items()))
        self._reload_chats()

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName("Menu")
        for which in Menu:
            self.actions_table.fill(menu.addMenu(str(which)), which)
        bar = self.menuBar()
        if bar.isNativeMenuBar():  # where menus stand at the top of the screen
            for which in Menu:
                self.actions_table.fill(bar.addMenu(str(which)), which)
        else:
            bar.hide()
        return menu

    def _connect(self) -> None:
        side, pane, controller, commands = self.sidebar, self.pane, self.controller, self.commands
        side.new_chat_wanted.connect(controller.new_chat)
        side.settings_wanted.connect(commands.settings)
        side.model_wanted.connect(self._open_model_menu_at_sidebar)
        side.collapse_wanted.connect(self.toggle_sidebar)
        side.chat_chosen.connect(controller.open_chat)
        side.hit_chosen.connect(self._open_hit)
        side.search_wanted.connect(self._search)
        side.rename_wanted.connect(self._services.library.rename)
        side.menu_wanted.connect(self._open_chat_menu)
        side.delete_wanted.connect(commands.delete)
        pane.header.sidebar_wanted.connect(self.toggle_sidebar)
        pane.header.renamed.connect(self._rename_shown)
        pane.hint_button.clicked.connect(lambda: commands.models(Tab.GET))
        pane.welcome.offer_wanted.connect(commands.start_download)
        pane.welcome.others_wanted.connect(lambda: commands.models(Tab.GET))
        side.downloads_wanted.connect(lambda: commands.models(Tab.DOWNLOADS))
        pane.welcome.demo_wanted.connect(self._start_with_demo)
        pane.welcome.file_wanted.connect(commands.add_model)
        pane.find_bar.wanted.connect(pane.transcript.find)
        pane.transcript.find_changed.connect(
            lambda found: pane.find_bar.set_count(found.current, found.total)
        )
        pane.transcript.action_requested.connect(self._on_message_action)
        pane.transcript.link_activated.connect(lambda link: ask_to_open_link(self, link.address))
        pane.find_bar.next_wanted.connect(pane.transcript.find_next)
        pane.find_bar.previous_wanted.connect(pane.transcript.find_previous)
        pane.find_bar.closed.connect(pane.transcript.clear_find)
        pane.snackbar.undo_changed.connect(self._update_actions)
        controller.changed.connect(self._update_actions)
        controller.shown.connect(self._on_shown)
        controller.failed.connect(self.show_problem)

    def _make_remedies(self) -> Remedies:
        commands = self.commands
        return Remedies(
            choose_model=self.pane.header.open_model_menu,
            try_demo=commands.try_demo,
            load_again=self._services.models.load,
            new_chat=self.controller.new_chat,
            settings=commands.settings,
            data_folder=commands.data_folder,
            continue_answer=commands.continue_answer,
            details=commands.details,
        )

    # --- start and end ------------------------------------------------------------------------

    def begin(self) -> None:
        """Show what was shown last, or the first start."""
        settings = self._services.settings.current
        for sentence in self._services.library.start_report:
            self.pane.banner.say("report", sentence, "")
        if not settings.welcomed:
            self.pane.welcome.set_offers(self._services.downloads.offers())
            self.pane.show_page(Page.WELCOME)
            self.pane.header.title.set_title("Welcome", editable=False)
            self.pane.header.set_private(private=False)
            self.pane.welcome.focus_first()
            self._update_actions()
            return
        last = settings.last_conversation
        if not (last and self.controller.open_chat(last)):
            self.controller.new_chat()
        self.pane.composer.setFocus()

    def come_forward(self) -> None:
        """A second start asks the first window to show itself."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep draft, place and geometry; the services are closed by whoever built them."""
        self.controller.leave()
        geometry = base64.b64encode(bytes(self.saveGeometry().data())).decode("ascii")
        self.controller.attempt(
            lambda: self._services.settings.update(
                window_geometry=geometry, sidebar_visible=not self.sidebar.isHidden()
            )
        )
        self.bridge.close()
        event.accept()
        QApplication.quit()

    def _restore_geometry(self, stored: str) -> None:
        if stored:
            try:
                self.restoreGeometry(QByteArray(base64.b64decode(stored, validate=True)))
            except ValueError:
                self.resize(*_SIZE)

    # --- look ---------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        self.theme = theme
        self.sidebar.set_theme(theme)
        self.pane.set_theme(theme)

    def apply_settings(self) -> None:
        """Follow the settings that the window itself shows."""
        settings = self._services.settings.current
        self.pane.set_zoom(settings.zoom)
        self.pane.transcript.set_wrap_code(settings.wrap_code)
        self.pane.composer.set_enter_sends(enter_sends=settings.enter_sends)
        dialog = self.commands.settings_dialog()
        if dialog is not None:
            dialog.show_settings(settings)

    def show_sidebar(self, *, shown: bool) -> None:
        """Show or hide the sidebar."""
        self.sidebar.setVisible(shown)
        self.pane.header.set_sidebar_shown(shown=shown)

    def toggle_sidebar(self) -> None:
        """Show the sidebar if it is hidden, hide it if it is shown."""
        self.show_sidebar(shown=self.sidebar.isHidden())

    # --- events -------------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Hand an event to the parts it concerns."""
        match event:
            case LibraryChanged():
                self._reload_chats()
                self.controller.refresh_title()
                self._show_window_title()
            case ModelStateChanged():
                self._show_model_state()
            case SettingsChanged():
                self.apply_settings()
            case DownloadChanged(item):
                self._show_downloads(item)
            case Notice(text):
                self.pane.status.notice(text)
            case Problem(error):
                self.show_problem(error)
        self.controller.on_event(event)

    def show_problem(self, error: KnownError) -> None:
        """Say calmly what failed, with what can be done about it."""
        answer = self.controller.last(Role.ASSISTANT)
        can_continue = answer is not None and answer.status.can_continue
        offers = offers_for(error, self._remedies, can_continue=can_continue)
        self.pane.banner.say("problem", error.what, f"{error.data} {error.action}".strip(), offers)

    def _show_model_state(self) -> None:
        state = self._services.models.state
        self.sidebar.set_model_state(state)
        self.pane.set_model_state(state)
        if state.phase is ModelPhase.READY:
            self.pane.banner.withdraw("problem")
        self._update_actions()

    def _show_downloads(self, item: DownloadItem) -> None:
        dialog = self.commands.models_dialog()
        if dialog is not None:
            dialog.on_download(item)
        self.sidebar.set_downloads(words.download_short(self._services.downloads.items()))
        if item.state is DownloadState.DONE:
            self.pane.status.notice(f"{item.name} is here and verified.")
            self.after_choice()
        elif item.state is DownloadState.FAILED:
            self.pane.status.notice(f"The download of {item.name} failed: {item.error}")

    def after_choice(self) -> None:
        """A model was chosen or arrived: the first start is over."""
        if self.pane.page is Page.WELCOME:
            self.controller.new_chat()

    def _reload_chats(self) -> None:
        self.sidebar.set_conversations(self._services.library.conversations())
        if self._listed_next and self.sidebar.model.row_of(self._listed_next).isValid():
            self.controller.open_chat(self._listed_next)
            self._listed_next = ""

    def _update_actions(self) -> None:
        self.actions_table.update(self.commands.situation())

    # --- chats --------------------------------------------------------------------------------

    def leave_chats(self, ids: Sequence[str]) -> None:
        """Show another chat if the shown one is among ``ids``."""
        chat = self.controller.chat
        if chat is None or chat.id not in ids:
            return
        target = self.sidebar.model.after_deletion(ids, chat.id)
        if not (target and self.controller.open_chat(target)):
            self.controller.leave()
            self.controller.new_chat()

    def open_when_listed(self, conversation_id: str) -> None:
        """Open a chat that is about to come back."""
        self._listed_next = conversation_id

    def _on_shown(self, conversation_id: str) -> None:
        chat = self.controller.chat
        self.sidebar.show_current(conversation_id)
        self._show_window_title()
        if chat is not None and not chat.private:
            self.controller.attempt(
                lambda: self._services.settings.update(last_conversation=conversation_id)
            )

    def _show_window_title(self) -> None:
        self.setWindowTitle(f"{words.title(self.controller.chat)} - Phial")

    def _on_message_action(self, action: MessageAction) -> None:
        controller, message_id = self.controller, action.message_id
        match action.kind:
            case ActionKind.COPY:
                self.pane.status.notice("Copied.")
            case ActionKind.EDIT:
                controller.edit(message_id)
            case ActionKind.REGENERATE:
                controller.regenerate(message_id)
            case ActionKind.CONTINUE:
                controller.continue_answer(message_id)
            case ActionKind.ANSWER_AGAIN:
                self.commands.answer_with_menu(message_id)
            case ActionKind.BRANCH:
                self.commands.branch(message_id)
            case ActionKind.DELETE:
                self.commands.delete_message(message_id)
            case ActionKind.VERSION:
                controller.select_version(message_id, -1 if action.payload == "previous" else 1)

    def _rename_shown(self, title: str) -> None:
        if self.controller.chat is not None:
            self._services.library.rename(self.controller.chat.id, title)

    def _search(self, query: str) -> None:
        self._end_search()
        self._end_search = _nothing
        if query:
            show = self.bridge.on_gui(partial(self.sidebar.set_hits, query))
            self._end_search = self._services.library.search(query, show)

    def _open_hit(self, hit: SearchHit) -> None:
        self.controller.open_chat(hit.conversation_id, hit.message_id)

    def _open_chat_menu(self, ids: Sequence[str], position: QPoint) -> None:
        self.commands.chat_menu(ids).popup(position)

    def _open_model_menu_at_sidebar(self) -> None:
        self.pane.header.open_model_menu()

    def _start_with_demo(self) -> None:
        self.commands.try_demo()
        self.after_choice()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops an answer, then closes what is open."""
        if event.key() == Qt.Key.Key_Escape:
            self.escape()
            return
        super().keyPressEvent(event)

    def escape(self) -> None:
        """Stop the answer; with none, close one thing that is open."""
        if self.controller.answering:
            self.controller.stop()
            return
        closed = (
            self.pane.find_bar.close_bar()
            or self.controller.cancel_edit()
            or self.sidebar.clear_search()
        )
        if not closed and not self.pane.banner.isHidden():
            self.pane.banner.hide()
        self.pane.composer.setFocus()
