"""What was sent before, by Ctrl+Up and Ctrl+Down in the composer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor

from app.ui.style.text_fields import PlainEditor

_KEYS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}


class SentHistory(QObject):
    """Walks through what was sent; what was typed waits at the near end.

    Args:
        editor: Shows it; Undo brings back what stood there.
        sent: Gives what was sent, the newest first, each text once.
    """

    def __init__(self, editor: PlainEditor, sent: Callable[[], Sequence[str]]) -> None:
        super().__init__(editor)
        self._editor, self._sent = editor, sent
        self._texts: tuple[str, ...] = ()
        self._at = 0  # 0 is what was typed, 1 what was sent last
        editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the two keys."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in _KEYS
            and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            == Qt.KeyboardModifier.ControlModifier
            and not self._editor.isReadOnly()
        ):
            self._step(_KEYS[Qt.Key(event.key())])
            return True
        return super().eventFilter(watched, event)

    def _step(self, step: int) -> None:
        typed = self._editor.text()
        if not self._at or typed != self._texts[self._at]:  # it begins, or was typed over
            found = [text for text in self._sent() if text != typed]
            self._texts, self._at = (typed, *found), 0
        target = min(max(self._at + step, 0), len(self._texts) - 1)
        if target == self._at:
            return
        self._at = target
        self._editor.retype(self._texts[target])
        self._editor.moveCursor(QTextCursor.MoveOperation.End)
