"""The menu of the preset chip: every preset, and what else can be done about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.presets.preset import Preset
from app.language import tr
from app.services.presets.preset_service import PresetService
from app.ui.shell.command_table import CommandActions
from app.ui.style.menus import once_chosen


class PresetMenu(QMenu):
    """Filled each time it opens, because presets come and go.

    Args:
        presets: All of them.
        chosen: Gives the id of the shown chat's preset; empty where it has none.
        actions: The commands that stand below.
        parent: The window.

    Signals:
        picked: (Preset or None) chosen by the user.
    """

    picked = Signal(object)

    def __init__(
        self,
        presets: PresetService,
        chosen: Callable[[], str],
        actions: CommandActions,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._presets, self._chosen, self._actions = presets, chosen, actions
        self.setAccessibleName(tr("Presets"))
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        group, chosen = QActionGroup(self), self._chosen()
        self._add(group, None, tr("No preset"), chosen)
        own = False
        for preset in self._presets.presets():
            if own is preset.bundled:  # the first that comes with Phial, and the first own one
                self.addSeparator()
                own = not preset.bundled
            self._add(group, preset, preset.name, chosen)
        self.addSeparator()
        for command in ("chat_values", "presets"):
            self.addAction(self._actions.stand_in(command, self))

    def _add(self, group: QActionGroup, preset: Preset | None, name: str, chosen: str) -> None:
        action = QAction(name.replace("&", "&&"), group)
        action.setCheckable(True)
        action.setChecked((preset.id if preset is not None else "") == chosen)
        action.setToolTip(preset.about if preset is not None else "")
        action.triggered.connect(lambda _checked: once_chosen(partial(self.picked.emit, preset)))
        self.addAction(action)
