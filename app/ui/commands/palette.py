"""The command palette: type a few letters, choose a command or a chat, press Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QStringListModel,
    Qt,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.language.formats import isolated
from app.ui.core.assistive_activation import AssistedChoice
from app.ui.core.focus import can_have_focus
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import StyledLabel, announce

_TAB = "\t"  # read as a pause by screen readers, and never part of a title
Index = QModelIndex | QPersistentModelIndex
_SHOWN = 60
_WIDTH = 520
_HEIGHT = 420
_MOVES = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_PageUp: -8,
    Qt.Key.Key_PageDown: 8,
}


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One thing to choose: its words, what stands behind them, and what it does."""

    text: str
    note: str
    run: Callable[[], object]


def match_score(text: str, query: str) -> int | None:
    """How well ``query`` fits ``text``, lower is better; None where it does not.

    The letters must occur in order. A match at the start counts most, then one at the start of a
    word, then one in a piece, then scattered letters by how far they are apart.
    """
    low, wanted = text.casefold(), query.casefold().strip()
    if not wanted:
        return 0
    at = low.find(wanted)
    if at == 0:
        return 0
    if at > 0:
        return 10 + at if low[at - 1].isalnum() else 5
    position, spread = -1, 0
    for letter in wanted:
        if letter.isspace():
            continue
        found = low.find(letter, position + 1)
        if found < 0:
            return None
        spread += found - position - 1
        position = found
    return 1_000 + spread


def matching(entries: Sequence[PaletteEntry], query: str) -> list[PaletteEntry]:
    """Entries that fit, best first; equal ones keep their order."""
    scored = ((match_score(entry.text, query), at) for at, entry in enumerate(entries))
    found = sorted((score, at) for score, at in scored if score is not None)
    return [entries[at] for _, at in found[:_SHOWN]]


class PaletteDelegate(QStyledItemDelegate):
    """Words at the left, keys or kind at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """A line with air around it."""
        return QSize(80, option.fontMetrics.height() + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one entry."""
        theme = self._theme
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        text, _, note = str(index.data()).partition(_TAB)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection))
            painter.drawRoundedRect(option.rect, 6, 6)
        inner = option.rect.adjusted(SPACE, 0, -SPACE, 0)
        painter.setPen(QColor(theme.on_selection if chosen else theme.muted))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        taken = option.fontMetrics.horizontalAdvance(note) + SPACE
        rest = inner.adjusted(0, 0, -taken, 0)
        inner = QStyle.visualRect(option.direction, inner, rest)
        painter.setPen(QColor(theme.on_selection if chosen else theme.text))
        shown = option.fontMetrics.elidedText(
            isolated(text), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


class CommandPalette(QFrame):
    """Floats over the window; Esc or a click elsewhere closes it."""

    def __init__(self, window: QWidget, entries: Sequence[PaletteEntry], theme: Theme) -> None:
        super().__init__(window)
        self.setObjectName("popup")
        self.setAccessibleName(tr("Command palette"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries = entries
        self._before = QApplication.focusWidget()
        self._found: list[PaletteEntry] = []
        self._field = QLineEdit(placeholderText=tr("Type a command or the name of a chat"))
        self._field.setAccessibleName(tr("Command or chat"))
        self._field.textChanged.connect(self._refill)
        self._field.installEventFilter(self)
        self._rows = QStringListModel(self)
        self._list = QListView()
        self._list.setProperty("kind", "bare")
        self._list.setAccessibleName(tr("Commands and chats"))
        self._list.setModel(self._rows)
        self._list.setItemDelegate(PaletteDelegate(theme, self))
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(lambda index: self._run(index.row()))
        AssistedChoice(self._list, lambda index: self._run(index.row()))
        self._none = StyledLabel(tr("Nothing fits."), "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self._field)
        column.addWidget(self._list, 1)
        column.addWidget(self._none, 1)
        width = min(_WIDTH, window.width() - 4 * SPACE)
        self._highest = min(_HEIGHT, window.height() - 10 * SPACE)
        self.setGeometry((window.width() - width) // 2, 6 * SPACE, width, self._highest)
        self._refill("")
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field that move in the list, run, and close."""
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            if event.reason() != Qt.FocusReason.PopupFocusReason:
                self.close()
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _MOVES:
            last = self._rows.rowCount() - 1
            row = min(max(self._list.currentIndex().row() + _MOVES[key], 0), last)
            self._choose(row)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._run(self._list.currentIndex().row())
        elif key == Qt.Key.Key_Escape:
            self._give_back()
        else:
            return False
        return True

    def _refill(self, query: str) -> None:
        self._found = matching(self._entries, query)
        self._rows.setStringList(
            [f"{e.text}{_TAB}{e.note}" if e.note else e.text for e in self._found]
        )
        self._list.setVisible(bool(self._found))
        self._none.setVisible(not self._found)
        self._fit()
        self._choose(0)

    def _choose(self, row: int) -> None:
        """Go to an entry; readers are told as if the keyboard went there, which stays above."""
        index = self._rows.index(row)
        self._list.setCurrentIndex(index)
        if not QAccessible.isActive() or not self.isVisible():
            return
        if not index.isValid():
            announce(self, self._none.text())
            return
        told = QAccessibleEvent(self._list, QAccessible.Event.Focus)
        told.setChild(row)
        QAccessible.updateAccessibility(told)

    def _fit(self) -> None:
        """Set the height to that of the entries found, within the window."""
        rows = sum(self._list.sizeHintForRow(row) for row in range(len(self._found)))
        around = self._field.sizeHint().height() + 3 * SPACE
        frame = 2 * self._list.frameWidth() + SPACE
        wanted = around + (rows + frame if self._found else 6 * SPACE)
        self.resize(self.width(), min(wanted, self._highest))

    def _run(self, row: int) -> None:
        if 0 <= row < len(self._found):
            chosen = self._found[row]
            self._give_back()
            chosen.run()

    def _give_back(self) -> None:
        """Close, and put the focus where it was."""
        before, self._before = self._before, None
        self.close()
        if before is not None and can_have_focus(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)
