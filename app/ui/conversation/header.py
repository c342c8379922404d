"""The conversation's header: title, ring of the context and menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QStackedLayout,
    QToolButton,
    QWidget,
)

from app.language import tr
from app.ui.conversation.context_ring import ContextRing
from app.ui.style import icons
from app.ui.style.menus import open_below
from app.ui.style.text_fields import LONGEST_TITLE, LineField
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.widgets import ZOOMED, ElidedLabel, IconButton

_SIGN = 16  # pixels at 100 %
_LEAVING = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}


class TitleEdit(QWidget):
    """The chat's title; a double click or :meth:`edit` makes it a field.

    Signals:
        renamed: (title) when another one was typed.
        left: The field was left by Enter or Esc.
        told: (sentence) why not all of what was pasted is in it.
    """

    renamed = Signal(str)
    left = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ElidedLabel(role="subheading")
        self._field = LineField(most=LONGEST_TITLE)
        self._field.too_long.connect(self.told)
        self._field.setAccessibleName(tr("Title of the chat"))
        self._field.installEventFilter(self)
        self._field.editingFinished.connect(self.finish)
        self._label.double_clicked.connect(self.edit)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.addWidget(self._label)
        self._pages.addWidget(self._field)
        self._editable = self._editing = False

    def set_title(self, text: str, *, editable: bool) -> None:
        """Show a title; an open field is left alone."""
        self._editable = editable
        self._label.set_full_text(text)
        if not editable:
            self.finish()

    def edit(self) -> None:
        """Let it be typed."""
        if not self._editable:
            return
        self._editing = True
        self._field.setText(self._label.full_text())
        self._pages.setCurrentWidget(self._field)
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def finish(self, *, keep: bool = True) -> None:
        """Show the title again; what was typed becomes it, unless it is not to be kept.

        The focus going elsewhere, another chat and the end of the window come here too, so what
        was typed goes to the chat it was typed for.
        """
        if not self._editing:
            return
        text = " ".join(self._field.finished_text().split())
        self._editing = False  # hiding the field takes its focus, which would bring us here again
        self._pages.setCurrentWidget(self._label)
        if keep and text and text != self._label.full_text():
            self.renamed.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter keeps the title, Esc gives the old one back; typing goes on in the composer."""
        if isinstance(event, QKeyEvent) and event.key() in _LEAVING:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.finish(keep=event.key() != Qt.Key.Key_Escape)
                self.left.emit()
                return True
        return super().eventFilter(watched, event)


class Header(QWidget):
    """The strip above the transcript.

    Signals:
        sidebar_requested: The sidebar is hidden and shall come back.
        renamed: (title) typed by the user.
        serving_requested: The lamp of serving was pressed.
    """

    sidebar_requested = Signal()
    serving_requested = Signal()
    renamed = Signal(str)

    def __init__(self, theme: Theme, menu: QMenu) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._sidebar = IconButton("sidebar", tr("Show sidebar"))
        self._sidebar.clicked.connect(self.sidebar_requested)
        self.title = TitleEdit()
        self.title.renamed.connect(self.renamed)
        self._private = QToolButton()
        self._private.setText(tr("Private"))
        self._private.setProperty("kind", "chip")
        self._private.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._private.setToolTip(tr("This chat lives in memory only. Closing Phial forgets it."))
        self._private.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._lamp = self._make_lamp()
        self.ring = ContextRing()
        self._menu = IconButton("menu", tr("Menu"))
        self._menu.clicked.connect(lambda: open_below(self._menu, menu))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE // 2 + 2, SPACE, SPACE // 2 + 2)
        layout.setSpacing(SPACE)
        layout.addWidget(self._sidebar)
        layout.addWidget(self.title, 1)
        layout.addWidget(self._private)
        layout.addWidget(self._lamp)
        layout.addWidget(self.ring)
        layout.addWidget(self._menu)
        self.set_sidebar_shown(shown=True)
        self.set_theme(theme)

    def _make_lamp(self) -> QToolButton:
        lamp = QToolButton()
        lamp.setText(tr("Served"))
        lamp.setAccessibleName(tr("The model is served to other programs"))
        lamp.setProperty("kind", "chip")
        lamp.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        lamp.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        lamp.clicked.connect(self.serving_requested)
        lamp.hide()
        return lamp

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._sidebar.set_theme(theme)
        self._menu.set_theme(theme)
        self.ring.set_theme(theme)
        self._theme = theme
        size = zoomed(_SIGN)
        for button, name, colour in (
            (self._private, "private", theme.muted),
            (self._lamp, "chip", theme.accent),
        ):
            button.setIconSize(QSize(size, size))
            button.setIcon(icons.icon(name, colour, size=size))
            # Round ends; Qt draws square ones where the radius is more than half of the height.
            button.setStyleSheet(f"border-radius: {button.sizeHint().height() // 2}px;")

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: pictures grow with the text."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self.set_theme(self._theme)

    def set_sidebar_shown(self, *, shown: bool) -> None:
        """Offer to bring the sidebar back only while it is hidden."""
        self._sidebar.setVisible(not shown)

    def set_private(self, *, private: bool) -> None:
        """Say that nothing of this chat is kept."""
        self._private.setVisible(private)

    def set_serving(self, *, address: str) -> None:
        """Light the lamp while other programs may use the model; without an address none may."""
        self._lamp.setVisible(bool(address))
        told = tr("Other programs find the model at {at}.", at=address) if address else ""
        self._lamp.setAccessibleDescription(told)
        self._lamp.setToolTip(told)
