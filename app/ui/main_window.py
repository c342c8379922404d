"""The main window: puts the parts together and connects them. No logic of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSplitter, QWidget

from app.domain.errors import KnownError
from app.domain.generation import Role
from app.domain.model import is_demo
from app.language import paragraph, tr
from app.services.core import formatting
from app.services.core.events import (
    ConnectionsChanged,
    DevicesFound,
    DownloadChanged,
    ErrorReported,
    Event,
    LibraryChanged,
    LibraryReplaced,
    ModelPhase,
    ModelStateChanged,
    Notice,
    ServingChanged,
    SettingsChanged,
)
from app.ui.commands.given_files import GivenFiles
from app.ui.commands.handlers import CommandHandlers
from app.ui.conversation.chat_controller import ChatController
from app.ui.conversation.chat_pane import ChatPane, Page
from app.ui.conversation.marks.picture_dialog import follow_link
from app.ui.conversation.notices.error_actions import (
    ANSWER_PROBLEM,
    MODEL_PROBLEM,
    REFUSAL,
    actions_for,
    problem_kind,
)
from app.ui.conversation.notices.start_report import StartReport
from app.ui.core import geometry
from app.ui.core.event_bridge import EventBridge
from app.ui.core.file_drops import FileDrops
from app.ui.core.focus import FocusKeeper, can_have_focus, is_typed, walk_by_tab
from app.ui.core.operations import Operations
from app.ui.core.rest import CaretRest, SeenClock
from app.ui.desktop.answer_ready import AnswerReadyNotice
from app.ui.desktop.awake import KeepAwake
from app.ui.models.model_menu import ModelMenu
from app.ui.models.quantization_menu import QuantizationMenu
from app.ui.shell.command_table import CommandActions, Menu
from app.ui.shell.last_chat import LastChat
from app.ui.shell.page_names import ModelsTab
from app.ui.shell.page_stack import PageStack
from app.ui.shell.shortcuts import read_shortcuts
from app.ui.shell.window_context import WindowContext
from app.ui.sidebar import sidebar as sidebar_module
from app.ui.sidebar.requests import MenuRequest
from app.ui.sidebar.sidebar import Sidebar
from app.ui.sidebar.sidebar_controller import SidebarController
from app.ui.style.menus import close_when_chosen
from app.ui.style.theme import Theme
from app.ui.style.typography import Typesetting, typesetting_of
from app.ui.transcript.view import TranscriptView

if TYPE_CHECKING:
    from app.services.registry import Services

_FOLLOW_MS = 2_500
"""Between two looks whether another process wrote into the library, milliseconds."""
_DROP = tr("Drop to open a model, import chats, or add a text to your message")


class MainWindow(QMainWindow):
    """Sidebar and conversation."""

    def __init__(self, services: Services, theme: Theme) -> None:
        super().__init__()
        self._services = services
        self._shown_id = ""
        settings = services.settings.current
        geometry.size_up(self)
        self.actions_table = CommandActions(self)
        self.bridge = EventBridge(services.bus, self)
        self._operations = Operations(self.show_problem, self)
        switch = QuantizationMenu(services.quantizations, self._operations, self)
        model_menu = ModelMenu(
            services.models, services.endpoints, self.actions_table, self, switch
        )
        self.sidebar = Sidebar(theme)
        self.chats = SidebarController(
            self.sidebar, services.library, services.chat, self._operations
        )
        transcript = TranscriptView(theme=theme)
        self.pane = ChatPane(theme, transcript, self._make_menu())
        self.controller = ChatController(services, self.pane, self)
        self._last = LastChat(services.settings, self.controller.attempt, self)
        self.pages = self._lay_out()
        self._shell = WindowContext(
            self,
            services,
            self.sidebar,
            self.pane,
            self.controller,
            self.actions_table,
            self._operations,
            self.pages,
        )
        self.commands = CommandHandlers(self._shell)
        self.actions_table.connect_all(self.commands.handlers().items())
        model_menu.chosen.connect(self.commands.models.choose_model)
        switch.chosen.connect(self.commands.models.switch_quantization)
        self.pane.composer.bar.set_menus(self.commands.presets.make_menu(), model_menu)
        self._given = GivenFiles(self._shell, self.commands)
        self._drops = FileDrops(self, _DROP)
        self._drops.watch(self.pane.composer.editor)
        self._drops.watch_fields()
        self._focus = FocusKeeper(self, self._place_to_type)
        self._connect()
        self._remedies = self.commands.error_actions()
        self._start_report = StartReport(
            services,
            self.pane,
            self._operations,
            backups=self.commands.chats.backups,
            data_folder=self.commands.data_folder,
        )
        self.bridge.arrived.connect(self.on_event)
        self.bridge.arrived.connect(KeepAwake(self._operations, self).on_event)
        ready = AnswerReadyNotice(self, lambda: services.settings.current.notify, self._title_of)
        self.bridge.arrived.connect(ready.on_event)
        self.apply_settings()
        self._shell.show_sidebar(shown=settings.sidebar_visible)
        geometry.restore(self, settings.window_geometry)
        self._show_model_state()
        self.commands.models.show_downloads()
        self.chats.reload()
        self._follow = SeenClock(self, _FOLLOW_MS, services.library.following.look)
        self._caret = CaretRest(self.pane.composer.editor)

    def _lay_out(self) -> PageStack:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.sidebar)
        split.addWidget(self.pane)
        split.setCollapsible(0, False)  # it is hidden by its button, which can bring it back
        split.setCollapsible(1, False)
        split.setStretchFactor(1, 1)
        split.setHandleWidth(1)  # Qt widens what the pointer can grab
        side = min(sidebar_module.WIDTH, self.width() // 3)  # it has its least in a small window
        split.setSizes([side, self.width() - side])
        pages = PageStack(split)
        self.setCentralWidget(pages)
        return pages

    def _place_to_type(self) -> QWidget:
        """Where the focus goes when its control went away."""
        return self.pages.page or self.pane.composer.editor

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(tr("Menu"))
        for which in Menu:
            below = menu.addMenu(which.label)
            below.setAccessibleName(which.label)
            self.actions_table.fill(below, which)
        bar = self.menuBar()
        if bar.isNativeMenuBar():  # where menus stand at the top of the screen
            for which in Menu:
                self.actions_table.fill(bar.addMenu(which.label), which)
        else:
            bar.hide()
        return menu

    def _connect(self) -> None:
        side, pane, controller, commands = self.sidebar, self.pane, self.controller, self.commands
        side.new_chat_requested.connect(controller.new_chat)
        side.settings_requested.connect(commands.settings)
        side.models_requested.connect(partial(commands.models.show_models, ModelsTab.INSTALLED))
        side.documents_requested.connect(commands.documents.show_documents)
        side.collapse_requested.connect(self._shell.toggle_sidebar)
        side.downloads_requested.connect(partial(commands.models.show_models, ModelsTab.DOWNLOADS))
        side.chat_chosen.connect(controller.open_chat)
        side.hit_chosen.connect(commands.chats.open_hit)
        side.menu_requested.connect(self._open_chat_menu)
        side.delete_requested.connect(commands.chats.delete)
        side.filed.connect(commands.chats.file)
        side.told.connect(pane.snackbar.show_notice)
        pane.header.title.told.connect(pane.snackbar.show_notice)
        self.chats.reloaded.connect(commands.chats.after_reload)
        pane.header.sidebar_requested.connect(self._shell.toggle_sidebar)
        pane.header.renamed.connect(self._rename_shown)
        pane.header.serving_requested.connect(commands.serving.show)
        pane.header.title.left.connect(pane.composer.setFocus)
        get_models = partial(commands.models.show_models, ModelsTab.CATALOG)
        pane.hint_button.clicked.connect(lambda _checked: get_models())
        pane.welcome.others_requested.connect(get_models)
        pane.welcome.demo_requested.connect(commands.models.try_demo)
        pane.welcome.file_requested.connect(commands.models.add_model)
        pane.composer.files_pasted.connect(self.open_files)
        self._drops.dropped.connect(self.open_files)
        self.pages.changed.connect(self._on_page)
        pane.snackbar.undo_changed.connect(self._update_actions)
        controller.changed.connect(self._update_actions)
        controller.shown.connect(self._on_shown)
        controller.failed.connect(self.show_problem)
        transcript = pane.transcript
        transcript.action_requested.connect(commands.messages.on_action)
        transcript.link_activated.connect(partial(follow_link, self, self._services.pictures.path))

    # --- start and end ------------------------------------------------------------------------

    def begin(self) -> None:
        """Show what was shown last, or the first start."""
        self._services.serving.begin()
        settings = self._services.settings.current
        if settings.tray:
            self.commands.presence.follow(settings)
        found = self._start_report.say()
        model = self._services.models.state.model
        first = not settings.welcomed and (model is None or is_demo(model))
        if first and not found:  # the welcome would hide what was found
            self.commands.models.show_first()
            self._services.advice.devices.find()
            self.pane.show_page(Page.WELCOME)
            self.pane.header.title.set_title(tr("Welcome"), editable=False)
            self.pane.header.set_private(private=False)
            self.pane.welcome.focus_first()
            self._update_actions()
            return
        error = self._services.models.state.error
        if error is not None:  # the chosen file is gone or damaged
            self.show_problem(error)
        last = settings.last_conversation
        gone = not last or self._services.library.chats.is_gone(last)  # in the trash too
        if gone or not self.controller.open_chat(last):
            self.controller.new_chat()
        self.pane.composer.setFocus()

    def leave(self) -> None:
        """Keep the draft, the place, and which chat the next start shows."""
        self.controller.leave()
        self._last.save()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep draft, place and geometry; the services are closed by whoever built them."""
        self.commands.finish()
        focused = self.focusWidget()
        if focused is not None:
            focused.clearFocus()  # a title that is typed in the sidebar is kept
        self.leave()
        self.controller.attempt(
            lambda: self._services.settings.update(
                window_geometry=geometry.stored(self), sidebar_visible=not self.sidebar.isHidden()
            )
        )
        self._follow.stop()
        self._operations.close()
        self.bridge.close()
        event.accept()
        QApplication.quit()

    # --- look ---------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        self.sidebar.set_theme(theme)
        self.pane.set_theme(theme)
        self.pages.set_theme(theme)
        self.commands.set_theme(theme)

    def set_type(self, typesetting: Typesetting) -> None:
        """Set text in another way, as the settings or the desktop want it."""
        self.pane.set_type(typesetting)
        self.sidebar.set_compact(compact=typesetting.compact)
        self.commands.set_type(typesetting)

    def apply_settings(self) -> None:
        """Follow the settings that the window itself shows."""
        settings = self._services.settings.current
        self.set_type(typesetting_of(settings))
        self.pane.transcript.restyle(wrap_code=settings.wrap_code)
        self.pane.composer.set_enter_sends(enter_sends=settings.enter_sends)
        self.actions_table.set_shortcuts(read_shortcuts(settings.shortcuts))
        self.commands.preferences.on_settings(settings)

    # --- events -------------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Hand an event to the parts it concerns."""
        self.chats.on_event(event)
        match event:
            case LibraryChanged():
                self.controller.refresh_title()
                self._show_title()
            case LibraryReplaced():
                self.controller.start_over()
            case ModelStateChanged():
                self._show_model_state()
            case DevicesFound():
                self.commands.models.on_devices()
            case SettingsChanged():
                self.apply_settings()
            case ConnectionsChanged():
                self.commands.preferences.on_connections()
            case DownloadChanged(item):
                self.commands.on_download(item)
            case ServingChanged(state):
                self.commands.serving.on_changed(state)
            case Notice(text):
                self.pane.snackbar.show_notice(text)
            case ErrorReported(error):
                self.show_problem(error)
        self.controller.on_event(event)
        self.commands.on_event(event)

    def show_problem(self, error: KnownError) -> None:
        """Say calmly what failed, with what can be done about it."""
        answer = self.controller.last(Role.ASSISTANT)
        can_continue = answer is not None and answer.status.can_continue
        offers = actions_for(error, self._remedies, can_continue=can_continue)
        rest = paragraph(error.data, error.action)
        self.pane.banner.show_message(problem_kind(error), error.what, rest, offers)

    def _show_model_state(self) -> None:
        state = self._services.models.state
        self.pane.set_model_state(state)
        if state.phase is ModelPhase.READY:
            self.pane.banner.withdraw(MODEL_PROBLEM)
        if state.model is not None and self.pane.page is Page.WELCOME:
            self.controller.new_chat()  # one was chosen: the first start is over
        self.commands.preferences.on_model()
        self._update_actions()

    def _on_page(self) -> None:
        """A page covers the chat, or is gone: what the window says stands where it is seen."""
        page, banner = self.pages.page, self.pane.banner
        hidden = banner.isHidden()
        if page is not None:
            page.foot.insertWidget(0, banner)
            self.pane.snackbar.stand_in(page)
        else:
            self.pane.take_back()
            self._focus.go_home()
        banner.setHidden(hidden)  # another parent had hidden it
        self._update_actions()

    def _update_actions(self) -> None:
        self.actions_table.update(self.commands.state())

    # --- chats --------------------------------------------------------------------------------

    def _on_shown(self, conversation_id: str) -> None:
        chat = self.controller.chat
        if self._shown_id != conversation_id:
            self._shown_id = conversation_id
            for problem in (ANSWER_PROBLEM, REFUSAL):  # of the chat that was left
                self.pane.banner.withdraw(problem)
        self.sidebar.show_current(conversation_id)
        self.pane.composer.attachments.show_chat(conversation_id)
        self.pane.composer.form.show_chat(conversation_id)
        self.commands.show()
        self._start_report.explain(private=chat is not None and chat.private)
        self._show_title()
        self.pane.find_bar.search_again()
        if chat is not None and not chat.private:
            self._last.note(conversation_id)

    def _title_of(self, conversation_id: str) -> str:
        chats = self._services.library.chats
        return "" if chats.is_private(conversation_id) else chats.get(conversation_id).title

    def _show_title(self) -> None:
        self.setWindowTitle(formatting.window_title(self.controller.chat))

    def _rename_shown(self, title: str) -> None:
        if self.controller.chat is not None:
            self._services.library.rename(self.controller.chat.id, title)

    def _open_chat_menu(self, wanted: MenuRequest) -> None:
        menu = self.commands.chat_menu(list(wanted.ids))
        close_when_chosen(menu)
        menu.popup(wanted.position)

    # --- hands --------------------------------------------------------------------------------

    def open_files(self, names: Sequence[str]) -> None:
        """Use a model file, show what chats are in files, or add texts to the message."""
        self._given.take(names)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes or stops; words typed anywhere are a message."""
        if event.key() == Qt.Key.Key_Escape:
            self.escape()
        elif self.pages.page is not None:
            super().keyPressEvent(event)
        elif is_typed(event) and self.pane.composer.takes_words:
            self.pane.composer.setFocus()
            QApplication.sendEvent(self.pane.composer.editor, event)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round: sidebar, header, messages, composer. Also called when a control goes."""
        focused = self.focusWidget()
        if focused is not None and not can_have_focus(focused):
            self._focus.go_home()
            return True
        page = self.pages.page
        areas = (self.sidebar, *self.pane.areas) if page is None else (page,)
        return walk_by_tab(areas, focused, forward=forward)

    def escape(self) -> None:
        """Close what has the focus; else stop the answer that is shown, or close one thing."""
        if self.pages.back():
            return
        focused, pane = self.focusWidget(), self.pane
        closers: tuple[tuple[QWidget, Callable[[], bool]], ...] = (
            (pane.find_bar, pane.find_bar.close_bar),
            (pane.banner, pane.banner.close),
            (pane.snackbar, pane.snackbar.dismiss),
            (self.sidebar, self.sidebar.clear_search),
        )
        inside = (close for part, close in closers if focused and part.isAncestorOf(focused))
        if not any(close() for close in inside):
            self._escape_anywhere()
        pane.composer.setFocus()

    def _escape_anywhere(self) -> None:
        if self.controller.answering_here:
            self.controller.stop()
            return
        closed = (
            self.pane.find_bar.close_bar()
            or self.controller.drafting.cancel_edit()
            or self.pane.transcript.mark_found(None)
            or self.sidebar.clear_search()
        )
        if not closed:
            self.pane.banner.hide()
