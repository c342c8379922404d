"""Export and import: what to write and where; what was found and what to take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QWidget,
)

from app.domain.errors import KnownError
from app.markup.transfer.values import ExportOptions, Format, Unreadable
from app.services import words
from app.services.transfer import (
    ExportReport,
    ImportItem,
    ImportPreview,
    ImportReport,
    Known,
    TransferService,
)
from app.ui.dialogs import Dialog, push_button, text_label
from app.ui.worker import Task, Worker

_KEY = Qt.ItemDataRole.UserRole
_KNOWN = {
    Known.NEW: "",
    Known.SAME: "here already",
    Known.CHANGED: "here with other messages; importing adds a second chat",
    Known.TRASHED: "in the trash here",
    Known.REPEATED: "a second time in these files",
}
_MOST_REASONS = 6


class ExportDialog(Dialog):
    """Format, choices and place of an export; stays until it is written.

    Signals:
        exported: (ExportReport).
    """

    exported = Signal(object)

    def __init__(
        self, parent: QWidget, transfer: TransferService, worker: Worker, ids: Sequence[str]
    ) -> None:
        super().__init__(parent, "Export", 480)
        self._transfer, self._worker, self._ids = transfer, worker, tuple(ids)
        self._task: Task | None = None
        what = "this chat" if len(ids) == 1 else words.amount(len(ids), "chat")
        self.column.addWidget(text_label(f"Export {what}", "heading"))
        self._formats = QComboBox()
        self._formats.setAccessibleName("Format")
        for one in transfer.formats():
            self._formats.addItem(f"{one.title} (*{one.suffix})", one.name)
        self._about = text_label("", "muted")
        self._exact = QCheckBox("Carry everything, so that it can be imported again exactly")
        self._exact.setChecked(True)
        self._fold = QCheckBox("Fold the reasoning of answers")
        self._fold.setChecked(True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress of the export")
        self._bar.hide()
        self._error = text_label("", "error")
        self._error.hide()
        label = QLabel("Format")
        label.setBuddy(self._formats)
        for widget in (label, self._formats, self._about, self._exact, self._fold, self._bar):
            self.column.addWidget(widget)
        self.column.addWidget(self._error)
        self._go = push_button("Export…", "accent")
        self._go.clicked.connect(self._choose_place)
        cancel = push_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.add_buttons(self._go, cancel, default=self._go)
        self._formats.currentIndexChanged.connect(self._on_format)
        self._on_format()

    def reject(self) -> None:
        """Stop what is being written; an unfinished file is not left behind."""
        if self._task is not None:
            self._task.cancel.set()
        super().reject()

    def _format(self) -> Format:
        return self._transfer.format(str(self._formats.currentData()))

    def _on_format(self) -> None:
        chosen = self._format()
        self._about.setText(chosen.description)
        self._exact.setVisible(chosen.exact)
        self._fold.setVisible(chosen.folds)

    def _choose_place(self) -> None:
        chosen = self._format()
        name = self._transfer.suggested_name(self._ids, chosen.name)
        kinds = f"{chosen.title} (*{chosen.suffix})"
        if len(self._ids) > 1:
            name = f"{name}.zip"
            kinds = f"One archive (*.zip);;{kinds}" if chosen.several else "One archive (*.zip)"
        path, _ = QFileDialog.getSaveFileName(self, "Export", str(Path.home() / name), kinds)
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write to ``path`` on the worker."""
        chosen = self._format()
        options = ExportOptions(
            exact=chosen.exact and self._exact.isChecked(),
            fold_thinking=self._fold.isChecked(),
        )
        progress = self._worker.progress(self._show_progress)
        self._error.hide()
        self._go.setEnabled(False)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._task = self._worker.run(
            lambda task: self._transfer.export(
                self._ids, chosen.name, path, options, cancel=task.cancel, progress=progress
            ),
            self._on_done,
            self._on_failed,
        )

    def _show_progress(self, counts: tuple[int, int]) -> None:
        self._bar.setRange(0, counts[1])
        self._bar.setValue(counts[0])

    def _on_done(self, report: ExportReport) -> None:
        self._task = None
        if report.failed:
            self._bar.hide()
            self._go.setEnabled(True)
            self._error.setText(_reasons(report.failed))
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


class ImportDialog(Dialog):
    """What was found in files, to choose from; importing never changes a chat that is here.

    Signals:
        imported: (ImportReport).
    """

    imported = Signal(object)

    def __init__(
        self, parent: QWidget, transfer: TransferService, worker: Worker, paths: Sequence[Path]
    ) -> None:
        super().__init__(parent, "Import chats", 560)
        self._transfer, self._worker = transfer, worker
        self._preview = ImportPreview()
        self._heading = text_label("Reading…", "heading")
        self._list = QListWidget()
        self._list.setAccessibleName("Chats found")
        self._list.setMinimumHeight(260)
        self._list.itemChanged.connect(self._on_checked)
        self._notes = text_label("", "muted")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress of the import")
        for widget in (self._heading, self._list, self._notes, self._bar):
            self.column.addWidget(widget)
        self._go = push_button("Import", "accent")
        self._go.setEnabled(False)
        self._go.clicked.connect(self._import)
        cancel = push_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.add_buttons(self._go, cancel, default=self._go)
        progress = worker.progress(self._show_progress)
        self._task: Task | None = worker.run(
            lambda task: transfer.preview_import(paths, cancel=task.cancel, progress=progress),
            self._show_preview,
            self._on_failed,
        )

    def reject(self) -> None:
        """Stop; what was imported before stays."""
        if self._task is not None:
            self._task.cancel.set()
        super().reject()

    def chosen(self) -> list[int]:
        """Keys of the chats that are ticked."""
        rows = (self._list.item(row) for row in range(self._list.count()))
        return [row.data(_KEY) for row in rows if row.checkState() == Qt.CheckState.Checked]

    def _show_progress(self, counts: tuple[int, int]) -> None:
        self._bar.setRange(0, counts[1])
        self._bar.setValue(counts[0])

    def _show_preview(self, preview: ImportPreview) -> None:
        self._task, self._preview = None, preview
        self._bar.hide()
        self._heading.setText(f"{words.amount(len(preview.items), 'chat')} found")
        suggested = set(preview.suggested)
        self._list.blockSignals(True)
        for item in preview.items:
            row = QListWidgetItem(_item_words(item), self._list)
            row.setFlags(row.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = item.key in suggested
            row.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            row.setData(_KEY, item.key)
        self._list.blockSignals(False)
        self._list.setVisible(bool(preview.items))
        self._notes.setText(_reasons(preview.unreadable))
        self._notes.setVisible(bool(preview.unreadable))
        self._on_checked()

    def _on_checked(self) -> None:
        count = len(self.chosen())
        self._go.setEnabled(count > 0)
        self._go.setText(f"Import {words.amount(count, 'chat')}" if count else "Import")

    def _import(self) -> None:
        preview, keys = self._preview, self.chosen()
        progress = self._worker.progress(self._show_progress)
        self._go.setEnabled(False)
        self._bar.show()
        self._task = self._worker.run(
            lambda task: self._transfer.import_(
                preview, keys, cancel=task.cancel, progress=progress
            ),
            self._on_done,
            self._on_failed,
        )

    def _on_done(self, report: ImportReport) -> None:
        self._task = None
        self.imported.emit(report)
        if report.failed:
            self._bar.hide()
            self._heading.setText(f"{words.amount(len(report.imported), 'chat')} imported")
            self._notes.setText(_reasons(report.failed))
            self._notes.show()
        else:
            self.accept()

    def _on_failed(self, error: KnownError) -> None:
        self._task = None
        self._bar.hide()
        self._list.setVisible(self._list.count() > 0)
        self._heading.setText("This could not be imported")
        self._notes.setText(str(error))
        self._notes.show()


def _item_words(item: ImportItem) -> str:
    title = item.title or words.NEW_CHAT
    when = words.moment_words(item.updated_at)
    messages = words.amount(item.messages, "message")
    return words.join(title, messages, when, item.found.format, _KNOWN[item.known])


def _reasons(unreadable: Sequence[Unreadable]) -> str:
    lines = [f"{one.name}: {one.reason}" for one in unreadable[:_MOST_REASONS]]
    more = len(unreadable) - _MOST_REASONS
    if more > 0:
        lines.append(f"and {more:,} more")
    return "\n".join(lines)
