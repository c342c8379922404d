"""The commands on files of chats: export some or all, import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app.language import tr, trn
from app.markup.transfer.suffixes import SUFFIXES, ZIP
from app.services.core import formatting
from app.ui.conversation.notices.snackbar import SHOW_IN_FOLDER
from app.ui.core.links import show_in_folder
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import ErrorDialog

if TYPE_CHECKING:
    from app.markup.transfer.values import Exporter
    from app.services.transfer.exporting import ExportReport
    from app.services.transfer.import_preview import ImportReport

_MANY = 500  # chats; taking fewer back is done before anybody could read how far it is
_ENDINGS = " ".join(f"*{one}" for one in (*SUFFIXES, ZIP))
_IMPORTABLE = ";;".join((tr("Chats ({endings})", endings=_ENDINGS), tr("All files (*)")))


class TransferCommands:
    """Opens the dialogs and says what came of them.

    Args:
        shell: The window's parts.
        leave: Shows another chat where the shown one is among those named.
    """

    def __init__(self, shell: WindowContext, leave: Callable[[Sequence[str]], object]) -> None:
        self._shell = shell
        self._leave = leave
        self._imported: tuple[str, ...] = ()
        shell.services.transfer.add_exporter(_pdf_exporter)  # Qt's, so the window brings it

    def export(self, ids: Sequence[str]) -> None:
        """Export the chosen chats."""
        from app.ui.transfer.export_dialog import ExportDialog

        services = self._shell.services
        dialog = ExportDialog(self._shell.window, services.transfer, self._shell.operations, ids)
        dialog.exported.connect(self._on_exported)
        dialog.open()

    def export_all(self) -> None:
        """Export every chat, archived ones too; a private one only when it is chosen itself."""
        library = self._shell.services.library
        chats = [*library.chats.conversations(), *library.chats.conversations(archived=True)]
        chats = [chat for chat in chats if not chat.private]
        if chats:
            self.export([chat.id for chat in chats])
        else:
            self._shell.pane.snackbar.show_notice(tr("There is no chat to export."))

    def choose_and_import(self) -> None:
        """Ask for files and show what is in them."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self._shell.window, tr("Import chats"), str(Path.home()), _IMPORTABLE
        )
        if chosen:
            self.import_files([Path(one) for one in chosen])

    def import_files(self, paths: Sequence[Path]) -> None:
        """Show what is in these files."""
        from app.ui.transfer.import_dialog import ImportDialog

        services = self._shell.services
        dialog = ImportDialog(self._shell.window, services.transfer, self._shell.operations, paths)
        dialog.imported.connect(self._on_imported)
        dialog.undo_wanted.connect(self._undo_import)
        dialog.open()

    def _on_exported(self, report: ExportReport) -> None:
        if not report.files:
            return
        where = report.files[0].name if len(report.files) == 1 else report.files[0].parent.name
        text = trn(
            "Exported {n} chat to {where}.",
            "Exported {n} chats to {where}.",
            report.chats,
            where=where,
        )
        show = partial(show_in_folder, report.files[0])
        self._shell.pane.snackbar.show_message(text, show, SHOW_IN_FOLDER)

    def _on_imported(self, report: ImportReport) -> None:
        if not report.imported:
            self._shell.pane.snackbar.show_notice(tr("Nothing was imported."))
            return
        text = trn("Imported {n} chat.", "Imported {n} chats.", len(report.imported))
        if report.cancelled:
            text = tr(
                "Stopped: {done} of {total} chats are imported.",
                done=len(report.imported),
                total=report.wanted,
            )
        if len(report.imported) == 1:
            self._shell.controller.open_chat(report.imported[0])
        self._imported = report.imported
        self._shell.pane.snackbar.show_message(text, self._undo_import)

    def _undo_import(self) -> None:
        shell = self._shell
        shell.pane.snackbar.forget()
        self._leave(self._imported)
        transfer = shell.services.transfer
        shell.operations.run(
            shell.window,
            lambda task: transfer.undo_import(cancel=task.cancel, progress=task.report),
            lambda done: shell.pane.snackbar.show_notice(
                formatting.undone(done.removed, done.trashed)
            ),
            lambda error: ErrorDialog(shell.window, error).open(),
            self._show_undoing,
        )

    def _show_undoing(self, done: int, total: int) -> None:
        if total >= _MANY:
            self._shell.pane.snackbar.show_notice(
                tr("Taking back: {done} of {total} chats.", done=done, total=total)
            )


def _pdf_exporter() -> Exporter:
    from app.ui.transfer.pdf import PdfExporter

    return PdfExporter()
