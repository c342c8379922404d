"""The commands on documents: what goes with the next message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from app.domain.documents import StoredDocument
from app.domain.errors import KnownError
from app.language import paragraph, tr
from app.ui.core.operations import Operation
from app.ui.shell.window_context import WindowContext

_ENDINGS = "*.pdf *.docx *.odt *.epub *.pptx *.xlsx *.ods *.html *.md *.txt *.csv"
_FILES = ";;".join((tr("Documents ({endings})", endings=_ENDINGS), tr("All files (*)")))


class DocumentCommands:
    """Reads documents beside the window and puts them above the words of a message."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell

    def choose_and_attach(self) -> None:
        """Ask for files and read them."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self._shell.window, tr("Attach documents"), str(Path.home()), _FILES
        )
        if chosen:
            self.attach([Path(one) for one in chosen])

    def attach(self, paths: Sequence[Path]) -> None:
        """Read documents, which go with the next message of the chat that is shown."""
        from app.services.documents.document_service import files_in

        shell = self._shell
        if shell.controller.chat is None:
            shell.controller.new_chat()  # the first start
        chat = shell.controller.chat
        assert chat is not None  # noqa: S101  # one was begun
        documents, status = shell.services.documents, shell.pane.status

        def read(task: Operation) -> tuple[list[StoredDocument], list[KnownError]]:
            found, failed = [], []
            for path in files_in(paths):
                tell(path.name)
                try:
                    found.append(documents.add(path, private=chat.private, cancel=task.cancel))
                except KnownError as error:
                    if task.cancel.is_set():
                        raise
                    failed.append(error)
            return found, failed

        def show(result: tuple[list[StoredDocument], list[KnownError]]) -> None:
            found, failed = result
            status.show_notice(paragraph(*(w for one in failed for w in (one.what, one.action))))
            shell.pane.composer.attachments.add(chat.id, found)
            shell.pane.composer.setFocus()

        def show_name(name: str) -> None:
            status.show_notice(tr("Reading {name}…", name=name))

        tell = shell.operations.back(shell.window, show_name)
        shell.operations.run(shell.window, read, show, self._refuse)

    def _refuse(self, error: KnownError) -> None:
        self._shell.pane.status.show_notice(paragraph(error.what, error.action))
