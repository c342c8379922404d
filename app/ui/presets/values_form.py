"""A form for the values that a chat, a preset or a model has of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QWidget

from app.domain.errors import InvalidValueError
from app.domain.generation import Sampling
from app.domain.presets.preset import OWN_VALUES, Values
from app.domain.settings import SPECS
from app.language import paragraph, tr
from app.services.core import formatting
from app.services.presets.answer_options import InForce, Source
from app.ui.settings.number_field import NumberField
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel, announce


def source_words(source: Source) -> str:
    """Where a value in force comes from, in words."""
    return {
        Source.COMMAND: tr("from the command line"),
        Source.CHAT: tr("of this chat"),
        Source.PRESET: tr("from the preset"),
        Source.MODEL: tr("of this model"),
        Source.SETTINGS: tr("from the settings"),
        Source.MAKERS: tr("advised by the model's makers"),
        Source.PHIAL: tr("as Phial comes"),
    }[source]


def value_in_force(name: str, in_force: InForce, sampling: Sampling) -> str:
    """A value in force with its unit, or what it means that there is none."""
    value = getattr(in_force.settings, name)
    if value is None:
        value = getattr(sampling, name, None)
    return formatting.setting_text(SPECS[name], value)


class ValuesForm(QWidget):
    """A number field for each value; an empty one says what is in force without it.

    Signals:
        edited: The focus left a field, or a step was made.

    Args:
        without: By setting, what an empty field says; None where nothing is known of that.
    """

    edited = Signal()

    def __init__(self, without: Callable[[str], str] | None = None) -> None:
        super().__init__()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(SPACE)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._fields: dict[str, NumberField] = {}
        for name in OWN_VALUES:
            option = SPECS[name].option
            said = without(name) if without is not None else tr("not set here")
            spec = replace(SPECS[name], option=replace(option, none_label=said))
            field = NumberField(spec, option.first)
            field.setAccessibleName(option.label)
            field.setAccessibleDescription(paragraph(option.help, said))
            field.setToolTip(option.help)
            field.finished.connect(self.edited)
            self._fields[name] = field
            label = StyledLabel(option.label)
            label.setWordWrap(False)
            label.setMinimumHeight(field.sizeHint().height())  # beside the number, not above it
            label.setBuddy(field)
            form.addRow(label, field)
        self._error = StyledLabel("", "error")
        self._error.hide()
        form.addRow(self._error)

    def show_values(self, values: Values) -> None:
        """Show values; a field without one is empty."""
        for name, field in self._fields.items():
            field.show_value(values.get(name))
        self._error.hide()

    def set_read_only(self, *, read_only: bool) -> None:
        """Whether the numbers can be looked at only."""
        for field in self._fields.values():
            field.setReadOnly(read_only)

    def typed(self) -> tuple[str, ...]:
        """What stands in the fields, whether it is a number or not."""
        return tuple(field.typed for field in self._fields.values())

    def read(self) -> dict[str, Any] | None:
        """The values that stand there; None, and told in the form, where one is none."""
        found: dict[str, Any] = {}
        for name, field in self._fields.items():
            try:
                value = field.read()
            except InvalidValueError as error:
                said = paragraph(SPECS[name].option.label + ".", error.what)
                self._error.setText(said)
                self._error.show()
                field.setFocus()
                announce(self, said)
                return None
            if value is not None:
                found[name] = value
        self._error.hide()
        return found


def values_text(values: Mapping[str, Any]) -> str:
    """Values in one line: "Temperature 0.2, Top-k 50"."""
    lines = (
        tr("{setting}: {value}", setting=SPECS[name].option.label,
           value=formatting.setting_text(SPECS[name], value))
        for name, value in values.items()
    )  # fmt: skip
    return formatting.join(*lines)
