"""The commands on documents: what goes with the next message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app.domain.conversation import Conversation, Message
from app.domain.errors import KnownError
from app.domain.generation import Role
from app.domain.parts import ReadingChoicePart
from app.language import paragraph, tr, trn
from app.services.core.events import DownloadChanged, Event, MeaningChanged
from app.services.documents.attached import (
    CONTEXT_UNKNOWN,
    choice_in,
    has_documents,
    reading_price,
)
from app.system.bundled import bundled
from app.ui.conversation.input.attachment_bar import ReadingCosts, kept_told
from app.ui.core.operations import Operation
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import ask_line

if TYPE_CHECKING:  # nobody waits for it at the start
    from app.domain.documents import Passage, StoredDocument
    from app.services.documents.reading_plan import ReadingChoice
    from app.ui.library.meaning_row import MeaningRow

_MORE = 12  # passages that looking for more brings
_TOLD = 3  # files that were not read of which each is told why
_NAMED = 5  # pages with text for the model that are named
_ENDINGS = "*.pdf *.docx *.odt *.epub *.pptx *.xlsx *.ods *.html *.md *.txt *.csv"
_FILES = ";;".join((tr("Documents ({endings})", endings=_ENDINGS), tr("All files (*)")))


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of reading files: documents, why others were not read, what is to be known."""

    found: Sequence[StoredDocument]
    failed: Sequence[KnownError]
    remarks: Sequence[str]


class DocumentCommands:
    """Reads documents beside the window and puts them above the words of a message."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        self._reading: Operation | None = None
        shell.pane.composer.bar.attach.clicked.connect(self.choose_and_attach)
        attachments = shell.pane.composer.attachments
        attachments.reading_requested.connect(self.choose_reading)
        attachments.stop_requested.connect(self._stop_reading)
        attachments.set_costs(ReadingCosts(shell.services.models.reading_seconds, self._kept))
        shell.pane.empty.sample_requested.connect(self.attach_sample)

    def _kept(self, tokens: int) -> int:
        """Bytes that are kept of so many tokens in the shown chat."""
        shell = self._shell
        loaded, chat = shell.services.models.state.loaded, shell.controller.chat
        wanted = shell.services.settings.current.kv_snapshots
        if loaded is None or not wanted or (chat is not None and chat.private):
            return 0
        return loaded.kept_bytes(tokens)

    def choose_and_attach(self) -> None:
        """Ask for files and read them."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self._shell.window, tr("Attach documents"), str(Path.home()), _FILES
        )
        if chosen:
            self.attach([Path(one) for one in chosen])
        self._shell.pane.composer.setFocus()

    def choose_folder(self) -> None:
        """Ask for a folder and read the documents in it."""
        shell = self._shell
        chosen = QFileDialog.getExistingDirectory(
            shell.window, tr("Attach the documents of a folder"), str(Path.home())
        )
        if chosen:
            self.attach([Path(chosen)])
        shell.pane.composer.setFocus()

    def attach(self, paths: Sequence[Path], *, copy: bool = False) -> None:
        """Read documents, which go with the next message of the chat that is shown.

        Args:
            paths: Files and folders.
            copy: Keep copies in Phial's folder, also where the settings want none.
        """
        from app.services.documents.document_service import files_in
        from app.services.documents.remarks import remarks_told

        shell = self._shell
        chat = shell.controller.current()  # none is shown at the first start
        documents, status = shell.services.documents, shell.pane.snackbar
        copy = copy or shell.services.settings.current.copy_documents

        def read(task: Operation) -> _Read:
            found: list[StoredDocument] = []
            failed: list[KnownError] = []
            remarks: list[str] = []
            for path in files_in(paths):
                report(path.name, 0, None)
                try:
                    one = documents.add(
                        path, private=chat.private, cancel=task.cancel, progress=report, copy=copy
                    )
                except KnownError as error:
                    if task.cancel.is_set():
                        break  # what was read until then goes with the message
                    failed.append(error)
                    continue
                found.append(one)
                pages = documents.library(private=chat.private).pages(one.id)
                remarks += [
                    tr("{name}: {what}.", name=one.name, what=told)
                    for told in remarks_told(one, pages)
                ]
            return _Read(found, failed, remarks)

        def show(result: _Read) -> None:
            found, failed = result.found, result.failed
            self._end_reading()
            why = [words for one in failed[:_TOLD] for words in (one.what, one.action)]
            why += result.remarks[:_TOLD]
            if more := len(failed[_TOLD:]):
                why.append(
                    trn("{n} more file was not read.", "{n} more files were not read.", more)
                )
            if not (found or failed or task.cancel.is_set()):
                why = [tr("There is no document in it that can be read.")]
            status.show_notice(paragraph(*why))
            shell.pane.composer.attachments.add(chat.id, found)
            shell.pane.composer.setFocus()

        def refuse(error: KnownError) -> None:
            self._end_reading()
            self._refuse(error)

        report = shell.operations.back(shell.window, self._show_page)
        task = self._reading = shell.operations.run(shell.window, read, show, refuse)

    def _show_page(self, name: str, done: int, total: int | None) -> None:
        if self._reading is None:
            return
        name = "".join(c if c.isprintable() else " " for c in name)
        if total:
            told = tr("Reading {name}: page {done} of {total}", name=name, done=done, total=total)
        elif done:
            told = tr("Reading {name}: page {done}", name=name, done=done)
        else:
            told = tr("Reading {name}…", name=name)
        self._shell.pane.composer.attachments.show_progress(told)

    def _end_reading(self) -> None:
        self._reading = None
        self._shell.pane.composer.attachments.show_progress("")

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.stop()

    def attach_sample(self) -> None:
        """Attach the document that comes with Phial, and write a question to it."""
        self.attach([bundled("assets", "sample", "lighthouse.pdf")], copy=True)
        drafting = self._shell.controller.drafting
        if not self._shell.pane.composer.text():
            drafting.use_prompt(tr("Who was the first keeper of the lamp?"))

    def choose_reading(self) -> None:
        """Show what the next question reads, and take another choice."""
        shell = self._shell
        chat = shell.controller.chat
        bar = shell.pane.composer.attachments
        if chat is None:
            return
        waiting = bar.waiting(chat.id)
        branch = [one.message for one in shell.controller.branch]

        def take(choice: ReadingChoice) -> None:
            from app.services.documents.reading_plan import NO_CHOICE

            nothing = choice == before == NO_CHOICE
            bar.choose(chat.id, None if nothing else choice)
            shell.pane.composer.setFocus()

        question = shell.pane.composer.text()
        before = replace(choice_in(branch), passages=None)
        chosen = waiting.choice or before
        self._ask_reading(chat, branch, waiting.documents, question, chosen, tr("Use these"), take)

    def only_quote(self) -> None:
        """Have the next question answered by quotations alone, or not any more."""
        shell = self._shell
        chat, bar = shell.controller.chat, shell.pane.composer.attachments
        if chat is None:
            return
        waiting = bar.waiting(chat.id)
        branch = (one.message for one in shell.controller.branch)
        if not waiting.documents and not has_documents(branch):
            told = tr("No document goes with this chat. Attach one first.")
            shell.pane.snackbar.show_notice(told)
            return
        bar.set_only_quote(only=not waiting.only_quote)
        shell.pane.composer.setFocus()

    def summarise(self) -> None:
        """Summarise a document of the shown chat, or one that goes with its next message."""
        shell, service = self._shell, self._shell.services.documents
        chat = shell.controller.chat
        branch = [one.message for one in shell.controller.branch]
        more = shell.pane.composer.attachments.waiting(chat.id).documents if chat else ()
        private = chat is not None and chat.private

        def gather(_task: Operation) -> list[StoredDocument]:
            found = service.documents_in(branch, private=private)
            return list({one.id: one for one in (*more, *found)}.values())

        def show(documents: list[StoredDocument]) -> None:
            if not documents:
                told = tr("No document goes with this chat. Attach one first.")
                shell.pane.snackbar.show_notice(told)
                return
            chosen: StoredDocument | None = documents[0]
            if len(documents) > 1:
                by_name = {one.name: one for one in reversed(documents)}
                named = ask_line(
                    shell.window,
                    tr("Summarise a document"),
                    tr("Which document"),
                    tr("Summarise"),
                    documents[0].name,
                    list(by_name),
                )
                chosen = by_name.get(named) if named is not None else None
            if chosen is not None:
                self._open_summary(chosen, private=private)

        shell.operations.run(shell.window, gather, show, self._refuse)

    def _open_summary(self, document: StoredDocument, *, private: bool) -> None:
        from app.services.chat.document_summaries import DocumentSummaries
        from app.ui.library.summary_dialog import SummaryDialog

        shell, services = self._shell, self._shell.services
        writer = DocumentSummaries(
            services.engine, services.executor, services.models, services.documents
        )
        SummaryDialog(
            shell.window, document, writer.start, shell.operations, private=private
        ).open()

    def show_documents(self) -> None:
        """Open the page of documents."""
        from app.ui.library.documents_page import DocumentsPage

        shell = self._shell
        service = shell.services.documents
        page = DocumentsPage(
            shell.pane.theme,
            lambda: service.library(private=False),
            shell.operations,
            self.use,
            service.remove,
            _FILES,
            self._meaning_row(),
            copies=lambda: shell.services.settings.current.copy_documents,
        )
        shell.pages.open(page)

    def _meaning_row(self) -> MeaningRow:
        from app.ui.library.meaning_row import MeaningRow

        downloads, controller = self._shell.services.downloads, self._shell.controller
        offered = next(iter(downloads.catalog.embeddings), None)
        row = MeaningRow(
            offered, lambda one: controller.attempt(lambda: downloads.start_embedding(one))
        )
        for item in downloads.items():
            row.set_download(item)
        return row

    def on_event(self, event: Event) -> None:
        """What finds passages by meaning is fetched, or more can be found by it."""
        page = self._shell.pages.page
        if page is None or not isinstance(event, DownloadChanged | MeaningChanged):
            return
        from app.ui.library.documents_page import DocumentsPage

        if isinstance(page, DocumentsPage):
            match event:
                case DownloadChanged(item=item):
                    page.meaning.set_download(item)
                case MeaningChanged(state=state):
                    page.meaning.set_state(state)

    def use(self, documents: Sequence[StoredDocument]) -> None:
        """Have documents that are kept go with the next message of the shown chat."""
        shell = self._shell
        chat = shell.controller.current()
        if chat.private:  # what is read for it lives in memory
            self.attach([Path(one.path) for one in documents])
            return
        shell.pane.composer.attachments.add(chat.id, documents)
        shell.pane.composer.setFocus()

    def show_reading(self) -> None:
        """Show what the last question read; with another choice it is asked again."""
        shell = self._shell
        chat, question = shell.controller.chat, shell.controller.last(Role.USER)
        if chat is None or question is None:
            return
        branch = [one.message for one in shell.controller.branch]

        def take(choice: ReadingChoice) -> None:
            from app.services.documents.reading_plan import choice_part

            part = choice_part(choice) or ReadingChoicePart()
            ask = shell.services.chat
            shell.controller.attempt(lambda: ask.edit(question.id, question.content, part))

        chosen = choice_in(branch)
        self._ask_reading(chat, branch, (), question.content, chosen, tr("Ask again"), take)

    def _ask_reading(
        self,
        chat: Conversation,
        branch: Sequence[Message],
        more: Sequence[StoredDocument],
        question: str,
        chosen: ReadingChoice,
        verb: str,
        take: Callable[[ReadingChoice], None],
    ) -> None:
        """Ask what a question reads, once that is known."""
        from app.services.documents.reading_plan import (
            PASSAGES,
            ReadingMode,
            reading_mode,
            suspicious_pages,
        )
        from app.services.documents.remarks import remarks_told
        from app.ui.library.passages_dialog import (
            PassagesDialog,
            ReadingOffer,
            state_told,
            suspicious_told,
        )

        shell, service = self._shell, self._shell.services.documents
        loaded = shell.services.models.state.loaded
        room = loaded.context_size if loaded is not None else CONTEXT_UNKNOWN
        seconds = shell.services.models.reading_seconds

        def gather(_task: Operation) -> tuple[list[StoredDocument], ReadingOffer] | None:
            found = service.documents_in(branch, private=chat.private)
            known = {one.id: one for one in (*found, *more)}
            documents = list(known.values())
            if not documents:
                return None
            library = service.library(private=chat.private)
            if chosen.passages is not None:
                passages = library.passages_at(chosen.passages)
            else:
                passages = library.search(question, documents, PASSAGES)
            whole = reading_price(documents, room, ReadingMode.WHOLE)
            named = suspicious_pages(library, documents)[:_NAMED]
            return documents, ReadingOffer(
                whole=whole,
                passages=reading_price(documents, room, ReadingMode.PASSAGES),
                room=room,
                chosen=chosen,
                found=passages,
                seconds=seconds,
                kept=kept_told(self._kept(whole.tokens)),
                told=[
                    *(told for one in documents if (told := state_told(one, library.state(one)))),
                    *(
                        tr("{name}: {what}.", name=one.name, what=told)
                        for one in documents[:_NAMED]
                        for told in remarks_told(one, library.pages(one.id))
                    ),
                    *(suspicious_told(*one) for one in named),
                ],
                suits=reading_mode(documents, room),
                verb=verb,
            )

        def show(gathered: tuple[list[StoredDocument], ReadingOffer] | None) -> None:
            if gathered is None:
                told = tr("No document goes with this chat. Attach one first.")
                shell.pane.snackbar.show_notice(told)
                return
            documents, offer = gathered
            library = service.library(private=chat.private)

            def search(wanted: str) -> list[Passage]:
                return library.search(wanted, documents, _MORE)

            dialog = PassagesDialog(shell.window, offer, search, shell.operations)
            dialog.accepted.connect(lambda: take(dialog.choice()))
            dialog.open()

        shell.operations.run(shell.window, gather, show, self._refuse)

    def _refuse(self, error: KnownError) -> None:
        self._shell.pane.snackbar.show_notice(paragraph(error.what, error.action))
