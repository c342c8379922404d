"""Presets are made, changed, duplicated, deleted, given away and taken in here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.catalog import CatalogFamily
from app.domain.errors import KnownError
from app.domain.presets.outside import OutsidePreset
from app.domain.presets.preset import Preset
from app.language import paragraph, tr, trn
from app.services.core.formatting import preset_traits
from app.services.presets.preset_service import PresetService
from app.ui.core.links import show_in_folder
from app.ui.presets.preset_editor import PresetEditor
from app.ui.presets.values_form import values_text
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE
from app.ui.style.widgets import announce

FILES = tr("Presets (*.json)")
_ID = Qt.ItemDataRole.UserRole
_LIST_WIDTH = 220
_EDITOR_WIDTH = 400
_LIST_SHARE = 0.34  # of a narrow screen, at most


class PresetsDialog(Dialog):
    """All presets at the left, the chosen one at the right; a change is taken at once.

    Args:
        parent: The window.
        presets: Keeps them.
        families: The models a preset can be written for.
        use: Answers the shown chat in the way of a preset.
        chosen: Id of the one that is shown first; empty for the first.
    """

    def __init__(
        self,
        parent: QWidget,
        presets: PresetService,
        families: Sequence[CatalogFamily],
        use: Callable[[Preset], object],
        chosen: str = "",
    ) -> None:
        super().__init__(parent, tr("Presets"), _LIST_WIDTH + _EDITOR_WIDTH + 8 * SPACE)
        self._presets, self._use = presets, use
        self._filling = False
        self._deleted: Preset | None = None
        self._given_up: tuple[str, ...] = ()  # what could not be taken when it was to be closed
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Presets"))
        list_width = min(_LIST_WIDTH, round(self.room().width() * _LIST_SHARE))
        self._list.setMinimumWidth(list_width)
        self._editor_width = min(_EDITOR_WIDTH, self.room().width() - list_width - 8 * SPACE)
        self._editor = PresetEditor(families, self._keep)
        self._editor.fit(self._editor_width - 6 * SPACE)
        self._told = text_label("")
        self._told.hide()
        self._undo = push_button(tr("Undo"), "link")
        self._undo.clicked.connect(self._bring_back)
        self._undo.hide()
        self._written: Path | None = None
        self._folder = push_button(tr("Show in folder"), "link")
        self._folder.clicked.connect(self._show_written)
        self._folder.hide()
        self._lay_out()
        self._fill(chosen)
        self._list.currentItemChanged.connect(self._on_chosen)
        self._list.setFocus()

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.addWidget(self._list, 1)
        new, copy = push_button(tr("New")), push_button(tr("Duplicate"))
        self._delete = push_button(tr("Delete"))
        take, give = push_button(tr("Import…")), push_button(tr("Export…"))
        side.addWidget(StackingRow(new, copy, take, give, self._delete))
        for button, action in (
            (new, self._new),
            (copy, self._duplicate),
            (self._delete, self._remove),
            (take, self._import),
            (give, self._export),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(action)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it takes the keyboard
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self._editor)
        area.setMinimumSize(self._editor_width, 360)
        sides = QHBoxLayout()
        sides.addLayout(side)
        sides.addWidget(area, 1)
        self.column.addLayout(sides, 1)
        told = StackingRow(self._told, self._undo, self._folder, grows=self._told)
        self.column.addWidget(told)
        use, close = push_button(tr("Use in this chat"), "accent"), push_button(tr("Close"))
        use.clicked.connect(self._use_it)
        close.clicked.connect(self.accept)
        self.add_buttons(use, close)  # Enter in a field uses nothing

    # --- what is shown ------------------------------------------------------------------------

    def _fill(self, chosen: str) -> None:
        self._filling = True
        self._list.clear()
        for preset in self._presets.presets():
            item = QListWidgetItem(preset.name, self._list)
            item.setData(_ID, preset.id)
            item.setToolTip(preset.about)
            if preset.id == chosen:
                self._list.setCurrentItem(item)
        if self._list.currentItem() is None:
            self._list.setCurrentRow(0)
        self._filling = False
        self._show()

    def _current(self) -> Preset:
        item = self._list.currentItem()
        found = self._presets.get(item.data(_ID)) if item is not None else None
        return found or self._presets.presets()[0]

    def _show(self) -> None:
        preset = self._current()
        self._delete.setEnabled(not preset.bundled)
        self._editor.show_preset(preset)

    def _on_chosen(self, _now: QListWidgetItem, before: QListWidgetItem | None) -> None:
        if self._filling:
            return
        if before is not None and not self._keep():
            self._filling = True  # what could not be kept stays where it is
            self._list.setCurrentItem(before)
            self._filling = False
            return
        self._show()

    def _tell(self, text: str, *, undo: bool = False, written: Path | None = None) -> None:
        self._written = written
        self._told.setText(text)
        self._told.setVisible(bool(text))
        self._undo.setVisible(undo)
        self._folder.setVisible(written is not None)
        if text:
            announce(self, text)

    # --- what is done -------------------------------------------------------------------------

    def _attempt(self, action: Callable[[], object]) -> bool:
        """Do something; what keeps it from being done is said below."""
        try:
            action()
        except KnownError as error:
            self._tell(paragraph(error.what, error.action))
            return False
        return True

    def _keep(self) -> bool:
        """Take what was changed in the fields; tell whether nothing is left to be taken."""
        preset = self._editor.read()
        return preset is not None and self._attempt(lambda: self._take(preset))

    def _take(self, preset: Preset) -> None:
        known = self._presets.get(preset.id)
        if known is None or preset.bundled or preset == known:
            return
        self._presets.save(preset)
        for row in range(self._list.count()):
            if self._list.item(row).data(_ID) == preset.id:
                self._list.item(row).setText(preset.name)
        self._editor.show_preset(preset)
        self._tell("")

    def _add(self, preset: Preset, save: Callable[[Preset], Preset]) -> None:
        if not self._keep():
            return

        def add() -> None:
            self._fill(save(preset).id)
            self._editor.focus_name()

        self._attempt(add)

    def _new(self) -> None:
        self._add(Preset("", str(tr("New preset"))), self._presets.save)

    def _duplicate(self) -> None:
        if self._keep():
            self._add(self._current(), self._presets.duplicate)

    def _remove(self) -> None:
        preset = self._current()
        if preset.bundled or not self._attempt(lambda: self._presets.delete(preset.id)):
            return
        self._deleted = preset
        self._fill("")
        self._tell(tr("“{name}” is deleted.", name=preset.name), undo=True)

    def _bring_back(self) -> None:
        deleted, self._deleted = self._deleted, None
        if deleted is not None and self._attempt(lambda: self._presets.save(deleted)):
            self._fill(deleted.id)
            self._tell("")

    def _use_it(self) -> None:
        if self._keep():
            self._use(self._current())
            self.accept()

    def done(self, result: int) -> None:
        """Take what is typed before the dialog goes; what cannot be is given up the second time."""
        typed = self._editor.typed()
        if self._given_up == typed or self._keep():
            super().done(result)
            return
        self._given_up = typed
        self._tell(tr("Not everything could be kept. Close once more to give it up."))

    # --- files --------------------------------------------------------------------------------

    def _export(self) -> None:
        if not self._keep():
            return
        preset = self._current()
        name = "".join(one if one.isalnum() else "-" for one in preset.name.casefold())
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Export the preset"), str(Path.home() / f"{name}.json"), FILES
        )
        if chosen:
            path = Path(chosen)
            if self._attempt(lambda: self._presets.export([preset], path)):
                self._tell(tr("Written to {path}.", path=str(path)), written=path)

    def _show_written(self) -> None:
        if self._written is not None:
            show_in_folder(self._written)

    def _import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Import presets"), str(Path.home()), FILES)
        if chosen:
            self._attempt(lambda: self._show_outside(self._presets.read(Path(chosen))))

    def _show_outside(self, found: Sequence[OutsidePreset]) -> None:
        if PresetPreviewDialog(self, found).execute(lambda: True) is None:
            return
        added = self._presets.add([one.preset for one in found])
        self._fill(added[0].id)
        self._tell(trn("{n} preset is added.", "{n} presets are added.", len(added)))


class PresetPreviewDialog(Dialog):
    """Presets that came from outside, word for word, before they are used."""

    def __init__(self, parent: QWidget, presets: Sequence[OutsidePreset]) -> None:
        super().__init__(parent, tr("Presets from a file"), 560)
        self.column.addWidget(
            text_label(
                tr(
                    "This is what the model would be told. A preset can change how every answer "
                    "of a chat is written, so take only what you have read."
                ),
                "muted",
            )
        )
        inside = QWidget()
        column = QVBoxLayout(inside)
        for one in presets:
            preset = one.preset
            column.addWidget(text_label(preset.name, "subheading"))
            told = (preset.about, _model_line(preset), values_text(preset.values))
            for text in (*told, *preset_traits(preset)):
                if text:
                    column.addWidget(text_label(text, "muted"))
            for problem in one.problems:
                column.addWidget(text_label(problem, "error"))
            column.addWidget(text_label(preset.system_prompt or tr("It has no system prompt.")))
        column.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it takes the keyboard
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        area.setMinimumHeight(260)
        area.setAccessibleName(tr("Presets from a file"))
        self.column.addWidget(area, 1)
        add = push_button(tr("Add to my presets"), "accent")
        leave = push_button(tr("Do not add"))
        add.clicked.connect(self.accept)
        leave.clicked.connect(self.reject)
        self.add_buttons(add, leave, default=leave)
        leave.setFocus()


def _model_line(preset: Preset) -> str:
    return tr("For the model: {model}", model=preset.model) if preset.model else ""
