"""The trash, and archived chats: lists to bring chats back from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from app.domain.conversation import Conversation, TrashedMessage
from app.language import tr, trn
from app.language.formats import isolated
from app.services.core import formatting
from app.services.library.library_service import LibraryService
from app.services.library.trash import Trash
from app.ui.style.dialogs import Dialog, confirm, push_button, text_label

_TITLE_LENGTH = 80
RestorableRow = tuple[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class RestorableList:
    """What a list of put-away chats says and does."""

    title: str
    explanation: str
    empty: str
    restore_label: str


TRASH = RestorableList(
    tr("Trash"),
    tr("Deleted chats and messages stay here for 30 days."),
    tr("The trash is empty."),
    tr("Restore"),
)
ARCHIVE = RestorableList(
    tr("Archived chats"),
    tr("Archived chats are kept, and left out of the sidebar."),
    tr("Nothing is archived."),
    tr("Bring back"),
)


class RestoreDialog(Dialog):
    """A list with one button to bring back what is chosen."""

    def __init__(self, parent: QWidget, shelf: RestorableList) -> None:
        super().__init__(parent, shelf.title, 520)
        self._texts = shelf
        self.column.addWidget(text_label(shelf.explanation, "muted"))
        self._list = QListWidget()
        self._list.setAccessibleName(shelf.title)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.setMinimumHeight(280)
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemSelectionChanged.connect(self._update_buttons)
        self._list.itemActivated.connect(self._bring_back)
        self._empty = text_label(shelf.empty)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMinimumHeight(120)
        self.column.addWidget(self._list)
        self.column.addWidget(self._empty)
        self.restore = push_button(shelf.restore_label, "accent")
        self.restore.clicked.connect(self._bring_back)
        self.close_button = push_button(tr("Close"))
        self.close_button.clicked.connect(self.accept)
        self._actions: list[Callable[[], object]] = []

    def fill(self, rows: list[RestorableRow]) -> None:
        """Show rows: words, and what brings the thing back."""
        self._list.clear()
        self._actions = [action for _, action in rows]
        for text, _ in rows:
            self._list.addItem(QListWidgetItem(text))
        self._list.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self._update_buttons()

    @property
    def has_rows(self) -> bool:
        """Whether there is anything."""
        return bool(self._actions)

    def _update_buttons(self) -> None:
        self.restore.setEnabled(bool(self._list.selectedItems()))

    def _bring_back(self) -> None:
        rows = sorted({index.row() for index in self._list.selectedIndexes()}, reverse=True)
        for row in rows:
            self._actions[row]()
            self.take(row)

    def take(self, row: int) -> None:
        """Take a row out of the list, whatever was done with it."""
        self._actions.pop(row)
        self._list.takeItem(row)
        self._on_taken(row)
        self._list.setVisible(self.has_rows)
        self._empty.setVisible(not self.has_rows)
        self._update_buttons()

    def _on_taken(self, row: int) -> None:
        """A row has gone."""


class TrashDialog(RestoreDialog):
    """Deleted chats and messages."""

    def __init__(self, parent: QWidget, trash: Trash) -> None:
        super().__init__(parent, TRASH)
        self._trash = trash
        self._empty_button = push_button(tr("Empty trash…"))
        self._empty_button.clicked.connect(self._ask_to_empty)
        self._delete = push_button(tr("Delete for good…"))
        self._delete.clicked.connect(self._ask_to_delete)
        self.add_buttons(self._empty_button, self._delete, self.restore, self.close_button)
        deleted, parts = trash.chats(), trash.messages()
        self._removals: list[Callable[[], object]] = [
            *(partial(trash.remove, [chat.id]) for chat in deleted),
            *(partial(trash.remove_message, item.message.id) for item in parts),
        ]
        chats: list[RestorableRow] = [
            (_chat_words(chat), partial(trash.restore, [chat.id])) for chat in deleted
        ]
        messages: list[RestorableRow] = [
            (_message_words(item), partial(trash.restore_message, item.message.id))
            for item in parts
        ]
        self.fill(chats + messages)
        self._empty_button.setEnabled(self.has_rows)

    def _on_taken(self, row: int) -> None:
        """It is no longer here to be deleted."""
        self._removals.pop(row)
        self._empty_button.setEnabled(self.has_rows)

    def _update_buttons(self) -> None:
        super()._update_buttons()
        self._delete.setEnabled(bool(self._list.selectedItems()))

    def _ask_to_delete(self) -> None:
        rows = sorted({index.row() for index in self._list.selectedIndexes()}, reverse=True)
        if rows and confirm(
            self,
            tr("Delete for good?"),
            trn("Delete this for good?", "Delete these {n} for good?", len(rows)),
            tr("This cannot be undone. Backups made earlier still hold it."),
            tr("Delete for good"),
        ):
            for row in rows:
                self._removals[row]()
                self.take(row)

    def _ask_to_empty(self) -> None:
        sure = confirm(
            self,
            tr("Empty trash?"),
            tr("Delete everything in the trash for good?"),
            tr("This cannot be undone. Backups made earlier still hold it."),
            tr("Delete for good"),
        )
        if sure:
            self._trash.empty()
            self.fill([])
            self._empty_button.setEnabled(False)


class ArchiveDialog(RestoreDialog):
    """Archived chats."""

    def __init__(
        self, parent: QWidget, library: LibraryService, open_chat: Callable[[str], object]
    ) -> None:
        super().__init__(parent, ARCHIVE)
        look = push_button(tr("Open"))
        look.clicked.connect(self._open)
        self._open_chat = open_chat
        self.add_buttons(look, self.restore, self.close_button)
        self._look = look
        chats = library.chats.conversations(archived=True)
        self._ids = [chat.id for chat in chats]
        self.fill(
            [
                (
                    formatting.join(
                        isolated(formatting.listed_title(chat)),
                        formatting.date_and_time(chat.updated_at),
                    ),
                    partial(library.set_archived, chat.id, False),
                )
                for chat in chats
            ]
        )

    def _on_taken(self, row: int) -> None:
        """Its chat stands in the sidebar again."""
        self._ids.pop(row)

    def _open(self) -> None:
        rows = [index.row() for index in self._list.selectedIndexes()]
        if rows:
            self._open_chat(self._ids[min(rows)])
            self.accept()


def _chat_words(chat: Conversation) -> str:
    deleted = (
        tr("deleted {when}", when=formatting.date_and_time(chat.deleted_at))
        if chat.deleted_at
        else ""
    )
    return formatting.join(isolated(formatting.listed_title(chat)), deleted)


def _message_words(item: TrashedMessage) -> str:
    text = " ".join(item.message.content.split())
    short = text if len(text) <= _TITLE_LENGTH else text[:_TITLE_LENGTH] + "…"
    return formatting.join(
        tr("“{text}” in {title}", text=isolated(short), title=isolated(item.title)),
        tr("deleted {when}", when=formatting.date_and_time(item.deleted_at)),
    )
