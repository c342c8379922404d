"""What is kept on the disk, by kind, and the ways to look after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.language import tr
from app.services.core import formatting
from app.services.storage import StorageUse, storage_use
from app.system.hardware import disk_free
from app.ui.settings.panels.memory_panel import ShareBar
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import confirm, push_button, text_label
from app.ui.style.scrolling_page import after_frame
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

if TYPE_CHECKING:
    from app.services.moving import MovePlan

Do = Callable[[], object]


class StoragePanel(QFrame):
    """A bar of everything against the free disk, a line for each kind, and buttons.

    Args:
        shell: The window's parts.
    """

    def __init__(self, shell: WindowContext) -> None:
        super().__init__()
        self._shell = shell
        self._bar = ShareBar(shell.pane.theme)
        self._total = StyledLabel(tr("Looking…"), "small")
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(SPACE * 3)
        self._lines.setColumnStretch(1, 1)
        where = StyledLabel(str(shell.services.data_folder), "small")
        where.setAccessibleName(tr("Data folder: {path}", path=str(shell.services.data_folder)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self._bar)
        column.addWidget(self._total)
        column.addLayout(self._lines)
        column.addWidget(StackingRow(where, self._move_button(), grows=where))
        column.addWidget(self._buttons())
        self._told = text_label("", "error")
        self._told.hide()
        column.addWidget(self._told)
        after_frame(self, self.refresh)

    def _buttons(self) -> QWidget:
        actions, buttons = self._shell.actions, []
        for button, command in (
            (push_button(tr("Open the data folder")), "data_folder"),
            (push_button(tr("Backups…")), "backups"),
            (push_button(tr("Trash…")), "trash"),
            (push_button(tr("Archived chats…")), "archived"),
        ):
            button.clicked.connect(lambda _checked, name=command: actions[name].trigger())
            buttons.append(button)
        return StackingRow(*buttons)

    def _move_button(self) -> QWidget:
        move = push_button(tr("Move the data folder…"))
        move.clicked.connect(lambda _checked: self._choose_folder())
        return move

    def refresh(self) -> None:
        """Look anew, away from this thread."""
        services = self._shell.services
        data, models = services.data_folder, services.downloads.folder
        snapshots = services.snapshots

        def look(_task: object) -> tuple[list[StorageUse], int]:
            return storage_use(data, models, snapshots.used_bytes()), disk_free(data)

        self._shell.operations.run(self, look, self._show, self._show_problem)

    def _show(self, found: tuple[list[StorageUse], int]) -> None:
        kinds, free = found
        total = sum(one.size for one in kinds)
        self._bar.show_parts(tuple(float(one.size) for one in kinds), float(total + free))
        self._total.setText(
            tr(
                "{total} kept; {free} are free on this disk.",
                total=formatting.size(total),
                free=formatting.size(free),
            )
        )
        for row, one in enumerate(kinds):
            size = StyledLabel(formatting.size(one.size))
            size.setAccessibleName(f"{one.name}: {formatting.size(one.size)}")
            self._lines.addWidget(StyledLabel(one.name, "muted"), row, 0)
            self._lines.addWidget(size, row, 1)

    def _show_problem(self, error: KnownError) -> None:
        self._total.setText(str(error))

    # --- moving ---------------------------------------------------------------------------------

    def _choose_folder(self) -> None:
        """Ask where the data is to go, and look what that needs."""
        chosen = QFileDialog.getExistingDirectory(self, tr("In which folder?"), str(Path.home()))
        if not chosen:
            return
        self._told.hide()
        moving = self._shell.services.moving()
        self._shell.operations.run(
            self, lambda _task: moving.plan(Path(chosen)), self._ask, self._show_refusal
        )

    def _show_refusal(self, error: KnownError) -> None:
        self._told.setText(str(error))
        self._told.show()

    def _ask(self, plan: MovePlan) -> None:
        """Say what the move needs, and do it if it is wanted: the window closes for it."""
        rest = tr(
            "{needed} are copied and compared; {free} are free there. Phial closes for it and "
            "starts again. The old folder stays until the new one was opened, so nothing is lost "
            "if this is interrupted.",
            needed=formatting.size(plan.needed),
            free=formatting.size(plan.free),
        )
        asked = tr("Move all of Phial's data to {folder}?", folder=str(plan.target))
        title = tr("Move the data folder?")
        if not confirm(self._shell.window, title, asked, rest, tr("Move and start again")):
            return
        moving = self._shell.services.moving()
        try:
            moving.check()  # it may be answering by now
        except KnownError as error:
            self._show_refusal(error)
            return
        moving.wanted = plan
        if not self._shell.window.close():
            moving.wanted = None
