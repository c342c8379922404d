"""The documents that go with the message in the composer, and what reading them costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.conversation import Conversation
from app.domain.model import finds_lines_only
from app.domain.parts import FormPart, Part, ReadingChoicePart
from app.language import formats, paragraph, tr, trn
from app.services.core.events import ModelState
from app.services.documents.attached import (
    CONTEXT_UNKNOWN,
    QUOTE,
    attachment_part,
    reading_price,
)
from app.ui.style.dialogs import push_button, text_label
from app.ui.style.scrolling_page import clear_layout
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import IconButton

if TYPE_CHECKING:  # nobody waits for it at the start
    from app.domain.documents import StoredDocument
    from app.services.documents.reading_plan import ReadingChoice


@dataclass(frozen=True, slots=True)
class Waiting:
    """What goes with the next message of a chat.

    Attributes:
        documents: Those that go with it.
        choice: How documents are read; None where nothing was chosen.
        only_quote: The answer is to quote and do nothing else.
    """

    documents: tuple[StoredDocument, ...] = ()
    choice: ReadingChoice | None = None
    only_quote: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """As parts of the message."""
        found: list[Part] = [attachment_part(one) for one in self.documents]
        if self.choice is not None:
            from app.services.documents.reading_plan import choice_part

            found.append(choice_part(self.choice) or ReadingChoicePart())
        if self.only_quote:
            found.append(FormPart(QUOTE))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ReadingCosts:
    """What reading costs here, beside the tokens.

    Attributes:
        seconds: How long the model reads so many tokens; 0 where that is not known.
        kept: Bytes that are kept on the disk of so many tokens in the shown chat; 0 for none.
    """

    seconds: Callable[[int], float] = lambda _tokens: 0.0
    kept: Callable[[int], int] = lambda _tokens: 0


_NOTHING = Waiting()
_MOST_ROWS = 4  # of documents; a folder of a thousand would leave no room for the words
_DEMO = tr("The built-in demo answers with the line that suits best, and its page.")


class AttachmentBar(QWidget):
    """Keeps the documents for the next message of each chat, and shows those of one.

    Signals:
        reading_requested: What the question reads is to be seen, and changed.
        changed: What goes with the next message is another.
        stop_requested: What is being read is not wanted after all.
    """

    reading_requested = Signal()
    changed = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 0, 0)
        column.setSpacing(0)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        column.addLayout(self._rows)
        self._theme: Theme | None = None
        self._context_size, self._demo = CONTEXT_UNKNOWN, False
        self._costs = ReadingCosts()
        self._waiting: dict[str, Waiting] = {}
        self._chat = ""
        self._page = text_label("", "muted")
        stop = push_button(tr("Stop reading it"), "link")
        stop.clicked.connect(self.stop_requested)
        self._progress = StackingRow(self._page, stop, grows=self._page)
        self._progress.hide()
        column.addWidget(self._progress)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        for button in self.findChildren(IconButton):
            button.set_colours(theme.muted, theme.faint)

    def set_model_state(self, state: ModelState) -> None:
        """The context window decides how a document is read, and so what that costs."""
        demo = finds_lines_only(state.model)
        size = state.loaded.context_size if state.loaded is not None else CONTEXT_UNKNOWN
        if (size, demo) != (self._context_size, self._demo):
            self._context_size, self._demo = size, demo
            self._show()

    def set_costs(self, costs: ReadingCosts) -> None:
        """What reading costs is asked there, each time that it is shown."""
        self._costs = costs

    @property
    def is_reading(self) -> bool:
        """Whether a document for the next message is still being read."""
        return bool(self._page.text())

    def show_progress(self, told: str) -> None:
        """How far reading is, in words; empty once it has ended."""
        focused = self._progress.isAncestorOf(self.focusWidget() or self)
        if not told and focused and (above := self.parentWidget()) is not None:
            above.setFocus()  # the button that had it goes
        self._page.setText(told)
        self._progress.setVisible(bool(told))
        self._show_or_hide()

    def show_chat(self, chat_id: str) -> None:
        """Show those of another chat."""
        self._chat = chat_id
        self._show()

    def add(self, chat_id: str, documents: Sequence[StoredDocument]) -> None:
        """These go with the next message of a chat, each once."""
        before = self.waiting(chat_id)
        known = {one.id: one for one in (*before.documents, *documents)}
        self.restore(chat_id, replace(before, documents=tuple(known.values())))

    def choose(self, chat_id: str, choice: ReadingChoice | None) -> None:
        """How the documents of the next question of a chat are read; None leaves it to Phial."""
        self.restore(chat_id, replace(self.waiting(chat_id), choice=choice))

    def set_only_quote(self, *, only: bool) -> None:
        """Whether the answer to the next question of the shown chat quotes and nothing else."""
        self.restore(self._chat, replace(self.waiting(self._chat), only_quote=only))

    def waiting(self, chat_id: str) -> Waiting:
        """What goes with the next message of a chat."""
        return self._waiting.get(chat_id, _NOTHING)

    @property
    def empty(self) -> bool:
        """Whether nothing goes with the next message of the chat that is shown."""
        return self.waiting(self._chat) == _NOTHING

    def carry_over(self, chat: Conversation, to: Conversation) -> None:
        """What was typed in a chat goes along into another; private documents stay private."""
        if chat.private is to.private:
            gone = self._waiting.pop(chat.id, _NOTHING)
            self.add(to.id, gone.documents)

    def clear(self, chat_id: str) -> Waiting:
        """The message was sent, and this with it; returns it, in case it cannot be stored."""
        gone = self._waiting.pop(chat_id, _NOTHING)
        self._show()
        return gone

    def restore(self, chat_id: str, waiting: Waiting) -> None:
        """This goes with the next message of a chat, and nothing else."""
        self._waiting[chat_id] = waiting
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        clear_layout(self._rows)
        waiting = self.waiting(self._chat)
        documents = waiting.documents
        named = len(documents) if len(documents) <= _MOST_ROWS else _MOST_ROWS - 1
        for document in documents[:named]:
            self._rows.addWidget(self._row(document))
        if documents[named:]:
            self._rows.addWidget(self._rest_row(documents[named:]))
        if waiting != _NOTHING:
            self._rows.addWidget(self._price_row(waiting))
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        self.setVisible(self.waiting(self._chat) != _NOTHING or bool(self._page.text()))

    def _price_row(self, waiting: Waiting) -> QWidget:
        told = _DEMO if self._demo else _price_told(waiting, self._context_size, self._costs)
        price = text_label(told, "muted")
        change = push_button(tr("What is read…"), "link")
        change.clicked.connect(self.reading_requested)
        only = QCheckBox(tr("Only quote"))
        only.setToolTip(tr("The answer is lines of the documents and nothing else."))
        only.setChecked(waiting.only_quote)
        only.toggled.connect(lambda on: self.set_only_quote(only=on))
        return StackingRow(price, change, only, grows=price)

    def _row(self, document: StoredDocument) -> QWidget:
        remove = IconButton("close", tr("Remove the document"))
        remove.setAccessibleDescription(document.name)
        remove.clicked.connect(partial(self._remove, document))
        return self._removable(_told(document), remove)

    def _rest_row(self, rest: Sequence[StoredDocument]) -> QWidget:
        size = formats.size(sum(one.facts.size for one in rest))
        told = trn(
            "And {n} more document, {size}", "And {n} more documents, {size}", len(rest), size=size
        )
        remove = IconButton("close", tr("Remove all documents"))
        remove.clicked.connect(self._remove_all)
        return self._removable(told, remove)

    def _removable(self, told: str, remove: IconButton) -> QWidget:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE // 2)
        if self._theme is not None:
            remove.set_colours(self._theme.muted, self._theme.faint)
        across.addWidget(text_label(told), 1)
        across.addWidget(remove)
        return row

    def _remove(self, document: StoredDocument) -> None:
        waiting = self.waiting(self._chat)
        left = tuple(one for one in waiting.documents if one.id != document.id)
        self._leave(replace(waiting, documents=left) if left else _NOTHING)

    def _remove_all(self) -> None:
        self._leave(_NOTHING)

    def _leave(self, waiting: Waiting) -> None:
        self._waiting[self._chat] = waiting
        if (above := self.parentWidget()) is not None:
            above.setFocus()  # the button that had it is gone
        self._show()
        self.changed.emit()


def _told(document: StoredDocument) -> str:
    """A document's name, and how long it is."""
    facts = document.facts
    name = "".join(c if c.isprintable() else " " for c in document.name)
    pages = trn("{n} page", "{n} pages", facts.pages)
    size = formats.size(facts.size)
    if not document.passages:
        return tr("{name}: {pages}, {size}, no text in it", name=name, pages=pages, size=size)
    return tr("{name}: {pages}, {size}", name=name, pages=pages, size=size)


def _price_told(waiting: Waiting, context_size: int, costs: ReadingCosts) -> str:
    """What questions to these documents read."""
    from app.services.documents.reading_plan import PASSAGES, ReadingMode

    choice = waiting.choice
    if choice is not None and choice.passages is not None:
        count = len(choice.passages)
        return trn("Reads {n} passage that you chose.", "Reads {n} passages that you chose.", count)
    if not waiting.documents and choice is None:
        return tr("Of the documents of this chat.")
    if not waiting.documents:
        whole = choice is not None and choice.mode is ReadingMode.WHOLE
        return tr("The documents are read whole.") if whole else tr("Reads passages.")
    mode = choice.mode if choice is not None else None
    price = reading_price(waiting.documents, context_size, mode)
    seconds = costs.seconds(price.tokens)
    least = formats.duration(max(seconds, 1))  # "0 s" says nothing
    time = tr("That takes about {time}.", time=least) if seconds else ""
    if price.mode is ReadingMode.WHOLE:
        told = trn(
            "Read whole, about {n} token; later questions at once.",
            "Read whole, about {n} tokens; later questions at once.",
            price.tokens,
        )
        return paragraph(told, time, kept_told(costs.kept(price.tokens)))
    told = trn(
        "Each question reads {passages} passages, about {n} token.",
        "Each question reads {passages} passages, about {n} tokens.",
        price.tokens,
        passages=min(PASSAGES, sum(one.passages for one in waiting.documents)),
    )
    return paragraph(told, time)


def kept_told(kept: int) -> str:
    """How much of the disk keeps what was read; empty where nothing is kept."""
    return tr("What was read takes {size} of the disk.", size=formats.size(kept)) if kept else ""
