"""The page of a document beside the answer that cites it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app.domain.conversation import BranchMessage, Message
from app.domain.generation import Role
from app.language import tr
from app.services.documents.attached import AttachedDocuments
from app.ui.conversation.marks.sum_words import said
from app.ui.core.operations import Operation
from app.ui.shell.window_context import WindowContext

if TYPE_CHECKING:  # nobody waits for these at the start: they come with the first page
    from app.services.documents.checked_answer import StoredCitation
    from app.services.documents.page_view import PageHit, ShownPage
    from app.ui.conversation.marks.page_panel import PagePanel

_EVIDENCE = ";;".join((tr("Web page (*.html)"), tr("PDF (*.pdf)")))


class LibraryPages:
    """The pages of the documents of private chats, or of all others.

    Args:
        documents: The libraries.
        private: Which.
    """

    def __init__(self, documents: AttachedDocuments, *, private: bool) -> None:
        self._documents, self._private = documents, private

    def page(
        self,
        document_id: str,
        number: int,
        marked: Sequence[str],
        hits: Sequence[tuple[int, int]],
        width: int,
    ) -> ShownPage:
        """A page, drawn where it can be."""
        from app.services.documents.page_view import shown_page

        library = self._documents.library(private=self._private)
        return shown_page(library, document_id, number, marked, hits, width)

    def find(self, document_id: str, words: str) -> tuple[PageHit, ...]:
        """Where words stand in a document."""
        from app.services.documents.page_view import find_in

        return find_in(self._documents.library(private=self._private), document_id, words)


class PageCommands:
    """Opens the panel, and takes what is quoted from it into the message."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        self._panel: PagePanel | None = None
        self._chat_id = ""  # whose pages it shows

    def show_cited(self, answer: Message | None = None, number: int = 0) -> None:
        """Show the pages that an answer cites, with the cited words marked.

        Args:
            answer: None for the last one.
            number: Of the cited sentence that is shown first, from 0.
        """
        from app.services.documents.checked_answer import stored_citations

        shell = self._shell
        answer = answer or shell.controller.last(Role.ASSISTANT)
        citations = stored_citations(answer.content, answer.placed) if answer is not None else ()
        if not citations:
            shell.pane.snackbar.show_notice(tr("The last answer cites no page of a document."))
            return
        self.show_citations(citations, number)

    def show_citations(self, citations: Sequence[StoredCitation], number: int) -> None:
        """Show the pages of cited sentences of the shown chat, the numbered one first, from 0."""
        shell, chat = self._shell, self._shell.controller.chat
        if chat is None:
            return
        self._chat_id = chat.id
        source = LibraryPages(shell.services.documents, private=chat.private)
        self._opened().open_at(source, citations, number)

    def save_evidence(self) -> None:
        """Ask for a file, and write the last answer with its checks and what it cites into it."""
        from app.services.documents.checked_answer import stored_citations

        shell = self._shell
        chat, answer = shell.controller.chat, shell.controller.last(Role.ASSISTANT)
        if chat is None or answer is None or not answer.content:
            shell.pane.snackbar.show_notice(tr("There is no answer yet."))
            return
        suggested = str(Path.home() / tr("Evidence.html"))
        chosen, _ = QFileDialog.getSaveFileName(
            shell.window, tr("Save evidence"), suggested, _EVIDENCE
        )
        if not chosen:
            return
        path, question = Path(chosen), _question_of(shell.controller.branch, answer)
        documents, private = shell.services.documents, chat.private
        citations = stored_citations(answer.content, answer.placed)

        def write(_task: Operation) -> Path:
            from app.services.transfer.evidence import checked_places, evidence_html
            from app.services.transfer.transfer_files import write_file
            from app.sums.check import wrong_numbers
            from app.ui.transfer.evidence_pdf import PaperRenderer, evidence_pdf

            library = documents.library(private=private) if citations else None
            places = checked_places(library, citations) if library is not None else []
            sums = [said(one, answer.content) for one in wrong_numbers(answer.content)]
            if path.suffix.lower() == ".pdf":
                html = evidence_html(question, answer, places, sums, PaperRenderer())
                content = evidence_pdf(html)
            else:
                html = evidence_html(question, answer, places, sums)
                content = html.encode("utf-8", "replace")
            write_file(path, content)
            return path

        shell.operations.run(shell.window, write, shell.pane.snackbar.tell_written)

    def show(self) -> None:
        """A chat is shown; another one has other pages."""
        chat = self._shell.controller.chat
        if self._panel is not None and (chat is None or chat.id != self._chat_id):
            self._panel.close_panel()

    def _opened(self) -> PagePanel:
        if self._panel is None:
            from app.ui.conversation.marks.page_panel import PagePanel

            shell = self._shell
            panel = self._panel = PagePanel(shell.pane.theme, shell.operations)
            panel.quoted.connect(shell.controller.drafting.use_prompt)
            shell.pane.put_beside(panel)
        return self._panel


def _question_of(branch: Sequence[BranchMessage], answer: Message) -> str:
    """What was asked; empty where nothing is known of it."""
    messages = (one.message for one in branch)
    return next((one.content for one in messages if one.id == answer.parent_id), "")
