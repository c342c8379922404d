"""“Measure this model”: what this computer does with the chosen model, with progress and Stop."""

from __future__ import annotations

import json

from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from app.domain.errors import KnownError
from app.language import tr, trn
from app.language.numbers import write
from app.services.core import formatting
from app.services.models.bench import BenchReport
from app.ui.core.operations import Operation
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

_WIDTH = 520
_INTRODUCTION = tr(
    "Reads texts of several lengths, answers, restarts the engine and goes back to the chat, all "
    "through the same way as your messages. It takes seconds with a small file and some minutes "
    "with a large one; nothing is answered meanwhile, and nothing is kept but the speeds."
)


class BenchmarkDialog(Dialog):
    """Asks, measures, shows the figures."""

    def __init__(self, shell: WindowContext) -> None:
        super().__init__(shell.window, tr("Measure this model"), _WIDTH)
        self._shell = shell
        self._task: Operation | None = None
        self._report: BenchReport | None = None
        self._closed = False
        model = shell.services.models.state.model
        self.column.addWidget(text_label(formatting.model_name(model), "subheading"))
        self._text = text_label(_INTRODUCTION, "muted")
        self.column.addWidget(self._text)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the measurement"))
        self._bar.hide()
        self.column.addWidget(self._bar)
        self._figures = QWidget()
        self._figures.hide()
        self.column.addWidget(self._figures)
        self.column.addStretch(1)
        self._go = push_button(tr("Measure"), "accent")
        self._copy, self._close = push_button(tr("Copy figures")), push_button(tr("Close"))
        self._copy.hide()
        self._go.clicked.connect(self._toggle)
        self._copy.clicked.connect(self._copy_figures)
        self._close.clicked.connect(self.reject)
        self.add_buttons(self._copy, self._close, self._go, default=self._go)

    def _toggle(self) -> None:
        if self._task is not None:
            self._task.cancel.set()
            self._go.setEnabled(False)
            self._text.setText(tr("Stopping …"))
            return
        self._figures.hide()
        self._copy.hide()
        self._go.setText(tr("Stop"))
        self._bar.setRange(0, 0)
        self._bar.show()
        tell = self._shell.operations.back(self, self._show_step)
        measuring = self._shell.services.benchmarks
        self._task = self._shell.operations.run(
            self,
            lambda task: measuring.measure(tell, task.cancel),
            self._show_report,
            self._show_error,
        )

    def _show_step(self, text: str, done: int, steps: int) -> None:
        if self._closed:
            return
        if self._task is not None and not self._task.cancel.is_set():
            self._text.setText(f"{text} …")
            self._bar.setRange(0, steps)
            self._bar.setValue(done)

    def _end(self, text: str) -> None:
        self._task = None
        if self._closed:
            return
        self._bar.hide()
        self._text.setText(text)
        self._go.setEnabled(True)
        self._go.setText(tr("Measure again"))
        self.adjustSize()

    def _show_error(self, error: KnownError) -> None:
        self._end(str(error))

    def _show_report(self, report: BenchReport | None) -> None:
        if report is None or self._closed:
            self._end(tr("Stopped. Nothing was measured to the end."))
            return
        self._report = report
        self._fill(report)
        self._copy.show()
        tokens = trn("{n} token", "{n} tokens", report.model.context_size)
        self._end(tr("Context of {tokens}", tokens=tokens))

    def _fill(self, report: BenchReport) -> None:
        old = self._figures.layout()
        if old is not None:
            QWidget().setLayout(old)  # Qt's way to take a layout, with its items, off a widget
            for child in self._figures.findChildren(StyledLabel):
                child.deleteLater()
        grid = QGridLayout(self._figures)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE * 3)
        grid.setColumnStretch(0, 1)
        for row, (name, value) in enumerate(report_rows(report)):
            grid.addWidget(StyledLabel(name, "muted"), row, 0)
            figure = text_label(value)
            figure.setAccessibleName(f"{name}: {value}")
            grid.addWidget(figure, row, 1)
        self._figures.show()

    def _copy_figures(self) -> None:
        if self._report is not None:
            text = json.dumps(self._report.as_dict(), indent=2)
            QGuiApplication.clipboard().setText(text)
            self._shell.pane.snackbar.show_notice(tr("The figures are on the clipboard."))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing stops the measurement."""
        self.reject()
        super().closeEvent(event)

    def reject(self) -> None:
        """Esc and Close stop the measurement, too."""
        self._closed = True
        if self._task is not None:
            self._task.cancel.set()
            self._task = None
        super().reject()


def report_rows(report: BenchReport) -> list[tuple[str, str]]:
    """The figures by name, in the order of interest."""
    rows: list[tuple[str, str]] = [
        (tr("Loading"), tr("{seconds} s", seconds=write(report.load_seconds, digits=1))),
        (tr("Memory"), formatting.size(report.memory)),
    ]
    for depth in report.depths:
        after = trn("{n} token", "{n} tokens", depth.prompt_tokens)
        rows += [
            (tr("Reading {tokens}", tokens=after), formatting.rate(depth.prompt_rate)),
            (tr("Answering after {tokens}", tokens=after), formatting.rate(depth.answer_rate)),
            (
                tr("First word after {tokens}, new / same chat", tokens=after),
                tr(
                    "{new} s / {same} s",
                    new=write(depth.first_token_cold, digits=2),
                    same=write(depth.first_token_same_chat, digits=2),
                ),
            ),
        ]
    seconds = write(report.first_token_restored, digits=2)
    kept = trn("{n} token", "{n} tokens", report.restored_tokens)
    restarted = (
        tr("{seconds} s, {tokens} restored", seconds=seconds, tokens=kept)
        if report.restored_tokens
        else tr("{seconds} s, read again", seconds=seconds)
    )
    rows.append((tr("First word after a restart"), restarted))
    rows.append(
        (
            tr("Repeating a text, with / without drafting"),
            f"{write(report.repeat_rate, digits=1)} / {formatting.rate(report.repeat_rate_plain)}",
        )
    )
    return rows
