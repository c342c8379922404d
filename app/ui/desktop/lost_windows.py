"""A window that something outside destroys is closed, as by its title bar: nothing is lost.

X lets any program destroy any window (``xdotool windowclose`` does). Qt tells nobody of it, so the
program would run on without a window that anybody could close.
"""

from __future__ import annotations

from ctypes import c_uint8, c_uint32

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

_DESTROYED = 17  # the number of the event DestroyNotify, and below what tells who sent it
_NUMBER = 0x7F
_WINDOW_AT = 8  # of an event of that number, bytes


class LostWindows(QAbstractNativeEventFilter):
    """Looks for windows that are no more, among all events of the X server.

    Args:
        application: Has the events.
    """

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__()
        self._application = application
        application.installNativeEventFilter(self)

    def nativeEventFilter(
        self, _kind: QByteArray | bytes | bytearray | memoryview, message: int
    ) -> tuple[bool, int]:
        """Close the window that is gone; every event goes on its way."""
        at = int(message)
        if c_uint8.from_address(at).value & _NUMBER == _DESTROYED:
            gone = c_uint32.from_address(at + _WINDOW_AT).value
            for window in QApplication.topLevelWidgets():
                if window.internalWinId() == gone:
                    QTimer.singleShot(0, window, window.close)
        return False, 0

    def close(self) -> None:
        """Look no longer."""
        self._application.removeNativeEventFilter(self)
