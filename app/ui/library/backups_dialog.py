"""The backups: a list to go back to one of them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from app.domain.conversation import Conversation
from app.domain.errors import KnownError
from app.language import tr, trn
from app.language.formats import isolated
from app.services.core import formatting
from app.services.maintenance import MaintenanceService
from app.store import Backup
from app.ui.core.operations import Operations
from app.ui.style.dialogs import Dialog, ErrorDialog, confirm, push_button, text_label

_REASONS = {
    "daily": tr("daily"),
    "by-hand": tr("by hand"),
    "before-restore": tr("before going back"),
    "before-import": tr("before an import"),
}


class ChatsOfBackupDialog(Dialog):
    """The chats of one backup, to bring some of them back.

    Signals:
        wanted: (the ids of those that were chosen).
    """

    wanted = Signal(tuple)

    def __init__(self, parent: QWidget, backup: Backup, chats: tuple[Conversation, ...]) -> None:
        super().__init__(
            parent, tr("Chats of {when}", when=formatting.backup_moment(backup.made_at)), 520
        )
        self.column.addWidget(
            text_label(
                tr("What is here stays; a chat that is here still comes as a second one."), "muted"
            )
        )
        self._ids = [chat.id for chat in chats]
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Chats of the backup"))
        self._list.setMinimumHeight(280)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        for chat in chats:
            line = formatting.join(
                isolated(formatting.title(chat)), formatting.date_and_time(chat.updated_at)
            )
            self._list.addItem(QListWidgetItem(line))
        self.column.addWidget(self._list)
        self._take = push_button(tr("Bring back"), "accent")
        self._take.setEnabled(False)
        self._take.clicked.connect(self._on_taken)
        self._list.itemSelectionChanged.connect(
            lambda: self._take.setEnabled(bool(self._list.selectedItems()))
        )
        self._list.itemActivated.connect(self._on_taken)
        close = push_button(tr("Close"))
        close.clicked.connect(self.accept)
        self.add_buttons(self._take, close)

    def _on_taken(self) -> None:
        rows = sorted({index.row() for index in self._list.selectedIndexes()})
        if rows:
            self.wanted.emit(tuple(self._ids[row] for row in rows))
            self.accept()


class BackupsDialog(Dialog):
    """Backups with their dates; going back keeps what there is now as another backup."""

    def __init__(
        self, parent: QWidget, maintenance: MaintenanceService, operations: Operations
    ) -> None:
        super().__init__(parent, tr("Backups"), 520)
        self._maintenance = maintenance
        self._operations = operations
        self.column.addWidget(
            text_label(
                tr(
                    "Phial makes a backup of all chats each day, and before each upgrade of its "
                    "database. The newest are kept."
                ),
                "muted",
            )
        )
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Backups"))
        self._list.setMinimumHeight(240)
        self._list.itemSelectionChanged.connect(self._update_buttons)
        self._list.itemActivated.connect(self._ask_to_restore)
        self.column.addWidget(self._list)
        self._line = text_label("", "muted")
        self.column.addWidget(self._line)
        self._make = push_button(tr("Back up now"))
        self._make.clicked.connect(self._back_up)
        self.restore = push_button(tr("Go back to this…"), "accent")
        self.restore.clicked.connect(self._ask_to_restore)
        self._one = push_button(tr("Bring back chats…"))
        self._one.clicked.connect(self._look_into)
        close = push_button(tr("Close"))
        close.clicked.connect(self.accept)
        self.add_buttons(self._make, self._one, self.restore, close)
        self._backups: tuple[Backup, ...] = ()
        self._fill()

    def _fill(self) -> None:
        self._backups = self._maintenance.backups()
        self._list.clear()
        for backup in self._backups:
            reason = _REASONS.get(backup.reason, tr("before an upgrade"))
            when = formatting.backup_moment(backup.made_at)
            holds = formatting.content(self._maintenance.content(backup))
            line = formatting.join(when, reason, holds, formatting.size(backup.size))
            self._list.addItem(QListWidgetItem(line))
        self._line.setText("" if self._backups else tr("There is no backup yet."))
        self._update_buttons()

    def _update_buttons(self) -> None:
        for button in (self.restore, self._one):
            button.setEnabled(bool(self._list.selectedItems()))

    def _busy(self, text: str) -> None:
        self._line.setText(text)
        for button in (self._make, self.restore, self._one):
            button.setEnabled(False)

    def _back_up(self) -> None:
        self._busy(tr("Making a backup …"))
        self._operations.run(
            self, lambda _task: self._maintenance.back_up(), self._done, self._failed
        )

    def _ask_to_restore(self) -> None:
        rows = [index.row() for index in self._list.selectedIndexes()]
        if not rows:
            return
        backup = self._backups[rows[0]]
        when = formatting.backup_moment(backup.made_at)
        if confirm(
            self,
            tr("Go back to a backup"),
            tr("Replace all chats by those of {when}?", when=when),
            tr("What there is now is kept as another backup, so you can go forward again."),
            tr("Go back"),
        ):
            self._busy(tr("Going back …"))
            self._operations.run(
                self, lambda _task: self._maintenance.restore(backup), self._done, self._failed
            )

    def _look_into(self) -> None:
        rows = [index.row() for index in self._list.selectedIndexes()]
        if rows:
            backup = self._backups[rows[0]]
            self._busy(tr("Looking into it …"))
            self._operations.run(
                self,
                lambda _task: self._maintenance.chats_of(backup),
                partial(self._show_chats, backup),
                self._failed,
            )

    def _show_chats(self, backup: Backup, chats: tuple[Conversation, ...]) -> None:
        self._make.setEnabled(True)
        self._fill()
        dialog = ChatsOfBackupDialog(self, backup, chats)
        dialog.wanted.connect(partial(self._bring_back, backup))
        dialog.open()

    def _bring_back(self, backup: Backup, ids: tuple[str, ...]) -> None:
        self._busy(tr("Bringing back …"))
        self._operations.run(
            self,
            lambda _task: self._maintenance.bring_back(backup, ids),
            self._brought,
            self._failed,
        )

    def _brought(self, made: tuple[str, ...]) -> None:
        self._make.setEnabled(True)
        self._fill()
        self._line.setText(trn("{n} chat brought back.", "{n} chats brought back.", len(made)))

    def _done(self, _backup: Backup) -> None:
        self._make.setEnabled(True)
        self._fill()

    def _failed(self, error: KnownError) -> None:
        self._make.setEnabled(True)
        self._fill()
        ErrorDialog(self, error).open()
