"""The conversation of the quick question: no header, and no page before the question."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QMenu

from app.services.core import formatting
from app.services.core.events import ModelState
from app.ui.conversation.chat_pane import ChatPane, Page
from app.ui.style.theme import Theme, zoomed
from app.ui.transcript.view import TranscriptView

_ROOM = 240  # for the answer, pixels at 100 %


class QuickPane(ChatPane):
    """A composer, and above it the answer as soon as there is one.

    Args:
        theme: Colours.

    Signals:
        page_changed: Whether there is an answer to see.
    """

    page_changed = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, TranscriptView(theme=theme), QMenu())
        self.header.hide()
        self.composer.bar.hide()
        self._show_answer(shown=False)

    def set_model_state(self, state: ModelState) -> None:
        """Show it on the chip, and where it is where that is not here."""
        self.composer.bar.set_model_state(state)
        where = formatting.whose_computer(state.model)
        self.band.setText(where)
        self.band.setVisible(bool(where))

    def show_page(self, page: Page) -> None:
        """An empty chat is only its composer; the window grows with the first question."""
        super().show_page(Page.TRANSCRIPT if page is Page.TRANSCRIPT else Page.EMPTY)
        self._show_answer(shown=page is Page.TRANSCRIPT)

    def _show_answer(self, *, shown: bool) -> None:
        self._pages.setVisible(shown)
        self._pages.setMinimumHeight(zoomed(_ROOM) if shown else 0)
        self.page_changed.emit(shown)

    def sizeHint(self) -> QSize:
        """As high as what is shown."""
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())
