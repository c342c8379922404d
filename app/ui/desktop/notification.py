"""A notification of the desktop: title and one line, no action.

Linux: ``org.freedesktop.portal.Notification`` on the session bus, which GNOME, KDE Plasma and
others have. Windows and macOS show none: there the window's button is marked
(``QApplication.alert``).
"""

from __future__ import annotations

from app.system.awake import has_session_bus

_SERVICE, _PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_INTERFACE = "org.freedesktop.portal.Notification"
_ID = "answer"  # a newer one takes the place of the one before


def show_notification(title: str, body: str) -> None:
    """Show it, where the desktop can; nobody waits for that, and nobody is told where it cannot."""
    if not has_session_bus():
        return
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return
    message = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, "AddNotification")
    message.setArguments([_ID, {"title": title, "body": body}])
    bus.send(message)
