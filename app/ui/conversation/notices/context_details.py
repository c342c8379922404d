"""What fills the context window, what fell out of it, and the way to another size."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.language import tr, trn
from app.language.numbers import write
from app.services.core import formatting
from app.ui.conversation.context_ring import ContextUse
from app.ui.style.dialogs import push_button
from app.ui.style.widgets import Popup, StyledLabel

_WIDTH = 320  # pixels at 100 %


class ContextDetails(Popup):
    """Opens from the ring of the context.

    Args:
        parent: The window.
        use: What fills it.
        documents: About how many tokens a question reads of documents; 0 where there are none.
        left_out: How many messages the model does not read any more.
        change: Leads to where the size is changed.
    """

    def __init__(
        self,
        parent: QWidget,
        use: ContextUse,
        documents: int,
        left_out: int,
        change: Callable[[], object],
    ) -> None:
        super().__init__(parent, tr("What fills the context"), _WIDTH)
        self._change = change
        self.column.addWidget(StyledLabel(tr("What fills the context"), "subheading"))
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        rows = _rows(use, documents)
        for at, (words, number) in enumerate(rows):
            grid.addWidget(StyledLabel(words), at, 0)
            value = StyledLabel(number)
            value.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignTop)
            value.setWordWrap(False)
            grid.addWidget(value, at, 1)
        self.column.addLayout(grid)
        said = [use.note] if use.note else []
        if use.size:
            said.insert(0, formatting.context_line(use.tokens, use.size))
        said.append(_fell_out(left_out))
        for sentence in said:
            self.column.addWidget(StyledLabel(sentence, "small"))
        self.setAccessibleDescription(
            "\n".join((*(tr("{words}: {number}", words=a, number=b) for a, b in rows), *said))
        )
        button = push_button(tr("Change the size\u2026"))
        button.clicked.connect(self._on_change)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button)
        self.column.addLayout(row)
        button.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_change(self) -> None:
        self.close()
        self._change()


def _rows(use: ContextUse, documents: int) -> list[tuple[str, str]]:
    """Words and number of each line."""
    chat = max(0, use.tokens - use.system - use.message)
    rows: list[tuple[str, str]] = [
        (tr("System prompt"), write(use.system)),
        (tr("This chat"), write(chat)),
        (tr("This message"), write(use.message)),
    ]
    if documents:
        read = tr("about {n}", n=documents)
        rows.insert(1, (tr("Documents, with each question"), read))
    if use.size:
        rows.append((tr("Free"), write(max(0, use.size - use.tokens))))
    return rows


def _fell_out(count: int) -> str:
    if not count:
        return tr("Nothing fell out: the model reads all of this chat.")
    return trn(
        "{n} older message fell out: the model does not read it any more.",
        "{n} older messages fell out: the model does not read them any more.",
        count,
    )
