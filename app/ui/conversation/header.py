"""The conversation's header: title, model chip, context meter and menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QWidget,
)

from app.language import tr
from app.services.core import formatting
from app.services.core.events import ModelPhase, ModelState
from app.ui.style import icons
from app.ui.style.text_fields import LONGEST_TITLE, LineField
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.widgets import ZOOMED, ContextMeter, ElidedLabel, IconButton, open_below

_CHIP_WIDTH = 260
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
    """

    sidebar_requested = Signal()
    renamed = Signal(str)

    def __init__(self, theme: Theme, model_menu: QMenu, menu: QMenu) -> None:
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
        self._model_menu = model_menu
        self._chip = self._make_chip()
        self.meter = ContextMeter()
        self._menu = IconButton("menu", tr("Menu"))
        self._menu.clicked.connect(lambda: open_below(self._menu, menu))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE // 2 + 2, SPACE, SPACE // 2 + 2)
        layout.setSpacing(SPACE)
        layout.addWidget(self._sidebar)
        layout.addWidget(self.title, 1)
        layout.addWidget(self._private)
        layout.addWidget(self._chip)
        layout.addWidget(self.meter)
        layout.addWidget(self._menu)
        self._state: ModelState | None = None
        self.set_sidebar_shown(shown=True)
        self.set_theme(theme)

    def _make_chip(self) -> QToolButton:
        chip = QToolButton()
        chip.setProperty("kind", "chip")
        chip.setAccessibleName(tr("Model"))
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind
        chip.clicked.connect(self.open_model_menu)
        chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return chip

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._sidebar.set_theme(theme)
        self._menu.set_theme(theme)
        self.meter.set_theme(theme)
        self._theme = theme
        for button, name, units in (
            (self._chip, "chevron-down", 14),
            (self._private, "private", 16),
        ):
            size = zoomed(units)
            button.setIconSize(QSize(size, size))
            button.setIcon(icons.icon(name, theme.muted, size=size))
            # Round ends; Qt draws square ones where the radius is more than half of the height.
            button.setStyleSheet(f"border-radius: {button.sizeHint().height() // 2}px;")

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: pictures and the room for the model's name grow with the text."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self.set_theme(self._theme)
            if self._state is not None:
                self.set_model_state(self._state)

    def set_sidebar_shown(self, *, shown: bool) -> None:
        """Offer to bring the sidebar back only while it is hidden."""
        self._sidebar.setVisible(not shown)

    def set_private(self, *, private: bool) -> None:
        """Say that nothing of this chat is kept."""
        self._private.setVisible(private)

    def set_model_state(self, state: ModelState) -> None:
        """Name the model; its state is added while it is not ready."""
        self._state = state
        name, status = formatting.model_name(state.model), formatting.model_status(state)
        quiet = state.phase in {ModelPhase.READY, ModelPhase.NONE}
        text = name if quiet else formatting.join(name, status)
        metrics = self._chip.fontMetrics()
        self._chip.setText(
            metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, zoomed(_CHIP_WIDTH))
        )
        self._chip.setAccessibleDescription(formatting.model_line(state))
        self._chip.setToolTip(tr("{model}. Click to switch.", model=formatting.model_line(state)))

    def open_model_menu(self) -> None:
        """Open the chip's menu, as its shortcut does."""
        open_below(self._chip, self._model_menu)
