"""How full the context window is: a ring, a number, and what fills it when it is pressed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.language import paragraph, tr, trn
from app.services.core import formatting
from app.ui.style.theme import Theme, zoomed
from app.ui.style.widgets import painter_on_ground

_RING, _LINE, _GAP, _EDGE = 16, 3, 6, 6  # pixels at 100 %
_WARN = 0.85
"""From this share on it is drawn in the colour of warnings; the number says it too."""
UNKNOWN = "?"  # in place of a number that nobody tells


@dataclass(frozen=True, slots=True)
class ContextUse:
    """What fills the context window.

    Attributes:
        tokens: In use, all together.
        size: Of the window; 0 where nobody knows.
        note: What people should know of these figures, as a sentence.
        system: Of them the system prompt's, or a summary's with it.
        message: Of them the draft's.
    """

    tokens: int = 0
    size: int = 0
    note: str = ""
    system: int = 0
    message: int = 0


class ContextRing(QToolButton):
    """A button with a ring that fills as the context does; not there without a model.

    Attributes:
        use: What it shows.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.use = ContextUse()
        self._theme: Theme | None = None
        self.setProperty("kind", "quiet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Context"))
        self.hide()

    def show_use(self, use: ContextUse) -> None:
        """Show how much is in use; without a size and a note the ring goes."""
        if use == self.use:
            return
        drawn, before, self.use = self._drawn(), self.use, use
        self._tell()
        if bool(before.size or before.note) != bool(use.size or use.note):
            self.setVisible(bool(use.size or use.note))
            self.updateGeometry()
        if drawn != self._drawn():  # most tokens of an answer change neither
            self.update()

    def _tell(self) -> None:
        tokens, size, note = self.use.tokens, self.use.size, self.use.note
        if size:
            line = formatting.context_line(tokens, size)
            self.setAccessibleDescription(formatting.join(line, note))
            told = tr(
                "Context: {line}. What does not fit is left out of what the model reads, "
                "oldest first, and marked.",
                line=line,
            )
            self.setToolTip(paragraph(told, note) if note else told)
        elif note:
            used = trn("{n} token was read so far.", "{n} tokens were read so far.", tokens)
            self.setAccessibleDescription(paragraph(note, used))
            self.setToolTip(paragraph(note, used))

    @property
    def share(self) -> float:
        """How much of the window is in use, from 0 to 1."""
        return min(self.use.tokens / self.use.size, 1.0) if self.use.size else 0.0

    def _drawn(self) -> tuple[int, str]:
        """What is seen of it: degrees of the ring, and the number."""
        return round(self.share * 360), self.number

    @property
    def number(self) -> str:
        """What stands beside the ring."""
        return formatting.percent(self.share) if self.use.size else UNKNOWN

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """A ring with a percentage beside it, of as many digits as there may be."""
        metrics = self.fontMetrics()
        number = metrics.horizontalAdvance(formatting.percent(1.0))
        width = zoomed(_RING) + zoomed(_GAP) + number + 2 * zoomed(_EDGE)
        return QSize(width, metrics.height() + zoomed(10))

    def minimumSizeHint(self) -> QSize:
        """As much."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The style's ground, then the ring and the percentage from the reading side."""
        if self._theme is None:
            return
        theme = self._theme
        painter = painter_on_ground(self)
        side, edge, line = zoomed(_RING), zoomed(_EDGE), zoomed(_LINE)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self.width() - edge - side if mirrored else edge
        ring = QRectF(x, (self.height() - side) / 2, side, side)
        ring = ring.adjusted(line / 2, line / 2, -line / 2, -line / 2)
        painter.setPen(QPen(QColor(theme.edge), max(1, line // 3)))
        painter.drawEllipse(ring)
        if degrees := self._drawn()[0]:
            colour = theme.warning if self.share > _WARN else theme.accent
            painter.setPen(QPen(QColor(colour), line, c=Qt.PenCapStyle.FlatCap))
            painter.drawArc(ring, 90 * 16, -degrees * 16)
        painter.setPen(QColor(theme.text if self.underMouse() else theme.muted))
        beside = side + edge + zoomed(_GAP)
        room = self.rect().adjusted(*((0, 0, -beside, 0) if mirrored else (beside, 0, 0, 0)))
        start = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | start, self.number)
