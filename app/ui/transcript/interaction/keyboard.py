"""The keyboard in the transcript: moving through the text and through its buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QWidget

from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.interaction.selection_controller import SelectionController
from app.ui.transcript.layout import Layout
from app.ui.transcript.viewport.scroll_anchor import BEGINNING, ScrollPosition
from app.ui.transcript.widgets.controls import has_control

CONTROL = 20
"""Pixels of a row that have to be in view while one of its controls has the focus."""

_REASON = {True: Qt.FocusReason.TabFocusReason, False: Qt.FocusReason.BacktabFocusReason}
_STEPS: dict[int, bool] = {Qt.Key.Key_Down: True, Qt.Key.Key_Up: False}
WALKS: dict[int, bool] = {Qt.Key.Key_PageDown: True, Qt.Key.Key_PageUp: False}
"""With Ctrl, keys that go from message to message: whether forward."""


def walks(event: QKeyEvent) -> bool:
    """Whether a key goes to another message."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in WALKS and held == Qt.KeyboardModifier.ControlModifier


class Keyboard:
    """Moves, selects and activates by key presses.

    Args:
        area: Whose keys they are.
        layout: What is moved through.
        selection: What is selected and copied.
        read: Has a screen reader read a message.
    """

    def __init__(
        self,
        area: QAbstractScrollArea,
        layout: Layout,
        selection: SelectionController,
        read: Callable[[MessageModel], object],
    ) -> None:
        self._area, self._layout, self._selection, self._read = area, layout, selection, read
        self._walked = ""  # the message that was gone to last

    def press(self, event: QKeyEvent) -> bool:
        """Answer a key; whether it was one of ours. The Menu key is Qt's, Shift+F10 is not."""
        area, layout = self._area, self._layout
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._selection.select_all()
            return True
        if event.matches(QKeySequence.StandardKey.Copy):
            self._selection.copy()
            return True
        if event.matches(QKeySequence.StandardKey.MoveToStartOfDocument):
            layout.scroll_to_start()
            return True
        if event.matches(QKeySequence.StandardKey.MoveToEndOfDocument):
            layout.scroll_to_end()
            return True
        if walks(event):
            self._walk(forward=WALKS[event.key()])
            return True
        if event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        ):
            return False
        if event.key() == Qt.Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            area.customContextMenuRequested.emit(area.viewport().rect().center())
            return True
        if event.key() in _STEPS and self.step(forward=_STEPS[event.key()]):
            return True
        way = self._way(event)
        if way:
            layout.scroll_by(way)
        elif event.key() == Qt.Key.Key_Home:
            layout.scroll_to_start()
        elif event.key() == Qt.Key.Key_End:
            layout.scroll_to_end()
        else:
            return False
        return True

    def _walk(self, *, forward: bool) -> None:
        """Go to the message before or after the one that was gone to, else to the last in view."""
        layout, models = self._layout, self._layout.branch.models
        seen = [one.at for one in layout.flow.placed if layout.is_in_view(one.y, CONTROL)]
        if not models or not seen:
            return
        here = layout.branch.by_id.get(self._walked)
        if here is None or here not in seen:
            here = seen[0] if forward else seen[-1] + 1
        to = models[min(max(here + (1 if forward else -1), 0), len(models) - 1)]
        self._walked = to.message.id
        layout.following = not layout.anchor.go_to(ScrollPosition(self._walked, BEGINNING))
        layout.relayout()
        self._read(to)

    def _way(self, event: QKeyEvent) -> int:
        bar = self._area.verticalScrollBar()
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
        """Where Tab stops: the area itself, the pill if there is one, the controls in view."""
        pill = [self._layout.pill] if self._layout.pill.isVisible() else []
        return [self._area, *pill, *filter(self._is_seen, self._controls())]

    def _controls(self) -> list[QWidget]:
        return self._layout.widgets.focus_chain(self._layout.flow.placed)

    def _is_seen(self, control: QWidget) -> bool:
        """Whether going there moves nothing: else Tab would bring ever more into view."""
        place = self._place_of(control)
        return any(
            (placed.at, placed.row) == place and self._layout.is_in_view(placed.y, CONTROL)
            for placed in self._layout.flow.placed
        )

    def tab(self, *, forward: bool) -> bool:
        """Go to the next control in view; False where Tab leaves the view.

        Messages beyond the viewport are not gone through: one would not come out of a long chat.
        Arrows lead there, from control to control and from line to line.
        """
        chain, focused = self.stops(), self._area.window().focusWidget()
        if focused is self._area and not forward:
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
        focused = self._area.window().focusWidget()
        place = self._place_of(focused) if isinstance(focused, QAbstractButton) else None
        if focused is None or place is None:
            return False
        chain = _buttons(self._controls())
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
        for key, widget in self._layout.widgets.widgets.items():
            if widget.isAncestorOf(control):
                for spot in widget.visible_rows:
                    if control in widget.controls.controls_of(spot):
                        return self._layout.branch.by_id[key], spot.row
        return None

    def _beyond(self, place: tuple[int, int], *, forward: bool) -> QWidget | None:
        """The next button after a row, or the last one before it, brought into view."""
        layout, branch = self._layout, self._layout.branch
        step = branch.after if forward else branch.before
        following = step(*place)
        while following is not None:
            if has_control(layout.widgets.lay_out(*following)):
                layout.show_row(*following, 0, CONTROL)
                widget = layout.widgets.widgets[branch.models[following[0]].message.id]
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
