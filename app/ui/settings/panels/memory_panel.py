"""What the model takes of memory with the settings as they stand, or as they would be."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.language import paragraph, tr
from app.services.core import formatting
from app.services.models.model_fit import MemoryCost
from app.ui.style.theme import SPACE, Theme, mix_colours, zoomed
from app.ui.style.widgets import StyledLabel

_WIDTH, _HEIGHT = 220, 10  # of the bar at 100 %, pixels


class ShareBar(QWidget):
    """Parts of a whole, side by side; what is said in words beside it is drawn here.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parts: tuple[float, ...] = ()
        self._whole = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme
        self.update()

    def show_parts(self, parts: tuple[float, ...], whole: float) -> None:
        """Show parts of a whole, in one unit; more than the whole fills all of it as a warning."""
        self._parts, self._whole = parts, max(whole, 1.0)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(zoomed(_WIDTH), zoomed(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the parts, each lighter than the one before, in a track."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:  # it fills as one reads
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        bar = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        track = QPainterPath()
        track.addRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        painter.fillPath(track, QColor(theme.hover))
        over = sum(self._parts) > self._whole
        left = bar.left()
        for number, part in enumerate(self._parts):
            width = bar.width() * min(part / self._whole, 1.0)
            piece = QPainterPath()
            piece.addRect(QRectF(left, bar.top(), min(width, bar.right() - left), bar.height()))
            colour = theme.error if over else theme.accent
            shade = mix_colours(colour, theme.page, (1.0, 0.65, 0.4)[min(number, 2)])
            painter.fillPath(track.intersected(piece), QColor(shade))
            left += width
        painter.strokePath(track, QPen(QColor(theme.muted), 1))


class MemoryPanel(QFrame):
    """A bar of the free memory and a sentence with the numbers.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._name = StyledLabel("", "subheading")
        self._bar = ShareBar(theme)
        self._line = StyledLabel("", "small")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)  # as long as there is nothing to say
        self._column.setSpacing(SPACE // 2 + 2)
        for widget in (self._name, self._bar, self._line):
            self._column.addWidget(widget)
            widget.hide()

    def show_cost(self, name: str, cost: MemoryCost) -> None:
        """Say what the model of this name takes."""
        plan = cost.plan
        self._name.setText(tr("Memory of {model}", model=name))
        parts = (plan.weights_bytes, plan.kv_bytes, plan.compute_bytes)
        self._bar.show_parts(tuple(map(float, parts)), cost.free)
        self._line.setText(
            paragraph(
                tr(
                    "Takes {total} of {free} free: weights {weights}, a context of {tokens} tokens "
                    "{context}, computing {rest}.",
                    total=formatting.size(plan.total_bytes),
                    free=formatting.size(cost.free),
                    weights=formatting.size(plan.weights_bytes),
                    tokens=plan.context_size,
                    context=formatting.size(plan.kv_bytes),
                    rest=formatting.size(plan.compute_bytes),
                ),
                "" if cost.fits else tr("That does not fit: loading it would be refused."),
            )
        )
        self._line.setProperty("role", "small" if cost.fits else "error")
        self._line.style().unpolish(self._line)
        self._line.style().polish(self._line)
        self._column.setContentsMargins(0, SPACE, 0, SPACE)
        for widget in (self._name, self._bar, self._line):
            widget.show()


def cost_notes(cost: MemoryCost) -> dict[str, str]:
    """By setting, what its value costs of memory."""
    plan = cost.plan
    context = tr("Takes {size} of memory.", size=formatting.size(plan.kv_bytes))
    if cost.trained and plan.context_size > cost.trained:
        beyond = tr("The model was trained for {tokens} tokens; beyond, its answers get worse.",
                    tokens=cost.trained)  # fmt: skip
        context = paragraph(context, beyond)
    share = min(1.0, plan.gpu_layers / (cost.layers + 1)) if cost.layers else 0.0
    card = round((plan.weights_bytes + plan.kv_bytes) * share)
    on_card = tr("Puts {size} on the graphics card.", size=formatting.size(card)) if card else ""
    cache = tr("The cache takes {size}.", size=formatting.size(plan.kv_bytes))
    return {"context_size": context, "kv_type": cache, "gpu_layers": on_card}
