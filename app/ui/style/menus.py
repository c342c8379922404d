"""Menus: opened beside what they belong to, closed by what is chosen, searched by letters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

_FOLLOWED = "isFollowed"
_BELONGS = 2_000
"""Milliseconds in which another letter belongs to those before it, as in Qt's menus on macOS."""
_HELD = {Qt.Key.Key_Shift, Qt.Key.Key_AltGr}
_WRITES = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.KeypadModifier
    | Qt.KeyboardModifier.GroupSwitchModifier  # AltGr
)


def open_below(button: QWidget, menu: QMenu) -> None:
    """Open a button's menu without waiting for its end.

    For `clicked`, so that a screen reader's press does it too: Qt offers none for a button with a
    menu of its own that opens at once, and its `showMenu` and `exec` come back only when the menu
    is closed, which an assistive client does not wait for.
    """
    menu.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)  # a press on the button closes it only
    close_when_chosen(menu)
    menu.setAccessibleName(menu.accessibleName() or button.accessibleName())
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    begin_with(menu, button)


def begin_with(menu: QMenu, button: QWidget) -> None:
    """Let an open menu end on the right with its button where lines begin on the right."""
    if menu.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        end = button.mapToGlobal(button.rect().topRight()).x() + 1
        menu.move(max(menu.screen().availableGeometry().left(), end - menu.width()), menu.y())


def close_when_chosen(menu: QMenu) -> None:
    """Let a menu close when a line of it is chosen, also by an assistive client; search by letters.

    A client's press triggers the action alone, and the menu stays over whatever that opened
    (Qt 6.11, QAccessibleMenuItem).
    """
    if menu.property(_FOLLOWED):
        return
    menu.setProperty(_FOLLOWED, True)

    def close() -> None:
        for one in (*menu.findChildren(QMenu), menu):
            one.close()

    LetterSearch(menu)
    # Once what was chosen has begun: `once_chosen` looks whether a menu is open.
    menu.triggered.connect(lambda _action: QTimer.singleShot(0, menu, close))


def once_chosen(do: Callable[[], object]) -> None:
    """Do what an entry of a menu is for: at once, or when the press of a client was answered.

    A client's press has the entry act while the menu is open still, and the client waits for its
    reply until that has returned; a dialog or a file chooser that is executed does so when it is
    closed. Hands close the menu first.
    """
    if QApplication.activePopupWidget() is None:
        do()
    else:
        QTimer.singleShot(0, do)


def add_entry(menu: QMenu, words: str, do: Callable[[], object]) -> QAction:
    """Add an entry to a menu that does something as :func:`once_chosen` has it."""
    return menu.addAction(words, partial(once_chosen, do))


class LetterSearch(QObject):
    """Goes to the entry of a menu that begins with the letters typed; Enter then chooses it.

    Qt knows letters only where the text of an entry underlines one (6.11, QMenu). Where no entry
    begins so, one is taken in which another word does; where none does, a new word begins with the
    last letter. So one letter again and again goes through all that begin with it.

    Args:
        menu: It may be filled as it opens.
        above: The search of the menu in which this one stands.
    """

    def __init__(self, menu: QMenu, above: LetterSearch | None = None) -> None:
        super().__init__(menu)
        self._menu, self._above = menu, above
        self._typed = ""
        self._inner: dict[QMenu, LetterSearch] = {}
        self._clock = QTimer(self, singleShot=True, interval=_BELONGS)
        menu.installEventFilter(self)
        menu.aboutToShow.connect(self._begin)

    def _begin(self) -> None:
        self._clock.stop()
        for action in self._menu.actions():
            below = action.menu()
            if isinstance(below, QMenu) and below not in self._inner:
                self._inner[below] = LetterSearch(below, self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take what is typed; other keys are the menu's."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        letters = event.text()
        if event.modifiers() & ~_WRITES or not letters or not letters.isprintable():
            if event.key() not in _HELD:
                self._end()  # one walks on from there by the arrows
            return False
        above = self._above
        if above is not None and above.leads_to(self._menu) and above.search(letters, anew=False):
            return True  # the word goes on that opened this one
        return self.search(letters)

    def leads_to(self, inner: QMenu) -> bool:
        """Whether a word is being typed that has opened an inner menu."""
        active = self._menu.activeAction()
        return self._clock.isActive() and active is not None and active.menu() is inner

    def _end(self) -> None:
        self._clock.stop()
        if self._above is not None:
            self._above._end()

    def search(self, letters: str, *, anew: bool = True) -> bool:
        """Search for one letter more; whether that was what the key was for.

        Args:
            letters: What the key writes.
            anew: Whether a new word may begin with it.
        """
        before = self._typed if self._clock.isActive() else ""
        if not before and not letters.strip():
            return False  # a blank chooses
        typed = before + letters.casefold()
        found = self._found(typed, again=not before)
        if found is None and before and anew:  # another word begins, or the same letter comes again
            typed = letters.casefold()
            found = self._found(typed, again=True) if typed.strip() else None
        if found is None:
            return anew and bool(before)  # a letter too many changes nothing
        self._typed = typed
        self._clock.start()
        self._menu.setActiveAction(found)
        return True

    def _found(self, typed: str, *, again: bool) -> QAction | None:
        """The first entry that fits, from the active one on, or with ``again`` from behind it."""
        entries = self._menu.actions()
        active = self._menu.activeAction()
        at = entries.index(active) + again if active in entries else 0
        there = [
            one
            for one in (*entries[at:], *entries[:at])
            if one.isVisible() and one.isEnabled() and not one.isSeparator()
        ]
        words = [(one, one.text().replace("&&", "&").casefold()) for one in there]
        begins = (one for one, text in words if text.startswith(typed))
        inside = (one for one, text in words if f" {typed}" in text)
        return next(begins, None) or next(inside, None)
