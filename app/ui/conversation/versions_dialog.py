"""The versions of one answer side by side: which file made each, and how fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.conversation import Message
from app.domain.generation import Timings
from app.language import numbers, tr
from app.services.core import formatting
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.theme import SPACE

_COLUMNS = ("", tr("Made by"), tr("Writing"), tr("Reading"), tr("Tokens"), "")
_PEEK = 70  # characters of an answer, to recognise it by


class VersionsDialog(Dialog):
    """One row for each version, with a way to it.

    Args:
        parent: The window.
        versions: Oldest first.
        shown: Id of the version that is shown now.
        show: Walks to the version of that id.
    """

    def __init__(
        self,
        parent: QWidget,
        versions: Sequence[Message],
        shown: str,
        show: Callable[[str], object],
    ) -> None:
        super().__init__(parent, tr("Versions of this answer"), 640)
        table = QWidget()
        self._grid = QGridLayout(table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE * 2)
        self._grid.setVerticalSpacing(SPACE)
        self._grid.setColumnStretch(1, 1)
        for column, name in enumerate(_COLUMNS):
            self._grid.addWidget(text_label(name, "small"), 0, column)
        for row, message in enumerate(versions, 1):
            self._add(row, message, shown=message.id == shown, show=show)
        self.column.addWidget(table)
        note = tr(
            "Speeds are those of each answer: tokens a second while writing and while reading."
        )
        self.column.addWidget(text_label(note, "muted"))
        close = push_button(tr("Close"), "accent")
        close.clicked.connect(self.accept)
        self.add_buttons(close, default=close)

    def _add(
        self, row: int, message: Message, *, shown: bool, show: Callable[[str], object]
    ) -> None:
        timings = message.timings or Timings()
        model = message.model
        name = f"{model.name} {model.quantization}".strip() if model else tr("not known")
        text = " ".join(message.content.split())
        made = text_label("\n".join((name, text[:_PEEK] + ("…" if len(text) > _PEEK else ""))))
        seconds = timings.prompt_seconds
        reading = timings.evaluated_tokens / seconds if seconds > 0 else 0.0
        writing = timings.tokens_per_second
        tokens = numbers.write(timings.completion_tokens) if timings.completion_tokens else ""
        cells = (
            text_label(str(row), "subheading"),
            made,
            text_label(formatting.rate(writing) if writing else "-"),
            text_label(formatting.rate(reading) if reading else "-"),
            text_label(formatting.join(tokens, formatting.stop_reason_text(message))),
        )
        for column, cell in enumerate(cells):
            if column != 1:
                cell.setWordWrap(False)
            self._grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignTop)
        button = push_button(tr("Shown") if shown else tr("Show"))
        button.setAccessibleName(
            tr("Show version {number}, made by {model}", number=row, model=name)
        )
        button.setEnabled(not shown)
        button.clicked.connect(partial(self._go, show, message.id))
        self._grid.addWidget(button, row, len(cells), Qt.AlignmentFlag.AlignTop)

    def _go(self, show: Callable[[str], object], message_id: str) -> None:
        self.accept()
        show(message_id)
