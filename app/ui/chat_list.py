"""The sidebar's list of chats: the model with its groups, and how a row is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.domain.conversation import Conversation
from app.services import words
from app.services.days import grouped
from app.ui import icons
from app.ui.theme import RADIUS, Theme

ID_ROLE = Qt.ItemDataRole.UserRole + 1
HEADING_ROLE = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex
_PADDING = 8


@dataclass(frozen=True, slots=True)
class Heading:
    """A group's heading; a folded group shows nothing below it."""

    text: str
    count: int
    folded: bool


Row = Heading | Conversation


class ChatListModel(QStringListModel):
    """Chats under their headings, in one flat list.

    A list of strings to Qt, which asks such a model for its rows without asking Python: laying out
    ten thousand rows takes a tenth of the time. The strings say nothing; ``data`` does.

    Signals:
        rename_wanted: (conversation id, new title) when a title was edited in place.
    """

    rename_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversations: tuple[Conversation, ...] = ()
        self._today = date.min
        self._folded: set[str] = set()
        self._rows: list[Row] = []
        self._row_of: dict[str, int] = {}

    def set_conversations(self, conversations: Sequence[Conversation], today: date) -> bool:
        """Show these chats, newest first; tell whether anything changed."""
        if self._conversations == tuple(conversations) and self._today == today:
            return False
        self._conversations, self._today = tuple(conversations), today
        self._rebuild()
        return True

    def toggle(self, heading: str) -> None:
        """Fold or unfold a group."""
        self._folded ^= {heading}
        self._rebuild()

    def row_of(self, conversation_id: str) -> QModelIndex:
        """Where a chat stands; an invalid index where it does not."""
        row = self._row_of.get(conversation_id)
        return QModelIndex() if row is None else self.index(row)

    def neighbour(self, conversation_id: str, step: int) -> str:
        """The id of the chat ``step`` places further down (or up); empty at the ends."""
        ids = list(self._row_of)
        if conversation_id not in self._row_of:
            return ids[0] if ids else ""
        at = ids.index(conversation_id) + step
        return ids[at] if 0 <= at < len(ids) else ""

    def after_deletion(self, deleted: Sequence[str], shown: str) -> str:
        """Which chat to show when ``deleted`` are gone: the next one, else the one before."""
        gone, ids = set(deleted), list(self._row_of)
        if shown not in gone or shown not in self._row_of:
            return shown
        at = ids.index(shown)
        rest = [*ids[at:], *reversed(ids[:at])]
        return next((kept for kept in rest if kept not in gone), "")

    def conversation(self, index: Index) -> Conversation | None:
        """The chat of a row; None for a heading."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, Conversation) else None

    def heading(self, index: Index) -> Heading | None:
        """The heading of a row; None for a chat."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, Heading) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts for drawing, editing and screen readers."""
        row = self._rows[index.row()]
        if isinstance(row, Heading):
            return _heading_data(row, role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return words.title(row)
            case Qt.ItemDataRole.EditRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                return f"{words.title(row)}\n{words.moment_words(row.updated_at)}"
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return words.join("private" if row.private else "", "pinned" if row.pinned else "")
            case value if value == ID_ROLE:
                return row.id
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for the new title; the library's answer changes the list."""
        row = self.conversation(index)
        text = " ".join(str(value).split())
        if row is None or role != Qt.ItemDataRole.EditRole or not text or text == row.title:
            return False
        self.rename_wanted.emit(row.id, text)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Chats can be chosen and renamed, headings only folded."""
        if self.conversation(index) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def _rebuild(self) -> None:
        rows: list[Row] = []
        for text, chats in grouped(self._conversations, self._today):
            folded = text in self._folded
            rows.append(Heading(text, len(chats), folded))
            if not folded:
                rows.extend(chats)
        # Longer first, shorter last: whoever asks in between finds a row for each string.
        self._rows = [*rows, *self._rows[len(rows) :]]
        self._row_of = {row.id: at for at, row in enumerate(rows) if isinstance(row, Conversation)}
        self.setStringList([""] * len(rows))
        self._rows = rows


def _heading_data(row: Heading, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return row.text
        case Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.text}, {words.amount(row.count, 'chat')}" + (
                ", folded" if row.folded else ""
            )
        case value if value == HEADING_ROLE:
            return row
    return None


class ChatRow(QStyledItemDelegate):
    """Draws a row, and edits a title in place."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """A line of text with air around it, the same for all: ten thousand are not asked."""
        return QSize(80, option.fontMetrics.height() + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        heading = index.data(HEADING_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(heading, Heading):
            self._paint_heading(painter, option, heading)
        else:
            self._paint_chat(painter, option, index)
        painter.restore()

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QWidget:
        """A line to type the title into."""
        editor = QLineEdit(parent)
        editor.setAccessibleName("Title of the chat")
        editor.setMaxLength(200)
        return editor

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the new title to the model."""
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: Index
    ) -> None:
        """Cover the row."""
        editor.setGeometry(option.rect.adjusted(2, 0, -2, 0))

    def _paint_heading(
        self, painter: QPainter, option: QStyleOptionViewItem, heading: Heading
    ) -> None:
        font = QFont(option.font)
        font.setPointSizeF(font.pointSizeF() * 0.88)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        rect = option.rect.adjusted(_PADDING, 0, -_PADDING, -3)  # nearer to what is below it
        text = f"{heading.text} ({heading.count})" if heading.folded else heading.text
        painter.drawText(rect, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_chat(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, rect = self._theme, option.rect.adjusted(1, 1, -1, -1)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or hovered:
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if chosen:  # a mark of its own: grey alone would not tell it from the pointer's row
            painter.setBrush(QColor(theme.accent))
            bar = rect.adjusted(0, RADIUS - 2, 3 - rect.width(), 2 - RADIUS)
            painter.drawRoundedRect(bar, 1.5, 1.5)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.setPen(QColor(theme.text))
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        model = index.model()
        chat = model.conversation(index) if isinstance(model, ChatListModel) else None
        if chat is not None and (chat.pinned or chat.private):
            mark = icons.pixmap(
                "private" if chat.private else "pin",
                theme.muted,
                14,
                painter.device().devicePixelRatioF(),
            )
            painter.drawPixmap(inner.right() - 13, inner.center().y() - 7, mark)
            inner.setRight(inner.right() - 20)
        text = option.fontMetrics.elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
