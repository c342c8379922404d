"""A slider beside a number's field: coarse and quick, where the field is exact."""

from __future__ import annotations

from math import log

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QStyle

from app.domain.options import SettingSpec

_PLACES = 1_000  # of the slider, whatever the numbers are
_WIDE_RATIO = 32  # between the ends; from here on each doubling is as wide as the next


class NumberSlider(QSlider):
    """Goes from one end of the usual stretch to the other; what lies beyond is at its end.

    For the pointer only: the field beside it has the keys, and every number that is allowed.

    Signals:
        moved: (number) it stands elsewhere by hand.
        settled: The hand let go.

    Args:
        spec: A number that declares a slider.
    """

    moved = Signal(float)
    settled = Signal()

    def __init__(self, spec: SettingSpec) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        assert spec.option.slider is not None  # noqa: S101 - whoever makes one has looked
        self._low, self._high = spec.option.slider
        self._step = spec.option.step
        self._whole = spec.type is int
        self.setRange(0, _PLACES)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(80, 24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(spec.option.label)
        self.valueChanged.connect(lambda place: self.moved.emit(self.number_at(place)))
        self.sliderReleased.connect(self.settled)

    def set_top(self, high: float) -> None:
        """End at another number, such as the cores that there are."""
        self._high = max(high, self._low + self._step)

    def number_at(self, place: int) -> float:
        """The number of a place, on a step, and on a whole one near the ends."""
        share = place / _PLACES
        if self._doubles:
            number = self._low * float((self._high / self._low) ** share)
        else:
            number = self._low + (self._high - self._low) * share
        stepped = round(number / self._step) * self._step
        stepped = min(max(round(stepped, 6), self._low), self._high)
        return round(stepped) if self._whole else stepped

    def show_number(self, number: float | None) -> None:
        """Stand at a number; at the low end for none."""
        number = min(max(self._low if number is None else number, self._low), self._high)
        if self._doubles:
            share = log(number / self._low) / log(self._high / self._low)
        else:
            share = (number - self._low) / (self._high - self._low)
        self.blockSignals(True)
        self.setValue(round(share * _PLACES))
        self.blockSignals(False)

    @property
    def _doubles(self) -> bool:
        return self._low > 0 and self._high / self._low >= _WIDE_RATIO

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The thumb comes to where the groove is pressed."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The thumb follows the pointer."""
        if self.isSliderDown():
            self._follow(event)

    def _follow(self, event: QMouseEvent) -> None:
        thumb = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, None, self)
        at, room = round(event.position().x()) - thumb // 2, self.width() - thumb
        turned = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.setSliderPosition(QStyle.sliderValueFromPosition(0, _PLACES, at, room, turned))
        event.accept()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """The hand lets go."""
        if self.isSliderDown():
            self.setSliderDown(False)  # says that it was released

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the page must not change what the pointer happens to be over."""
        event.ignore()
