"""What every interface for assistive technology of ours answers, and what some can do besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
    QAccessibleTextInterface,
    QWindow,
)
from shiboken6 import Shiboken

NOTHING = cast("int", Shiboken.VoidPtr(0))
"""No such interface: None of Python would be handed on as a pointer (PySide6 6.11)."""
NOBODY = cast("QAccessibleInterface", None)
"""No parent or child; Qt takes a null there, of which the stubs do not know."""


class Described(QAccessibleInterface):
    """What all of them answer alike."""

    def isValid(self) -> bool:
        """Whether there is something to speak of."""
        return True

    def setText(self, _which: QAccessible.Text, _text: str) -> None:
        """Nothing here is renamed."""

    def window(self) -> QWindow:
        """Where it is shown; Qt asks its parents."""
        return cast("QWindow", None)

    def interface_cast(self, _kind: QAccessible.InterfaceType) -> int:
        """Nothing but names, roles and places."""
        return NOTHING


class OneAction(QAccessibleActionInterface):
    """The one action of something.

    Args:
        name: Qt's name of it.
        words: What it is called.
        description: What it does.
        do: Does it.
    """

    def __init__(self, name: str, words: str, description: str, do: Callable[[], object]) -> None:
        super().__init__()
        self._name, self._words, self._description, self._do = name, words, description, do

    def actionNames(self) -> list[str]:
        """The one."""
        return [self._name]

    def doAction(self, name: str) -> None:
        """Do it."""
        if name == self._name:
            self._do()

    def keyBindingsForAction(self, _name: str) -> list[str]:
        """None of its own."""
        return []

    def localizedActionName(self, _name: str) -> str:
        """As it is shown."""
        return self._words

    def localizedActionDescription(self, _name: str) -> str:
        """What it does."""
        return self._description


class ReadText(QAccessibleTextInterface):
    """A text to be read by words and lines, in UTF-16 as Qt counts.

    Args:
        text: Tells it as it is now.
        area: Where it is seen.
    """

    def __init__(self, text: Callable[[], str], area: Callable[[], QRect]) -> None:
        super().__init__()
        self._text, self._area = text, area

    def characterCount(self) -> int:
        """Its length."""
        return len(_units(self._text())) // 2

    def text(self, start: int, end: int) -> str:
        """A stretch of it."""
        return _units(self._text())[2 * start : 2 * end].decode("utf-16-le", "replace")

    def characterRect(self, _offset: int) -> QRect:
        """Where all of it is: its lines are drawn, not kept."""
        return self._area()

    def offsetAtPoint(self, _point: QPoint) -> int:
        """Its beginning."""
        return 0

    def cursorPosition(self) -> int:
        """There is none; the keyboard is at the controls."""
        return 0

    def setCursorPosition(self, _position: int) -> None:
        """There is none."""

    def selectionCount(self) -> int:
        """Selecting is the transcript's."""
        return 0

    def addSelection(self, _start: int, _end: int) -> None:
        """Selecting is the transcript's."""

    def removeSelection(self, _index: int) -> None:
        """Selecting is the transcript's."""

    def setSelection(self, _index: int, _start: int, _end: int) -> None:
        """Selecting is the transcript's."""

    def scrollToSubstring(self, _start: int, _end: int) -> None:
        """The transcript scrolls."""


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def pointer_to(interface: OneAction | ReadText) -> int:
    """An interface as Qt takes it from a cast."""
    return cast("int", Shiboken.VoidPtr(Shiboken.getCppPointer(interface)[0]))
