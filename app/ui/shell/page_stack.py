"""What fills the window: the chat, or a page that covers it until one goes back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.ui.style.theme import Theme
from app.ui.style.window_page import WindowPage


class PageStack(QStackedWidget):
    """The chat below, at most one page above it.

    Signals:
        changed: A page was opened or left.
    """

    changed = Signal()

    def __init__(self, chat: QWidget) -> None:
        super().__init__()
        self._chat = chat
        self._page: WindowPage | None = None
        self.addWidget(chat)

    @property
    def page(self) -> WindowPage | None:
        """The page that is open; None while the chat is shown."""
        return self._page

    def open(self, page: WindowPage) -> None:
        """Show a page in place of the chat, or of the page that was open."""
        if page is self._page:
            return
        self.back()
        self._page = page
        self.addWidget(page)
        page.closed.connect(self._on_closed)
        self.setCurrentWidget(page)
        page.begin()
        self.changed.emit()

    def back(self) -> bool:
        """Leave the page; whether there was one."""
        page = self._page
        if page is not None:
            page.close()
        return page is not None

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        if self._page is not None:
            self._page.set_theme(theme)

    def _on_closed(self) -> None:
        page, self._page = self._page, None
        self.setCurrentWidget(self._chat)
        self.changed.emit()
        if page is not None:
            self.removeWidget(page)
