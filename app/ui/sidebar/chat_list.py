"""The list of chats as hands use it: several chosen, dragged under headings, folded, deleted."""

from __future__ import annotations

import json

from PySide6.QtCore import QByteArray, QMimeData, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractItemView, QListView

from app.language import tr, trn
from app.services.core import formatting
from app.services.library.date_groups import Group
from app.ui.sidebar.chat_delegate import ChatDelegate, dots_place
from app.ui.sidebar.chat_list_model import ID_ROLE, ChatListModel, GroupHeading
from app.ui.sidebar.requests import FilingRequest, MenuRequest
from app.ui.style.widgets import StyledLabel

CHATS = "application/x-phial-chats"  # not shown: the kind of what is dragged
_FOLDS = {
    Qt.Key.Key_Left: True,
    Qt.Key.Key_Right: False,
    Qt.Key.Key_Return: None,
    Qt.Key.Key_Enter: None,
    Qt.Key.Key_Space: None,
}
"""Keys on a heading: folded after it, or not; None turns it round."""
_DELETE = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}


class ChatList(QListView):
    """Chats under their headings.

    Signals:
        chosen: (conversation id) to be shown.
        fold_requested: (Group) to be folded or unfolded.
        menu_requested: (MenuRequest) the right button, its key, or the dots of a row.
        delete_requested: (list of conversation ids).
        filed: (FilingRequest) chats were dropped under a heading.
    """

    chosen = Signal(str)
    fold_requested = Signal(Group)
    menu_requested = Signal(MenuRequest)
    delete_requested = Signal(object)
    filed = Signal(FilingRequest)

    def __init__(self, model: ChatListModel, delegate: ChatDelegate) -> None:
        super().__init__()
        self._chats, self._delegate = model, delegate
        self._dots_pressed = QModelIndex()
        self.setProperty("kind", "side")
        self.setAccessibleName(tr("Chats"))
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.customContextMenuRequested.connect(self._on_menu)
        self.clicked.connect(self._on_clicked)
        self.activated.connect(self._on_activated)

    def selected(self) -> list[str]:
        """Ids of the chosen chats, from top to bottom."""
        rows = sorted(self.selectionModel().selectedIndexes(), key=lambda one: one.row())
        return [chosen for row in rows if (chosen := row.data(ID_ROLE))]

    def _meant(self, index: QModelIndex) -> list[str]:
        """The chats that something done to one row means: all chosen ones where it is one."""
        chat, chosen = index.data(ID_ROLE), self.selected()
        return chosen if chat in chosen else [chat] if chat else []

    # --- mouse --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The dots of a row open its menu; it is neither chosen nor shown by that."""
        self._dots_pressed = QModelIndex()
        if event.button() is Qt.MouseButton.LeftButton:
            self._dots_pressed = self._dots_at(event.position().toPoint())
        if not self._dots_pressed.isValid():
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the menu where the dots were pressed."""
        pressed, self._dots_pressed = self._dots_pressed, QModelIndex()
        if not pressed.isValid():
            super().mouseReleaseEvent(event)
            return
        if self._dots_at(event.position().toPoint()) == pressed:
            place = dots_place(self.visualRect(pressed), self.layoutDirection())
            self._ask_for_menu(self._meant(pressed), place.bottomLeft())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On the dots it is two clicks."""
        if self._dots_at(event.position().toPoint()).isValid():
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def _dots_at(self, place: QPoint) -> QModelIndex:
        """The chat whose dots are there; an invalid index elsewhere."""
        index = self.indexAt(place)
        if self._chats.conversation(index) is None:
            return QModelIndex()
        dots = dots_place(self.visualRect(index), self.layoutDirection())
        return index if dots.contains(place) else QModelIndex()

    def _on_menu(self, place: QPoint) -> None:
        if self.selected():
            self._ask_for_menu(self.selected(), place)

    def _ask_for_menu(self, ids: list[str], place: QPoint) -> None:
        self.menu_requested.emit(MenuRequest(tuple(ids), self.viewport().mapToGlobal(place)))

    def _on_clicked(self, index: QModelIndex) -> None:
        heading = self._chats.heading(index)
        if heading is not None:
            self.fold_requested.emit(heading.group)
        elif len(self.selected()) == 1:
            self.chosen.emit(self.selected()[0])

    def _on_activated(self, index: QModelIndex) -> None:
        chosen = index.data(ID_ROLE)
        if chosen and len(self.selected()) == 1:
            self.chosen.emit(chosen)

    # --- keys ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete moves what is chosen to the trash; arrows and Enter fold a heading."""
        heading = self._chats.heading(self.currentIndex())
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = held == Qt.KeyboardModifier.ShiftModifier
        if event.key() in _DELETE and (not held or shift) and self.selected():
            self.delete_requested.emit(self.selected())
        elif heading is not None and not held and event.key() in _FOLDS:
            folded = _FOLDS[Qt.Key(event.key())]
            if folded is None or folded is not heading.folded:
                self.fold_requested.emit(heading.group)
        else:
            super().keyPressEvent(event)

    # --- dragging -----------------------------------------------------------------------------

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Take the chosen chats along; they are moved where they are dropped, never by Qt."""
        ids = self.selected()
        if not ids:
            return
        drag = QDrag(self)
        drag.setMimeData(carried(ids))
        drag.setPixmap(self._picture(ids))
        drag.exec(Qt.DropAction.MoveAction)
        self._aim_at(None)

    def _picture(self, ids: list[str]) -> QPixmap:
        """What hangs at the pointer: the row, or how many there are."""
        first = self._chats.conversation(self._chats.row_of(ids[0]))
        one = first is not None and len(ids) == 1
        several = trn("{n} chat", "{n} chats", len(ids))
        label = StyledLabel(formatting.listed_title(first) if one and first else several)
        label.setObjectName("strip")
        label.setWordWrap(False)
        label.setMaximumWidth(self.width())
        return label.grab()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Chats are taken; anything else goes to the window."""
        if event.mimeData().hasFormat(CHATS):
            super().dragEnterEvent(event)  # scrolls at the edges
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show under which heading they would come."""
        if not event.mimeData().hasFormat(CHATS):
            event.ignore()
            return
        super().dragMoveEvent(event)
        target = self._target(event)
        self._aim_at(target)
        if target is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They would come nowhere."""
        super().dragLeaveEvent(event)
        self._aim_at(None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for them to be filed there."""
        target = self._target(event)
        self._aim_at(None)
        ids = dropped(event.mimeData())
        if target is None or not ids:
            event.ignore()
            return
        event.acceptProposedAction()
        self.setState(QAbstractItemView.State.NoState)
        self.filed.emit(FilingRequest(tuple(ids), target.group))

    def _target(self, event: QDropEvent) -> GroupHeading | None:
        """The heading under which what is dropped there comes."""
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            index = self._chats.index(self._chats.rowCount() - 1, 0)  # below the last row
        return self._chats.heading_above(index)

    def _aim_at(self, target: GroupHeading | None) -> None:
        group = target.group if target is not None else None
        if group != self._delegate.target:
            self._delegate.target = group
            self.viewport().update()


def carried(ids: list[str]) -> QMimeData:
    """Chats as a drag holds them."""
    data = QMimeData()
    data.setData(CHATS, QByteArray(json.dumps(ids).encode()))
    return data


def dropped(data: QMimeData) -> list[str]:
    """Ids of the chats that a drag holds."""
    return list(json.loads(bytes(data.data(CHATS).data()))) if data.hasFormat(CHATS) else []
