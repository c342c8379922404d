"""One editor for each kind of setting, made from its declaration."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontDatabase, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from app.domain.options import Family, SettingSpec
from app.ui.settings.number_field import NumberField
from app.ui.style.switch import Switch
from app.ui.style.text_fields import PlainEditor
from app.ui.style.theme import Theme, zoomed

_NONE = "\0none"
SAVE_MS = 500
"""At most so long after a key press a text is on its way to the disk, milliseconds."""
_WIDE = 220  # pixels at 100 %
_FEW = 8  # characters of an entry that are always seen


class ChoiceField(QComboBox):
    """One of an enumeration's values, in words."""

    def __init__(self, spec: SettingSpec) -> None:
        super().__init__()
        self._kind = spec.type
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_FEW)
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

    def sizeHint(self) -> QSize:
        """Room for its longest entry; where there is less it is cut, and its menu is not."""
        metrics = self.fontMetrics()
        longest = max((metrics.horizontalAdvance(self.itemText(at)) for at in range(self.count())),
                      default=0)  # fmt: skip
        return QSize(max(zoomed(_WIDE), longest + 48), super().sizeHint().height())

    def chosen(self) -> object:
        """The value, or None."""
        return self.value_at(self.currentIndex())

    def value_at(self, index: int) -> object:
        """The value of an entry, or None."""
        data = self.itemData(index)
        return None if data == _NONE else self._kind(data)

    def show_value(self, value: object) -> None:
        """Show a value, or none."""
        wanted = _NONE if value is None else str(value)
        self.setCurrentIndex(self.findData(wanted))


class FontField(ChoiceField):
    """The name of a font of this computer, or the system's own, which is an empty name.

    The fonts are listed when somebody comes to the field: there may be hundreds.
    """

    def __init__(self, spec: SettingSpec) -> None:
        super().__init__(spec)
        self._family = spec.option.family
        self._filled = False
        self.addItem(spec.option.none_label, "")

    def show_value(self, value: object) -> None:
        """Show a font, also one that is not here."""
        if self.findData(str(value)) < 0:
            self.addItem(str(value), str(value))
        super().show_value(value)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """List the fonts."""
        self._fill()
        super().focusInEvent(event)

    def showPopup(self) -> None:
        """List the fonts."""
        self._fill()
        super().showPopup()

    def _fill(self) -> None:
        if self._filled:
            return
        self._filled = True
        known = {self.itemData(at) for at in range(self.count())}
        for family in QFontDatabase.families():
            fits = self._family is Family.TEXT or QFontDatabase.isFixedPitch(family)
            if fits and family not in known and not QFontDatabase.isPrivateFamily(family):
                self.addItem(family, family)


class TextField(PlainEditor):
    """A text of several lines, taken while it is typed and when the focus leaves it.

    Signals:
        finished: There is something to take.
    """

    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "field")
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 4 + 20)
        # It runs on while keys are pressed, so that a crash costs half a second of them.
        self._clock = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._clock.timeout.connect(self.finished)
        self.textChanged.connect(self._on_changed)
        self.composing.changed.connect(self._on_changed)

    @property
    def edited(self) -> bool:
        """Whether something was typed since a text was shown."""
        return self.document().isModified()

    def show_value(self, text: str) -> None:
        """Show a text; the cursor stays where it is in one that stands there already."""
        if text != self.text():
            self.show_text(text)
        self.document().setModified(False)

    def _on_changed(self) -> None:
        if (self.edited or self.composing.word) and not self._clock.isActive():
            self._clock.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Done with typing."""
        super().focusOutEvent(event)
        self.finished.emit()


def _never() -> bool:
    return False


class SettingField:
    """An editor with one way to read and to show its value, whatever its kind.

    Attributes:
        widget: The editor.
        read: Gives the value that is shown; raises InvalidValueError where it is no possible one.
        show: Shows a value.
        edited: Whether something was typed that was not taken yet.

    Args:
        spec: What is declared.
        changed: Called when there is something to read.
        theme: Colours.
        first: Where a number's first step from None goes.
    """

    def __init__(
        self,
        spec: SettingSpec,
        changed: Callable[[], None],
        theme: Theme,
        first: float | None = None,
    ) -> None:
        self.widget: QWidget
        self.read: Callable[[], object]
        self.show: Callable[[Any], None]
        self.edited: Callable[[], bool] = _never
        if spec.type is bool:
            self._use_switch(changed, theme)
        elif issubclass(spec.type, StrEnum):
            choice = ChoiceField(spec)
            choice.activated.connect(changed)
            self.widget, self.read, self.show = choice, choice.chosen, choice.show_value
        elif spec.option.family is not None:
            font = FontField(spec)
            font.activated.connect(changed)
            self.widget, self.read, self.show = font, font.chosen, font.show_value
        elif spec.type in {int, float}:
            number = NumberField(spec, first)
            number.finished.connect(changed)
            self.widget, self.read, self.show = number, number.read, number.show_value
            self.edited = lambda: number.edited
        else:
            text = TextField()
            text.finished.connect(changed)
            self.widget, self.read, self.show = text, text.text, text.show_value
            self.edited = lambda: text.edited
        self.widget.setAccessibleName(spec.option.label)
        self.widget.setAccessibleDescription(spec.option.help)

    def _use_switch(self, changed: Callable[[], None], theme: Theme) -> None:
        switch = Switch(theme)
        switch.clicked.connect(changed)
        self.widget, self.read, self.show = switch, switch.isChecked, switch.setChecked
