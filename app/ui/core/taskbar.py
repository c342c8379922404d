"""Progress of downloads where the desktop shows it: on the program's icon.

Linux: ``com.canonical.Unity.LauncherEntry`` on the session bus, which Ubuntu's dock, Dash to Dock,
KDE Plasma and others show as a bar. macOS: the number of downloads as a badge in the Dock.
Windows: a bar on the window's button (:mod:`app.system.taskbar_list`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.domain.download import DownloadItem
from app.system.taskbar import launcher_entry, shows_badges

if TYPE_CHECKING:
    from app.system.taskbar_list import TaskbarList

_INTERFACE, _PATH = "com.canonical.Unity.LauncherEntry", "/com/canonical/unity/launcherentry/1"


class TaskbarProgress:
    """Sends the progress of all downloads to the desktop, when it changed.

    Args:
        window: The program's window.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._button: TaskbarList | None = None
        self._entry = launcher_entry(QGuiApplication.desktopFileName())
        self._badges = shows_badges()
        self._told: tuple[int, int] = (0, 0)

    def show(self, items: Sequence[DownloadItem]) -> None:
        """Tell how far the downloads that are not over are, all together."""
        under_way = [item for item in items if not item.state.over]
        total = sum(item.total for item in under_way)
        done = sum(item.done for item in under_way)
        now = (len(under_way), int(100 * done / total) if total else 0)
        if now == self._told:
            return
        if self._told == (0, 0):  # the first of some
            from app.system.taskbar_list import taskbar_list

            self._button = self._button or taskbar_list()
        self._told = now
        count, percent = now
        if self._entry:
            self._send(percent / 100, visible=count > 0)
        if self._button is not None and count:
            self._button.show(int(self._window.winId()), percent, 100)
        elif self._button is not None:
            self._button.clear(int(self._window.winId()))
        if self._badges:
            application = QGuiApplication.instance()
            if isinstance(application, QGuiApplication):
                application.setBadgeNumber(count)

    def _send(self, progress: float, *, visible: bool) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():  # no desktop that could show it
            self._entry = ""
            return
        signal = QDBusMessage.createSignal(_PATH, _INTERFACE, "Update")  # not shown
        signal.setArguments([self._entry, {"progress": progress, "progress-visible": visible}])
        bus.send(signal)
