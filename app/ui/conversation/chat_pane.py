"""The right side of the window: header, transcript or page, composer. Layout only."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.model import is_demo
from app.language import tr
from app.services.core import formatting
from app.services.core.events import ModelState
from app.ui.conversation.composer import Composer
from app.ui.conversation.empty_states import EmptyChatPage, WelcomePage
from app.ui.conversation.find_bar import FindBar
from app.ui.conversation.header import Header
from app.ui.conversation.notices.banner import Banner
from app.ui.conversation.notices.snackbar import Snackbar
from app.ui.style.theme import SPACE, Theme
from app.ui.style.typography import Typesetting, fonts_of
from app.ui.style.widgets import StyledLabel
from app.ui.transcript.interaction.keyboard import WALKS, walks
from app.ui.transcript.items.styles import SIDE
from app.ui.transcript.view import TranscriptView

if TYPE_CHECKING:
    from app.ui.conversation.beside import Beside
    from app.ui.conversation.marks.page_panel import PagePanel

_FILLS = QSizePolicy.Policy.Expanding
_LEAST_COLUMN = 560
"""The composer is not narrower where lines are, pixels at 100 %."""
_COMPOSER_SHARE = 0.4  # of the pane's height, at most


class Page(Enum):
    """What stands between header and composer."""

    TRANSCRIPT = "transcript"
    EMPTY = "empty"
    WELCOME = "welcome"


class ChatPane(QWidget):
    """Holds the parts of the conversation view in place; what they do is wired elsewhere.

    Finding needs nobody else, so that is wired here.
    """

    def __init__(
        self,
        theme: Theme,
        transcript: TranscriptView,
        menu: QMenu,
    ) -> None:
        super().__init__()
        self.theme = theme
        self._typesetting: Typesetting | None = None
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.header = Header(theme, menu)
        self.find_bar = FindBar(theme)
        self.band = StyledLabel("", "small")
        self.band.setObjectName("band")
        self.band.hide()
        self.transcript = transcript
        self.empty = EmptyChatPage(theme)
        self.welcome = WelcomePage()
        self.banner = Banner(theme)
        self.composer = Composer(theme)
        self.hint, self.hint_button = self._make_hint()
        self._pages = QStackedWidget()
        for page in (transcript, self.empty, self.welcome):
            self._pages.addWidget(page)
        self._column = self._make_column()
        self._beside: Beside | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.find_bar)
        layout.addWidget(self.band)
        layout.addWidget(self._pages, 1)
        self._foot = QHBoxLayout()
        self._foot.setContentsMargins(SIDE, 0, SIDE, 0)
        self._foot.addStretch(1)
        self._foot.addWidget(self._column, 1000)
        self._foot.addStretch(1)
        layout.addLayout(self._foot)
        self.snackbar = Snackbar(self, self._column)
        self.composer.editor.installEventFilter(self)
        self._column.installEventFilter(self)
        transcript.end_requested.connect(self.composer.setFocus)  # at the end one writes
        self._connect_find()
        self.find_bar.opened.connect(lambda: self._make_room(self.find_bar.height()))
        self.find_bar.closed.connect(lambda: self._make_room(-self.find_bar.height()))

    def _connect_find(self) -> None:
        find, transcript = self.find_bar, self.transcript
        find.search_requested.connect(transcript.find)
        find.next_requested.connect(partial(transcript.find_next, 1))
        find.previous_requested.connect(partial(transcript.find_next, -1))
        find.closed.connect(partial(transcript.find, ""))
        transcript.find_changed.connect(find.set_state)

    def _make_hint(self) -> tuple[QWidget, QPushButton]:
        hint = QFrame()
        text = self._hint_text = StyledLabel(
            tr("This is the built-in demo, a guide to Phial."), "small"
        )
        text.setWordWrap(False)
        text.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        button = QPushButton(tr("Get Phi-4…"))
        button.setProperty("kind", "link")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(tr("Get Phi-4"))
        row = QHBoxLayout(hint)
        row.setContentsMargins(SPACE + 4, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(text)
        row.addWidget(button)
        row.addStretch(1)
        hint.hide()
        return hint, button

    def _make_column(self) -> QWidget:
        column = QWidget()
        inside = self._inside = QVBoxLayout(column)
        inside.setContentsMargins(0, SPACE // 2, 0, SPACE + 4)
        inside.setSpacing(SPACE // 2)
        self._writing = QWidget()
        writing = self._above_foot = QVBoxLayout(self._writing)
        writing.setContentsMargins(0, 0, 0, 0)
        writing.setSpacing(SPACE // 2)
        writing.addWidget(self.hint)
        writing.addWidget(self.composer)
        inside.addWidget(self.banner)
        inside.addWidget(self._writing)
        return column

    def take_back(self) -> None:
        """Show the messages of the window above the composer again."""
        self._inside.insertWidget(0, self.banner)
        self.snackbar.stand_in(self, self._column)

    def put_above_composer(self, widget: QWidget) -> None:
        """Let something stand between banner and composer."""
        writing = self._above_foot
        writing.insertWidget(writing.indexOf(self.composer), widget)

    def put_beside(self, panel: PagePanel) -> None:
        """Let a panel stand right of the conversation while it is shown."""
        from app.ui.conversation.beside import Beside  # not before a page is looked at

        self._beside = Beside(self, panel)

    def _make_room(self, room: int) -> None:
        """The find bar came or went: the line that is read stays where it is on the screen."""
        layout = self.layout()
        if layout is not None and self.transcript.isVisible():
            layout.activate()
            self.transcript.make_room(room)

    def _fit_hint(self) -> None:
        """Say all of it, or only what leads to Phi-4: the model's chip says the rest too."""
        said = self._hint_text.sizeHint().width() + self.hint_button.sizeHint().width()
        self._hint_text.setVisible(said + 4 * SPACE <= self._column.width())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Page keys turn the conversation's pages while the message is short enough for its box.

        With Ctrl they go from message to message.
        """
        if watched is self._column and event.type() == QEvent.Type.Resize:
            self._fit_hint()
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in WALKS
            and self.page is Page.TRANSCRIPT
            and (walks(event) or self._turns(event))
        ):
            self.transcript.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _turns(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return plain and self.composer.editor.verticalScrollBar().maximum() == 0

    @property
    def areas(self) -> tuple[QWidget, ...]:
        """Its parts, as Tab goes through them."""
        beside = (self._beside.panel,) if self._beside is not None else ()
        return (self.header, self.find_bar, self._pages, *beside, self.snackbar, self._column)

    def show_page(self, page: Page) -> None:
        """Show the transcript, the empty chat or the welcome page."""
        widget = {
            Page.TRANSCRIPT: self.transcript,
            Page.EMPTY: self.empty,
            Page.WELCOME: self.welcome,
        }[page]
        for one in (self.transcript, self.empty, self.welcome):
            needs = _FILLS if one is widget else QSizePolicy.Policy.Ignored  # where nobody sees it
            one.setSizePolicy(_FILLS, needs)
        self._pages.setCurrentWidget(widget)
        self._writing.setVisible(page is not Page.WELCOME)  # what failed is said there too
        if page is not Page.TRANSCRIPT:
            self.find_bar.close_bar()

    @property
    def page(self) -> Page:
        """What stands between header and composer."""
        shown = self._pages.currentWidget()
        if shown is self.welcome:
            return Page.WELCOME
        return Page.EMPTY if shown is self.empty else Page.TRANSCRIPT

    def set_model_state(self, state: ModelState) -> None:
        """Tell every part that shows the model."""
        self.composer.bar.set_model_state(state)
        self.composer.attachments.set_model_state(state)
        self.hint.setVisible(is_demo(state.model))
        where = formatting.whose_computer(state.model)
        self.band.setText(where)
        self.band.setVisible(bool(where))

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.theme = theme
        header, find, empty, welcome = self.header, self.find_bar, self.empty, self.welcome
        for part in (header, find, empty, welcome, self.banner, self.composer):
            part.set_theme(theme)
        if self._beside is not None:
            self._beside.panel.set_theme(theme)
        self.transcript.restyle(theme=theme)

    def set_type(self, typesetting: Typesetting) -> None:
        """Set text in another way; what is below the transcript is as wide as its lines."""
        if typesetting == self._typesetting:
            return
        self._typesetting = typesetting
        self.transcript.restyle(typesetting=typesetting)
        least = round(_LEAST_COLUMN * typesetting.zoom / 100)
        self._column.setMaximumWidth(max(least, fonts_of(typesetting).column))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The composer may take at most two fifths of the height."""
        super().resizeEvent(event)
        self.composer.set_max_height(round(self.height() * _COMPOSER_SHARE))
