"""How a row of the sidebar's list of chats is drawn, and how its title is edited."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.language import tr
from app.ui.sidebar.chat_list_model import HEADING_ROLE, ChatListModel, GroupHeading
from app.ui.style import icons
from app.ui.style.text_fields import LONGEST_TITLE, LineField
from app.ui.style.theme import RADIUS, Theme

Index = QModelIndex | QPersistentModelIndex
_PADDING = 8


class ChatDelegate(QStyledItemDelegate):
    """Draws a row, and edits a title in place.

    Attributes:
        shown: Id of the open chat, which is marked whatever else is chosen.

    Signals:
        told: (sentence) why not all of what was pasted is in a title.
    """

    told = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shown = ""

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
        if isinstance(heading, GroupHeading):
            self._paint_heading(painter, option, heading)
        else:
            self._paint_chat(painter, option, index)
        painter.restore()

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QWidget:
        """A line to type the title into."""
        editor = LineField(parent, LONGEST_TITLE)
        editor.setAccessibleName(tr("Title of the chat"))
        editor.too_long.connect(self.told)
        return editor

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the new title to the model."""
        if isinstance(editor, LineField):
            model.setData(index, editor.finished_text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: Index
    ) -> None:
        """Cover the row."""
        editor.setGeometry(option.rect.adjusted(2, 0, -2, 0))

    def _paint_heading(
        self, painter: QPainter, option: QStyleOptionViewItem, heading: GroupHeading
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
        model = index.model()
        chat = model.conversation(index) if isinstance(model, ChatListModel) else None
        is_open = chat is not None and chat.id == self.shown
        if chosen or hovered or is_open:
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if is_open:  # a mark of its own: grey alone would not tell it from the pointer's row
            painter.setBrush(QColor(theme.accent))
            bar = rect.adjusted(0, RADIUS - 2, 3 - rect.width(), 2 - RADIUS)
            painter.drawRoundedRect(bar, 1.5, 1.5)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.setPen(QColor(theme.text))
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
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
