"""The presets and prompts that there are, and the ways to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.language import tr
from app.language.formats import listed
from app.services.presets.preset_service import PresetService
from app.ui.style.dialogs import push_button
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel


class PresetsPanel(QFrame):
    """Names and what they are for; they are changed on sheets of their own.

    Args:
        service: Has them.
        open_presets: Leads to where presets are made, changed, given and taken.
        open_prompts: Leads to where prompts are.
    """

    def __init__(
        self,
        service: PresetService,
        open_presets: Callable[[], object],
        open_prompts: Callable[[], object],
    ) -> None:
        super().__init__()
        self._service = service
        self._presets, self._prompts = StyledLabel(""), StyledLabel("")
        presets, prompts = push_button(tr("Open presets…")), push_button(tr("Open prompts…"))
        presets.clicked.connect(lambda _checked: open_presets())
        prompts.clicked.connect(lambda _checked: open_prompts())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, SPACE)
        column.setSpacing(SPACE)
        for title, told, names, button in (
            (
                tr("Presets"),
                tr(
                    "A system prompt, values, a form and a model under one name. Each chat may "
                    "have one: choose it below the message box."
                ),
                self._presets,
                presets,
            ),
            (
                tr("Prompts"),
                tr("Texts for a message, with fields to fill in: type a slash in an empty one."),
                self._prompts,
                prompts,
            ),
        ):
            column.addWidget(StyledLabel(title, "subheading"))
            column.addWidget(StyledLabel(told, "muted"))
            column.addWidget(names)
            column.addWidget(StackingRow(button))
            column.addSpacing(SPACE)
        self.refresh()

    def refresh(self) -> None:
        """Name those that there are now."""
        for label, names in (
            (self._presets, [one.name for one in self._service.presets()]),
            (self._prompts, [f"/{one.name}" for one in self._service.prompts()]),
        ):
            label.setText(_line(names))


def _line(names: Sequence[str]) -> str:
    return listed(names) if names else tr("None yet.")
