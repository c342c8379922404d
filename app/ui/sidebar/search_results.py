"""The list of search hits: title, text around the match with the match set apart, and the day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.conversation import SearchHit
from app.domain.generation import Role
from app.language import tr
from app.language.formats import isolated
from app.services.core import formatting
from app.ui.style.theme import RADIUS, Theme

HIT_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_AUTHORS = {Role.USER: tr("You"), Role.ASSISTANT: tr("Answer"), Role.SYSTEM: tr("System")}


class SearchResults(QAbstractListModel):
    """Search hits, best first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[SearchHit, ...] = ()

    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show these."""
        self.beginResetModel()
        self._hits = tuple(hits)
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """One row a hit."""
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The hit, and its words for screen readers."""
        hit = self._hits[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{hit.title or formatting.NEW_CHAT}: {_one_line(hit.snippet)}"
            case Qt.ItemDataRole.ToolTipRole:
                return formatting.date_and_time(hit.created_at)
            case value if value == HIT_ROLE:
                return hit
        return None


class SearchResultDelegate(QStyledItemDelegate):
    """Draws a hit on two lines.

    Attributes:
        compact: Whether rows stand closer.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.compact = False

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Title and snippet, with air around."""
        return QSize(80, option.fontMetrics.height() * 2 + 2 * self._edge + 4)

    @property
    def _edge(self) -> int:
        """Above and below the words, pixels."""
        return 3 if self.compact else 7

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one hit."""
        hit: SearchHit = index.data(HIT_ROLE)
        theme = self._theme
        rect: QRect = option.rect.adjusted(1, 1, -1, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or hovered:
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        line = option.fontMetrics.height()
        inner = rect.adjusted(8, self._edge, -8, -self._edge)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        name = isolated(hit.title or formatting.NEW_CHAT)
        title = option.fontMetrics.elidedText(name, Qt.TextElideMode.ElideRight, inner.width() - 8)
        painter.drawText(
            QRect(inner.x(), inner.y(), inner.width(), line), Qt.AlignmentFlag.AlignLeft, title
        )
        self._paint_snippet(
            painter,
            option,
            hit,
            QRect(inner.x(), inner.y() + line + 2, inner.width(), line),
        )
        painter.restore()

    def _paint_snippet(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        hit: SearchHit,
        rect: QRect,
    ) -> None:
        theme = self._theme
        author = _AUTHORS.get(hit.role, tr("Title")) if hit.role else tr("Title")
        text, marks = _fitted(hit, author, option.fontMetrics.horizontalAdvance, rect.width())
        found = QTextCharFormat()
        found.setBackground(QColor(theme.match))
        found.setForeground(QColor(theme.on_match))
        layout = QTextLayout(text, option.font)
        ranges = []
        for start, length in marks:
            one = QTextLayout.FormatRange()
            one.start, one.length, one.format = start, length, found
            ranges.append(one)
        layout.setFormats(ranges)
        turned = option.direction is Qt.LayoutDirection.RightToLeft
        wanted = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        wanted.setTextDirection(option.direction)
        layout.setTextOption(wanted)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(100_000)
        layout.endLayout()
        painter.setPen(QColor(theme.muted))
        painter.setClipRect(rect)
        left = rect.right() - line.naturalTextWidth() if turned else rect.left()
        layout.draw(painter, QPointF(left, rect.top()))


def _fitted(
    hit: SearchHit, author: str, measure: Callable[[str], int], width: int
) -> tuple[str, list[tuple[int, int]]]:
    """A line that shows who wrote it and the first match, and where the matches are in it.

    A match that stands too far to the right is brought nearer by leaving out words before it.
    """
    head, line = f"{author}: ", _one_line(hit.snippet)
    cut, dots = 0, ""
    if hit.highlights:
        first, length = hit.highlights[0]
        while cut < first and measure(f"{head}{dots}{line[cut : first + length]}") > width * 0.9:
            space = line.find(" ", cut, first)
            cut, dots = (first if space < 0 else space + 1), "…"
    before = len(head) + len(dots) - cut
    marks = [(start + before, length) for start, length in hit.highlights if start >= cut]
    text = _cut(f"{head}{dots}{line[cut:]}", measure, width)
    return text, [
        (start, min(length, len(text) - start)) for start, length in marks if start < len(text)
    ]


def _cut(text: str, measure: Callable[[str], int], width: int) -> str:
    """As much of a line as there is room for, with dots where it ends before its time."""
    if measure(text) <= width:
        return text
    end = bisect_right(range(len(text)), width, key=lambda end: measure(f"{text[:end]}…")) - 1
    return f"{text[: max(end, 0)].rstrip()}…"


def _one_line(text: str) -> str:
    """The same characters at the same places, with nothing that breaks the line."""
    return "".join(" " if character in "\r\n\t\u2028\u2029" else character for character in text)
