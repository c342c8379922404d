"""The interface of a part of a message: a heading, an item, a cell, a formula, a link.

Qt deletes the interface of a widget with its widget. A part has none, and its interface would
dangle in Qt's table once Python let it go: these are kept for ever and used again.
"""

from __future__ import annotations

from functools import partial
from typing import Protocol, cast

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface

from app.language import tr
from app.ui.assistive.capabilities import NOBODY, NOTHING, Described, OneAction, pointer_to
from app.ui.assistive.message_parts import MessagePart
from app.ui.transcript.widgets.signals import LinkRequest


class PartOwner(Protocol):
    """The message that a part belongs to."""

    def isValid(self) -> bool:
        """Whether it is still there."""

    def area_of(self, row: int) -> QRect:
        """A row on the screen; nothing where it is out of view."""

    def open(self, link: LinkRequest) -> None:
        """Ask for a link, as a click does."""


class PartInterface(Described):
    """A heading, an item, a cell, a formula, a link: a part of a message, which may change."""

    def __init__(self) -> None:
        super().__init__()
        self._owner: PartOwner | None = None
        self._part: MessagePart | None = None
        self._action = OneAction(
            QAccessibleActionInterface.pressAction(),
            tr("Open"),
            tr("Shows the address and asks before it is opened."),
            self._open,
        )

    def show(self, owner: PartOwner | None, part: MessagePart | None) -> None:
        """Stand for a part of a message; for none while it waits to be used again."""
        self._owner, self._part = owner, part

    def isValid(self) -> bool:
        """Whether it stands for anything."""
        return self._owner is not None and self._owner.isValid()

    def object(self) -> QObject:
        """No widget of its own."""
        return cast("QObject", None)

    def parent(self) -> QAccessibleInterface:
        """The message."""
        return cast("QAccessibleInterface", self._owner)

    def child(self, _index: int) -> QAccessibleInterface:
        """Nothing is below it."""
        return NOBODY

    def childCount(self) -> int:
        """None."""
        return 0

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        """Nothing is below it."""
        return -1

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface:
        """Nothing is below it."""
        return NOBODY

    def text(self, which: QAccessible.Text) -> str:
        """Its name, and where a link leads."""
        if self._part is None:
            return ""
        if which == QAccessible.Text.Name:
            return self._part.name
        if which == QAccessible.Text.Description:
            return self._part.address or self._part.detail
        return ""

    def rect(self) -> QRect:
        """Its row on the screen; nothing where that is out of view."""
        if self._owner is None or self._part is None:
            return QRect()
        return self._owner.area_of(self._part.row)

    def role(self) -> QAccessible.Role:
        """What it is."""
        return self._part.role if self._part is not None else QAccessible.Role.NoRole

    def state(self) -> QAccessible.State:
        """Whether it is in view."""
        state = QAccessible.State()
        state.readOnly = 1
        if self.rect().isEmpty():
            state.offscreen = 1
        if self._part is not None and self._part.address:
            state.linked = 1
        return state

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        """A link can be pressed."""
        link = self._part is not None and bool(self._part.address)
        if not link or kind != QAccessible.InterfaceType.ActionInterface:
            return NOTHING
        return pointer_to(self._action)

    def _open(self) -> None:
        if self._owner is not None and self._part is not None:
            # Once the reply is out: what is opened asks first, and waits for the answer.
            link = LinkRequest(self._part.address, self._part.name)
            QTimer.singleShot(0, partial(self._owner.open, link))


class PartPool:
    """The interfaces of parts: those in use, and those that wait to be used again."""

    def __init__(self) -> None:
        self._free: list[PartInterface] = []
        self._all: list[PartInterface] = []

    def take(self) -> PartInterface:
        """One that stands for nothing yet, known to Qt."""
        if self._free:
            return self._free.pop()
        made = PartInterface()
        QAccessible.registerAccessibleInterface(made)
        self._all.append(made)
        return made

    def give_back(self, parts: list[PartInterface]) -> None:
        """These stand for nothing any more."""
        for part in parts:
            part.show(None, None)
        self._free += parts
