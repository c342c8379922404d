"""What a question reads of its documents: seen before it is sent or after, and changed by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QRadioButton, QWidget

from app.domain.documents import DocumentState, Passage, PassagePlace, StoredDocument
from app.language import formats, paragraph, tr, trn
from app.services.documents.attached import ReadingPrice
from app.services.documents.reading_plan import (
    CHARACTERS_PER_TOKEN,
    NO_CHOICE,
    ReadingChoice,
    ReadingMode,
    seems_for_model,
    shown_title,
)
from app.ui.core.operations import Operations
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.text_fields import LineField

_WIDTH = 680  # pixels at 100 %
_SHOWN = 160  # characters of a passage
_WARNING = tr(
    "It has text that seems to be meant for the model. It is read as what the document says, not "
    "as what you say."
)

Search = Callable[[str], list[Passage]]


@dataclass(frozen=True, slots=True)
class ReadingOffer:
    """What can be chosen.

    Attributes:
        whole: What reading all of it costs.
        passages: What reading the passages that suit a question costs.
        room: Tokens of the context window.
        chosen: What is read now.
        found: The passages that are read now; those that suit the question where all is read.
        seconds: How long the model reads so many tokens; 0 where that is not known.
        kept: How much of the disk keeps what is read whole, in words; empty for nothing.
        told: What else is to be known of the documents: files that are not what was read, pages
            with text that seems to be meant for the model.
        suits: How it is read where the user does not choose.
        verb: What the button says that takes the choice.
    """

    whole: ReadingPrice
    passages: ReadingPrice
    room: int
    chosen: ReadingChoice
    found: Sequence[Passage]
    seconds: Callable[[int], float]
    kept: str
    told: Sequence[str]
    suits: ReadingMode
    verb: str


class PassagesDialog(Dialog):
    """Asks what a question reads: all of its documents, or which passages.

    Args:
        parent: The window.
        offer: What can be chosen.
        search: Finds passages of the documents; blocks meanwhile.
        operations: A thread for that.
    """

    def __init__(
        self, parent: QWidget, offer: ReadingOffer, search: Search, operations: Operations
    ) -> None:
        super().__init__(parent, tr("What the question reads"), _WIDTH)
        self._offer, self._search, self._operations = offer, search, operations
        self._passages: list[Passage] = []
        self._touched = offer.chosen.passages is not None
        self.whole = QRadioButton(_whole_told(offer))
        fits = offer.whole.tokens <= offer.room
        self.whole.setEnabled(fits)
        self.some = QRadioButton()
        self.column.addWidget(self.whole)
        if not fits:
            self.column.addWidget(
                text_label(tr("The model reads {n} tokens at once.", n=offer.room), "muted")
            )
        elif offer.kept:
            self.column.addWidget(text_label(offer.kept, "muted"))
        for told in offer.told:
            self.column.addWidget(text_label(told, "muted"))
        self.column.addWidget(self.some)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Passages"))
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumHeight(240)
        self.column.addWidget(self.list, 1)
        self.field = LineField()
        self.field.setPlaceholderText(tr("Look for more passages"))
        self.field.setAccessibleName(tr("Look for more passages"))
        self.column.addWidget(self.field)
        self.told = text_label("", "muted")
        self.column.addWidget(self.told)
        take, cancel = push_button(offer.verb, "accent"), push_button(tr("Cancel"))
        leave = push_button(tr("Let Phial choose"))
        take.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        leave.clicked.connect(self._leave)
        self.add_buttons(leave, cancel, take)
        self.field.returnPressed.connect(self._look)
        self._left = False
        self._add(offer.found, checked=True)
        self.list.itemChanged.connect(self._on_checked)
        (self.whole if offer.whole.mode is self._mode and fits else self.some).setChecked(True)
        self.some.toggled.connect(self._show_price)
        self._show_price()
        if not self._passages:
            self.told.setText(tr("Type the question first, or look for passages here."))

    @property
    def _mode(self) -> ReadingMode:
        chosen = self._offer.chosen
        if chosen.mode is not None:
            return chosen.mode
        if chosen.passages is not None:
            return ReadingMode.PASSAGES
        return self._offer.suits

    def choice(self) -> ReadingChoice:
        """What was chosen."""
        if self._left:
            return NO_CHOICE
        if self.whole.isChecked():
            return ReadingChoice(ReadingMode.WHOLE)
        if not self._touched:
            return ReadingChoice(ReadingMode.PASSAGES)
        return ReadingChoice(ReadingMode.PASSAGES, self._checked())

    def _checked(self) -> tuple[PassagePlace, ...]:
        return tuple(
            one.place
            for row, one in enumerate(self._passages)
            if self.list.item(row).checkState() is Qt.CheckState.Checked
        )

    def _leave(self) -> None:
        self._left = True
        self.accept()

    def _add(self, passages: Sequence[Passage], *, checked: bool) -> int:
        known = {one.place for one in self._passages}
        new = [one for one in passages if one.place not in known]
        for one in new:
            item = QListWidgetItem(_passage_told(one))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
            self._passages.append(one)
            self.list.addItem(item)
        return len(new)

    def _on_checked(self, _item: QListWidgetItem) -> None:
        self._touched = True
        self.some.setChecked(True)
        self._show_price()

    def _show_price(self) -> None:
        chosen = [
            one
            for row, one in enumerate(self._passages)
            if self.list.item(row).checkState() is Qt.CheckState.Checked
        ]
        tokens = round(sum(len(one.text) for one in chosen) / CHARACTERS_PER_TOKEN)
        if not self._passages and not self._touched:
            tokens = self._offer.passages.tokens
        self.some.setText(_some_told(len(chosen), tokens, self._offer.seconds(tokens)))

    def _look(self) -> None:
        wanted = self.field.finished_text().strip()
        if not wanted:
            return

        def show(found: list[Passage]) -> None:
            count = self._add(found, checked=False)
            self.told.setText(
                trn("{n} passage more.", "{n} passages more.", count)
                if count
                else tr("No other passage was found.")
            )
            if count:
                self.list.scrollToBottom()

        self._operations.run(self, lambda _task: self._search(wanted), show)


def _whole_told(offer: ReadingOffer) -> str:
    tokens, seconds = offer.whole.tokens, offer.seconds(offer.whole.tokens)
    if seconds:
        return trn(
            "All of it: reads about {n} token once, {time}; later questions at once",
            "All of it: reads about {n} tokens once, {time}; later questions at once",
            tokens,
            time=formats.duration(max(seconds, 1)),
        )
    return trn(
        "All of it: reads about {n} token once; later questions at once",
        "All of it: reads about {n} tokens once; later questions at once",
        tokens,
    )


def _some_told(count: int, tokens: int, seconds: float) -> str:
    passages = trn("{n} passage", "{n} passages", count)
    if seconds:
        return trn(
            "Passages: {passages}, about {n} token, {time} a question",
            "Passages: {passages}, about {n} tokens, {time} a question",
            tokens,
            passages=passages,
            time=formats.duration(max(seconds, 1)),
        )
    return trn(
        "Passages: {passages}, about {n} token a question",
        "Passages: {passages}, about {n} tokens a question",
        tokens,
        passages=passages,
    )


def _passage_told(passage: Passage) -> str:
    words = " ".join(passage.text.split())
    words = words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
    where = tr("{name}, p. {page}", name=passage.document, page=str(passage.page))
    lines = [where, words]
    if seems_for_model(passage.text):
        lines.append(f"⚠ {_WARNING}")
    return "\n".join(lines)


def suspicious_told(name: str, page: int) -> str:
    """That a page of a document has text that seems to be meant for the model."""
    where = tr("{name}, p. {page}", name=name, page=str(page))
    return paragraph(f"⚠ {where}.", _WARNING)


def state_told(document: StoredDocument, state: DocumentState) -> str:
    """That a file is not what was read any more; empty where it is."""
    name = shown_title(document)
    match state:
        case DocumentState.CHANGED:
            return tr(
                "{name} was changed since it was read. Attach it again to read it anew.", name=name
            )
        case DocumentState.GONE:
            return tr("{name} is gone. What was read of it is still there.", name=name)
    return ""
