"""Owns the keyboard in the transcript: moving through the text and through its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView


class Keyboard:
    """Answers keys for the transcript."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view

    def press(self, event: QKeyEvent) -> bool:
        """Answer a key; whether it was one of ours."""
        view = self._view
        if event.matches(QKeySequence.StandardKey.SelectAll):
            view.select_all()
            return True
        if event.matches(QKeySequence.StandardKey.Copy):
            view.copy()
            return True
        if event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        ):
            return False
        view.begin_frame()
        way = self._way(event)
        if way:
            view.scroll_by(way)
        elif event.key() == Qt.Key.Key_Home:
            view.scroll_to_start()
        elif event.key() == Qt.Key.Key_End:
            view.scroll_to_end()
        else:
            return False
        return True

    def _way(self, event: QKeyEvent) -> int:
        bar = self._view.verticalScrollBar()
        page, step = bar.pageStep(), bar.singleStep()
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_PageDown:
                return page
            case Qt.Key.Key_PageUp:
                return -page
            case Qt.Key.Key_Space:
                return -page if back else page
            case Qt.Key.Key_Down:
                return step
            case Qt.Key.Key_Up:
                return -step
        return 0

    def tab(self, *, forward: bool) -> bool:
        """Go to the next button, bringing further messages into view; False leaves the view.

        Qt would go through the widgets in the order they were made, and only through those that
        exist; the messages beyond the viewport have none yet.
        """
        view = self._view
        focused = view.window().focusWidget()
        if focused is view:
            return forward and self._focus(view.focus_chain(), 0)
        chain = view.focus_chain()
        if focused not in chain:
            return self._leave(forward=forward)
        wanted = chain.index(focused) + (1 if forward else -1)
        if 0 <= wanted < len(chain):
            return self._focus(chain, wanted)
        moved = self._scroll_on(forward=forward)
        chain = view.focus_chain()
        if moved and focused in chain:
            wanted = chain.index(focused) + (1 if forward else -1)
            if 0 <= wanted < len(chain):
                return self._focus(chain, wanted)
        if not forward:
            view.setFocus(Qt.FocusReason.BacktabFocusReason)
            return True
        return self._leave(forward=True)

    def _scroll_on(self, *, forward: bool) -> bool:
        view = self._view
        for _ in range(12):  # a message may be longer than some pages
            before, count = view.flow.position, len(view.focus_chain())
            view.scroll_by(view.verticalScrollBar().pageStep() * (1 if forward else -1))
            if view.flow.position == before:
                return False
            if len(view.focus_chain()) > 1 or len(view.focus_chain()) != count:
                return True
        return False

    @staticmethod
    def _focus(chain: list[QWidget], index: int) -> bool:
        if not chain:
            return False
        chain[index].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _leave(self, *, forward: bool) -> bool:
        view = self._view
        widget: QWidget = view
        for _ in range(10_000):  # the chain is a ring; it is never this long
            other = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
            if other is None or other is view:
                return False
            widget = other
            policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if (
                policy
                and widget.isVisible()
                and widget.isEnabled()
                and not view.isAncestorOf(widget)
            ):
                widget.setFocus(
                    Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
                )
                return True
        return False
