"""What Qt asks for an interface once assistive technology is there; a start pays nothing for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from shiboken6 import Shiboken

if TYPE_CHECKING:
    from app.ui.assistive.part_interface import PartPool


class AccessibleTranscripts:
    """Answers for transcripts and messages when assistive technology first asks for them."""

    def __init__(self) -> None:
        self._parts: PartPool | None = None
        self._given: list[QAccessibleInterface] = []

    def install(self) -> None:
        """From now on; there is no way back, and nothing happens until somebody asks."""
        QAccessible.installFactory(self.interface_of)

    def interface_of(self, _name: str, thing: QObject) -> QAccessibleInterface | None:
        """The interface of a widget of ours; None for all others, which Qt knows."""
        from app.ui.assistive.interfaces import interface_for
        from app.ui.assistive.part_interface import PartPool

        if self._parts is None:
            self._parts = PartPool()
        made = interface_for(thing, self._parts)
        if made is None:
            return None
        self._given = [one for one in self._given if Shiboken.isValid(one)]
        self._given.append(made)  # until Qt has deleted it, which it does with its widget
        return made
