"""The transcript view: one conversation on the screen, streamed, and Qt's events for it.

`layout` places the rows of the messages and scrolls them; `scheduling` finishes them in pauses;
`interaction` is pointer, keyboard, menu, selection, search and announcements. Each is given what it
uses; only the view knows them all.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from app.domain.conversation import BranchMessage, Message
from app.domain.parts import Part, TextPart
from app.language import tr
from app.ui.core.render_thread import RenderThread
from app.ui.style.theme import LIGHT, Theme, qcolour
from app.ui.style.typography import Typesetting
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.interaction.announcer import ScreenReaderAnnouncer
from app.ui.transcript.interaction.context_menu import ContextMenu
from app.ui.transcript.interaction.find import DEFAULT_OPTIONS, Finder, FindOptions, Found
from app.ui.transcript.interaction.keyboard import Keyboard
from app.ui.transcript.interaction.message_actions import MessageActions
from app.ui.transcript.interaction.notes import TranscriptNotes
from app.ui.transcript.interaction.pointer import Pointer
from app.ui.transcript.interaction.selection_controller import SelectionController
from app.ui.transcript.items.styles import Styles
from app.ui.transcript.layout import Layout
from app.ui.transcript.scheduling.idle_scheduler import IdleScheduler
from app.ui.transcript.scheduling.late_formulas import LateFormulas
from app.ui.transcript.scheduling.lexers import Lexers
from app.ui.transcript.viewport.scroll_anchor import ScrollPosition
from app.ui.transcript.widgets.message_widget import MessageWidget
from app.ui.transcript.widgets.signals import TranscriptSignals

KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


PLAIN_TYPE = Typesetting()


class TranscriptView(TranscriptSignals):
    """A conversation of any length, streamed, searched and selected.

    Args:
        parent: Qt's parent.
        theme: Colours to begin with.
        typesetting: How text is set to begin with.

    Attributes:
        notes: What others say of messages, and what a reader takes from them.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        theme: Theme = LIGHT,
        typesetting: Typesetting = PLAIN_TYPE,
    ) -> None:
        super().__init__(parent)
        self._ringed = False  # the keyboard is here, and not at a message's button
        self._background = RenderThread(self)
        self.destroyed.connect(self._background.close)
        self._late_formulas = LateFormulas(self._background.submit, self._show_drawn)
        turned = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self._styles = Styles(self._late_formulas.store, theme, typesetting, rtl=turned)
        self._layout = Layout(
            self,
            self._styles,
            self._make_widget,
            selecting=self._is_selecting,
            arranged=self._schedule,
        )
        self.notes = TranscriptNotes(self, self._layout, self._schedule)
        self._finder = Finder(
            self, self._layout, unfold=self._unfold, changed=self.find_changed.emit
        )
        self._selection = SelectionController(
            self._layout.branch, self._finder.matches_in, self._layout.widgets.repaint
        )
        self._actions = MessageActions(
            self._layout,
            self._selection,
            take_focus=self.setFocus,
            refolded=self._finder.refresh_message,
            request=self.action_requested.emit,
            open_mark=self.notes.mark_requested.emit,
        )
        self._pointer = Pointer(
            self,
            self._layout,
            self._selection,
            self.link_activated.emit,
            self.notes.mark_requested.emit,
        )
        self._menu = ContextMenu(
            self,
            self._layout,
            self._selection,
            self._pointer,
            self._actions,
            values=self.notes.values,
            quote=self.notes.quoted.emit,
            save_code=self.notes.code_saving_requested.emit,
            tell=self.notes.told.emit,
        )
        self._announcer = ScreenReaderAnnouncer(self, self._layout)
        self._keyboard = Keyboard(
            self, self._layout, self._selection, self._announcer.announce_message
        )
        lexers = Lexers(self._background.submit, self._schedule, self._recolour)
        self._idle = IdleScheduler(self, self._layout, lexers, self.notes.marks_wanted.emit)
        self._layout.pill.clicked.connect(self.end_requested)
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Conversation"))
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)

    # What a lower part asks of a higher one that is made after it.

    def _make_widget(self, model: MessageModel) -> MessageWidget:
        return MessageWidget(self.viewport(), self._actions, model)

    def _is_selecting(self) -> bool:
        return self._pointer.selecting

    def _unfold(self, model: MessageModel, fold: int) -> None:
        self._actions.toggle_fold(model, fold)

    def _schedule(self, leaping: bool = False) -> None:
        self.notes.place_value()
        self._idle.schedule(leaping)

    def _recolour(self) -> None:
        self._idle.recolour()

    def _show_drawn(self) -> None:
        self._layout.show_drawn()

    # ------------------------------------------------------------------ the chat

    def set_branch(
        self, messages: Sequence[BranchMessage], *, anchor: ScrollPosition | None = None
    ) -> None:
        """Show a chat, at ``anchor`` or at its end."""
        self._selection.selection = None
        self._finder.clear()
        self._layout.set_branch(messages, anchor)

    def update_branch(self, messages: Sequence[BranchMessage]) -> None:
        """Show the same chat after messages or versions changed; the reader's place stays."""
        self._selection.selection = None
        self._layout.update_branch(messages)
        self._finder.restart()

    # ------------------------------------------------------------------ streaming

    def begin_answer(self, message_id: str) -> None:
        """An answer on the branch begins to stream, or goes on."""
        self._layout.branch.streaming = message_id
        self._late_formulas.warm_up()
        self._layout.widgets.drop_footers()
        self._layout.arrange()
        self._announcer.announce_begun()

    def feed(self, message_id: str, piece: Part | str) -> None:
        """More of the answer; at most once a frame.

        Args:
            message_id: The answer.
            piece: Text, or a part. Reasoning that is not closed goes on with the next piece, and
                an empty one that is closed ends it.
        """
        part = TextPart(piece) if isinstance(piece, str) else piece
        if part != TextPart("") and self._layout.feed(message_id, part):
            self._announcer.announce_progress()

    def finish(self, message: Message) -> None:
        """The answer ended; ``message`` is its final form."""
        at = self._layout.branch.finish(message)
        if at is None:
            return
        self._finder.refresh_message(at)
        self._layout.widgets.drop_footers()
        self._layout.relayout()
        self._announcer.announce_finished(self._layout.branch.models[at])

    @property
    def idle(self) -> bool:
        """Whether nothing near the viewport waits for a pause to be finished."""
        return self._idle.idle and not self._background.busy

    # ------------------------------------------------------------------ place

    def scroll_position(self) -> ScrollPosition | None:
        """Where the reader is, to come back to; None for an empty chat."""
        return self._layout.anchor.position()

    def kept_positions(self) -> tuple[ScrollPosition | None, ScrollPosition | None]:
        """The place as it is kept while the program runs, and for its next start.

        Both are None at the end of the chat.
        """
        return self._layout.anchor.kept()

    def scroll_to_end(self) -> None:
        """Go to the end and follow the text from there."""
        self._layout.scroll_to_end()

    def make_room(self, room: int) -> None:
        """What stands above grew by ``room`` pixels: the line that is read stays on the screen."""
        if not self._layout.following:
            self._layout.scroll_by(room)

    # ------------------------------------------------------------------ looks

    def restyle(
        self,
        *,
        theme: Theme | None = None,
        typesetting: Typesetting | None = None,
        wrap_code: bool | None = None,
    ) -> None:
        """Take other colours, set text in another way, wrap long lines of code or scroll them."""
        column = self._styles.normal.column
        self._styles.theme = theme or self._styles.theme
        if typesetting is not None:
            self._styles.set_type(typesetting)
            column = self._styles.column_for(self.width())
        if wrap_code is not None:
            self._styles.wrap = wrap_code
        self._layout.restyle(column)

    # ------------------------------------------------------------------ selection and search

    def selection(self, *, whole: bool = False) -> str:
        """What is selected, as Markdown; empty where nothing is.

        Args:
            whole: Select the whole chat first.
        """
        if whole:
            self._selection.select_all()
        return self._selection.text()

    # QWidget.find, a static search of windows by their number, is of no use on this class.
    def find(  # type: ignore[override]
        self, text: str, options: FindOptions = DEFAULT_OPTIONS
    ) -> int:
        """Search; returns the matches found at once, `find_changed` announces the others.

        Without a text the search is forgotten.
        """
        return self._finder.find(text, options)

    def find_next(self, step: int = 1) -> None:
        """Show the next match, or with -1 the one before."""
        self._finder.step(step)

    def mark_found(self, found: Found | None) -> bool:
        """Mark what a search over all chats found in a message, and come to it.

        Args:
            found: None forgets the mark.

        Returns:
            Whether something was marked before.
        """
        before = self._finder.unmark()
        if found is not None:
            self._finder.mark(found)
        return before

    # ------------------------------------------------------------------ events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out for another size; the first visible row stays."""
        super().resizeEvent(event)
        self._layout.resize()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the page."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), qcolour(self._styles.theme.page))
        if self._ringed:
            painter.setPen(QPen(qcolour(self._styles.theme.accent), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A ring says that the keyboard came here; the pointer says it by itself."""
        super().focusInEvent(event)
        self._ringed = event.reason() in KEYBOARD
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring goes."""
        super().focusOutEvent(event)
        self._ringed = False
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The bar's own signal does it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; sideways over a wide block."""
        self._pointer.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page, Home, End, arrows, select all, copy."""
        if not self._keyboard.press(event):
            event.ignore()  # the window has shortcuts of its own

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go through the messages' buttons in the order they stand, and out of them."""
        return self._keyboard.tab(forward=forward) or super().focusNextPrevChild(forward)

    def tab_stops(self) -> list[QWidget]:
        """Where Tab stops, for the window's order."""
        return self._keyboard.stops()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection."""
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the pointer."""
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the selection, or follow a link."""
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self._pointer.double_click(event)
