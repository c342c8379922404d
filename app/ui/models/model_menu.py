"""The menu of the model chip: files, models at endpoints, and what can be done about models."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.model import ChosenModel, ModelFile
from app.language import tr
from app.services.core import formatting
from app.ui.shell.command_table import CommandActions, Menu
from app.ui.style.menus import once_chosen

if TYPE_CHECKING:
    from app.services.models.endpoints import EndpointService
    from app.services.models.model_service import ModelService


def model_lines(models: ModelService) -> list[tuple[ModelFile, str]]:
    """Each installed file with one line on it: name, size, and the speed it showed here.

    Files that are called alike are told apart by where they lie.
    """
    installed = [model for model in models.installed() if not model.problem]
    ends = formatting.disambiguate(installed)
    hashes = [models.facts.reference(model).sha256 for model in installed]
    return [
        (model, _line(model, models.speeds.speed_of(sha256), ends))
        for model, sha256 in zip(installed, hashes, strict=True)
    ]


def _line(model: ModelFile, tokens_per_second: float, ends: dict[Path, str]) -> str:
    speed = formatting.rate(tokens_per_second) if tokens_per_second else ""
    name, end = formatting.model_name(model), ends.get(model.path, "")
    return formatting.join(name, end, formatting.size(model.size), speed)


class ModelMenu(QMenu):
    """Filled each time it opens, because files come and go.

    Signals:
        chosen: (ModelFile or EndpointModel) picked by the user.
    """

    chosen = Signal(object)

    def __init__(
        self,
        models: ModelService,
        endpoints: EndpointService,
        actions: CommandActions,
        parent: QWidget,
        quantizations: QMenu | None = None,
    ) -> None:
        super().__init__(parent)
        self._quantizations = quantizations
        self._models, self._endpoints = models, endpoints
        self._actions = actions
        self.setAccessibleName(tr("Models"))
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        current = self._models.state.model
        group = QActionGroup(self)
        for model, line in model_lines(self._models):
            action = QAction(line.replace("&", "&&"), group)
            action.setCheckable(True)
            action.setChecked(current is not None and model.source == current.source)
            action.setToolTip(str(model.path))
            action.triggered.connect(self._chooser(model))
            self.addAction(action)
        for other in self._endpoints.offered():
            action = QAction(other.label.replace("&", "&&"), group)
            action.setCheckable(True)
            action.setChecked(current is not None and other.source == current.source)
            action.setToolTip(other.host)
            action.triggered.connect(self._chooser(other))
            self.addAction(action)
        if self._quantizations is not None and isinstance(current, ModelFile) and not current.demo:
            self.addMenu(self._quantizations)
        self.addSeparator()
        self._actions.fill_again(self, Menu.MODEL, without="switch_model")

    def _chooser(self, model: ChosenModel) -> Callable[[bool], None]:
        return lambda _checked: once_chosen(partial(self.chosen.emit, model))
