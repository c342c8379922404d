"""The interfaces that Qt hands to assistive technology for a transcript and its messages.

Qt owns what a factory returns and deletes it with its widget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QKeySequenceEdit, QStackedWidget, QWidget
from shiboken6 import Shiboken

from app.language import tr
from app.ui.assistive.capabilities import (
    NOBODY,
    NOTHING,
    Described,
    OneAction,
    ReadText,
    pointer_to,
)
from app.ui.assistive.message_parts import author_and_status, parts_of, text_of_message
from app.ui.assistive.part_interface import PartInterface, PartPool
from app.ui.style.widgets import Notification
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.message_widget import MessageWidget
from app.ui.transcript.widgets.signals import LinkRequest

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class MessageInterface(Described):
    """A message: a document with its author and status, its parts, and its controls.

    Args:
        widget: The message near the viewport.
        pool: Where the interfaces of its parts come from.
    """

    def __init__(self, widget: MessageWidget, pool: PartPool) -> None:
        super().__init__()
        self._widget, self._pool = widget, pool
        self._parts: list[PartInterface] = []
        self._text = ReadText(lambda: text_of_message(widget.model), self.rect)
        widget.destroyed.connect(self._end)

    def _end(self) -> None:
        self._pool.give_back(self._parts)
        self._parts = []

    def isValid(self) -> bool:
        """Whether the widget is there."""
        return Shiboken.isValid(self._widget)

    def object(self) -> QObject:
        """The widget."""
        return self._widget

    def parent(self) -> QAccessibleInterface:
        """The transcript."""
        return QAccessible.queryAccessibleInterface(_transcript_of(self._widget))

    # --- what is in it ----------------------------------------------------------------------------

    def _controls(self) -> list[QWidget]:
        found = self._widget.findChildren(QWidget, options=_DIRECT)
        return [one for one in found if not one.isHidden()]

    def _bring_up_to_date(self) -> None:
        wanted = parts_of(self._widget.model.rows)
        while len(self._parts) < len(wanted):
            self._parts.append(self._pool.take())
        self._pool.give_back(self._parts[len(wanted) :])
        del self._parts[len(wanted) :]
        for interface, part in zip(self._parts, wanted, strict=True):
            interface.show(self, part)

    def childCount(self) -> int:
        """Parts and controls."""
        self._bring_up_to_date()
        return len(self._parts) + len(self._controls())

    def child(self, index: int) -> QAccessibleInterface:
        """Parts in their order, then the controls."""
        if 0 <= index < len(self._parts):
            return self._parts[index]
        return _interface_at(self._controls(), index - len(self._parts))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Where it stands; -1 for what is not in it."""
        if isinstance(child, PartInterface):
            return self._parts.index(child) if child in self._parts else -1
        controls, widget = self._controls(), child.object()
        return len(self._parts) + controls.index(widget) if widget in controls else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        """What is seen there: a control before the text below it."""
        for control in self._controls():
            interface = QAccessible.queryAccessibleInterface(control)
            if interface is not None and interface.rect().contains(x, y):
                return interface
        return next((part for part in self._parts if part.rect().contains(x, y)), NOBODY)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        """It has a text."""
        return (
            pointer_to(self._text) if kind == QAccessible.InterfaceType.TextInterface else NOTHING
        )

    # --- what is said of it -----------------------------------------------------------------------

    def text(self, which: QAccessible.Text) -> str:
        """Author and status; the words are its own text and those of its parts."""
        if which == QAccessible.Text.Name:
            return author_and_status(self._widget.model)
        return self._widget.accessibleName() if which == QAccessible.Text.Value else ""

    def rect(self) -> QRect:
        """What is seen of it, on the screen."""
        return QRect(self._widget.mapToGlobal(self._widget.rect().topLeft()), self._widget.size())

    def area_of(self, row: int) -> QRect:
        """A row on the screen; nothing where it is out of view."""
        for spot in self._widget.visible_rows:
            if spot.row == row:
                area = QRect(0, spot.y, self._widget.width(), spot.height)
                return QRect(self._widget.mapToGlobal(area.topLeft()), area.size())
        return QRect()

    def role(self) -> QAccessible.Role:
        """A document."""
        return QAccessible.Role.Document

    def state(self) -> QAccessible.State:
        """Read only, and busy while it is written."""
        state = QAccessible.State()
        state.readOnly = state.multiLine = 1
        if self._widget.isHidden():
            state.invisible = 1
        if self._widget.model.stream is not None:
            state.busy = 1
        return state

    def open(self, link: LinkRequest) -> None:
        """Ask for a link, as a click does."""
        _transcript_of(self._widget).link_activated.emit(link)


class TranscriptInterface(Described):
    """A transcript: a list of its messages near the viewport, from top to bottom."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__()
        self._view = view
        self._action = OneAction(
            QAccessibleActionInterface.setFocusAction(),
            tr("Go there"),
            tr("Brings the keyboard to the conversation."),
            lambda: view.setFocus(Qt.FocusReason.ShortcutFocusReason),
        )

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        """It takes the keyboard."""
        wanted = kind == QAccessible.InterfaceType.ActionInterface
        return pointer_to(self._action) if wanted else NOTHING

    def isValid(self) -> bool:
        """Whether the widget is there."""
        return Shiboken.isValid(self._view)

    def object(self) -> QObject:
        """The widget."""
        return self._view

    def parent(self) -> QAccessibleInterface:
        """Where it stands in the window."""
        above = self._view.parentWidget()
        return QAccessible.queryAccessibleInterface(above) if above is not None else NOBODY

    def _children(self) -> list[QWidget]:
        viewport = self._view.viewport()
        inside = [one for one in viewport.findChildren(QWidget, options=_DIRECT) if one.isVisible()]
        messages = [one for one in inside if isinstance(one, MessageWidget)]
        others = [one for one in inside if not isinstance(one, MessageWidget)]
        bar = self._view.verticalScrollBar()
        return [*sorted(messages, key=QWidget.y), *others, *([bar] if bar.isVisible() else [])]

    def childCount(self) -> int:
        """Messages and what lies over them."""
        return len(self._children())

    def child(self, index: int) -> QAccessibleInterface:
        """Messages first."""
        return _interface_at(self._children(), index)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Where it stands; -1 for what is not in it."""
        found, widget = self._children(), child.object()
        return found.index(widget) if widget in found else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        """What is seen there."""
        for one in reversed(self._children()):
            interface = QAccessible.queryAccessibleInterface(one)
            if interface is not None and interface.rect().contains(x, y):
                return interface
        return NOBODY

    def text(self, which: QAccessible.Text) -> str:
        """Its name."""
        return self._view.accessibleName() if which == QAccessible.Text.Name else ""

    def rect(self) -> QRect:
        """On the screen."""
        return QRect(self._view.mapToGlobal(self._view.rect().topLeft()), self._view.size())

    def role(self) -> QAccessible.Role:
        """A list."""
        return QAccessible.Role.List

    def state(self) -> QAccessible.State:
        """Whether the keyboard is here."""
        state = QAccessible.State()
        state.focusable = 1
        if self._view.hasFocus():
            state.focused = 1
        if self._view.isHidden():
            state.invisible = 1
        return state


def _transcript_of(widget: MessageWidget) -> TranscriptView:
    viewport = cast("QWidget", widget.parentWidget())
    return cast("TranscriptView", viewport.parentWidget())


def _interface_at(widgets: Sequence[QWidget], index: int) -> QAccessibleInterface:
    if index not in range(len(widgets)):
        return NOBODY
    return QAccessible.queryAccessibleInterface(widgets[index])


def interface_for(thing: QObject, pool: PartPool) -> QAccessibleInterface | None:
    """A new interface of a widget of ours; None for all others, which Qt knows.

    Args:
        thing: What is asked about.
        pool: Where the interfaces of a message's parts come from.
    """
    if isinstance(thing, MessageWidget):
        return MessageInterface(thing, pool)
    if isinstance(thing, TranscriptView):
        return TranscriptInterface(thing)
    if isinstance(thing, Notification):
        return QAccessibleWidget(thing, QAccessible.Role.Notification)
    if isinstance(thing, QKeySequenceEdit):  # Qt has no role for it (6.11)
        return QAccessibleWidget(thing, QAccessible.Role.HotkeyField)
    if isinstance(thing, QStackedWidget):  # Qt calls it a layered pane, which readers speak
        return QAccessibleWidget(thing, QAccessible.Role.Client)
    return None
