"""Adding a model file that is here: what it is, and whether it is used in place or copied."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QProgressBar, QRadioButton, QWidget

from app.domain.errors import KnownError
from app.domain.model import ModelFile
from app.hub.download.control import DownloadControl
from app.hub.local.local_files import Origin
from app.language import tr, trn
from app.services.core import formatting
from app.services.models.add_models import AddModelService, Candidate
from app.ui.core.operations import Operation, Operations
from app.ui.style.dialogs import Dialog, push_button, text_label


class AddModelDialog(Dialog):
    """Looks at one file and adds it.

    Signals:
        added: (ModelFile) it is on the list now.
    """

    added = Signal(ModelFile)

    def __init__(
        self, parent: QWidget, adding: AddModelService, operations: Operations, path: Path
    ) -> None:
        super().__init__(parent, tr("Use a model file"), 520)
        self._adding, self._operations, self._path = adding, operations, path
        self._origin: Origin | None = None
        self._control = DownloadControl()
        self._copying = False
        self._name = text_label(tr("Reading {name}…", name=path.name), "subheading")
        self._facts, self._hash = text_label("", "muted"), text_label("", "muted")
        self._where = text_label(str(path), "small")
        self._where.setText("\u200b/".join(str(path).split("/")))  # wraps between folders
        self._in_place = QRadioButton(
            tr("Use it where it is. It stays yours; Phial never deletes it.")
        )
        self._copy = QRadioButton(tr("Copy it into Phial's folder."))
        self._in_place.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self._in_place)
        group.addButton(self._copy)
        self._bar = QProgressBar(textVisible=False, maximum=1000)
        self._bar.setAccessibleName(tr("Progress of the copy"))
        self._problem = text_label("", "error")
        self._add, self._cancel = (
            push_button(tr("Add and use"), "accent"),
            push_button(tr("Cancel")),
        )
        self._add.clicked.connect(self._go)
        self._cancel.clicked.connect(self.reject)
        for widget in (
            self._name, self._facts, self._where, self._hash, self._in_place, self._copy,
            self._bar, self._problem,
        ):  # fmt: skip
            self.column.addWidget(widget)
        self.add_buttons(self._add, self._cancel, default=self._add)
        self._show_choice(shown=False)

    def inspect(self, origin: Origin | None = None) -> None:
        """Read the file's header, away from this thread."""
        self._origin = origin
        path, adding = self._path, self._adding
        self._operations.run(
            self, lambda _task: adding.inspect(path, origin), self._show, self._refuse
        )

    def _show_choice(self, *, shown: bool) -> None:
        for widget in (self._facts, self._hash, self._in_place, self._copy):
            widget.setVisible(shown)
        self._bar.hide()
        self._problem.hide()
        self._add.setEnabled(shown)

    def _show(self, found: Candidate) -> None:
        file = found.file
        self._show_choice(shown=True)
        self._name.setText(file.label)
        trained = file.context_length
        context = trn("trained for {n} token", "trained for {n} tokens", trained) if trained else ""
        parts = trn("{n} file", "{n} files", found.parts) if found.parts > 1 else ""
        self._facts.setText(
            formatting.join(formatting.size(file.size), parts, file.architecture, context)
        )
        beside = tr("{name} lies beside it: the file is compared with it.", name=found.hash_file)
        elsewhere = tr("Its SHA-256 is told by the program it comes from, and is compared.")
        nothing = tr("No .sha256 file lies beside it, so whether it arrived whole cannot be told.")
        self._hash.setText(beside if found.hash_file else elsewhere if found.has_hash else nothing)
        enough = found.free_bytes > file.size
        free = formatting.size(found.free_bytes)
        self._copy.setText(
            tr(
                "Copy it into Phial's folder: takes {size} of {free} free.",
                size=formatting.size(file.size),
                free=free,
            )
            if enough
            else tr("Copy it into Phial's folder: there is no room, {free} are free.", free=free)
        )
        self._copy.setEnabled(enough)
        self.adjustSize()
        self._in_place.setFocus()

    def _refuse(self, error: KnownError) -> None:
        self._bar.hide()
        self._name.setText(self._path.name)
        self._problem.setText(str(error))
        self._problem.show()
        self._add.hide()
        self._cancel.setText(tr("Close"))
        self._cancel.setFocus()
        self.adjustSize()

    # --- doing it -----------------------------------------------------------------------------

    def _go(self) -> None:
        path, origin, adding, control = self._path, self._origin, self._adding, self._control
        self._add.setEnabled(False)
        for button in (self._in_place, self._copy):
            button.setEnabled(False)
        if self._in_place.isChecked():
            self._operations.run(
                self, lambda _task: adding.use_in_place(path, origin), self._done, self._refuse
            )
            return
        self._copying = True
        self._cancel.setText(tr("Stop"))
        self._bar.show()

        def copy(task: Operation) -> ModelFile | None:
            def watch(done: int, total: int) -> None:
                if task.cancel.is_set():
                    control.pause()
                task.report(done, total)

            return adding.copy(path, control, watch, origin)

        self._operations.run(self, copy, self._done, self._refuse, self._advance)

    def _advance(self, done: int, total: int) -> None:
        self._bar.setValue(round(1000 * done / total) if total else 0)

    def _done(self, model: ModelFile | None) -> None:
        self._copying = False
        if model is not None:
            self.added.emit(model)
        self.accept()

    def reject(self) -> None:
        """Esc, Cancel and Stop: a copy that runs is stopped and deleted first."""
        if self._copying:
            self._control.pause()
            return
        super().reject()
