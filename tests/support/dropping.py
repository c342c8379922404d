"""Files that are dragged over a widget and dropped there, as a file manager does it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

AT = QPoint(5, 5)
COPY_OR_MOVE = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction


def carried(paths: Sequence[Path]) -> QMimeData:
    """What a drag or the clipboard holds: addresses, and the same as text."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(str(path) for path in paths))
    return data


def drag(over: QWidget, *paths: Path) -> QDragEnterEvent:
    """Drag files over a widget; the file manager would rather move them."""
    data = carried(paths)  # no event owns it
    event = QDragEnterEvent(
        AT, COPY_OR_MOVE, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(over, event)
    return event


def drop(on: QWidget, *paths: Path) -> QDropEvent:
    """Drag files over a widget and let them go."""
    entered = drag(on, *paths)
    assert entered.isAccepted()
    data = carried(paths)
    event = QDropEvent(
        AT, COPY_OR_MOVE, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(on, event)
    return event
