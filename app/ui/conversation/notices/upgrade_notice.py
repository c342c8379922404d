"""The notice that Phial was upgraded in place: what loads later would be of another version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

from app.language import tr
from app.ui.conversation.notices.banner import Banner, BannerAction

UPGRADE = "upgrade"
SETTLED_MS = 2_000
"""From the first sign of an upgrade until it is told: its last file comes after its first."""


class UpgradeNotice(QObject):
    """Watches the program's file, and offers a restart once it is another one.

    Args:
        banner: Where it is told.
        program: A file that every upgrade replaces.
        restart: Ends this window and starts the program that is there now.
    """

    def __init__(self, banner: Banner, program: Path, restart: Callable[[], object]) -> None:
        super().__init__(banner)
        self._banner, self._program, self._restart = banner, program, restart
        self._stamp = _stamp(program)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._look)
        self._watcher = QFileSystemWatcher([str(program)], self)
        self._watcher.fileChanged.connect(lambda _path: self._settled.start())

    def _look(self) -> None:
        if _stamp(self._program) == self._stamp:
            self._watcher.addPath(str(self._program))  # a replaced file is not watched any more
            return
        self._banner.show_message(
            UPGRADE,
            tr("Phial was upgraded while this window was open."),
            tr("Your chats are safe. What is opened from now on may fail until Phial starts anew."),
            [BannerAction(tr("Restart Phial"), self._restart)],
        )


def _stamp(program: Path) -> tuple[int, int, int] | None:
    """What tells a file from the one before it; None while there is none."""
    try:
        found = program.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
