"""How large the desktop wants text, where Qt does not learn it by itself.

On Linux the portal's settings tell it while the program runs. GNOME's factor for text reaches Qt
over the X server's dots to the inch, which Qt follows; a session of Wayland has none, and Qt 6.11
does not ask for the factor. The font of KDE Plasma is read by Qt at the start and never again.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusVariant,
)
from PySide6.QtGui import QFont, QFontDatabase

from app.ui.style.theme import points_of

_SERVICE, _PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_INTERFACE = "org.freedesktop.portal.Settings"
_READ, _CHANGED = "Read", "SettingChanged"  # not shown: a method and a signal
_GNOME = ("org.gnome.desktop.interface", "text-scaling-factor")
_KDE = ("org.kde.kdeglobals.General", "font")
_LEAST, _MOST = 0.5, 4.0  # a factor beyond these is a mistake


class DesktopTextSize(QObject):
    """Asks once for the factor of the desktop's text, and hears when it is another.

    Args:
        parent: Owns this.
        wayland: Whether the windows are shown by Wayland, where GNOME's factor is not in force.

    Signals:
        changed: (float) how much larger text is to be than Qt's font of the system has it.
    """

    changed = Signal(float)

    def __init__(self, parent: QObject, *, wayland: bool) -> None:
        super().__init__(parent)
        self._wishes = (_GNOME, _KDE) if wayland else (_KDE,)
        self._scale = 1.0
        bus = QDBusConnection.sessionBus()
        slot = SLOT("hear(QDBusMessage)")
        # The stub wants bytes, which PySide 6.11 refuses.
        bus.connect(_SERVICE, _PATH, _INTERFACE, _CHANGED, self, slot)  # type: ignore[call-overload]
        for wish in self._wishes:
            call = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, _READ)
            call.setArguments([*wish])
            watcher = QDBusPendingCallWatcher(bus.asyncCall(call), self)
            watcher.finished.connect(partial(self._take, wish, watcher))

    def _take(self, wish: tuple[str, str], watcher: QDBusPendingCallWatcher, *_: object) -> None:
        reply = watcher.reply()
        if reply.type() is QDBusMessage.MessageType.ReplyMessage and reply.arguments():
            self._follow(wish, reply.arguments()[0])
        watcher.deleteLater()

    @Slot(QDBusMessage)
    def hear(self, told: QDBusMessage) -> None:
        """A setting of the desktop is another."""
        match told.arguments():
            case [str(space), str(name), value]:
                self._follow((space, name), value)

    def _follow(self, wish: tuple[str, str], value: object) -> None:
        while isinstance(value, QDBusVariant):
            value = value.variant()
        scale = _scale_of(wish, value) if wish in self._wishes else None
        if scale is not None and _LEAST <= scale <= _MOST and scale != self._scale:
            self._scale = scale
            self.changed.emit(scale)


def _scale_of(wish: tuple[str, str], value: object) -> float | None:
    """The factor that a setting means; None where it says nothing."""
    if wish == _GNOME:
        return value if isinstance(value, float) else None
    font = QFont()
    if not isinstance(value, str) or not font.fromString(value):
        return None
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return points_of(font) / points_of(system)
