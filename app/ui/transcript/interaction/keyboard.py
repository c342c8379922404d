"""The keyboard in the transcript: moving through the text and through its buttons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui.transcript.widgets.controls import has_control

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView

CONTROL = 20
"""Pixels of a row that have to be in view while one of its controls has the focus."""

_REASON = {True: Qt.FocusReason.TabFocusReason, False: Qt.FocusReason.BacktabFocusReason}
_STEPS: dict[int, bool] = {Qt.Key.Key_Down: True, Qt.Key.Key_Up: False}


class Keyboard:
    """Moves, selects and activates by key presses."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view

    def press(self, event: QKeyEvent) -> bool:
        """Answer a key; whether it was one of ours. The Menu key is Qt's, Shift+F10 is not."""
        view = self._view
        if event.matches(QKeySequence.StandardKey.SelectAll):
            view.selection_controller.select_all()
            return True
        if event.matches(QKeySequence.StandardKey.Copy):
            view.selection_controller.copy()
            return True
        if event.matches(QKeySequence.StandardKey.MoveToStartOfDocument):
            view.scroll_controller.scroll_to_start()
            return True
        if event.matches(QKeySequence.StandardKey.MoveToEndOfDocument):
            view.scroll_controller.scroll_to_end()
            return True
        if event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        ):
            return False
        if event.key() == Qt.Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            view.customContextMenuRequested.emit(view.viewport().rect().center())
            return True
        if event.key() in _STEPS and self.step(forward=_STEPS[event.key()]):
            return True
        way = self._way(event)
        if way:
            view.scroll_controller.scroll_by(way)
        elif event.key() == Qt.Key.Key_Home:
            view.scroll_controller.scroll_to_start()
        elif event.key() == Qt.Key.Key_End:
            view.scroll_controller.scroll_to_end()
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

    def stops(self) -> list[QWidget]:
        """Where Tab stops: the view itself, the pill if there is one, the controls in view."""
        view = self._view
        pill = [view.scroll_controller.pill] if view.scroll_controller.pill.isVisible() else []
        seen = [c for c in view.message_widgets.focus_chain() if self._is_seen(c)]
        return [view, *pill, *seen]

    def _is_seen(self, control: QWidget) -> bool:
        """Whether going there moves nothing: else Tab would bring ever more into view."""
        place, view = self._place_of(control), self._view
        return any(
            (placed.at, placed.row) == place
            and view.scroll_controller.is_in_view(placed.y, CONTROL)
            for placed in view.flow.placed
        )

    def tab(self, *, forward: bool) -> bool:
        """Go to the next control in view; False where Tab leaves the view.

        Messages beyond the viewport are not gone through: one would not come out of a long chat.
        Arrows lead there, from control to control and from line to line.
        """
        chain, focused = self.stops(), self._view.window().focusWidget()
        if focused is self._view and not forward:
            return False
        at = next((i for i, stop in enumerate(chain) if stop is focused), None)
        if at is None:  # one that was scrolled out of view
            at = 0 if forward else len(chain)
        wanted = at + (1 if forward else -1)
        if wanted == len(chain):
            return False
        chain[wanted].setFocus(_REASON[forward])
        return True

    def step(self, *, forward: bool) -> bool:
        """Go from a message's button to the next, bringing further messages into view.

        Returns:
            False where none of them has the focus, and where there is none further on.
        """
        focused = self._view.window().focusWidget()
        place = self._place_of(focused) if isinstance(focused, QAbstractButton) else None
        if focused is None or place is None:
            return False
        chain = _buttons(self._view.message_widgets.focus_chain())
        wanted = chain.index(focused) + (1 if forward else -1) if focused in chain else -1
        if 0 <= wanted < len(chain):
            following: QWidget | None = chain[wanted]
        else:
            following = self._beyond(place, forward=forward)
        if following is None:
            return False
        following.setFocus(_REASON[forward])
        return True

    def _place_of(self, control: QWidget) -> tuple[int, int] | None:
        """Message and row of a control."""
        for key, widget in self._view.message_widgets.widgets.items():
            if widget.isAncestorOf(control):
                for spot in widget.visible_rows:
                    if control in widget.controls.controls_of(spot):
                        return self._view.branch.by_id[key], spot.row
        return None

    def _beyond(self, place: tuple[int, int], *, forward: bool) -> QWidget | None:
        """The next button after a row, or the last one before it, brought into view."""
        view = self._view
        step = view.branch.after if forward else view.branch.before
        following = step(*place)
        while following is not None:
            if has_control(view.message_widgets.lay_out(*following)):
                view.scroll_controller.show_row(*following, 0, CONTROL)
                widget = view.message_widgets.widgets[view.branch.models[following[0]].message.id]
                found = _buttons(
                    c
                    for s in widget.visible_rows
                    if s.row == following[1]
                    for c in widget.controls_of(s)
                )
                if found:
                    return found[0 if forward else -1]
            following = step(*following)
        return None


def _buttons(controls: Iterable[QWidget]) -> list[QWidget]:
    """Those that are no bars: in a bar the arrows scroll."""
    return [control for control in controls if isinstance(control, QAbstractButton)]
