"""The commands on documents: what goes with the next message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app.domain.documents import StoredDocument
from app.domain.errors import KnownError
from app.domain.generation import Role
from app.domain.parts import CitationPart
from app.language import paragraph, tr
from app.ui.core.operations import Operation
from app.ui.shell.window_context import WindowContext

if TYPE_CHECKING:
    from app.services.documents.attached import CitedPage

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

    def show_cited_pages(self) -> None:
        """Show the pages that the last answer cites, with the cited words marked."""
        from app.services.documents.attached import cited_page
        from app.services.documents.checked_answer import stored_citations
        from app.ui.library.cited_pages_dialog import CitedPagesDialog

        shell = self._shell
        chat, answer = shell.controller.chat, shell.controller.last(Role.ASSISTANT)
        citations = stored_citations(answer) if answer is not None else ()
        if chat is None or not citations:
            shell.pane.status.show_notice(tr("The last answer cites no page of a document."))
            return
        documents, private = shell.services.documents, chat.private

        def page_of(part: CitationPart, width: int) -> CitedPage:
            return cited_page(documents.library(private=private), part, width)

        CitedPagesDialog(shell.window, citations, page_of, shell.operations).open()

    def _refuse(self, error: KnownError) -> None:
        self._shell.pane.status.show_notice(paragraph(error.what, error.action))
