"""The export dialog: which format, how much of it, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLabel, QProgressBar, QWidget

from app.domain.errors import KnownError
from app.language import tr, trn
from app.markup.transfer.values import ExportFormat, ExportOptions
from app.services.transfer.exporting import ExportReport
from app.services.transfer.transfer_service import TransferService
from app.ui.core.operations import Operation, Operations
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.transfer.reasons import reasons


class ExportTarget(Enum):
    """What several chats are written to."""

    ARCHIVE = tr("One archive (.zip)")
    FOLDER = tr("A folder, one file for each chat")
    FILE = tr("One file with all of them")


class ExportDialog(Dialog):
    """Format, choices and place of an export; stays until it is written.

    Signals:
        exported: (ExportReport).
    """

    exported = Signal(ExportReport)

    def __init__(
        self, parent: QWidget, transfer: TransferService, operations: Operations, ids: Sequence[str]
    ) -> None:
        super().__init__(parent, tr("Export"), 480, titled=False)
        self._transfer, self._operations, self._ids = transfer, operations, tuple(ids)
        self._task: Operation | None = None
        what = trn("Export this chat", "Export {n} chats", len(ids))
        self.column.addWidget(text_label(what, "heading"))
        self._formats = QComboBox()
        self._formats.setAccessibleName(tr("Format"))
        for one in transfer.formats():
            self._formats.addItem(f"{one.title} (*{one.suffix})", one.name)
        self._about = text_label("", "muted")
        self._exact = QCheckBox(tr("Carry everything, so that it can be imported again exactly"))
        self._exact.setChecked(True)
        self._fold = QCheckBox(tr("Fold the reasoning of answers"))
        self._fold.setChecked(True)
        self._reasoning = QCheckBox(tr("With the reasoning of answers"))
        self._reasoning.setChecked(True)
        self._versions = QCheckBox(tr("With every version of a message"))
        self._prompt = QCheckBox(tr("With the system prompt"))
        self._prompt.setChecked(True)
        for box in (self._exact, self._reasoning):
            box.toggled.connect(self._on_choice)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName(tr("Progress of the export"))
        self._bar.hide()
        self._error = text_label("", "error")
        self._error.hide()
        label = QLabel(tr("Format"))
        label.setBuddy(self._formats)
        self._places = QComboBox()
        self._places.setAccessibleName(tr("Write to"))
        self._place_label = QLabel(tr("Write to"))
        self._place_label.setBuddy(self._places)
        for widget in (label, self._formats, self._about, self._place_label, self._places):
            self.column.addWidget(widget)
        choices = (self._reasoning, self._fold, self._versions, self._prompt)
        for below in (self._exact, *choices, self._bar):
            self.column.addWidget(below)
        self.column.addWidget(self._error)
        self._go = push_button(tr("Export…"), "accent")
        self._go.clicked.connect(self._choose_place)
        cancel = push_button(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.add_buttons(self._go, cancel, default=self._go)
        self._formats.currentIndexChanged.connect(self._on_format)
        self._on_format()

    def reject(self) -> None:
        """Stop what is being written; an unfinished file is not left behind."""
        if self._task is not None:
            self._task.cancel.set()
        super().reject()

    def _format(self) -> ExportFormat:
        return self._transfer.format(str(self._formats.currentData()))

    def _on_format(self) -> None:
        chosen = self._format()
        self._about.setText(chosen.description)
        self._exact.setVisible(chosen.exact)
        self._fold.setVisible(chosen.folds)
        self._on_choice()
        before = self._places.currentData()
        places = [
            place for place in ExportTarget if place is not ExportTarget.FILE or chosen.several
        ]
        self._places.clear()
        for place in places:
            self._places.addItem(place.value, place)
        self._places.setCurrentIndex(max(0, self._places.findData(before)))
        self._places.setVisible(len(self._ids) > 1)
        self._place_label.setVisible(len(self._ids) > 1)

    def _on_choice(self) -> None:
        """An exact file carries everything, so nothing is left to choose but how it looks."""
        chosen = self._format()
        free = not (chosen.exact and self._exact.isChecked())
        for box in (self._reasoning, self._versions, self._prompt):
            box.setEnabled(free)
        self._fold.setEnabled(self._reasoning.isChecked() or not free)

    def _choose_place(self) -> None:
        chosen = self._format()
        name = self._transfer.suggested_name(self._ids, chosen.name)
        kinds = f"{chosen.title} (*{chosen.suffix})"
        place = self._places.currentData() if len(self._ids) > 1 else ExportTarget.FILE
        if place is ExportTarget.FOLDER:
            above = QFileDialog.getExistingDirectory(
                self, tr("Export to a folder in"), str(Path.home())
            )
            path = str(self._transfer.free_folder(Path(above), name)) if above else ""
        else:
            if place is ExportTarget.ARCHIVE:
                name, kinds = f"{name}.zip", tr("Archive (*.zip)")
            elif len(self._ids) > 1:
                name += chosen.suffix
            path, _ = QFileDialog.getSaveFileName(
                self, tr("Export"), str(Path.home() / name), kinds
            )
        if path:
            several = place is not ExportTarget.FILE
            typed = self._transfer.typed(Path(path), chosen.name, several=several)
            if place is ExportTarget.ARCHIVE and typed.suffix.lower() != ".zip":
                typed = typed.with_name(f"{typed.name}.zip")
            if typed != Path(path) and typed.exists():  # the system asked about another name
                typed = self._transfer.free_file(typed)
            self.export_to(typed)

    def export_to(self, path: Path) -> None:
        """Write to ``path``, away from this thread."""
        chosen = self._format()
        options = ExportOptions(
            exact=chosen.exact and self._exact.isChecked(),
            fold_thinking=self._fold.isChecked(),
        )
        if not options.exact:
            options = replace(
                options,
                reasoning=self._reasoning.isChecked(),
                versions=self._versions.isChecked(),
                system_prompt=self._prompt.isChecked(),
            )
        self._error.hide()
        self._go.setEnabled(False)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._task = self._operations.run(
            self,
            lambda task: self._transfer.export(
                self._ids, chosen.name, path, options, cancel=task.cancel, progress=task.report
            ),
            self._on_done,
            self._on_failed,
            self._show_progress,
        )

    def _show_progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def _on_done(self, report: ExportReport) -> None:
        self._task = None
        if report.failed:
            self._bar.hide()
            self._go.setEnabled(True)
            self._error.setText(reasons(report.failed))
            self._error.show()
        else:
            self.accept()
        if not report.cancelled:
            self.exported.emit(report)

    def _on_failed(self, error: KnownError) -> None:
        self._task = None
        self._bar.hide()
        self._go.setEnabled(True)
        self._error.setText(str(error))
        self._error.show()
