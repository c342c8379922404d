"""The parts of one window, as its commands see them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QMainWindow

from app.services.registry import Services
from app.ui.conversation.chat_controller import ChatController
from app.ui.conversation.chat_pane import ChatPane
from app.ui.core.operations import Operations
from app.ui.shell.command_table import CommandActions
from app.ui.shell.page_stack import PageStack
from app.ui.sidebar.sidebar import Sidebar


@dataclass(frozen=True, slots=True, weakref_slot=True)  # signals hold their targets weakly
class WindowContext:
    """One window's parts.

    Attributes:
        window: Parent of dialogs.
        services: What everything is done with.
        sidebar: The left side.
        pane: The right side.
        controller: What happens in the pane.
        actions: The QActions of the table.
        operations: A thread for what blocks.
        pages: The chat, or a page that covers it.
    """

    window: QMainWindow
    services: Services
    sidebar: Sidebar
    pane: ChatPane
    controller: ChatController
    actions: CommandActions
    operations: Operations
    pages: PageStack

    def show_sidebar(self, *, shown: bool) -> None:
        """Show or hide the sidebar."""
        self.sidebar.setVisible(shown)
        self.pane.header.set_sidebar_shown(shown=shown)

    def toggle_sidebar(self) -> None:
        """Show the sidebar if it is hidden, hide it if it is shown."""
        self.show_sidebar(shown=self.sidebar.isHidden())
