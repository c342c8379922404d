"""The backups: a list to go back to one of them."""

from __future__ import annotations

from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.domain.errors import KnownError
from app.services import words
from app.services.maintenance import MaintenanceService
from app.store import Backup
from app.ui.dialogs import Dialog, ErrorDialog, ask, push_button, text_label
from app.ui.worker import Worker

_REASONS = {
    "daily": "daily",
    "by-hand": "by hand",
    "before-restore": "before going back",
    "before-import": "before an import",
}


class BackupsDialog(Dialog):
    """Backups with their dates; going back keeps what there is now as another backup."""

    def __init__(self, parent: QWidget, maintenance: MaintenanceService, worker: Worker) -> None:
        super().__init__(parent, "Backups", 520)
        self._maintenance = maintenance
        self._worker = worker
        self.column.addWidget(
            text_label(
                "Phial makes a backup of all chats each day, and before each upgrade of its "
                "database. The newest are kept.",
                "muted",
            )
        )
        self._list = QListWidget()
        self._list.setAccessibleName("Backups")
        self._list.setMinimumHeight(240)
        self._list.itemSelectionChanged.connect(self._update_buttons)
        self._list.itemActivated.connect(self._ask_to_restore)
        self.column.addWidget(self._list)
        self._line = text_label("", "muted")
        self.column.addWidget(self._line)
        self._make = push_button("Back up now")
        self._make.clicked.connect(self._back_up)
        self.restore = push_button("Go back to this…", "accent")
        self.restore.clicked.connect(self._ask_to_restore)
        close = push_button("Close")
        close.clicked.connect(self.accept)
        self.add_buttons(self._make, self.restore, close)
        self._backups: tuple[Backup, ...] = ()
        self._fill()

    def _fill(self) -> None:
        self._backups = self._maintenance.backups()
        self._list.clear()
        for backup in self._backups:
            reason = _REASONS.get(backup.reason, "before an upgrade")
            when = words.moment_words(backup.made_at)
            self._list.addItem(QListWidgetItem(words.join(when, reason, words.size(backup.size))))
        self._line.setText("" if self._backups else "There is no backup yet.")
        self._update_buttons()

    def _update_buttons(self) -> None:
        self.restore.setEnabled(bool(self._list.selectedItems()))

    def _busy(self, text: str) -> None:
        self._line.setText(text)
        for button in (self._make, self.restore):
            button.setEnabled(False)

    def _back_up(self) -> None:
        self._busy("Making a backup …")
        self._worker.run(lambda _task: self._maintenance.back_up(), self._done, self._failed)

    def _ask_to_restore(self) -> None:
        rows = [index.row() for index in self._list.selectedIndexes()]
        if not rows:
            return
        backup = self._backups[rows[0]]
        when = words.moment_words(backup.made_at)
        if ask(
            self,
            "Go back to a backup",
            f"Replace all chats by those of {when}?",
            "What there is now is kept as another backup, so you can go forward again.",
            "Go back",
        ):
            self._busy("Going back …")
            self._worker.run(
                lambda _task: self._maintenance.restore(backup), self._done, self._failed
            )

    def _done(self, _backup: Backup) -> None:
        self._make.setEnabled(True)
        self._fill()

    def _failed(self, error: KnownError) -> None:
        self._make.setEnabled(True)
        self._fill()
        ErrorDialog(self, error).open()
