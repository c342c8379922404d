"""The import dialog: what was found in files, what of it to take, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QProgressBar, QWidget

from app.domain.errors import KnownError
from app.language import tr, trn
from app.markup.transfer.readers import openai
from app.services.core import formatting
from app.services.transfer.import_preview import (
    ImportItem,
    ImportPreview,
    ImportReport,
    ImportStatus,
)
from app.services.transfer.transfer_service import TransferService
from app.ui.core.operations import Operation, Operations
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.transfer.reasons import reasons

_KEY = Qt.ItemDataRole.UserRole
_STEPS = 1000  # of the bar
_SPOKEN = {openai.NAME: tr("messages in OpenAI's form")}
"""A format that is no program; of its name ids are made, so that stays as it is."""
_KNOWN = {
    ImportStatus.NEW: "",
    ImportStatus.SAME: tr("here already"),
    ImportStatus.CHANGED: tr("here with other messages; importing adds a second chat"),
    ImportStatus.TRASHED: tr("in the trash here"),
    ImportStatus.REPEATED: tr("a second time in these files"),
}


class ImportDialog(Dialog):
    """What was found in files, to choose from; importing never changes a chat that is here.

    Signals:
        imported: (ImportReport); also where it was stopped.
        undo_wanted: What was imported shall be taken back.
    """

    imported = Signal(ImportReport)
    undo_wanted = Signal()

    def __init__(
        self,
        parent: QWidget,
        transfer: TransferService,
        operations: Operations,
        paths: Sequence[Path],
    ) -> None:
        super().__init__(parent, tr("Import chats"), 560)
        self._transfer, self._operations = transfer, operations
        self._preview = ImportPreview()
        self._doing, self._importing = tr("Reading…"), False
        self._heading = text_label(self._doing, "heading")
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Chats found"))
        self._list.setMinimumHeight(260)
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemChanged.connect(self._on_checked)
        self._notes = text_label("", "muted")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName(tr("Progress of the import"))
        for widget in (self._heading, self._list, self._notes, self._bar):
            self.column.addWidget(widget)
        self._go = push_button(tr("Import"), "accent")
        self._go.setEnabled(False)
        self._go.clicked.connect(self._import)
        self._all = push_button(tr("All"))
        self._all.clicked.connect(self._tick_all)
        self._all.hide()
        self._undo = push_button(tr("Undo"))
        self._undo.setAccessibleName(tr("Undo the import"))
        self._undo.clicked.connect(self._take_back)
        self._undo.hide()
        self._cancel = push_button(tr("Cancel"))
        self._cancel.clicked.connect(self.reject)
        self.add_buttons(self._all, self._undo, self._go, self._cancel, default=self._go)
        self._task: Operation | None = operations.run(
            self,
            lambda task: transfer.preview_import(paths, cancel=task.cancel, progress=task.report),
            self._show_preview,
            self._on_failed,
            self._show_progress,
        )

    def reject(self) -> None:
        """Stop; what was imported before stays, and Undo is offered."""
        if self._task is not None:
            self._task.cancel.set()
        super().reject()

    def chosen(self) -> list[int]:
        """Keys of the chats that are ticked."""
        rows = (self._list.item(row) for row in range(self._list.count()))
        return [row.data(_KEY) for row in rows if row.checkState() == Qt.CheckState.Checked]

    def _take_back(self) -> None:
        self.undo_wanted.emit()
        self.accept()

    def _show_progress(self, done: int, total: int) -> None:
        if self._task is None:  # told before the end, heard after it
            return
        part = done / total if total else 0.0
        self._bar.setRange(0, _STEPS)  # bytes can be more than an int of Qt holds
        self._bar.setValue(round(part * _STEPS))
        self._heading.setText(f"{self._doing} {formatting.percent(part)}")

    def _show_preview(self, preview: ImportPreview) -> None:
        self._task, self._preview = None, preview
        self._bar.hide()
        self._heading.setText(trn("{n} chat found", "{n} chats found", len(preview.items)))
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
        self._all.setVisible(len(preview.items) > 1)
        said = (
            [tr("Could not be read:\n{reasons}", reasons=reasons(preview.unreadable))]
            if preview.unreadable
            else []
        )
        self._show_notes([*said, *preview.aside, *filter(None, [preview.advice])])
        self._on_checked()

    def _tick_all(self) -> None:
        every = len(self.chosen()) < self._list.count()
        state = Qt.CheckState.Checked if every else Qt.CheckState.Unchecked
        self._list.blockSignals(True)  # each would count all
        for row in range(self._list.count()):
            self._list.item(row).setCheckState(state)
        self._list.blockSignals(False)
        self._list.viewport().update()
        self._on_checked()

    def _show_notes(self, lines: Sequence[str]) -> None:
        self._notes.setText("\n\n".join(lines))
        self._notes.setVisible(bool(lines))
        self.adjustSize()  # a wrapping text does not make room for itself

    def _on_checked(self) -> None:
        count = len(self.chosen())
        self._go.setEnabled(count > 0)
        chats = trn("{n} chat", "{n} chats", count)
        self._go.setText(tr("Import {chats}", chats=chats) if count else tr("Import"))

    def _import(self) -> None:
        preview, keys = self._preview, self.chosen()
        self._go.setEnabled(False)
        self._all.setEnabled(False)
        self._list.setEnabled(False)
        self._doing, self._importing = tr("Importing…"), True
        self._heading.setText(self._doing)
        self._bar.show()
        self._task = self._operations.run(
            self,
            lambda task: self._transfer.import_chats(
                preview, keys, cancel=task.cancel, progress=task.report
            ),
            self._on_done,
            self._on_failed,
            self._show_progress,
        )

    def _on_done(self, report: ImportReport) -> None:
        self._task = None
        self.imported.emit(report)
        lines = _report_lines(report)
        if not lines:
            self.accept()
            return
        self._bar.hide()
        self._list.hide()
        self._all.hide()
        self._go.hide()
        self._undo.setVisible(bool(report.imported))
        self._heading.setText(trn("{n} chat imported", "{n} chats imported", len(report.imported)))
        self._show_notes(lines)
        self._cancel.setText(tr("Close"))
        self._cancel.setFocus()

    def _on_failed(self, error: KnownError) -> None:
        self._task = None
        self._bar.hide()
        self._all.setEnabled(True)
        self._list.setEnabled(True)
        self._list.setVisible(self._list.count() > 0)
        self._heading.setText(tr("This could not be imported"))
        # What was added before the fault is there, and can be taken back.
        self._undo.setVisible(self._importing and self._transfer.undoable() > 0)
        self._show_notes([str(error)])
        self._on_checked()


def _item_words(item: ImportItem) -> str:
    title = item.title or formatting.NEW_CHAT
    when = formatting.date_and_time(item.updated_at)
    messages = trn("{n} message", "{n} messages", item.messages)
    about = formatting.join(
        messages, when, _SPOKEN.get(item.format, item.format), _KNOWN[item.status]
    )
    return "\n".join([title, about, *item.notes])


def _report_lines(report: ImportReport) -> list[str]:
    """What the user should know after an import; nothing where all went as it should."""
    lines: list[str] = []
    if report.cancelled:
        lines.append(tr("You stopped it. What was imported before stays; Undo takes it back."))
    if report.failed:
        lines.append(tr("Could not be stored:\n{reasons}", reasons=reasons(report.failed)))
    if report.unreadable:
        lines.append(tr("Could not be read:\n{reasons}", reasons=reasons(report.unreadable)))
    if report.notes:
        lines.append(tr("Not quite as it was:\n{reasons}", reasons=reasons(report.notes)))
    return lines
