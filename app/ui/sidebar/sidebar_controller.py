"""What the sidebar shows of the library, and what is done at once of what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.services.chat.chat_service import ChatService
from app.services.core.events import AnswerEnded, AnswerStarted, Event, LibraryChanged
from app.services.library.library_service import LibraryService
from app.ui.core.operations import Operations
from app.ui.sidebar.requests import RenameRequest
from app.ui.sidebar.sidebar import Sidebar


def _nothing() -> None:
    """There is no search to end."""


class SidebarController(QObject):
    """Lists, searches and renames chats.

    Args:
        sidebar: Owns this.
        library: The chats.
        chats: In which of them an answer is being written.
        operations: Brings what a search found to this thread.

    Signals:
        reloaded: What is listed may be another now.
    """

    reloaded = Signal()

    def __init__(
        self,
        sidebar: Sidebar,
        library: LibraryService,
        chats: ChatService,
        operations: Operations,
    ) -> None:
        super().__init__(sidebar)
        self._sidebar, self._library, self._chats = sidebar, library, chats
        self._operations = operations
        self._end_search: Callable[[], object] = _nothing
        sidebar.search_requested.connect(self._search)
        sidebar.rename_requested.connect(self._rename)
        sidebar.chats_requested.connect(self.reload)

    def reload(self, ids: Sequence[str] | None = None) -> None:
        """Show what became of these chats, or all of them anew."""
        listed = self._library.chats
        changed = listed.listed(ids) if ids is not None else None
        if changed is None or not self._sidebar.update_conversations(changed):
            self._sidebar.set_conversations(listed.conversations())
        self.reloaded.emit()

    def on_event(self, event: Event) -> None:
        """Chats changed, or an answer began or ended in one."""
        match event:
            case LibraryChanged(ids):
                self.reload(ids)
            case AnswerStarted() | AnswerEnded():
                active = self._chats.active
                self._sidebar.set_answering(active.conversation_id if active is not None else "")

    def _rename(self, wanted: RenameRequest) -> None:
        self._library.rename(wanted.conversation_id, wanted.title)

    def _search(self, query: str) -> None:
        self._end_search()
        self._end_search = _nothing
        if query:
            show = self._operations.back(self._sidebar, partial(self._sidebar.set_hits, query))
            tell = self._operations.back(
                self._sidebar, partial(self._sidebar.set_search_failed, query)
            )
            self._end_search = self._library.search.start(query, show, tell)
