"""The sidebar: new chat, search with its results, the chats, and at the foot the other places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.conversation import Conversation, SearchHit
from app.language import tr
from app.services.core import formatting
from app.services.library.date_groups import Group
from app.services.library.live_search import is_cut
from app.ui.core.assistive_activation import AssistedChoice
from app.ui.sidebar.chat_delegate import ChatDelegate
from app.ui.sidebar.chat_list import ChatList
from app.ui.sidebar.chat_list_model import ID_ROLE, ChatListModel
from app.ui.sidebar.requests import FilingRequest, MenuRequest, RenameRequest
from app.ui.sidebar.search_results import HIT_ROLE, SearchResultDelegate, SearchResults
from app.ui.style.stacking_row import StackingRow
from app.ui.style.text_fields import UndoElsewhere
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import IconButton, SidebarButton, StyledLabel

WIDTH = 260


class Sidebar(QWidget):
    """What is on the left.

    Signals:
        new_chat_requested, settings_requested, models_requested, documents_requested,
            collapse_requested: Buttons.
        chat_chosen: (conversation id) to be shown.
        hit_chosen: (SearchHit) to be shown.
        search_requested: (query) typed; empty ends the search.
        rename_requested: (RenameRequest) A title was edited.
        menu_requested: (MenuRequest) The right button, or its key.
        downloads_requested: The line about downloads was pressed.
        delete_requested: (list of conversation ids), from Delete in the list.
        filed: (FilingRequest) chats were dragged under another heading.
        told: (sentence) to be said once.
        chats_requested: The list was not changed while a title was edited in it; now it may be.
    """

    new_chat_requested = Signal()
    settings_requested = Signal()
    models_requested = Signal()
    documents_requested = Signal()
    collapse_requested = Signal()
    chat_chosen = Signal(str)
    hit_chosen = Signal(SearchHit)
    search_requested = Signal(str)
    rename_requested = Signal(RenameRequest)
    menu_requested = Signal(MenuRequest)
    delete_requested = Signal(object)
    filed = Signal(FilingRequest)
    chats_requested = Signal()
    downloads_requested = Signal()
    told = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Sidebar"))
        self.setMinimumWidth(200)
        self._shown = ""
        self._buttons = self._make_buttons()
        self._search = QLineEdit(placeholderText=tr("Search chats"), clearButtonEnabled=True)
        self._search.setAccessibleName(tr("Search chats"))
        UndoElsewhere(self._search)
        # A search starts with every key press and ends the one before; the field waits for none.
        self._typing = QTimer(self, singleShot=True, interval=0)
        self._typing.timeout.connect(lambda: self.search_requested.emit(self.query()))
        self._search.textChanged.connect(self._on_typed)
        self._search.installEventFilter(self)
        self.model = ChatListModel(self)
        self.model.rename_requested.connect(self.rename_requested)
        self._chat_row, self._hit_row = ChatDelegate(theme, self), SearchResultDelegate(theme, self)
        self._chat_row.closeEditor.connect(self._on_edited, Qt.ConnectionType.QueuedConnection)
        self._chat_row.told.connect(self.told)
        self._held_back = False  # something changed while a title was edited
        self._list = self._make_chat_list()
        self._results = SearchResults(self)
        self._result_list = self._make_result_list()
        self._empty = self._message(tr("No chats yet.\nWhat you write appears here."))
        self._no_hit = self._message("")
        self._more_hits = self._message(formatting.MORE_HITS)
        self._more_hits.hide()
        self._pages = QStackedWidget()
        for page in (self._list, self._empty, self._result_list, self._no_hit):
            self._pages.addWidget(page)
        self._lay_out()
        self.set_theme(theme)

    def _make_buttons(self) -> dict[str, SidebarButton | IconButton]:
        buttons: dict[str, SidebarButton | IconButton] = {
            "new": SidebarButton("new-chat", tr("New chat")),
            "collapse": IconButton("sidebar", tr("Hide sidebar")),
            "downloads": SidebarButton("download", tr("Downloads")),
            "settings": SidebarButton("settings", tr("Settings")),
            "models": IconButton("chip", tr("Models")),
            "documents": IconButton("text", tr("Documents")),
        }
        buttons["new"].clicked.connect(self.new_chat_requested)
        buttons["collapse"].clicked.connect(self.collapse_requested)
        buttons["downloads"].clicked.connect(self.downloads_requested)
        buttons["downloads"].hide()
        buttons["settings"].clicked.connect(self.settings_requested)
        buttons["models"].clicked.connect(self.models_requested)
        buttons["documents"].clicked.connect(self.documents_requested)
        return buttons

    def _make_chat_list(self) -> ChatList:
        view = ChatList(self.model, self._chat_row)
        view.chosen.connect(self.chat_chosen)
        view.fold_requested.connect(self._fold)
        view.menu_requested.connect(self.menu_requested)
        view.delete_requested.connect(self.delete_requested)
        view.filed.connect(self.filed)
        view.doubleClicked.connect(self._on_double_clicked)
        self._assisted = AssistedChoice(view, self._on_assisted)
        return view

    def _make_result_list(self) -> QListView:
        view = QListView()
        view.setProperty("kind", "side")
        view.setAccessibleName(tr("Search results"))
        view.setModel(self._results)
        view.setItemDelegate(self._hit_row)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.clicked.connect(lambda index: self.hit_chosen.emit(index.data(HIT_ROLE)))
        view.activated.connect(lambda index: self.hit_chosen.emit(index.data(HIT_ROLE)))
        AssistedChoice(view, lambda index: self.hit_chosen.emit(index.data(HIT_ROLE)))
        return view

    def _message(self, text: str) -> StyledLabel:
        label = StyledLabel(text, "muted")
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return label

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE // 2)
        head.addWidget(self._buttons["new"], 1)
        head.addWidget(self._buttons["collapse"])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.setSpacing(SPACE // 2)
        layout.addLayout(head)
        layout.addWidget(self._search)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._more_hits)
        layout.addWidget(self._buttons["downloads"])
        places = QWidget()
        side_by_side = QHBoxLayout(places)
        side_by_side.setContentsMargins(0, 0, 0, 0)
        side_by_side.setSpacing(SPACE // 2)
        side_by_side.addWidget(self._buttons["documents"])
        side_by_side.addWidget(self._buttons["models"])
        settings = self._buttons["settings"]
        layout.addWidget(StackingRow(settings, places, grows=settings))

    # --- what is shown ------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        for button in self._buttons.values():
            button.set_theme(theme)
        self._chat_row.set_theme(theme)
        self._hit_row.set_theme(theme)
        self._list.viewport().update()
        self._result_list.viewport().update()

    def set_compact(self, *, compact: bool) -> None:
        """Let the rows stand closer."""
        if compact != self._chat_row.compact:
            self._chat_row.compact = self._hit_row.compact = compact
            self._list.scheduleDelayedItemsLayout()
            self._result_list.scheduleDelayedItemsLayout()

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Show these chats, keeping the selection and the scroll position.

        While a title is edited in its row the list stays as it is; ``chats_wanted`` comes later.
        """
        if self._is_edited():
            return
        self._held_back = False
        scroll = self._list.verticalScrollBar().value()
        chosen = self.selected()
        if not self.model.set_conversations(conversations, datetime.now().astimezone().date()):
            return
        selection = self._list.selectionModel()
        for conversation_id in chosen if len(chosen) > 1 else ():
            selection.select(
                self.model.row_of(conversation_id), QItemSelectionModel.SelectionFlag.Select
            )
        self._assisted.pause()
        if len(chosen) < 2:
            self.show_current(self._shown)
        self._list.verticalScrollBar().setValue(scroll)
        self._choose_page()

    def update_conversations(self, changed: Mapping[str, Conversation | None]) -> bool:
        """Show what became of these chats; None for one that is no longer listed.

        Returns:
            Whether that was enough. Where another day has begun, or changes were held back while
            a title was edited, all chats are needed.
        """
        if self._is_edited():
            return True
        if self._held_back or self.model.today != datetime.now().astimezone().date():
            return False
        scroll = self._list.verticalScrollBar().value()
        chosen = len(self.selected())
        self.model.update_conversations(changed)
        if chosen < 2:
            self.show_current(self._shown)
        self._list.verticalScrollBar().setValue(scroll)
        self._choose_page()
        return True

    def _is_edited(self) -> bool:
        edited = self._list.state() is QAbstractItemView.State.EditingState
        self._held_back |= edited
        return edited

    def _on_edited(self) -> None:
        if self._held_back and not self._is_edited():
            self.show_current(self._shown)
            self.chats_requested.emit()

    def show_current(self, conversation_id: str) -> None:
        """Mark the chat that is shown; a title that is edited keeps its row until it is done."""
        self._shown = self._chat_row.shown = conversation_id
        self._list.viewport().update()
        if self._is_edited():
            return
        index = self.model.row_of(conversation_id)
        selection = self._list.selectionModel()
        if not index.isValid():
            selection.clear()
            return
        if index != self._list.currentIndex() or not selection.isSelected(index):
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self._list.scrollTo(index)

    def set_downloads(self, text: str) -> None:
        """Tell how far the downloads are; nothing is shown when there are none."""
        button = self._buttons["downloads"]
        button.setText(text)
        button.setAccessibleDescription(text)
        button.setVisible(bool(text))

    def set_hits(self, query: str, hits: Sequence[SearchHit]) -> None:
        """Show what a search found, if it is still the one that is asked."""
        if query != self.query() or not query:
            return
        self._results.set_hits(hits)
        self._no_hit.setText(
            tr(
                "No chat contains “{query}”.\nWords are found by their beginnings, "
                "of three letters or more also by their middle; put a phrase in quotes.",
                query=query,
            )
        )
        self._pages.setCurrentWidget(self._result_list if hits else self._no_hit)
        self._more_hits.setVisible(is_cut(hits))

    def set_search_failed(self, query: str) -> None:
        """Tell that a search found out nothing, if it is still the one that is asked."""
        if query == self.query():
            self._no_hit.setText(
                tr("The search for “{query}” did not work. Type again to search anew.", query=query)
            )
            self._pages.setCurrentWidget(self._no_hit)
            self._more_hits.hide()

    # --- selection and search -----------------------------------------------------------------

    def selected(self) -> list[str]:
        """Ids of the chosen chats, from top to bottom."""
        return self._list.selected()

    def query(self) -> str:
        """What is searched for."""
        return self._search.text().strip()

    def focus_search(self) -> None:
        """Go to the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def clear_search(self) -> bool:
        """End the search; return whether there was one."""
        if not self._search.text():
            return False
        self._search.clear()
        return True

    def set_answering(self, conversation_id: str) -> None:
        """Mark the chat in which an answer is being written; empty for none."""
        self.model.set_answering(conversation_id)

    @property
    def in_list(self) -> str:
        """Id of the one chat that is chosen in the list that has the focus; empty for none."""
        chosen = self.selected()
        return chosen[0] if self._list.hasFocus() and len(chosen) == 1 else ""

    def rename_in_place(self, conversation_id: str) -> bool:
        """Let the title be edited in its row; return whether there is one to see."""
        index = self.model.row_of(conversation_id)
        if not index.isValid() or not self.isVisible():
            return False
        self._list.scrollTo(index)
        self._list.setCurrentIndex(index)
        self._list.edit(index)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that lead from the field to its results."""
        if (
            watched is self._search
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return}
        ):
            return self._enter_results(open_first=event.key() == Qt.Key.Key_Return)
        return super().eventFilter(watched, event)

    def _enter_results(self, *, open_first: bool) -> bool:
        view = self._result_list if self.query() else self._list
        if not view.model().rowCount():
            return False
        if open_first:
            if self.query():
                self.hit_chosen.emit(self._results.index(0).data(HIT_ROLE))
            return True
        if not view.currentIndex().isValid():
            view.setCurrentIndex(view.model().index(0, 0))
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _on_typed(self) -> None:
        if self.query():
            self._typing.start()
        else:
            self._typing.stop()
            self.search_requested.emit("")
            self._choose_page()

    def _choose_page(self) -> None:
        if not self.query():
            has_chats = self.model.rowCount() > 0
            self._pages.setCurrentWidget(self._list if has_chats else self._empty)
            self._more_hits.hide()

    def _fold(self, group: Group) -> None:
        """Fold or unfold; the keys stay on the heading."""
        from app.ui.style.motion import unfolding  # not before something is folded

        was = self._list.currentIndex()
        by_key = self._list.hasFocus() and self.model.heading(was) is not None
        with unfolding(self._list):
            self.model.toggle(group)
            self.show_current(self._shown)
        if by_key:
            self._list.setCurrentIndex(self.model.heading_row(group))

    def _on_assisted(self, index: QModelIndex) -> None:
        chosen = index.data(ID_ROLE)
        if chosen:
            self.chat_chosen.emit(chosen)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        chosen = index.data(ID_ROLE)
        if chosen:
            self.rename_in_place(chosen)
