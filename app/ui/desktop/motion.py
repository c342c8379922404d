"""Motion of what comes up: short, eased out, and none where the system asks for none.

On Linux the portal's settings are asked, once, when something is about to move for the first time;
it does not, since nobody knows yet. Elsewhere Qt knows what the system wants.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEasingCurve, QObject, QPoint, QPropertyAnimation, Qt
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusVariant,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.system.awake import has_session_bus
from app.ui.style.theme import SPACE

MOTION_MS = 140
_PORTAL = (
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.Settings",
    "Read",  # not shown: a method
)
_WISHES = {
    ("org.freedesktop.appearance", "reduced-motion"): 1,
    ("org.gnome.desktop.interface", "enable-animations"): False,
}
"""Settings by their namespace and name, and the value that asks for no motion."""


class Rise(QObject):
    """Lets a widget rise to its place when it comes up.

    Args:
        widget: Owns this.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._animation = QPropertyAnimation(widget, b"pos", self)
        self._animation.setDuration(MOTION_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._wanted: bool | None = None  # None while nobody was asked
        self._open: set[tuple[str, str]] = set()

    def to(self, place: QPoint) -> None:
        """Put the widget there, by a short way where it is not seen yet."""
        self._animation.stop()
        if self._wanted is None:
            self._ask()
        if self._widget.isVisible() or not self._wanted or self._open:
            self._widget.move(place)
            return
        self._animation.setStartValue(place + QPoint(0, 2 * SPACE))
        self._animation.setEndValue(place)
        self._animation.start()

    def _ask(self) -> None:
        """Learn what the system wants; on Linux its desktop tells later."""
        if not has_session_bus():
            self._wanted = QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
            return
        self._wanted = True
        bus = QDBusConnection.sessionBus()
        for wish in _WISHES:
            call = QDBusMessage.createMethodCall(*_PORTAL)
            call.setArguments([*wish])
            watcher = QDBusPendingCallWatcher(bus.asyncCall(call), self)
            self._open.add(wish)
            watcher.finished.connect(partial(self._take, wish, watcher))

    def _take(self, wish: tuple[str, str], watcher: QDBusPendingCallWatcher, *_: object) -> None:
        self._open.discard(wish)
        reply = watcher.reply()
        if reply.type() is QDBusMessage.MessageType.ReplyMessage:
            value = reply.arguments()[0]
            while isinstance(value, QDBusVariant):
                value = value.variant()
            self._wanted = self._wanted and value != _WISHES[wish]
        watcher.deleteLater()
