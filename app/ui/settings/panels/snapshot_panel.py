"""What the remembered state of chats takes on disk, and a button that clears it."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.domain.errors import KnownError
from app.language import tr
from app.services.core import formatting
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import push_button
from app.ui.style.scrolling_page import after_frame
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel


class SnapshotPanel(QFrame):
    """One line with the bytes used and allowed, and Clear."""

    def __init__(self, shell: WindowContext) -> None:
        super().__init__()
        self._shell = shell
        self._line = StyledLabel(tr("Looking…"), "muted")
        self._clear = push_button(tr("Clear"))
        self._clear.setAccessibleName(tr("Clear what was remembered of chats"))
        self._clear.setAutoDefault(False)
        self._clear.clicked.connect(self._on_clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE // 2, 0, SPACE // 2)
        row.addWidget(self._line, 1)
        row.addWidget(self._clear)

    def refresh(self) -> None:
        """Look at the disk again, away from this thread."""
        snapshots = self._shell.services.snapshots
        self._shell.operations.run(
            self,
            lambda _task: (snapshots.used_bytes(), snapshots.cap_bytes()),
            self._show,
            self._failed,
        )

    def _show(self, found: tuple[int, int]) -> None:
        used, cap = found
        self._line.setText(
            tr(
                "Remembered state of chats: {used} of at most {cap} on disk",
                used=formatting.size(used),
                cap=formatting.size(cap),
            )
        )
        self._clear.setEnabled(used > 0)

    def showEvent(self, event: QShowEvent) -> None:
        """The page is shown: what it says is true now."""
        after_frame(self, self.refresh)
        super().showEvent(event)

    def _on_clear(self) -> None:
        self._clear.setEnabled(False)
        snapshots = self._shell.services.snapshots
        self._shell.operations.run(
            self, lambda _task: snapshots.clear().result(), self._cleared, self._failed
        )

    def _cleared(self, freed: int) -> None:
        self._line.setText(
            tr(
                "{size} freed. Chats are read again when you go back.",
                size=formatting.size(freed),
            )
        )

    def _failed(self, error: KnownError) -> None:
        self._line.setText(str(error))
        self._clear.setEnabled(True)
