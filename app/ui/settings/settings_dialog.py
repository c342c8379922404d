"""The settings dialog: generated from the declarations, applied at once, searchable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import InvalidValueError, KnownError
from app.domain.numbers import write_number
from app.domain.options import Section, SettingSpec
from app.domain.settings import SPECS, Settings
from app.language import paragraph, tr
from app.services.core.settings import SettingsService
from app.ui.core.assistive_activation import AssistedChoice
from app.ui.settings.number_field import NumberField, signs_of
from app.ui.settings.setting_fields import SettingField
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import IconButton, StyledLabel, announce


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was typed for a setting and not taken.

    Attributes:
        what: In a sentence.
        rest: What was typed, why not, and what stays.
    """

    what: str
    rest: str


class SettingRow(QFrame):
    """One setting: label, help, editor, and a way back to its default.

    Args:
        spec: What is declared.
        service: Checks, saves and announces.
        theme: Colours.
        first: Where a number's first step from None goes.
    """

    def __init__(
        self,
        spec: SettingSpec,
        service: SettingsService,
        theme: Theme,
        first: float | None = None,
    ) -> None:
        super().__init__()
        self.spec = spec
        self._service = service
        self._field = SettingField(spec, self._apply, first)
        label = StyledLabel(spec.option.label, "subheading")
        label.setBuddy(self._field.widget)
        self._reset = IconButton(
            "reset", tr("Reset {label} to its default", label=spec.option.label)
        )
        self._reset.set_theme(theme)
        self._reset.clicked.connect(self._to_default)
        self._error = StyledLabel("", "error")
        self._error.hide()
        head = QHBoxLayout()
        head.addWidget(label, 1)
        head.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE // 2, 0, SPACE // 2)
        column.setSpacing(2)
        column.addLayout(head)
        if spec.option.help:
            column.addWidget(StyledLabel(spec.option.help, "muted"))
        column.addLayout(self._editor())
        column.addWidget(self._error)
        self.show_settings(service.current)

    def _editor(self) -> QHBoxLayout:
        """The editor with its unit behind it."""
        line = QHBoxLayout()
        line.setSpacing(SPACE)
        wide = self.spec.option.multiline
        line.addWidget(self._field.widget, 1 if wide else 0)
        if self.spec.option.unit:
            line.addWidget(StyledLabel(self.spec.option.unit, "muted"))
        if not wide:
            line.addStretch(1)
        return line

    def show_settings(self, settings: Settings) -> None:
        """Show the value in force, unless something is being typed here."""
        value = getattr(settings, self.spec.name)
        if not self._field.edited():
            self._show(value)
        self._reset.setVisible(value != self.spec.default or not self._error.isHidden())

    def matches(self, query: str) -> bool:
        """Whether every word of ``query`` occurs in label, help or name."""
        option = self.spec.option
        page = option.section.label if option.section is not None else ""
        text = f"{option.label} {option.help} {self.spec.name} {page}".casefold()
        return all(word in text for word in query.casefold().split())

    def finish(self) -> Refusal | None:
        """Take what is being typed; return what could not be taken."""
        if self._field.edited():
            self._apply()
        if self._error.isHidden():
            return None
        field, typed = self._field.widget, ""
        if isinstance(field, NumberField):
            typed = tr("“{text}” was typed.", text=field.text())
        what = tr("{label} was not changed.", label=self.spec.option.label)
        return Refusal(what, paragraph(typed, self._error.text()))

    def _show(self, value: object) -> None:
        self._field.widget.blockSignals(True)  # showing is not changing
        self._field.show(value)
        self._field.widget.blockSignals(False)

    def _to_default(self) -> None:
        self._set(self.spec.default)

    def _apply(self) -> None:
        try:
            value = self._field.read()
        except InvalidValueError as error:
            self._refuse(paragraph(error.what, self._stays()))
            return
        self._set(value)

    def _set(self, value: object) -> None:
        try:
            settings = self._service.update(**{self.spec.name: value})
        except KnownError as error:
            self._refuse(str(error))
            return
        self._error.hide()
        self._field.widget.setAccessibleDescription(self.spec.option.help)
        self._show(getattr(settings, self.spec.name))
        self.show_settings(settings)

    def _refuse(self, sentence: str) -> None:
        """Say beside the field why what stands in it was not taken; it stays there as typed."""
        told = not self._error.isHidden() and self._error.text() == sentence
        self._error.setText(sentence)
        self._error.show()
        self._error.setAccessibleName(sentence)
        self._field.widget.setAccessibleDescription(paragraph(sentence, self.spec.option.help))
        self._reset.show()
        if not told:
            announce(self, sentence)

    def _stays(self) -> str:
        option = self.spec.option
        value = getattr(self._service.current, self.spec.name)
        if value is None:
            return tr("{label} stays “{value}”.", label=option.label, value=option.none_label)
        number = write_number(value, signs_of(self._field.widget.locale()))
        shown = f"{number} {option.unit}".strip()
        return tr("{label} stays {value}.", label=option.label, value=shown)


class SettingsDialog(QDialog):
    """Sections at the left, their settings at the right; a search shows hits of all sections.

    Signals:
        refused: The dialog closed over something typed that could not be taken; a Refusal.

    Args:
        parent: The window.
        service: Checks, saves and announces.
        theme: Colours.
        extras: More to stand on a page.
        advised: By setting, the number that is in force while the user sets none.
    """

    refused = Signal(Refusal)

    def __init__(
        self,
        parent: QWidget,
        service: SettingsService,
        theme: Theme,
        extras: Mapping[Section, QWidget] | None = None,
        advised: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 560)
        self._search = QLineEdit(placeholderText=tr("Search settings"), clearButtonEnabled=True)
        self._search.setAccessibleName(tr("Search settings"))
        self._sections = QListWidget()
        self._sections.setAccessibleName(tr("Sections"))
        self._sections.setFixedWidth(180)
        height = self._sections.fontMetrics().height() + 14
        for section in Section:
            item = QListWidgetItem(section.label, self._sections)
            item.setSizeHint(QSize(0, height))
        self._rows = [
            SettingRow(spec, service, theme, {**_firsts(), **(advised or {})}.get(spec.name))
            for section in Section
            for spec in SPECS.values()
            if spec.option.section is section
        ]
        self._extras = extras or {}
        self._heading = StyledLabel("", "heading")
        self._none = StyledLabel(tr("No setting fits."), "muted")
        self._lay_out()
        self._search.textChanged.connect(self._choose)
        self._sections.currentRowChanged.connect(self._on_section)
        AssistedChoice(self._sections, self._sections.setCurrentIndex)
        self._sections.setCurrentRow(0)
        self._sections.setFocus()

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE)
        column.addWidget(self._heading)
        for widget in self._extras.values():
            narrow = widget.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Minimum
            place = Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag(0)
            column.addWidget(widget, 0, place)
        for row in self._rows:
            column.addWidget(row)
        column.addWidget(self._none)
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(content)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side = QVBoxLayout()
        side.setSpacing(SPACE)
        side.addWidget(self._search)
        side.addWidget(self._sections, 1)
        sides = QHBoxLayout(self)
        sides.setContentsMargins(SPACE * 2, SPACE * 2, 0, SPACE)
        sides.addLayout(side)
        sides.addWidget(self._area, 1)

    def show_settings(self, settings: Settings) -> None:
        """Show values that changed elsewhere."""
        for row in self._rows:
            row.show_settings(settings)

    def done(self, result: int) -> None:
        """Take what is being typed before the dialog goes; what cannot be taken is told."""
        refusals = [found for row in self._rows if (found := row.finish()) is not None]
        super().done(result)
        for refusal in refusals:
            self.refused.emit(refusal)

    def show_section(self, section: Section) -> None:
        """Go to one page."""
        self._search.clear()
        self._sections.setCurrentRow(list(Section).index(section))

    def _on_section(self, _row: int) -> None:
        if self._search.text():
            self._search.clear()
        else:
            self._choose("")

    def _choose(self, query: str) -> None:
        section = list(Section)[max(self._sections.currentRow(), 0)]
        searching = bool(query.strip())
        self._heading.setText(tr("Found") if searching else section.label)
        shown = 0
        for row in self._rows:
            fits = row.matches(query) if searching else row.spec.option.section is section
            row.setVisible(fits)
            shown += fits
        for owner, widget in self._extras.items():
            widget.setVisible(not searching and owner is section)
        self._none.setVisible(not shown)
        self._area.verticalScrollBar().setValue(0)


def _firsts() -> dict[str, float]:
    """By setting, where the first step from None goes where nobody advises a number."""
    return {
        name: spec.option.first for name, spec in SPECS.items() if spec.option.first is not None
    }
