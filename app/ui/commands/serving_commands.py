"""The model served to other programs: its lamp, its list, its part of the settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.network.serving import ServingState
from app.domain.options import Section
from app.ui.shell.window_context import WindowContext

if TYPE_CHECKING:  # imported when first needed
    from app.ui.models.serving_dialog import ServingDialog
    from app.ui.settings.panels.serving_panel import ServingPanel


class ServingCommands:
    """Shows what other programs do with the model.

    Args:
        shell: The window's parts.
        settings: Opens a page of the settings.
    """

    def __init__(self, shell: WindowContext, settings: Callable[[Section], object]) -> None:
        self._shell = shell
        self._settings = settings
        self._dialog: ServingDialog | None = None
        self._panel: ServingPanel | None = None

    def show(self) -> None:
        """Open the list of requests."""
        from app.ui.models.serving_dialog import ServingDialog

        if self._dialog is None:
            self._dialog = ServingDialog(
                self._shell.window,
                self._shell.services.serving.state,
                self._stop,
                partial(self._settings, Section.SERVING),
            )
            self._dialog.destroyed.connect(self._forget_dialog)
        self._dialog.open()

    def panel(self) -> QWidget:
        """What stands on the settings' page beside the settings."""
        from app.ui.settings.panels.serving_panel import ServingPanel

        self._panel = ServingPanel(self._shell.services.serving, self.show)
        self._panel.destroyed.connect(self._forget_panel)
        return self._panel

    def on_changed(self, state: ServingState) -> None:
        """Serving began or ended, or somebody asked."""
        self._shell.pane.header.set_serving(address=state.address)
        if self._dialog is not None:
            self._dialog.show_state(state)
        if self._panel is not None:
            self._panel.show_state(state)

    def _stop(self) -> None:
        service = self._shell.services.settings
        self._shell.controller.attempt(lambda: service.update(serving=False))

    def _forget_dialog(self) -> None:
        self._dialog = None

    def _forget_panel(self) -> None:
        self._panel = None
