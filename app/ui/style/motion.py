"""Motion of what comes up or unfolds: short, eased out, and none where the system asks for none.

On Linux the portal's settings are asked, once, when something is about to move for the first time;
it does not, since nobody knows yet. Elsewhere Qt knows what the system wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QEasingCurve, QObject, QPoint, QPropertyAnimation, Qt, QVariantAnimation
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusVariant,
)
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from app.system.awake import has_session_bus
from app.ui.style.theme import SPACE

MOTION_MS = 140
FROM_BELOW = QPoint(0, 2 * SPACE)
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


class MotionWish(QObject):
    """Whether the system wants what comes up to move; asked once for the whole program.

    Args:
        parent: The application.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._wanted, self._asked = True, False
        self._open: set[tuple[str, str]] = set()

    @property
    def wanted(self) -> bool:
        """Whether it is known that something may move."""
        if not has_session_bus():
            return QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
        if not self._asked:
            self._ask()
        return self._wanted and not self._open

    def _ask(self) -> None:
        """Learn what the desktop wants, which tells it later."""
        self._asked = True
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


def motion_wish() -> MotionWish:
    """The one of this program."""
    application = QApplication.instance()
    assert application is not None  # noqa: S101  # whoever has a widget has one
    return application.findChild(MotionWish) or MotionWish(application)


class Rise(QObject):
    """Lets a widget come to its place by a short way.

    Args:
        widget: Owns this.
        way: From its place to where it sets out.
    """

    def __init__(self, widget: QWidget, way: QPoint = FROM_BELOW) -> None:
        super().__init__(widget)
        self._widget, self._way = widget, way
        self._animation = QPropertyAnimation(widget, b"pos", self)
        self._animation.setDuration(MOTION_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)

    def to(self, place: QPoint, *, comes: bool) -> None:
        """Put the widget there; by the short way where it was not seen until now.

        Args:
            place: In its parent, or on the screen.
            comes: Whether it comes up now.
        """
        self._animation.stop()
        if not (comes and motion_wish().wanted):
            self._widget.move(place)
            return
        self._widget.move(place + self._way)
        self._animation.setStartValue(place + self._way)
        self._animation.setEndValue(place)
        self._animation.start()


class Fading(QVariantAnimation):
    """Goes from one number to another, at once where nothing is to move.

    Args:
        widget: Owns this, and is drawn anew at each step.
        start: The first number.
        end: The last one.
    """

    def __init__(self, widget: QWidget, start: float, end: float) -> None:
        super().__init__(widget)
        self.setDuration(MOTION_MS)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.setStartValue(start)
        self.setEndValue(end)
        self.valueChanged.connect(lambda _value: widget.update())
        if motion_wish().wanted:
            self.start()
        else:
            self.setCurrentTime(MOTION_MS)

    @property
    def now(self) -> float:
        """Where it is."""
        return float(self.currentValue())


class _Veil(QWidget):
    """What was seen of a widget, which lies over it and fades."""

    def __init__(self, under: QWidget, picture: QPixmap) -> None:
        super().__init__(under)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(under.rect())
        self._picture = picture
        self._fading = Fading(self, 1.0, 0.0)
        self._fading.finished.connect(self.deleteLater)
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what is left of it."""
        painter = QPainter(self)
        painter.setOpacity(self._fading.now)
        painter.drawPixmap(0, 0, self._picture)


@contextmanager
def unfolding(widget: QWidget) -> Iterator[None]:
    """Let what is seen before the block give way softly to what is seen after it.

    Args:
        widget: Whose content folds or unfolds in the block; the part of the page that scrolls, if
            it is in one, fades as a whole.
    """
    seen, above = widget, widget.parentWidget()
    while above is not None and not isinstance(seen, QAbstractScrollArea):
        seen, above = above, above.parentWidget()
    if not isinstance(seen, QAbstractScrollArea):
        seen = widget
    moves = widget.isVisible() and motion_wish().wanted
    picture = seen.grab() if moves else QPixmap()
    yield
    if moves:
        _Veil(seen, picture)
