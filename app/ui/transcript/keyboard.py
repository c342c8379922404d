"""Owns the keyboard in the transcript: moving through the text and through its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from app.ui.transcript.controls import has_control

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView


_REASON = {True: Qt.FocusReason.TabFocusReason, False: Qt.FocusReason.BacktabFocusReason}


class Keyboard:
    """Answers keys for the transcript."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view

    def press(self, event: QKeyEvent) -> bool:
        """Answer a key; whether it was one of ours. The Menu key is Qt's, Shift+F10 is not."""
        view = self._view
        if event.matches(QKeySequence.StandardKey.SelectAll):
            view.marks.select_all()
            return True
        if event.matches(QKeySequence.StandardKey.Copy):
            view.marks.copy()
            return True
        if event.matches(QKeySequence.StandardKey.MoveToStartOfDocument):
            view.scrolling.to_start()
            return True
        if event.matches(QKeySequence.StandardKey.MoveToEndOfDocument):
            view.scrolling.to_end()
            return True
        if event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        ):
            return False
        if event.key() == Qt.Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            view.customContextMenuRequested.emit(view.viewport().rect().center())
            return True
        way = self._way(event)
        if way:
            view.scrolling.by(way)
        elif event.key() == Qt.Key.Key_Home:
            view.scrolling.to_start()
        elif event.key() == Qt.Key.Key_End:
            view.scrolling.to_end()
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
        """Go to the next control, bringing further messages into view; False leaves the view.

        Qt would go through the widgets in the order they were made, and only through those that
        exist; the messages beyond the viewport have none yet. The order is: the view itself, the
        pill if there is one, then every control of every message.
        """
        view = self._view
        focused = view.window().focusWidget()
        if focused is view and not forward:
            return False
        pill = [view.scrolling.pill] if view.scrolling.pill.isVisible() else []
        chain: list[QWidget] = [view, *pill, *view.mounted.focus_chain()]
        if focused not in chain:
            return self._leave(forward=forward)
        wanted = chain.index(focused) + (1 if forward else -1)
        place = self._place_of(focused)
        if place is not None and (wanted == len(chain) or not self._place_of(chain[wanted])):
            # The last one in view: the next one may be in a message further on.
            beyond = self._beyond(place, forward=forward)
            if beyond is not None:
                beyond.setFocus(_REASON[forward])
                return True
        if wanted == len(chain):
            return self._leave(forward=True)
        chain[wanted].setFocus(_REASON[forward])
        return True

    def _place_of(self, control: QWidget) -> tuple[int, int] | None:
        """Message and row of a control."""
        for key, widget in self._view.mounted.widgets.items():
            if widget.isAncestorOf(control):
                for spot in widget.spots:
                    if control in widget.controls.of(spot):
                        return self._view.chat.by_id[key], spot.row
        return None

    def _beyond(self, place: tuple[int, int], *, forward: bool) -> QWidget | None:
        """The next control after a row, or the last one before it, brought into view."""
        view = self._view
        step = view.chat.after if forward else view.chat.before
        following = step(*place)
        while following is not None:
            if has_control(view.mounted.lay_out(*following)):
                view.scrolling.to_row(*following, 0, 20)
                widget = view.mounted.widgets[view.chat.models[following[0]].message.id]
                found = [c for s in widget.spots if s.row == following[1] for c in widget.chain(s)]
                if found:
                    return found[0 if forward else -1]
            following = step(*following)
        return None

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
