"""Prompts that are typed behind a slash: made, changed and deleted here."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.presets.preset import SavedPrompt
from app.language import paragraph, tr
from app.services.presets.preset_service import PresetService
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.text_fields import LineField, PlainEditor
from app.ui.style.widgets import StyledLabel, announce

_LIST_WIDTH = 180


class PromptsDialog(Dialog):
    """All prompts at the left, the chosen one at the right."""

    def __init__(self, parent: QWidget, presets: PresetService) -> None:
        super().__init__(parent, tr("Prompts"), 620)
        self._presets = presets
        self._prompts: tuple[SavedPrompt, ...] = ()
        self.column.addWidget(
            text_label(
                tr(
                    "Type a slash in an empty message and choose one. {clipboard} and {selection}"
                    " are filled in; Tab leads to the other fields in braces."
                ),
                "muted",
            )
        )
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Prompts"))
        self._list.setFixedWidth(_LIST_WIDTH)
        self._name, self._text = LineField(most=40), PlainEditor()
        self._text.setProperty("kind", "field")
        self._text.setTabChangesFocus(True)
        self._text.setMinimumHeight(160)
        self._error = StyledLabel("", "error")
        self._error.hide()
        fields = QVBoxLayout()
        for label, field in ((tr("Name"), self._name), (tr("Text"), self._text)):
            named = StyledLabel(label)
            named.setBuddy(field)
            field.setAccessibleName(label)
            fields.addWidget(named)
            fields.addWidget(field)
        fields.addWidget(self._error)
        sides = QHBoxLayout()
        sides.addWidget(self._list)
        sides.addLayout(fields, 1)
        self.column.addLayout(sides, 1)
        self._delete = push_button(tr("Delete"))
        new, close = push_button(tr("New")), push_button(tr("Close"))
        save = push_button(tr("Save"), "accent")
        new.clicked.connect(self._new)
        save.clicked.connect(self._save)
        self._delete.clicked.connect(self._remove)
        close.clicked.connect(self.accept)
        self.add_buttons(new, self._delete, save, close)
        self._list.currentRowChanged.connect(self._show)
        self._fill("")

    def _fill(self, name: str) -> None:
        self._prompts = self._presets.prompts()
        self._list.clear()
        for prompt in self._prompts:
            self._list.addItem(f"/{prompt.name}")
        rows = [row for row, one in enumerate(self._prompts) if one.name == name]
        self._list.setCurrentRow(rows[0] if rows else 0)

    def _chosen(self) -> SavedPrompt | None:
        row = self._list.currentRow()
        return self._prompts[row] if 0 <= row < len(self._prompts) else None

    def _show(self) -> None:
        prompt = self._chosen()
        self._name.setText(prompt.name if prompt is not None else "")
        self._text.show_text(prompt.text if prompt is not None else "")
        self._delete.setEnabled(prompt is not None and not prompt.bundled)
        self._error.hide()

    def _new(self) -> None:
        self._list.setCurrentRow(-1)
        self._show()
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        """Keep what stands there; a name that is another one makes another prompt."""
        before, name = self._chosen(), self._name.finished_text().strip().lstrip("/")
        instead = before.name if before is not None and not before.bundled else ""
        try:
            self._presets.save_prompt(SavedPrompt(name, self._text.text()), instead=instead)
        except KnownError as error:
            said = paragraph(error.what, error.action)
            self._error.setText(said)
            self._error.show()
            announce(self, said)
            return
        self._fill(name)

    def _remove(self) -> None:
        prompt = self._chosen()
        if prompt is None:
            return
        try:
            self._presets.delete_prompt(prompt.name)
        except KnownError as error:
            self._error.setText(error.what)
            self._error.show()
            return
        self._fill("")
