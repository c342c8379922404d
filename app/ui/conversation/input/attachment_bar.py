"""The documents that go with the message in the composer, and what reading them costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.conversation import Conversation
from app.domain.documents import StoredDocument
from app.domain.parts import AttachmentPart
from app.language import formats, tr, trn
from app.services.core.events import ModelState
from app.services.documents.attached import CONTEXT_UNKNOWN, attachment_part, reading_price
from app.ui.style.dialogs import text_label
from app.ui.style.scrolling_page import clear_layout
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import IconButton


class AttachmentBar(QWidget):
    """Keeps the documents for the next message of each chat, and shows those of one.

    Signals:
        changed: Another document goes with the next message, or one no longer does.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(4, 0, 0, 0)
        self._rows.setSpacing(0)
        self._theme: Theme | None = None
        self._context_size = CONTEXT_UNKNOWN
        self._waiting: dict[str, list[StoredDocument]] = {}
        self._chat = ""
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        for button in self.findChildren(IconButton):
            button.set_colours(theme.muted, theme.faint)

    def set_model_state(self, state: ModelState) -> None:
        """The context window decides how a document is read, and so what that costs."""
        size = state.loaded.context_size if state.loaded is not None else CONTEXT_UNKNOWN
        if size != self._context_size:
            self._context_size = size
            self._show()

    def show_chat(self, chat_id: str) -> None:
        """Show those of another chat."""
        self._chat = chat_id
        self._show()

    def add(self, chat_id: str, documents: Sequence[StoredDocument]) -> None:
        """These go with the next message of a chat, each once."""
        waiting = self._waiting.setdefault(chat_id, [])
        known = {one.id for one in waiting}
        waiting.extend({one.id: one for one in documents if one.id not in known}.values())
        self._show()
        self.changed.emit()

    def parts(self, chat_id: str) -> tuple[AttachmentPart, ...]:
        """What goes with the next message of a chat."""
        return tuple(attachment_part(one) for one in self._waiting.get(chat_id, ()))

    @property
    def empty(self) -> bool:
        """Whether nothing goes with the next message of the chat that is shown."""
        return not self._waiting.get(self._chat)

    def carry_over(self, chat: Conversation, to: Conversation) -> None:
        """What was typed in a chat goes along into another; private documents stay private."""
        if chat.private is to.private:
            self.add(to.id, self._waiting.pop(chat.id, []))

    def clear(self, chat_id: str) -> list[StoredDocument]:
        """The message was sent, and they with it; returns them, in case it cannot be stored."""
        gone = self._waiting.pop(chat_id, [])
        self._show()
        return gone

    def _show(self) -> None:
        clear_layout(self._rows)
        waiting = self._waiting.get(self._chat, [])
        for document in waiting:
            self._rows.addWidget(self._row(document))
        if waiting:
            told = _price_told(waiting, self._context_size)
            self._rows.addWidget(text_label(told, "muted"))
        self.setVisible(bool(waiting))

    def _row(self, document: StoredDocument) -> QWidget:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE // 2)
        label = text_label(_told(document))
        remove = IconButton("close", tr("Remove the document"))
        remove.setAccessibleDescription(document.name)
        if self._theme is not None:
            remove.set_colours(self._theme.muted, self._theme.faint)
        remove.clicked.connect(partial(self._remove, document))
        across.addWidget(label, 1)
        across.addWidget(remove)
        return row

    def _remove(self, document: StoredDocument) -> None:
        waiting = self._waiting.get(self._chat, [])
        self._waiting[self._chat] = [one for one in waiting if one.id != document.id]
        if (above := self.parentWidget()) is not None:
            above.setFocus()  # the button that had it is gone
        self._show()
        self.changed.emit()


def _told(document: StoredDocument) -> str:
    """A document's name, and how long it is."""
    facts = document.facts
    name = "".join(c if c.isprintable() else " " for c in document.name)
    pages = trn("{n} page", "{n} pages", facts.pages)
    return tr("{name}: {pages}, {size}", name=name, pages=pages, size=formats.size(facts.size))


def _price_told(documents: Sequence[StoredDocument], context_size: int) -> str:
    """What questions to these documents read."""
    from app.services.documents.reading_plan import PASSAGES, ReadingMode

    price = reading_price(documents, context_size)
    if price.mode is ReadingMode.WHOLE:
        return trn(
            "Read whole, about {n} token; later questions at once.",
            "Read whole, about {n} tokens; later questions at once.",
            price.tokens,
        )
    return trn(
        "Each question reads {passages} passages, about {n} token.",
        "Each question reads {passages} passages, about {n} tokens.",
        price.tokens,
        passages=PASSAGES,
    )
