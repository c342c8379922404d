"""Two small charts of the model in use: how fast it wrote by depth, what memory a context takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout

from app.domain.settings import Settings
from app.language import tr, trn
from app.language.numbers import write
from app.services.core import formatting
from app.services.models.model_fit import MemoryCosts
from app.ui.style.theme import SPACE, Theme, mix_colours, zoomed
from app.ui.style.widgets import StyledLabel

if TYPE_CHECKING:
    from app.store import ModelSpeeds

_HEIGHT, _WIDEST, _BAR = 132, 560, 44  # of a chart, at most, of a bar; pixels at 100 %
_NEAR = 2.5  # times the longest bar; a limit that is farther away is only told
_LEAST_CONTEXT, _CONTEXTS = 2_048, 6  # tokens of the first bar, and how many bars there are


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        below: What stands below it.
        above: Its value, with what it is measured in.
        value: Its length, in one unit for all bars.
        spoken: The bar as a phrase.
        marked: Whether it is the one in force.
    """

    below: str
    above: str
    value: float
    spoken: str
    marked: bool = True


class BarChart(QLabel):
    """Bars from zero, each with its value in words; a picture with a description for readers.

    Args:
        name: What is shown.
        theme: Colours.
    """

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bars: tuple[Bar, ...] = ()
        self._limit, self._limit_words = 0.0, ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(zoomed(_WIDEST))

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme
        self._draw()

    def show_bars(self, bars: Sequence[Bar], limit: float = 0.0, limit_words: str = "") -> None:
        """Show these bars.

        Args:
            bars: The first to the last.
            limit: A line across, in the unit of the bars; 0 for none.
            limit_words: What the line means.
        """
        self._bars, self._limit, self._limit_words = tuple(bars), limit, limit_words
        said = "; ".join([*(bar.spoken for bar in bars), *filter(None, [limit_words])])
        self.setAccessibleDescription(said)
        self.setVisible(bool(bars))
        self._draw()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(zoomed(_WIDEST), zoomed(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """As narrow as one likes."""
        return QSize(0, zoomed(_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: drawn anew."""
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        if not self._bars or self.width() < 1:
            return
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(zoomed(_HEIGHT) * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self.font())
            self._paint(painter, QRectF(0, 0, self.width(), zoomed(_HEIGHT)))
        self.setPixmap(picture)

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        theme, line = self._theme, painter.fontMetrics().height()
        room = area.adjusted(0, line + 4, 0, -line - 4)
        top = max(bar.value for bar in self._bars) or 1.0
        near = 0 < self._limit <= top * _NEAR
        top = max(top, self._limit if near else 0.0)
        step = area.width() / len(self._bars)
        width = min(zoomed(_BAR), step * 0.6)
        for number, bar in enumerate(self._bars):
            place = number if self.layoutDirection() is Qt.LayoutDirection.LeftToRight else (
                len(self._bars) - 1 - number)  # fmt: skip
            height = room.height() * bar.value / top
            left = place * step + (step - width) / 2
            shape, box = QPainterPath(), QRectF(left, room.bottom() - height, width, height)
            shape.addRoundedRect(box, 3, 3)
            over = bool(self._limit) and bar.value > self._limit
            weak = mix_colours(theme.error, theme.page, 0.65) if over else theme.second
            strong = theme.error if over else theme.accent
            shade = strong if bar.marked else weak
            painter.fillPath(shape, QColor(shade))
            painter.setPen(QColor(theme.text if bar.marked else theme.muted))
            above = QRectF(place * step, box.top() - line - 2, step, line)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, bar.above)
            below = QRectF(place * step, room.bottom() + 3, step, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, bar.below)
        painter.setPen(QPen(QColor(theme.edge), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        if near:
            level = room.bottom() - room.height() * self._limit / top
            painter.setPen(QPen(QColor(theme.muted), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(room.left(), level, room.right(), level))
            words = QRectF(room.left(), level - line - 2, room.width(), line)
            painter.drawText(words, Qt.AlignmentFlag.AlignLeading, self._limit_words)


class MeasuredPanel(QFrame):
    """What was measured of the model in use, and what a context of it takes as it is planned.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._speed_title = StyledLabel(tr("Speed by what stands before"), "subheading")
        self._speed_line = StyledLabel("", "small")
        self._speeds = BarChart(self._speed_title.text(), theme)
        self._memory_title = StyledLabel(tr("Memory by context"), "subheading")
        self._memory_line = StyledLabel("", "small")
        self._memory = BarChart(self._memory_title.text(), theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, SPACE)
        column.setSpacing(SPACE // 2)
        for widget in (self._speed_title, self._speeds, self._speed_line):
            column.addWidget(widget)
        column.addSpacing(SPACE)
        for widget in (self._memory_title, self._memory, self._memory_line):
            column.addWidget(widget)
        self.show_speeds(None)
        self.show_costs(None, Settings())

    def show_speeds(self, measured: ModelSpeeds | None) -> None:
        """Show how fast it wrote, by the tokens that stood before; None where nobody knows."""
        depths = measured.depths if measured is not None else ()
        self._speeds.show_bars([
            Bar(
                write(round(one.tokens)),
                write(one.rate, digits=1 if one.rate < 99.95 else 0),
                one.rate,
                tr("at {tokens} tokens {speed}", tokens=round(one.tokens),
                   speed=formatting.rate(one.rate)),
            )
            for one in depths
        ])  # fmt: skip
        answers = sum(one.answers for one in depths)
        self._speed_line.setText(
            trn(
                "Tokens a second, by tokens in the context; {n} answer measured on this computer.",
                "Tokens a second, by tokens in the context; {n} answers measured on this computer.",
                answers,
            )
            if depths
            else tr("Nothing was measured yet. Each answer is, and “Measure this model…” does it "
                    "at several depths.")
        )  # fmt: skip

    def show_costs(self, costs: MemoryCosts | None, settings: Settings) -> None:
        """Show what contexts of several sizes take of the memory; None where nobody knows."""
        for widget in (self._memory_title, self._memory_line):
            widget.setVisible(costs is not None)
        if costs is None:
            self._memory.show_bars(())
            return
        now = costs.of(settings)
        used = now.plan.context_size if now is not None else 0
        sizes = [_LEAST_CONTEXT << number for number in range(_CONTEXTS)]
        trained = now.trained if now is not None else 0
        sizes = sorted({size for size in sizes if not trained or size <= trained} | {used} - {0})
        bars, free = [], 0
        for size in sizes:
            cost = costs.of(replace(settings, context_size=size))
            if cost is None:
                continue
            free, takes = cost.free, formatting.size(cost.plan.total_bytes)
            spoken = tr("{tokens} tokens take {size}", tokens=size, size=takes)
            total = float(cost.plan.total_bytes)
            bars.append(Bar(write(size), takes, total, spoken, marked=size == used))
        words = tr("{free} are free", free=formatting.size(free))
        self._memory.show_bars(bars, float(free), words)
        self._memory_line.setText(
            tr(
                "As it is planned, by tokens of context; {free} are free.",
                free=formatting.size(free),
            )
        )
