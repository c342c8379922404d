"""Documents that are kept: under which name, how long and large they are, and when read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.domain.documents import DocumentState, StoredDocument
from app.domain.embedding import MeaningState
from app.domain.errors import KnownError
from app.language import formats, paragraph, tr, trn
from app.language.numbers import write
from app.services.documents.document_service import DocumentService, files_in
from app.services.documents.meaning import PassageMeaning
from app.ui.core.assistive_activation import name_cells
from app.ui.core.operations import Operation, Operations
from app.ui.library.meaning_row import MeaningRow
from app.ui.style.dialogs import ask_line, confirm, push_button, text_label
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme
from app.ui.style.window_page import WindowPage

_DOCUMENT = Qt.ItemDataRole.UserRole
_PAGES, _SIZE = 1, 2  # columns of numbers, which stand below one another
_AT_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_STATES = {
    DocumentState.CHANGED: tr("The file was changed since."),
    DocumentState.GONE: tr("The file is gone."),
}


@dataclass(frozen=True, slots=True)
class _Listed:
    """The documents by the names they are kept under, and whether files are as they were."""

    collections: dict[str, list[StoredDocument]]
    states: dict[str, DocumentState]
    meaning: MeaningState


class DocumentsPage(WindowPage):
    """The page of documents.

    Args:
        theme: Colours.
        library: The documents' library; blocks where it is asked.
        operations: A thread for that.
        use: Has documents go with the next message of the shown chat.
        remove: Removes documents for good; blocks meanwhile.
        endings: What the dialog for files offers.
        row: Says how passages are found.
        copies: Whether what is added is copied into Phial's folder.
    """

    def __init__(
        self,
        theme: Theme,
        library: Callable[[], DocumentService],
        operations: Operations,
        use: Callable[[Sequence[StoredDocument]], object],
        remove: Callable[[Sequence[StoredDocument]], None],
        endings: str,
        row: MeaningRow,
        *,
        copies: Callable[[], bool],
    ) -> None:
        super().__init__(tr("Documents"), theme)
        self._library, self._operations = library, operations
        self._use, self._delete = use, remove
        self._endings, self._copies = endings, copies
        self.meaning = row
        row.stop_requested.connect(partial(self._with_meaning, PassageMeaning.stop))
        row.resume_requested.connect(partial(self._with_meaning, PassageMeaning.go_on))
        self._reading: Operation | None = None
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(tr("Documents"))
        self.tree.setHeaderLabels([tr("Name"), tr("Pages"), tr("Size"), tr("Read")])
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setStretchLastSection(False)
        for column in (1, 2, 3):
            self.tree.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        _align(self.tree.headerItem())
        self.told = text_label("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("How far reading is"))
        self.bar.hide()
        self._stop = push_button(tr("Stop reading"))
        self._stop.hide()
        self._stop.clicked.connect(self._halt)
        self._add = push_button(tr("Add documents…"))
        self._rename = push_button(tr("Keep under another name…"))
        self._remove = push_button(tr("Remove…"))
        self._take = push_button(tr("Use in the chat"), "accent")
        self._add.clicked.connect(self._choose_files)
        self._rename.clicked.connect(self._move)
        self._remove.clicked.connect(self._ask_to_remove)
        self._take.clicked.connect(self._use_chosen)
        self.body.setContentsMargins(SPACE * 2, SPACE, SPACE * 2, SPACE * 2)
        self.body.setSpacing(SPACE)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.meaning)
        self.body.addWidget(self.told)
        self.body.addWidget(self.bar)
        gap = QWidget()  # between what is done with the list and what is done in the chat
        across = (self._add, self._stop, self._rename, self._remove, gap, self._take)
        self.body.addWidget(StackingRow(*across, grows=gap))
        self.tree.itemSelectionChanged.connect(self._update_buttons)
        self._update_buttons()

    def begin(self) -> None:
        """It is shown: list what is kept."""
        self.tree.setFocus()
        self._refresh()

    def finish(self) -> None:
        """It is left: reading ends."""
        self._halt()

    # --- what is kept -------------------------------------------------------------------------

    def _refresh(self, told: str = "") -> None:
        def read(_task: Operation) -> _Listed:
            library = self._library()
            found = library.collections()
            documents = [one for its in found.values() for one in its]
            meaning = library.meaning.look() if library.meaning is not None else MeaningState()
            return _Listed(found, {one.id: library.state(one) for one in documents}, meaning)

        self._operations.run(self, read, lambda listed: self._show(listed, told), self._refuse)

    def _with_meaning(self, do: Callable[[PassageMeaning], None]) -> None:
        def work(_task: Operation) -> None:
            library = self._library()
            if library.meaning is not None:
                do(library.meaning)

        self._operations.run(self, work, lambda _none: None, self._refuse)

    def _show(self, listed: _Listed, told: str) -> None:
        self.tree.clear()
        self.meaning.set_state(listed.meaning)
        for name, documents in listed.collections.items():
            size = sum(one.facts.size for one in documents)
            pages = sum(one.facts.pages for one in documents)
            heading = [
                _printed(name) or tr("Attached to chats"),
                write(pages),
                formats.size(size),
                trn("{n} document", "{n} documents", len(documents)),
            ]
            group = QTreeWidgetItem(self.tree, heading)
            _align(group)
            for one in documents:
                group.addChild(_row(one, listed.states[one.id]))
            group.setExpanded(True)
        name_cells(self.tree)
        if not listed.collections:
            told = told or tr("No documents yet. Add some, and use them in any chat.")
        self.told.setText(told)
        self._update_buttons()

    def _chosen(self) -> list[StoredDocument]:
        """The selected documents; a selected name stands for all that is kept under it."""
        found: dict[str, StoredDocument] = {}
        for item in self.tree.selectedItems():
            for one in _documents(item):
                found[one.id] = one
        return list(found.values())

    def _names(self) -> list[str]:
        items = (self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount()))
        names = {one.collection for item in items if item is not None for one in _documents(item)}
        return sorted(filter(None, names))

    def _update_buttons(self) -> None:
        chosen = bool(self.tree.selectedItems())
        for button in (self._rename, self._remove, self._take):
            button.setEnabled(chosen and self._reading is None)
        self._add.setEnabled(self._reading is None)

    def _refuse(self, error: KnownError) -> None:
        self.told.setText(paragraph(error.what, error.action))

    # --- what is done -------------------------------------------------------------------------

    def _choose_files(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(
            self, tr("Add documents"), str(Path.home()), self._endings
        )
        if not paths:
            return
        chosen = self._chosen()
        name = ask_line(
            self,
            tr("Add documents"),
            tr("The name to keep them under"),
            tr("Add"),
            chosen[0].collection if chosen else "",
            self._names(),
        )
        if name is not None:
            self._read([Path(one) for one in paths], name.strip())

    def _read(self, paths: Sequence[Path], collection: str) -> None:
        copy = self._copies()

        def read(task: Operation) -> list[KnownError]:
            failed: list[KnownError] = []
            for path in files_in(paths):
                try:
                    self._library().add(
                        path, collection, copy=copy, cancel=task.cancel, progress=report
                    )
                except KnownError as error:
                    if task.cancel.is_set():
                        return failed
                    failed.append(error)
            return failed

        def end(failed: list[KnownError]) -> None:
            self._show_reading(None)
            told = [words for one in failed for words in (one.what, one.action)]
            self._refresh(paragraph(*told))

        def refuse(error: KnownError) -> None:
            self._show_reading(None)
            self._refuse(error)

        report = self._operations.back(self, self._show_page)
        self._show_reading(self._operations.run(self, read, end, refuse))

    def _show_page(self, name: str, done: int, total: int | None) -> None:
        self.bar.setRange(0, total or 0)
        self.bar.setValue(done)
        self.told.setText(tr("Reading {name}…", name=_printed(name)))

    def _show_reading(self, task: Operation | None) -> None:
        self._reading = task
        self.bar.setVisible(task is not None)
        self._stop.setVisible(task is not None)
        self._update_buttons()

    def _halt(self) -> None:
        if self._reading is not None:
            self._reading.stop()

    def _move(self) -> None:
        chosen = self._chosen()
        name = ask_line(
            self,
            tr("Keep under another name"),
            tr("The name to keep them under"),
            tr("Keep"),
            chosen[0].collection,
            self._names(),
        )
        if name is not None:
            self._work(lambda: self._library().move(chosen, name.strip()))

    def _ask_to_remove(self) -> None:
        chosen = self._chosen()
        question = trn(
            "Remove what was read of {n} document?",
            "Remove what was read of {n} documents?",
            len(chosen),
        )
        rest = tr(
            "Passages, summaries, copies in Phial's folder and what the model remembers of chats "
            "with them go too. The files themselves stay, and so do answers; their pages are not "
            "shown any more."
        )
        if confirm(self, tr("Remove documents"), question, rest, tr("Remove")):
            self._work(lambda: self._delete(chosen))

    def _work(self, do: Callable[[], None]) -> None:
        self._operations.run(self, lambda _task: do(), lambda _none: self._refresh(), self._refuse)

    def _use_chosen(self) -> None:
        chosen = self._chosen()
        self.close()
        self._use(chosen)


def _documents(item: QTreeWidgetItem) -> list[StoredDocument]:
    """That of a row, or those under a name."""
    rows = [row for n in range(item.childCount()) if (row := item.child(n)) is not None]
    return [row.data(0, _DOCUMENT) for row in rows or [item]]


def _row(document: StoredDocument, state: DocumentState) -> QTreeWidgetItem:
    read = datetime.fromtimestamp(document.read_at / 1_000_000, UTC).astimezone()
    facts = document.facts
    words = [_printed(document.name), write(facts.pages), formats.size(facts.size)]
    item = QTreeWidgetItem([*words, formats.day_and_time(read)])
    _align(item)
    item.setData(0, _DOCUMENT, document)
    about = [
        _printed(facts.title),
        _printed(document.origin or document.path),
        trn("{n} passage", "{n} passages", document.passages),
        _STATES.get(state, ""),
    ]
    item.setToolTip(0, "\n".join(filter(None, about)))
    if state in _STATES:
        item.setText(0, f"⚠ {words[0]}")
        item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, _STATES[state])
    return item


def _align(item: QTreeWidgetItem) -> None:
    """Let numbers end where the others of their column do."""
    for column in (_PAGES, _SIZE):
        item.setTextAlignment(column, _AT_END)


def _printed(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
