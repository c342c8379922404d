"""The fields of one preset in the dialog of presets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QVBoxLayout, QWidget

from app.domain.catalog import CatalogFamily
from app.domain.grammar.form import Form, form_line
from app.domain.presets.preset import LONGEST_NAME, Preset
from app.language import tr
from app.services.core.formatting import form_contents, form_name
from app.ui.conversation.input.form_dialog import FormDialog
from app.ui.presets.values_form import ValuesForm
from app.ui.style.dialogs import push_button, text_label
from app.ui.style.stacking_row import StackingRow
from app.ui.style.text_fields import LineField, PlainEditor
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel, fit_words

_FORM_SHOWN = 200  # characters of what a form is made of


class _PromptField(PlainEditor):
    """A text of several lines.

    Signals:
        left: The focus left it.
    """

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Done with typing."""
        super().focusOutEvent(event)
        self.left.emit()


class PresetEditor(QWidget):
    """The fields of one preset.

    Args:
        families: The models it can be written for.
        changed: Called when there is something to take.
    """

    def __init__(self, families: Sequence[CatalogFamily], changed: Callable[[], object]) -> None:
        super().__init__()
        self._preset = Preset("", tr("New preset"))
        self._hint = text_label("", "muted")
        self._name, self._about = LineField(most=LONGEST_NAME), LineField()
        self._prompt = _PromptField()
        self._prompt.setProperty("kind", "field")
        self._prompt.setTabChangesFocus(True)
        self._prompt.setMinimumHeight(150)
        self._model = QComboBox()
        self._model.addItem(tr("Any model"), "")
        for family in families:
            self._model.addItem(family.name, family.id)
        self._tools = QCheckBox(tr("May have numbers computed by the calculator"))
        self._tools.setToolTip(
            tr("The model asks, Phial computes exactly and puts the result into the answer.")
        )
        self._checks = QCheckBox(tr("Checks the steps of a calculation"))
        self._checks.setToolTip(
            tr("Before the model is asked: what is found stands below the question, for it too.")
        )
        self._form: Form | None = None
        self._form_words = text_label("")
        self._choose_form = push_button(tr("Form of the answers…"))
        self._choose_form.setAutoDefault(False)
        self._values = ValuesForm()
        form = QFormLayout()
        form.setVerticalSpacing(SPACE)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        for name, field in (
            (tr("Name"), self._name),
            (tr("What it is for"), self._about),
            (tr("System prompt"), self._prompt),
            (tr("Model"), self._model),
        ):
            label = StyledLabel(name)
            label.setBuddy(field)
            field.setAccessibleName(name)
            form.addRow(label, field)
        form.addRow(self._tools)
        form.addRow(self._checks)
        form.addRow(StackingRow(self._choose_form, self._form_words, grows=self._form_words))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 2, 0, SPACE * 2, 0)
        column.addWidget(self._hint)
        column.addLayout(form)
        column.addWidget(self._values)
        column.addStretch(1)
        self._name.editingFinished.connect(changed)
        self._about.editingFinished.connect(changed)
        self._model.activated.connect(changed)
        self._tools.clicked.connect(changed)
        self._checks.clicked.connect(changed)
        self._changed = changed
        self._choose_form.clicked.connect(self._ask_form)
        self._values.edited.connect(changed)
        self._prompt.left.connect(changed)

    def fit(self, room: int) -> None:
        """Break the words of the boxes where they have no room, pixels."""
        for box in (self._tools, self._checks):
            fit_words(box, room)

    def show_preset(self, preset: Preset) -> None:
        """Show one; what comes with Phial can be read and copied, not changed."""
        self._preset = preset
        fixed = preset.bundled
        self._hint.setVisible(fixed)
        self._hint.setText(tr("It comes with Phial. Duplicate it to have one that you can change."))
        for field, text in ((self._name, preset.name), (self._about, preset.about)):
            field.setText(text)
            field.setCursorPosition(0)
            field.setReadOnly(fixed)
        self._prompt.show_text(preset.system_prompt)
        self._prompt.setReadOnly(fixed)
        self._model.setCurrentIndex(max(0, self._model.findData(preset.model)))
        self._model.setEnabled(not fixed)
        self._tools.setChecked(preset.tools)
        self._tools.setEnabled(not fixed)
        self._checks.setChecked(preset.checks)
        self._checks.setEnabled(not fixed)
        self._form = preset.answer_form
        self._choose_form.setEnabled(not fixed)
        self._show_form()
        self._values.show_values(preset.values)
        self._values.set_read_only(read_only=fixed)

    def _show_form(self) -> None:
        form = self._form
        parts = (form_name(form.kind if form else None), form_contents(form) if form else "")
        self._form_words.setText(": ".join(filter(None, parts))[:_FORM_SHOWN])
        self._choose_form.setAccessibleDescription(self._form_words.text())

    def _ask_form(self) -> None:
        """Choose the form of the answers; it is taken at once."""
        dialog = FormDialog(self, self._form, tr("Form of the answers"))
        found = dialog.execute(lambda: (dialog.read(),))
        if found is not None:
            (self._form,) = found
            self._show_form()
            self._changed()

    def focus_name(self) -> None:
        """Go to the name, to type another."""
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._name.selectAll()

    def typed(self) -> tuple[str, ...]:
        """Everything that stands in the fields, as it was typed."""
        texts = self._name.text(), self._about.text(), self._prompt.text()
        return (*texts, *self._values.typed())

    def read(self) -> Preset | None:
        """The preset as it stands there; None where a number is none, which is told there."""
        values = self._values.read()
        if values is None:
            return None
        return replace(
            self._preset,
            name=" ".join(self._name.finished_text().split()),
            about=self._about.finished_text().strip(),
            system_prompt=self._prompt.text(),
            model=self._model.currentData(),
            tools=self._tools.isChecked(),
            checks=self._checks.isChecked(),
            form=self._written_form(),
            values=values,
        )

    def _written_form(self) -> str:
        """The form as it is kept; one of a newer Phial stays where none was chosen instead."""
        if self._form == self._preset.answer_form:
            return self._preset.form
        return form_line(self._form) if self._form is not None else ""
