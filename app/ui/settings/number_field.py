"""A field for one number that takes what was typed as it is, or leaves it there and refuses it."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Property, QEvent, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox

from app.domain.errors import InvalidValueError
from app.domain.numbers import Signs
from app.domain.options import Section, SettingSpec, read_typed, write_value
from app.ui.style.text_fields import Composing
from app.ui.style.theme import zoomed

_WIDE, _LEAST = 220, 110  # pixels at 100 %
_Step = QAbstractSpinBox.StepEnabledFlag


def signs_of(locale: QLocale) -> Signs:
    """How a locale writes numbers."""
    return Signs(locale.decimalPoint(), locale.groupSeparator(), locale.zeroDigit())


class NumberField(QAbstractSpinBox):
    """A number with steps; an empty field is None where that is allowed, and says what that means.

    Qt's own number boxes hold the last number they could make of a text and show that instead:
    9.5 becomes 0.5. This one holds the text.

    Signals:
        finished: Enter, a step, or the focus left; :meth:`read` tells the value or refuses. A step
            of a setting of the model is none: each would load the model anew.

    Args:
        spec: Type, bounds, step and unit.
        first: Where the first step from None goes; None for the smallest number.
    """

    finished = Signal()

    def __init__(self, spec: SettingSpec, first: float | None = None) -> None:
        super().__init__()
        self._spec = spec
        self._first = first
        self._shown = ""
        self._held: float | None = None
        self._composing = Composing(self)  # input methods speak to this, not to the line in it
        line = self.lineEdit()
        line.setPlaceholderText(spec.option.none_label)
        line.setClearButtonEnabled(spec.optional)
        line.setTextMargins(6, 0, 0, 0)  # a style sheet's padding does not reach it
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            line.setTextMargins(0, 0, 6, 0)
            line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
        self.setMinimumWidth(_LEAST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.editingFinished.connect(self.finished)

    @property
    def edited(self) -> bool:
        """Whether something stands there that was typed and not taken."""
        return self.typed != self._shown

    @property
    def typed(self) -> str:
        """What stands there, whether it is a number or not; a word being composed belongs to it."""
        line = self.lineEdit()
        text, at = line.text(), line.cursorPosition()
        return text[:at] + self._composing.word + text[at:]

    def read(self) -> float | int | None:
        """The number that stands there.

        Raises:
            InvalidValueError: It is none, or not a possible one.
        """
        return read_typed(self._spec, self.typed, signs_of(self.locale()))

    def show_value(self, value: float | None) -> None:
        """Show a number, or none."""
        self._held = value
        self._shown = "" if value is None else self._written(value)
        if self.typed != self._shown:
            self._composing.drop()
            self.lineEdit().setText(self._shown)

    def _written(self, value: float | Decimal) -> str:
        return write_value(self._spec, value, signs_of(self.locale()))

    def sizeHint(self) -> QSize:
        """Room for what an empty field means."""
        words = self.fontMetrics().horizontalAdvance(self._spec.option.none_label) + 56
        return QSize(max(zoomed(_WIDE), words), super().sizeHint().height())

    def set_first(self, first: float) -> None:
        """Say where the first step from None goes."""
        self._first = first

    def type_value(self, value: float) -> None:
        """Put a number there as if it had been typed: it is not taken yet."""
        exact = round(value) if self._spec.type is int else value
        self.lineEdit().setText(self._written(exact))

    # --- steps --------------------------------------------------------------------------------

    def stepBy(self, steps: int) -> None:
        """Up or down from the number that stands there; from what is refused there is no step."""
        target = self._target(steps)
        if target is not None:
            self.lineEdit().setText(self._written(target))
            self.lineEdit().selectAll()
            if self._spec.option.section is not Section.MODEL:
                self.finished.emit()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Which of the two arrows lead anywhere."""
        up, down = self._target(1) is not None, self._target(-1) is not None
        none = _Step.StepNone
        return (_Step.StepUpEnabled if up else none) | (_Step.StepDownEnabled if down else none)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the page must not change what the pointer happens to be over."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _target(self, steps: int) -> Decimal | None:
        """Where so many steps lead; None where they lead nowhere."""
        try:
            now = self.read()
        except InvalidValueError:
            return None
        low, high = self._bound(self._spec.option.low), self._bound(self._spec.option.high)
        if now is None:
            first = self._bound(self._first)
            return first if first is not None else low
        target = _exact(now) + steps * _exact(self._spec.option.step)
        target = target if low is None else max(target, low)
        target = target if high is None else min(target, high)
        return target if target != _exact(now) else None

    @staticmethod
    def _bound(value: float | None) -> Decimal | None:
        return None if value is None else _exact(value)

    # --- Qt -----------------------------------------------------------------------------------

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Everything may be typed; what is no number is told, not swallowed."""
        return QValidator.State.Acceptable, text, position

    def fixup(self, text: str) -> str:
        """Nothing is put right behind a person's back."""
        return text

    def changeEvent(self, event: QEvent) -> None:
        """Another locale: what was not typed is written its way."""
        fresh = event.type() == QEvent.Type.LocaleChange and not self.edited
        super().changeEvent(event)
        if fresh and self._shown:
            self.show_value(self._held)

    def _spoken(self) -> float:
        """The number for screen readers, which ask for one even where there is none."""
        try:
            return float(self.read() or 0)
        except InvalidValueError:
            return 0.0

    def _set_spoken(self, value: float) -> None:
        self.type_value(value)
        self.finished.emit()

    value = Property(float, _spoken, _set_spoken)
    minimum = Property(float, lambda self: float(self._spec.option.low or 0))
    maximum = Property(float, lambda self: float(self._spec.option.high or 0))
    singleStep = Property(float, lambda self: float(self._spec.option.step))


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))
