"""The desktops' own ways to be kept from sleep, over a connection that is closed to end it.

Each of these services forgets what it was asked when who asked leaves the bus, so nothing can stay
forbidden by a program that died:

- ``org.gnome.SessionManager.Inhibit(app, window, reason, flags)``: GNOME, Cinnamon, MATE, Budgie;
- ``org.freedesktop.PowerManagement.Inhibit.Inhibit(app, reason)``: KDE Plasma, Xfce, LXQt.

Called off the GUI thread: a service that hangs takes as long as the bus waits.
"""

from __future__ import annotations

from PySide6.QtCore import Q_ARG, QMetaObject, Qt
from PySide6.QtDBus import QDBusConnection, QDBusInterface, QDBusMessage

_CONNECTION = "phial-awake"
_SUSPEND = 4  # flag of org.gnome.SessionManager.Inhibit: no suspending
_GNOME = ("org.gnome.SessionManager", "/org/gnome/SessionManager", "org.gnome.SessionManager")
_POWER = (
    "org.freedesktop.PowerManagement",
    "/org/freedesktop/PowerManagement/Inhibit",
    "org.freedesktop.PowerManagement.Inhibit",
)


def forbid_sleep(program: str, reason: str) -> bool:
    """Ask the desktop to stay awake; whether there was one that agreed."""
    allow_sleep()
    bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, _CONNECTION)
    if not bus.isConnected():
        return False
    return _ask_gnome(bus, program, reason) or _ask_power(bus, program, reason)


def allow_sleep() -> None:
    """Take back what `forbid_sleep` asked; nothing where it asked nothing."""
    QDBusConnection.disconnectFromBus(_CONNECTION)


def _ask_gnome(bus: QDBusConnection, program: str, reason: str) -> bool:
    if not bus.interface().isServiceRegistered(_GNOME[0]).value():
        return False
    # By what the service says of itself: a message of PySide has no unsigned numbers.
    service = QDBusInterface(*_GNOME, bus)
    return bool(service.isValid()) and bool(
        QMetaObject.invokeMethod(
            service,
            "Inhibit",  # not shown
            Qt.ConnectionType.DirectConnection,
            Q_ARG("QString", program),
            Q_ARG("uint", 0),
            Q_ARG("QString", reason),
            Q_ARG("uint", _SUSPEND),
        )
    )


def _ask_power(bus: QDBusConnection, program: str, reason: str) -> bool:
    if not bus.interface().isServiceRegistered(_POWER[0]).value():
        return False
    message = QDBusMessage.createMethodCall(*_POWER, "Inhibit")  # not shown
    message.setArguments([program, reason])
    return bus.call(message).type() is QDBusMessage.MessageType.ReplyMessage
