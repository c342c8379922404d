"""The summary of a document while it is written, section by section."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QWidget

from app.domain.documents import StoredDocument
from app.domain.errors import KnownError
from app.language import paragraph, tr
from app.services.chat.document_summaries import SummaryRun
from app.services.documents.summarising import (
    SummaryPart,
    in_order,
    part_heading,
    part_text,
    summary_text,
)
from app.ui.core.operations import Operations
from app.ui.style.dialogs import Dialog, push_button, text_label

_WIDTH = 680  # pixels at 100 %


class SummaryDialog(Dialog):
    """Writes the summary of a document and shows each part when it is there.

    Args:
        parent: The window.
        document: The document.
        start: Begins what it is given; returns at once.
        operations: Brings what is told on other threads over here.
        private: Whether the document came with a private chat.
    """

    def __init__(
        self,
        parent: QWidget,
        document: StoredDocument,
        start: Callable[[SummaryRun], None],
        operations: Operations,
        *,
        private: bool,
    ) -> None:
        super().__init__(parent, tr("Summary of {name}", name=document.name), _WIDTH)
        self._document, self._private = document, private
        self._start, self._operations = start, operations
        self._parts: list[SummaryPart] = []
        self._run: SummaryRun | None = None
        self.told = text_label("", "muted")
        self.column.addWidget(self.told)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("How far the summary is"))
        self.bar.setTextVisible(False)
        self.column.addWidget(self.bar)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(tr("The summary"))
        self.text.setProperty("kind", "field")
        self.text.setMinimumHeight(320)
        self.column.addWidget(self.text, 1)
        self._copy, self._stop = push_button(tr("Copy")), push_button(tr("Stop"))
        self._go_on, close = push_button(tr("Go on"), "accent"), push_button(tr("Close"))
        self._copy.clicked.connect(self._copy_text)
        self._stop.clicked.connect(self._halt)
        self._go_on.clicked.connect(self._begin)
        close.clicked.connect(self.accept)
        self.add_buttons(self._copy, self._stop, close, self._go_on)
        self.finished.connect(self._halt)
        self._begin()

    def _begin(self) -> None:
        self._parts.clear()  # those that were kept come again at once
        back = self._operations.back
        self._run = SummaryRun(
            self._document,
            back(self, self._add),
            back(self, self._end),
            private=self._private,
        )
        self.told.setText(tr("Reading the first section. You can close this; nothing is lost."))
        self.bar.setRange(0, 0)
        self._show_running(running=True)
        self._start(self._run)

    def _halt(self) -> None:
        if self._run is not None:
            self._run.stop()

    def _add(self, part: SummaryPart) -> None:
        self._parts.append(part)
        self.bar.setRange(0, part.total)
        self.bar.setValue(part.done)
        self.told.setText(
            tr("{done} of {total} parts are written.", done=part.done, total=part.total)
        )
        shown = (f"{part_heading(one)}\n{part_text(one)}" for one in in_order(self._parts))
        self.text.setPlainText("\n\n".join(shown))
        self._copy.setEnabled(True)

    def _end(self, error: KnownError | None) -> None:
        whole = bool(self._parts) and self._parts[-1].together
        if error is not None:
            self.told.setText(paragraph(error.what, error.action))
        elif not whole:
            self.told.setText(tr("Stopped. What is written is kept, and “Go on” begins behind it."))
        if not whole and self.bar.maximum() == 0:
            self.bar.setRange(0, 1)
        self._show_running(running=False, whole=whole)

    def _show_running(self, *, running: bool, whole: bool = False) -> None:
        self._stop.setVisible(running)
        self._go_on.setVisible(not running and not whole)
        self._copy.setEnabled(bool(self._parts))

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(summary_text(self._parts))
