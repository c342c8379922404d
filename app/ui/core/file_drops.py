"""Files that are dragged into the window: taken anywhere, copied, and the target lights up.

A file manager that proposes to move deletes its file once the drop is accepted so; and a text
field that knows nothing of files takes their addresses as text. So files are looked for before
the widget under the pointer sees the drag.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QLineEdit, QVBoxLayout, QWidget

from app.ui.style.widgets import StyledLabel

_DRAGGED = {QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop}


class FileDrops(QObject):
    """Takes files for one window, wherever they are dropped in it.

    Args:
        window: Accepts drops; it owns this.
        says: What happens to files, shown while they are over it.
        suffix: Only files that end so are taken; empty for all.

    Signals:
        dropped: (list of local paths).
    """

    dropped = Signal(object)

    def __init__(self, window: QWidget, says: str, suffix: str = "") -> None:
        super().__init__(window)
        self._window, self._suffix = window, suffix
        window.setAcceptDrops(True)
        self._light = _Light(window, says)
        self.watch(window)

    def watch(self, *widgets: QWidget) -> None:
        """Look at the drags of these widgets too, which take text themselves."""
        for widget in widgets:
            target = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
            target.installEventFilter(self)

    def watch_fields(self) -> None:
        """Look at the drags of every line of text that the window has now."""
        self.watch(*self._window.findChildren(QLineEdit))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files; leave everything else to the widget."""
        if event.type() == QEvent.Type.DragLeave:
            self._light.hide()
        elif event.type() in _DRAGGED and isinstance(event, QDropEvent):
            found = local_paths(event.mimeData())
            paths = [path for path in found if path.lower().endswith(self._suffix)]
            if paths:
                self._take(event, paths)
                return True
        return super().eventFilter(watched, event)

    def _take(self, event: QDropEvent, paths: list[str]) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() == QEvent.Type.Drop:
            self._light.hide()
            self.dropped.emit(paths)
        else:
            self._light.light_up()


class _Light(QFrame):
    """Covers the window while files are dragged over it, and says what happens to them."""

    def __init__(self, window: QWidget, says: str) -> None:
        super().__init__(window)
        self.setObjectName("dropTarget")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        words = StyledLabel(says, "subheading")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self).addWidget(words)
        self.hide()

    def light_up(self) -> None:
        """Show it over everything in the window."""
        above = self.parentWidget()
        if self.isHidden() and above is not None:
            self.setGeometry(above.rect())
            self.show()
            self.raise_()


def local_paths(data: QMimeData) -> list[str]:
    """The files of a drag or of the clipboard."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
