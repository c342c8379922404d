"""One editor for each kind of setting, made from its declaration."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QPlainTextEdit,
    QWidget,
)

from app.domain.options import Spec

_NONE = "\0none"
_WIDE = 260


class NumberField(QDoubleSpinBox):
    """A number; where none is allowed, one step below the smallest means none.

    Whole numbers use it too: Qt's integer box ends at 2**31, a seed does not.
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        option = spec.option
        self._whole = spec.type is int
        self._low = option.low if option.low is not None else -1e12
        self._none = spec.optional
        self.setDecimals(0 if self._whole else 4)
        self.setSingleStep(option.step)
        self.setRange(
            self._low - (option.step if spec.optional else 0),
            option.high if option.high is not None else 1e12,
        )
        if spec.optional:
            self.setSpecialValueText(option.none_label or "none")
        if option.unit:
            self.setSuffix(f" {option.unit}")
        self.setKeyboardTracking(False)
        self.setMinimumWidth(_WIDE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGroupSeparatorShown(self._whole)
        self.lineEdit().setTextMargins(6, 0, 0, 0)  # a style sheet's padding does not reach it

    def textFromValue(self, value: float) -> str:
        """No trailing zeros."""
        return f"{value:,.0f}" if self._whole else f"{value:g}"

    def stepBy(self, steps: int) -> None:
        """The first step up from none lands on the smallest value."""
        if self._none and steps > 0 and self.value() < self._low:
            self.setValue(self._low)
            return
        super().stepBy(steps)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the page must not change what the pointer happens to be over."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def chosen(self) -> float | int | None:
        """The value, or None."""
        if self._none and self.value() < self._low:
            return None
        return int(self.value()) if self._whole else self.value()

    def show_value(self, value: float | None) -> None:
        """Show a value, or none."""
        self.setValue(self.minimum() if value is None else value)


class ChoiceField(QComboBox):
    """One of an enumeration's values, in words."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self._kind = spec.type
        self.setMinimumWidth(_WIDE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if spec.optional:
            self.addItem(spec.option.none_label, _NONE)
        for value, label in spec.option.choices.items():
            self.addItem(label, str(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the page must not change what the pointer happens to be over."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def chosen(self) -> object:
        """The value, or None."""
        data = self.currentData()
        return None if data == _NONE else self._kind(data)

    def show_value(self, value: object) -> None:
        """Show a value, or none."""
        wanted = _NONE if value is None else str(value)
        self.setCurrentIndex(self.findData(wanted))


class TextField(QPlainTextEdit):
    """A text of several lines, taken when the focus leaves it.

    Signals:
        finished: The focus left it.
    """

    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "field")
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 4 + 20)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Done with typing."""
        super().focusOutEvent(event)
        self.finished.emit()


class Field:
    """An editor with one way to read and to show its value, whatever its kind.

    Attributes:
        widget: The editor.
        read: Gives the value that is shown.
        show: Shows a value.
    """

    def __init__(self, spec: Spec, changed: Callable[[], None]) -> None:
        self.widget: QWidget
        self.read: Callable[[], object]
        self.show: Callable[[Any], None]
        if spec.type is bool:
            self._use_check_box(changed)
        elif issubclass(spec.type, StrEnum):
            choice = ChoiceField(spec)
            choice.activated.connect(changed)
            self.widget, self.read, self.show = choice, choice.chosen, choice.show_value
        elif spec.type in {int, float}:
            number = NumberField(spec)
            number.valueChanged.connect(changed)
            self.widget, self.read, self.show = number, number.chosen, number.show_value
        else:
            text = TextField()
            text.finished.connect(changed)
            self.widget, self.read, self.show = text, text.toPlainText, text.setPlainText
        self.widget.setAccessibleName(spec.option.label)
        self.widget.setAccessibleDescription(spec.option.help)

    def _use_check_box(self, changed: Callable[[], None]) -> None:
        box = QCheckBox("On")
        box.clicked.connect(changed)
        self.widget, self.read, self.show = box, box.isChecked, box.setChecked
