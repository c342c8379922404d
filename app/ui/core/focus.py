"""Where the keyboard's focus goes: by Tab, and when the control that has it goes away.

A control that is hidden, disabled or deleted hands its focus to the next one in Qt's order,
whatever that is: what was typed next was lost, and a blank pressed a button nobody had chosen. And
Qt's order is that in which widgets were made, so that the buttons of messages, made late and anew,
stood behind the composer and led back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLayout, QWidget
from shiboken6 import isValid


@runtime_checkable
class HasStops(Protocol):
    """A part of the window that knows in which order Tab goes through it."""

    def tab_stops(self) -> Sequence[QWidget]:
        """Its controls that are seen, first to last."""


_ALT_GR_OF_WINDOWS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_REASON = {True: Qt.FocusReason.TabFocusReason, False: Qt.FocusReason.BacktabFocusReason}


class FocusKeeper(QObject):
    """Takes the focus of a control that went away to a place where typing does no harm.

    In the window this is ``home``. In a dialog it is what had the focus before and is no button,
    such as its list; else the dialog itself, where Tab leads on and Enter presses its default.

    Args:
        window: The main window, which owns this.
        home: Tells where one types: in the composer, or on the page that covers it.
    """

    def __init__(self, window: QWidget, home: Callable[[], QWidget]) -> None:
        super().__init__(window)
        self._window, self._home = window, home
        self._left: QWidget | None = None  # had the focus in the window when it was deactivated
        self._before: QWidget | None = None  # had the focus of a dialog last, and is no button
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._find_anew)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_changed)

    def go_home(self) -> None:
        """Give the focus to the place where one types."""
        home = self._home()
        place = home if home.isVisible() else self._window
        place.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        active = QApplication.activeWindow()
        of = old.window() if old is not None and isValid(old) else None
        if of is self._window and active is not self._window:
            self._left = old
        if active is None or not _is_below(active, self._window):
            return
        if now is None:  # deleted with the focus
            self._later.start()
        elif old is not None and of is active:
            if not can_have_focus(old):
                self._place(active)
            elif not isinstance(old, QAbstractButton):
                self._before = old
        elif active is self._window:
            left, self._left = self._left, None
            if left is not None and not can_have_focus(left):
                self.go_home()  # it went away while a dialog was open

    def _find_anew(self) -> None:
        active = QApplication.activeWindow()
        if (
            active is not None
            and QApplication.focusWidget() is None
            and _is_below(active, self._window)
        ):
            self._place(active)

    def _place(self, active: QWidget) -> None:
        before = self._before
        if active is self._window:
            self.go_home()
        elif before is not None and can_have_focus(before) and before.window() is active:
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            active.setFocus(Qt.FocusReason.OtherFocusReason)


def can_have_focus(widget: QWidget) -> bool:
    """Whether a widget is there, seen and enabled."""
    return isValid(widget) and widget.isVisible() and widget.isEnabled()


def is_typed(event: QKeyEvent) -> bool:
    """Whether a key writes something; a blank does not, since it presses, scrolls and chooses."""
    writes = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    writes |= Qt.KeyboardModifier.GroupSwitchModifier  # AltGr
    if event.modifiers() & ~writes and event.modifiers() != _ALT_GR_OF_WINDOWS:
        return False
    return event.text().isprintable() and bool(event.text().strip())


def _is_below(window: QWidget, above: QWidget) -> bool:
    """Whether ``window`` is ``above`` or a dialog of it."""
    one: QWidget | None = window
    while one is not None and one is not above:
        one = one.parentWidget()
    return one is above


def walk_by_tab(areas: Sequence[QWidget], focused: QWidget | None, *, forward: bool) -> bool:
    """Move the focus to the next control in the order of the areas and of their layouts.

    Args:
        areas: Parts of the window, first to last; behind the last comes the first again.
        focused: What has the focus; the first or last control is next where it is none of theirs.
        forward: Tab, or Shift+Tab.

    Returns:
        Whether there was a control to go to.
    """
    ring = [stop for area in areas for stop in stops(area)]
    if not ring:
        return False
    at = next((i for i, stop in enumerate(ring) if stop is focused), -1 if forward else len(ring))
    ring[(at + (1 if forward else -1)) % len(ring)].setFocus(_REASON[forward])
    return True


def stops(widget: QWidget) -> Iterator[QWidget]:
    """The controls of a part that Tab stops at, in the order of its layouts.

    A part that knows its own order gives it as ``tab_stops``.
    """
    if not can_have_focus(widget):
        return
    if isinstance(widget, HasStops):
        yield from widget.tab_stops()
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    layout = widget.layout()
    children = list(_laid_out(layout)) if layout is not None else _children(widget)
    for child in children:
        yield from stops(child)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        inner, widget = item.layout(), item.widget()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid_out(inner)


def _children(widget: QWidget) -> list[QWidget]:
    return [child for child in widget.children() if isinstance(child, QWidget)]
