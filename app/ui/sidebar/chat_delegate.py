"""How a row of the sidebar's list of chats is drawn, and how its title is edited."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
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

from app.domain.conversation import Conversation
from app.language import tr
from app.language.formats import isolated
from app.services.library.date_groups import Group
from app.ui.sidebar.chat_list_model import HEADING_ROLE, ChatListModel, GroupHeading
from app.ui.style import icons
from app.ui.style.text_fields import LONGEST_TITLE, LineField
from app.ui.style.theme import RADIUS, Theme
from app.ui.style.typography import SMALL

Index = QModelIndex | QPersistentModelIndex
_PADDING = 8
_AIR, _AIR_COMPACT = 14, 6  # above and below the words of a row together, pixels
_MARK = 14  # side of a mark at the end of a row, pixels
_DOT = 8  # across, pixels
_DOTS = 24  # side of the place of the dots that open the menu, pixels


def dots_place(row: QRect, direction: Qt.LayoutDirection) -> QRect:
    """Where the dots stand that open the menu of a chat, at the end of its row."""
    place = QRect(row.right() - _DOTS - 2, row.center().y() - _DOTS // 2 + 1, _DOTS, _DOTS)
    return QStyle.visualRect(direction, row, place)


class ChatDelegate(QStyledItemDelegate):
    """Draws a row, and edits a title in place.

    Attributes:
        shown: Id of the open chat, which is marked whatever else is chosen.
        target: The heading under which what is dragged would come.
        compact: Whether rows stand closer.

    Signals:
        told: (sentence) why not all of what was pasted is in a title.
    """

    told = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shown = ""
        self.target: Group | None = None
        self.compact = False

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """A line of text with air around it, the same for all: ten thousand are not asked."""
        return QSize(80, option.fontMetrics.height() + (_AIR_COMPACT if self.compact else _AIR))

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

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line to type the title into, with the title as it is."""
        editor = LineField(parent, LONGEST_TITLE)
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
        editor.setAccessibleName(tr("Title of the chat"))
        editor.too_long.connect(self.told)
        return editor

    def setEditorData(self, _editor: QWidget, _index: Index) -> None:
        """Leave alone what is typed: Qt asks at every change of the row, an answer's end too."""

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
        font.setPointSizeF(font.pointSizeF() * SMALL)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        aimed = heading.group == self.target
        ringed = aimed or bool(option.state & QStyle.StateFlag.State_HasFocus)
        if ringed:
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.drawRoundedRect(option.rect.adjusted(2, 2, -2, -2), RADIUS, RADIUS)
        colour = self._theme.text if aimed else self._theme.muted
        painter.setPen(QColor(colour))
        # Nearer to what is below it, but in the middle of a ring.
        rect = option.rect.adjusted(_PADDING, 0, -_PADDING, 0 if ringed else -3)
        align = Qt.AlignmentFlag.AlignVCenter if ringed else Qt.AlignmentFlag.AlignBottom
        name = isolated(heading.text)
        text = f"{name} ({heading.count})" if heading.folded else name
        painter.drawText(rect, align | Qt.AlignmentFlag.AlignLeft, text)
        if heading.folded or option.state & QStyle.StateFlag.State_MouseOver:
            self._paint_fold(painter, option, heading, colour)

    def _paint_fold(
        self, painter: QPainter, option: QStyleOptionViewItem, heading: GroupHeading, colour: str
    ) -> None:
        """An arrow at the end of a heading: what is below it can be folded, or is."""
        name = "chevron-down" if heading.folded else "chevron-up"
        mark = icons.pixmap(name, colour, _MARK, painter.device().devicePixelRatioF())
        row = option.rect
        place = QRect(row.right() - _PADDING - _MARK, row.bottom() - _MARK - 3, _MARK, _MARK)
        painter.drawPixmap(QStyle.visualRect(option.direction, row, place), mark)

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
            inset = min(RADIUS - 2, rect.height() // 5)
            bar = rect.adjusted(0, inset, 3 - rect.width(), -inset)
            bar = QStyle.visualRect(option.direction, rect, bar)
            painter.drawRoundedRect(bar, 1.5, 1.5)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.setPen(QColor(theme.text))
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        writing = model.answering if isinstance(model, ChatListModel) else ""
        answering = chat is not None and chat.id == writing
        room = self._paint_end(painter, option, chat, dots=hovered or focused, answering=answering)
        left = option.direction is Qt.LayoutDirection.RightToLeft
        inner = inner.adjusted(room if left else 0, 0, 0 if left else -room, 0)
        text = option.fontMetrics.elidedText(
            isolated(str(index.data())), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_end(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        chat: Conversation | None,
        *,
        dots: bool,
        answering: bool,
    ) -> int:
        """Draw what stands at the end of a row; how much of its width that takes.

        Args:
            painter: Draws.
            option: The row.
            chat: What is in it.
            dots: Whether its menu is offered.
            answering: Whether an answer is being written in it.
        """
        theme, row, scale = self._theme, option.rect, painter.device().devicePixelRatioF()
        end, room = row.right() - _PADDING, 0

        def place(side: int) -> QRect:
            found = QRect(end - room - side, row.center().y() - side // 2, side, side)
            return QStyle.visualRect(option.direction, row, found)

        if dots:
            where = dots_place(row, option.direction).center() - QPoint(_MARK // 2, _MARK // 2)
            painter.drawPixmap(where, icons.pixmap("more", theme.text, _MARK, scale))
            room += _DOTS - _PADDING + 2
        if chat is not None and (chat.private or chat.pinned):
            name = "private" if chat.private else "pin"
            painter.drawPixmap(place(_MARK), icons.pixmap(name, theme.muted, _MARK, scale))
            room += _MARK + 6
        if answering:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawEllipse(place(_DOT))
            painter.setPen(QColor(theme.text))
            room += _DOT + 6
        return room
