"""The quantizations of the model in use as a menu: pressed, one is switched to."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.errors import KnownError
from app.language import tr
from app.services.core import formatting
from app.services.models.quantizations import (
    Quantization,
    QuantizationChoice,
    QuantizationService,
)
from app.ui.core.operations import Operations
from app.ui.style.menus import once_chosen


class QuantizationMenu(QMenu):
    """Filled each time it opens; judging them takes a moment and is done away from this thread.

    Signals:
        chosen: (Quantization) picked by the user.
    """

    chosen = Signal(Quantization)

    def __init__(
        self, service: QuantizationService, operations: Operations, parent: QWidget
    ) -> None:
        super().__init__(tr("Quantization"), parent)
        self._service, self._operations = service, operations
        self.setAccessibleName(tr("Quantization"))
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._ask)

    def _ask(self) -> None:
        if not self.actions():
            self._say(tr("Looking…"))
        self._operations.run(
            self, lambda _task: self._service.choice(), self._fill, self._show_problem
        )

    def _say(self, text: str) -> None:
        self.clear()
        self.addAction(text).setEnabled(False)

    def _show_problem(self, error: KnownError) -> None:
        self._say(error.what)

    def _fill(self, choice: QuantizationChoice) -> None:
        shown = [one for one in choice.options if one.usual or one.in_use or one.file is not None]
        if not shown:
            self._say(tr("The built-in demo comes in one quantization only."))
            return
        self.clear()
        group = QActionGroup(self)
        for one in shown:
            action = QAction(quantization_line(one), group)
            action.setCheckable(True)
            action.setChecked(one.in_use)
            action.setToolTip(formatting.join(one.quality, one.good_for))
            choose = partial(once_chosen, partial(self.chosen.emit, one))
            action.triggered.connect(lambda _checked, choose=choose: choose())
            self.addAction(action)


def quantization_line(one: Quantization) -> str:
    """A quantization with what switching to it costs, in one line."""
    size = formatting.size(one.size) if one.size else ""
    pace, advice = "", one.advice
    if advice is not None and advice.tokens_per_second:
        pace = formatting.words_a_second(advice.tokens_per_second, measured=advice.measured)
    elif advice is not None:
        pace = tr("does not fit now")
    fetch = "" if one.file is not None else tr("fetch and switch")
    return formatting.join(one.name, size, pace, fetch)
