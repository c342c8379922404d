"""“Measure this model”: what this computer does with the chosen model, with progress and Stop."""

from __future__ import annotations

import json

from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from app.domain.errors import KnownError
from app.services.core import formatting
from app.services.models.bench import BenchReport
from app.ui.core.operations import Operation
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

_WIDTH = 520
_INTRODUCTION = (
    "Reads texts of several lengths, answers, restarts the engine and goes back to the chat, all "
    "through the same way as your messages. It takes seconds with a small file and some minutes "
    "with a large one; nothing is answered meanwhile, and nothing is kept."
)


class BenchmarkDialog(Dialog):
    """Asks, measures, shows the figures."""

    def __init__(self, shell: WindowContext) -> None:
        super().__init__(shell.window, "Measure this model", _WIDTH)
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
        self._bar.setAccessibleName("Progress of the measurement")
        self._bar.hide()
        self.column.addWidget(self._bar)
        self._figures = QWidget()
        self._figures.hide()
        self.column.addWidget(self._figures)
        self.column.addStretch(1)
        self._go = push_button("Measure", "accent")
        self._copy, self._close = push_button("Copy figures"), push_button("Close")
        self._copy.hide()
        self._go.clicked.connect(self._toggle)
        self._copy.clicked.connect(self._copy_figures)
        self._close.clicked.connect(self.reject)
        self.add_buttons(self._copy, self._close, self._go, default=self._go)

    def _toggle(self) -> None:
        if self._task is not None:
            self._task.cancel.set()
            self._go.setEnabled(False)
            self._text.setText("Stopping …")
            return
        self._figures.hide()
        self._copy.hide()
        self._go.setText("Stop")
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
        self._go.setText("Measure again")
        self.adjustSize()

    def _show_error(self, error: KnownError) -> None:
        self._end(str(error))

    def _show_report(self, report: BenchReport | None) -> None:
        if report is None or self._closed:
            self._end("Stopped. Nothing was measured to the end.")
            return
        self._report = report
        self._fill(report)
        self._copy.show()
        self._end(f"Context of {formatting.amount(report.model.context_size, 'token')}")

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
            self._shell.pane.status.show_notice("The figures are on the clipboard.")

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
    rows = [
        ("Loading", f"{report.load_seconds:.1f} s"),
        ("Memory", formatting.size(report.memory)),
    ]
    for depth in report.depths:
        after = formatting.amount(depth.prompt_tokens, "token")
        rows += [
            (f"Reading {after}", formatting.rate(depth.prompt_rate)),
            (f"Answering after {after}", formatting.rate(depth.answer_rate)),
            (
                f"First word after {after}, new / same chat",
                f"{depth.first_token_cold:.2f} s / {depth.first_token_same_chat:.2f} s",
            ),
        ]
    restored = formatting.amount(report.restored_tokens, "token")
    kept = f", {restored} restored" if report.restored_tokens else ", read again"
    rows.append(("First word after a restart", f"{report.first_token_restored:.2f} s{kept}"))
    rows.append(
        (
            "Repeating a text, with / without drafting",
            f"{report.repeat_rate:.1f} / {formatting.rate(report.repeat_rate_plain)}",
        )
    )
    return rows
