"""The sidebar's chats in their groups, as Qt's lists see them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.conversation import Conversation
from app.language import tr, trn
from app.services.core import formatting
from app.services.library.date_groups import ChatGrouping, Group, GroupKind, group_conversations
from app.ui.sidebar.requests import RenameRequest

ID_ROLE = Qt.ItemDataRole.UserRole + 1
HEADING_ROLE = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_HEADING = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDropEnabled
_CHAT = (
    Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEditable
    | Qt.ItemFlag.ItemIsDragEnabled
    | _HEADING
)


@dataclass(frozen=True, slots=True)
class GroupHeading:
    """A group's heading; a folded group shows nothing below it."""

    group: Group
    count: int
    folded: bool

    @property
    def text(self) -> str:
        """Its words."""
        return self.group.heading


ListRow = GroupHeading | Conversation


class ChatListModel(QStringListModel):
    """Chats under their headings, in one flat list.

    A list of strings to Qt, which asks such a model for its rows without asking Python: laying out
    ten thousand rows takes a tenth of the time. The strings say nothing; ``data`` does.

    One chat that changes is moved, put in or taken out by itself, at a cost that hardly depends on
    how many there are.

    Signals:
        rename_requested: (RenameRequest) when a title was edited in place.
    """

    rename_requested = Signal(RenameRequest)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings = ChatGrouping(date.min)
        self._groups: dict[Group, list[Conversation]] = {}
        self._known: dict[str, Conversation] = {}
        self._folded: set[tuple[GroupKind, str]] = set()
        self._answering = ""
        self._rows: list[ListRow] = []
        self._next: list[ListRow] = []
        # Connected before any view is: whoever hears of a change finds the rows as they are then.
        for changed in (self.rowsInserted, self.rowsRemoved, self.rowsMoved):
            changed.connect(self._take_over)

    @property
    def today(self) -> date:
        """The day by which chats are grouped."""
        return self._headings.today

    def set_conversations(self, conversations: Sequence[Conversation], today: date) -> bool:
        """Show these chats, newest first; return whether anything changed."""
        same_day = today == self.today
        self._headings = ChatGrouping(today)
        before, self._groups = self._groups, group_conversations(conversations, self._headings)
        self._known = {chat.id: chat for chat in conversations}
        if same_day and before == self._groups:
            return False
        self._rebuild()
        return True

    def update_conversations(self, changed: Mapping[str, Conversation | None]) -> None:
        """Show these chats as they are now, each where it belongs by the order of use.

        Args:
            changed: Id to chat; None for one that is no longer listed.
        """
        for id_, new in changed.items():
            self._replace(self._known.get(id_), new)

    def toggle(self, group: Group) -> None:
        """Fold or unfold a group."""
        self._folded ^= {(group.kind, group.heading)}
        self._rebuild()

    @property
    def answering(self) -> str:
        """Id of the chat in which an answer is being written; empty where there is none."""
        return self._answering

    def set_answering(self, conversation_id: str) -> None:
        """Mark the chat in which an answer is being written."""
        before, self._answering = self._answering, conversation_id
        for changed in {before, conversation_id} if before != conversation_id else ():
            if (index := self.row_of(changed)).isValid():
                self._tell(index.row())

    def row_of(self, conversation_id: str) -> QModelIndex:
        """Where a chat stands; an invalid index where it does not."""
        chat = self._known.get(conversation_id)
        if chat is None:
            return QModelIndex()
        group = self._headings.group_of(chat)
        if self._is_folded(group):
            return QModelIndex()
        return self.index(self._first_row(group) + 1 + _find(self._groups[group], chat))

    def neighbour(self, conversation_id: str, step: int) -> str:
        """The id of the chat ``step`` places further down (or up); empty at the ends."""
        ids = self._ids()
        if conversation_id not in ids:
            return ids[0] if ids else ""
        at = ids.index(conversation_id) + step
        return ids[at] if 0 <= at < len(ids) else ""

    def after_deletion(self, deleted: Sequence[str], shown: str) -> str:
        """Which chat to show when ``deleted`` are gone: the next one, else the one before."""
        gone, ids = set(deleted), self._ids()
        if shown not in gone or shown not in ids:
            return shown
        at = ids.index(shown)
        rest = [*ids[at:], *reversed(ids[:at])]
        return next((kept for kept in rest if kept not in gone), "")

    def conversation(self, index: Index) -> Conversation | None:
        """The chat of a row; None for a heading."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, Conversation) else None

    def heading(self, index: Index) -> GroupHeading | None:
        """The heading of a row; None for a chat."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, GroupHeading) else None

    def heading_row(self, group: Group) -> QModelIndex:
        """Where a heading stands; an invalid index where there is none."""
        return self.index(self._first_row(group)) if group in self._groups else QModelIndex()

    def heading_above(self, index: Index) -> GroupHeading | None:
        """The heading under which a row stands, or that it is."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        return row if isinstance(row, GroupHeading) else self._heading(self._headings.group_of(row))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts for drawing, editing and screen readers."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, GroupHeading):
            return _heading_data(row, role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return formatting.listed_title(row)
            case Qt.ItemDataRole.EditRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                return f"{formatting.listed_title(row)}\n{formatting.date_and_time(row.updated_at)}"
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return formatting.join(
                    tr("an answer is being written") if row.id == self._answering else "",
                    tr("private") if row.private else "",
                    tr("pinned") if row.pinned else "",
                )
            case value if value == ID_ROLE:
                return row.id
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for the new title; the library's answer changes the list."""
        row = self.conversation(index)
        text = " ".join(str(value).split())
        if row is None or role != Qt.ItemDataRole.EditRole or not text or text == row.title:
            return False
        self.rename_requested.emit(RenameRequest(row.id, text))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Chats can be chosen and renamed, headings only folded."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.conversation(index) is None:
            return _HEADING
        return _CHAT

    def _ids(self) -> list[str]:
        """Ids of the chats that are shown, from top to bottom."""
        return [row.id for row in self._rows if isinstance(row, Conversation)]

    def _is_folded(self, group: Group) -> bool:
        return (group.kind, group.heading) in self._folded

    def _heading(self, group: Group) -> GroupHeading:
        return GroupHeading(group, len(self._groups[group]), self._is_folded(group))

    def _first_row(self, group: Group) -> int:
        """The row of a group's heading."""
        above = (one for one in self._groups if one < group)
        return sum(1 if self._is_folded(one) else 1 + len(self._groups[one]) for one in above)

    def _rebuild(self) -> None:
        rows: list[ListRow] = []
        for group, chats in self._groups.items():
            rows.append(self._heading(group))
            if not self._is_folded(group):
                rows.extend(chats)
        # Longer first, shorter last: whoever asks in between finds a row for each string.
        self._rows = [*rows, *self._rows[len(rows) :]]
        self.setStringList([""] * len(rows))
        self._rows = rows

    # --- one chat -----------------------------------------------------------------------------

    def _replace(self, old: Conversation | None, new: Conversation | None) -> None:
        before = None if old is None else self._headings.group_of(old)
        after = None if new is None else self._headings.group_of(new)
        if old is not None and new is not None and after is not None and before == after:
            self._move(after, old, new)
            return
        if old is not None and before is not None:
            self._take_out(before, old)
        if new is not None and after is not None:
            self._put_in(after, new)

    def _move(self, group: Group, old: Conversation, new: Conversation) -> None:
        chats = self._groups[group]
        at = _find(chats, old)
        del chats[at]
        to = _place(chats, new)
        chats.insert(to, new)
        self._known[new.id] = new
        if self._is_folded(group):
            return
        first = self._first_row(group) + 1
        if at != to:
            self._next = [*self._rows]
            self._next.insert(first + to, self._next.pop(first + at))
            # Qt counts the places before anything moves.
            self.moveRows(_ROOT, first + at, 1, _ROOT, first + to + (to > at))
        self._rows[first + to] = new
        self._tell(first + to)

    def _take_out(self, group: Group, old: Conversation) -> None:
        chats, first = self._groups[group], self._first_row(group)
        at = _find(chats, old)
        del chats[at]
        del self._known[old.id]
        if not chats:
            del self._groups[group]
            self._remove(first, 1 if self._is_folded(group) else 2)
            return
        if not self._is_folded(group):
            self._remove(first + 1 + at, 1)
        self._rows[first] = self._heading(group)
        self._tell(first)

    def _put_in(self, group: Group, new: Conversation) -> None:
        fresh = group not in self._groups
        if fresh:
            self._groups = dict(sorted([*self._groups.items(), (group, [])]))
        chats, first = self._groups[group], self._first_row(group)
        at = _place(chats, new)
        chats.insert(at, new)
        self._known[new.id] = new
        if fresh:
            self._insert(first, self._heading(group))
        if not self._is_folded(group):
            self._insert(first + 1 + at, new)
        self._rows[first] = self._heading(group)
        self._tell(first)

    def _insert(self, row: int, what: ListRow) -> None:
        self._next = [*self._rows[:row], what, *self._rows[row:]]
        self.insertRows(row, 1)

    def _remove(self, row: int, count: int) -> None:
        self._next = [*self._rows[:row], *self._rows[row + count :]]
        self.removeRows(row, count)

    def _take_over(self) -> None:
        self._rows = self._next

    def _tell(self, row: int) -> None:
        self.dataChanged.emit(self.index(row), self.index(row))


def _order(chat: Conversation) -> tuple[int, float]:
    return (-chat.activity, -chat.updated_at.timestamp())


def _place(chats: list[Conversation], chat: Conversation) -> int:
    """Where a chat belongs among others that were used later or earlier."""
    return bisect_left(chats, _order(chat), key=_order)


def _find(chats: list[Conversation], chat: Conversation) -> int:
    """Where a chat stands that is there."""
    at = _place(chats, chat)
    if at < len(chats) and chats[at].id == chat.id:
        return at
    # Private chats are merged in by their time, and imported ones share a place.
    return next(at for at, one in enumerate(chats) if one.id == chat.id)


def _heading_data(row: GroupHeading, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return row.text
        case Qt.ItemDataRole.AccessibleTextRole:
            if row.folded:
                return trn(
                    "{heading}, {n} chat, folded",
                    "{heading}, {n} chats, folded",
                    row.count,
                    heading=row.text,
                )
            return trn("{heading}, {n} chat", "{heading}, {n} chats", row.count, heading=row.text)
        case value if value == HEADING_ROLE:
            return row
    return None
