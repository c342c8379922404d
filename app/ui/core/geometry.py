"""The size and place of the window: comfortable at first, as it was left from then on."""

from __future__ import annotations

import base64

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtWidgets import QWidget

_SIZE = (1100, 760)
_SMALLEST = (533, 400)
_FRAME = (8, 40)
"""What title bar and borders take at most, which nobody knows before the window is shown."""


def size_up(window: QWidget) -> None:
    """Make it as large as is comfortable, and no larger than the screen has room for."""
    room = window.screen().availableGeometry().size() - QSize(*_FRAME)
    window.setMinimumSize(QSize(*_SMALLEST).boundedTo(room))
    window.resize(QSize(*_SIZE).boundedTo(room))


def stored(window: QWidget) -> str:
    """Its size and place, as a setting keeps them."""
    return base64.b64encode(bytes(window.saveGeometry().data())).decode("ascii")


def restore(window: QWidget, kept: str) -> None:
    """Give it the size and place that were kept, if any were."""
    if kept:
        try:
            window.restoreGeometry(QByteArray(base64.b64decode(kept, validate=True)))
        except ValueError:
            size_up(window)
