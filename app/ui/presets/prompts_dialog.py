"""Prompts that are typed behind a slash: made, changed and deleted here."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
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
    """All prompts at the left, the chosen one at the right; what is typed is kept when one goes on.

    Where it cannot be kept that is said and one stays with it; Esc once more gives it up.
    """

    def __init__(self, parent: QWidget, presets: PresetService) -> None:
        super().__init__(parent, tr("Prompts"), 620)
        self._presets = presets
        self._prompts: tuple[SavedPrompt, ...] = ()
        self._shown: SavedPrompt | None = None
        self._given_up = SavedPrompt("", "")  # what could not be kept when one wanted to leave
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
        self._list.currentRowChanged.connect(self._choose)
        self._fill("")

    def _fill(self, name: str) -> None:
        """Show all of them, and the one of this name."""
        self._prompts = self._presets.prompts()
        rows = [row for row, one in enumerate(self._prompts) if one.name == name]
        with QSignalBlocker(self._list):
            self._list.clear()
            for prompt in self._prompts:
                self._list.addItem(f"/{prompt.name}")
            self._list.setCurrentRow(rows[0] if rows else 0)
        self._show(self._list.currentRow())

    def _show(self, row: int) -> None:
        prompt = self._shown = self._prompts[row] if 0 <= row < len(self._prompts) else None
        self._name.setText(prompt.name if prompt is not None else "")
        self._text.show_text(prompt.text if prompt is not None else "")
        self._delete.setEnabled(prompt is not None and not prompt.bundled)
        self._error.hide()

    def _choose(self, row: int) -> None:
        """Another one is wanted: first what is typed is kept, or it stays where it is."""
        wanted = self._prompts[row].name if 0 <= row < len(self._prompts) else ""
        if self._keep():
            self._fill(wanted)
        else:
            shown = self._prompts.index(self._shown) if self._shown is not None else -1
            with QSignalBlocker(self._list):
                self._list.setCurrentRow(shown)

    def _new(self) -> None:
        if not self._keep():
            return
        with QSignalBlocker(self._list):
            self._list.setCurrentRow(-1)
        self._show(-1)
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self) -> SavedPrompt:
        return SavedPrompt(self._name.finished_text().strip().lstrip("/"), self._text.text())

    def _keep(self) -> bool:
        """Keep what is typed, if anything is; tell whether nothing is left to be kept."""
        typed, shown = self._typed(), self._shown or SavedPrompt("", "")
        if (typed.name, typed.text) == (shown.name, shown.text):
            return True
        instead = "" if shown.bundled else shown.name
        taken = {one.name for one in self._prompts if not one.bundled} - {instead}
        if typed.name in taken:
            self._refuse(tr("There is a prompt /{name} already.", name=typed.name))
            return False
        try:
            self._presets.save_prompt(typed, instead=instead)
        except KnownError as error:
            self._refuse(paragraph(error.what, error.action))
            return False
        return True

    def _refuse(self, said: str) -> None:
        self._error.setText(said)
        self._error.show()
        announce(self, said)

    def _save(self) -> None:
        name = self._typed().name
        if self._keep():
            self._fill(name)

    def _remove(self) -> None:
        prompt = self._shown
        if prompt is None:
            return
        try:
            self._presets.delete_prompt(prompt.name)
        except KnownError as error:
            self._refuse(paragraph(error.what, error.action))
            return
        self._fill("")

    def done(self, result: int) -> None:
        """Keep what is typed before the dialog goes; what cannot be is given up the second time."""
        typed = self._typed()
        if self._given_up == typed or self._keep():
            super().done(result)
            return
        self._given_up = typed
        self._refuse(paragraph(self._error.text(), tr("Close once more to give it up.")))
