"""The icon in the desktop's tray, and the window that is put away there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from app.language import tr
from app.ui.style import icons
from app.ui.style.menus import once_chosen


def has_tray() -> bool:
    """Whether the desktop has a tray now."""
    return QSystemTrayIcon.isSystemTrayAvailable()


class TrayIcon(QObject):
    """Shows Phial in the tray, where the desktop has one.

    Args:
        window: The main window.
        keeps: Whether a window that is closed stays here.
        show: Brings the main window to the front.
        new_chat: Begins a chat there.
        quick: Opens the quick question.
        leave: Ends the program.
    """

    def __init__(
        self,
        window: QWidget,
        keeps: Callable[[], bool],
        show: Callable[[], object],
        new_chat: Callable[[], object],
        quick: Callable[[], object],
        leave: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self._window, self._keeps, self._show = window, keeps, show
        self._session_ends = False
        self._menu = QMenu(window)
        self._menu.setAccessibleName(tr("Phial in the tray"))
        self._menu.addAction(tr("Show Phial"), lambda: once_chosen(show))
        self._menu.addAction(tr("New chat"), lambda: once_chosen(new_chat))
        self._menu.addAction(tr("Quick question"), lambda: once_chosen(quick))
        self._menu.addSeparator()
        self._menu.addAction(tr("Quit"), lambda: once_chosen(leave))
        self._icon = QSystemTrayIcon(icons.application_icon(), self)
        self._icon.setToolTip("Phial")  # not shown: its name
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        window.installEventFilter(self)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.commitDataRequest.connect(self._on_session_end)

    @property
    def shown(self) -> bool:
        """Whether a person can see it."""
        return self._icon.isVisible() and has_tray()

    def show(self, *, wanted: bool) -> None:
        """Show it where it is wanted; a desktop without a tray shows nothing."""
        self._icon.setVisible(wanted and has_tray())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that its title bar closes is put away, where the user wants that."""
        if (
            watched is self._window
            and event.type() is QEvent.Type.Close
            and event.spontaneous()  # Quit is none of a title bar's
            and not self._session_ends
            and self.shown
            and self._keeps()
        ):
            event.ignore()
            self._window.hide()
            return True
        return super().eventFilter(watched, event)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._show()

    def _on_session_end(self, _manager: object) -> None:
        self._session_ends = True
