"""The settings dialog: generated from the declarations, applied at once, searchable."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
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

from app.domain.errors import KnownError
from app.domain.options import Section, Spec
from app.domain.settings import SPECS, Settings
from app.services.settings import SettingsService
from app.ui.setting_fields import Field
from app.ui.theme import SPACE, Theme
from app.ui.widgets import IconButton, Text


class SettingRow(QFrame):
    """One setting: label, help, editor, and a way back to its default."""

    def __init__(self, spec: Spec, service: SettingsService, theme: Theme) -> None:
        super().__init__()
        self.spec = spec
        self._service = service
        self._field = Field(spec, self._apply)
        label = Text(spec.option.label, "subheading")
        label.setBuddy(self._field.widget)
        self._reset = IconButton("reset", f"Reset {spec.option.label} to its default")
        self._reset.set_theme(theme)
        self._reset.clicked.connect(self._to_default)
        self._error = Text("", "error")
        self._error.hide()
        head = QHBoxLayout()
        head.addWidget(label, 1)
        head.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE // 2, 0, SPACE // 2)
        column.setSpacing(2)
        column.addLayout(head)
        if spec.option.help:
            column.addWidget(Text(spec.option.help, "muted"))
        wide = spec.option.multiline
        side = Qt.AlignmentFlag(0) if wide else Qt.AlignmentFlag.AlignLeft
        column.addWidget(self._field.widget, 0, side)
        column.addWidget(self._error)
        self.show_settings(service.current)

    def show_settings(self, settings: Settings) -> None:
        """Show the value in force."""
        value = getattr(settings, self.spec.name)
        self._field.widget.blockSignals(True)  # showing is not changing
        self._field.show(value)
        self._field.widget.blockSignals(False)
        self._reset.setVisible(value != self.spec.default)

    def fits(self, query: str) -> bool:
        """Whether every word of ``query`` occurs in label, help or name."""
        option = self.spec.option
        text = f"{option.label} {option.help} {self.spec.name} {option.section}".casefold()
        return all(word in text for word in query.casefold().split())

    def _to_default(self) -> None:
        self._set(self.spec.default)

    def _apply(self) -> None:
        self._set(self._field.read())

    def _set(self, value: object) -> None:
        try:
            settings = self._service.update(**{self.spec.name: value})
        except KnownError as error:
            self._error.setText(str(error))
            self._error.show()
            self._error.setAccessibleName(self._error.text())
            return
        self._error.hide()
        self.show_settings(settings)


class SettingsDialog(QDialog):
    """Sections at the left, their settings at the right; a search shows hits of all sections."""

    def __init__(
        self,
        parent: QWidget,
        service: SettingsService,
        theme: Theme,
        extras: dict[Section, QWidget] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 560)
        self._search = QLineEdit(placeholderText="Search settings", clearButtonEnabled=True)
        self._search.setAccessibleName("Search settings")
        self._sections = QListWidget()
        self._sections.setAccessibleName("Sections")
        self._sections.setFixedWidth(180)
        height = self._sections.fontMetrics().height() + 14
        for section in Section:
            item = QListWidgetItem(str(section), self._sections)
            item.setSizeHint(QSize(0, height))
        self._rows = [
            SettingRow(spec, service, theme)
            for section in Section
            for spec in SPECS.values()
            if spec.option.section is section
        ]
        self._extras = extras or {}
        self._heading = Text("", "heading")
        self._none = Text("No setting fits.", "muted")
        self._lay_out()
        self._search.textChanged.connect(self._choose)
        self._sections.currentRowChanged.connect(self._on_section)
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
        self._heading.setText("Found" if searching else str(section))
        shown = 0
        for row in self._rows:
            fits = row.fits(query) if searching else row.spec.option.section is section
            row.setVisible(fits)
            shown += fits
        for owner, widget in self._extras.items():
            widget.setVisible(not searching and owner is section)
        self._none.setVisible(not shown)
        self._area.verticalScrollBar().setValue(0)
