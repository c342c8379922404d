"""The widget of one message near the viewport: paints its rows and holds its buttons."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGroupBox, QWidget

from app.ui.style.theme import qcolour
from app.ui.transcript.content.flow_layout import PlacedRow
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import (
    OUTSIDE,
    PAD_OTHER,
    PAD_TEXT,
    FooterRow,
    NoteRow,
    TextRow,
)
from app.ui.transcript.content.spoken import spoken_message
from app.ui.transcript.items.block_items import FooterItem
from app.ui.transcript.items.formulas import PendingFormula
from app.ui.transcript.items.row_item import RowItem
from app.ui.transcript.items.style import Style
from app.ui.transcript.widgets.controls import Controls
from app.ui.transcript.widgets.layout_cache import BUBBLE_PAD_X, MARGIN, LayoutCache
from app.ui.transcript.widgets.message_widget_host import MessageWidgetHost, VisibleRow

BUBBLE_RADIUS = 14
SPOKEN = 20_000
"""Characters of a message that a screen reader is given as its name."""

UNHEARD = 2_000
"""The description while no screen reader listens: that of a long answer takes some frames."""


class MessageWidget(QGroupBox):
    """One message. A group box only for its accessible role; it paints itself."""

    def __init__(self, parent: QWidget, host: MessageWidgetHost, model: MessageModel) -> None:
        super().__init__(parent)
        self._viewport, self._host = parent, host
        self.visible_rows: list[VisibleRow] = []
        self.layout_cache = LayoutCache(model, self.give_up_focus)
        self.controls = Controls(self, self.layout_cache, host)
        self.setContentsMargins(0, 0, 0, 0)
        self.setMouseTracking(True)
        self.ensurePolished()
        self._be_opaque()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._style: Style | None = None
        self._caret: int | None = None  # the row at whose end the next word comes
        self._described: tuple[object, ...] | None = None

    def _be_opaque(self) -> None:
        """Say that all of it is painted, so that what it shows is moved and not painted again.

        A style sheet that has a rule for group boxes says otherwise whenever it is applied.
        """
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def changeEvent(self, event: QEvent) -> None:
        """A style sheet was applied."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._be_opaque()

    # ------------------------------------------------------------------ rows

    @property
    def model(self) -> MessageModel:
        """The message."""
        return self.layout_cache.model

    @property
    def items(self) -> dict[int, RowItem]:
        """The rows that are laid out, by their numbers."""
        return self.layout_cache.items

    def shown_rows(self) -> list[Row]:
        """The rows in view."""
        return [spot.item.row for spot in self.visible_rows]

    def focus_chain(self) -> list[QWidget]:
        """The controls in view that take the focus, from top to bottom."""
        return [control for spot in self.visible_rows for control in self.controls_of(spot)]

    def controls_of(self, spot: VisibleRow) -> list[QWidget]:
        """The controls of one row that take the focus, made if they were left for a pause."""
        self.controls.make_all([spot])
        return self.controls.controls_of(spot)

    def drop_completed(self, is_drawn: Callable[[PendingFormula], bool]) -> bool:
        """Let go of rows all of whose late formulas are there; whether one was in view."""
        gone = self.layout_cache.drop_completed(is_drawn)
        return any(spot.row in gone for spot in self.visible_rows)

    def pending(self) -> list[PendingFormula]:
        """The formulas that rows laid out here wait for; those in view come first."""
        shown = [spot.item for spot in self.visible_rows]
        others = [item for item in self.items.values() if item not in shown]
        return [late for item in (*shown, *others) for late in item.pending]

    # ------------------------------------------------------------------ geometry

    def arrange(self, placed: list[PlacedRow], left: int, style: Style) -> None:
        """Take the place of the visible rows; ``left`` is the column's in the viewport.

        Only what looks different is drawn again. A message that fills the viewport stands still,
        and what it shows is scrolled inside it.
        """
        place = self._area(placed, left, style)
        anew = place.size() != self.size() or style is not self._style
        self._style = style
        self.setGeometry(place)
        before = {spot.row: spot for spot in self.visible_rows}
        ended = self.visible_rows[-1:]
        changed = self.layout_cache.pop_changed()
        top = place.y()
        self.visible_rows = [
            VisibleRow(p.row, self.items[p.row], p.y - top, p.height) for p in placed
        ]
        if anew:
            self.update()
        stands = None if anew else self._standing(ended)
        moved = 0 if anew else self._scroll(before, stands)
        for spot in self.visible_rows:
            if spot is stands:
                continue
            old = before.get(spot.row)
            there = old is not None and old.item is spot.item and old.y + moved == spot.y
            tall = old.height if old is not None and there else 0
            if tall != spot.height or spot.item.scrolls:
                self.controls.place(spot)
            if anew or (tall == spot.height and spot.row not in changed):
                continue
            skip = int(changed.get(spot.row, 0)) if there else 0
            self.update(0, spot.y + skip, place.width(), max(tall, spot.height) - skip)
        self._move_caret()

    def refresh(self, rows: Container[int]) -> None:
        """Draw rows again that have another form and stand where they stood."""
        changed = self.layout_cache.pop_changed()
        for number, spot in enumerate(self.visible_rows):
            item = self.items[spot.row]
            if item is not spot.item or item.scrolls:
                self.visible_rows[number] = replace(spot, item=item)
                self.controls.place(self.visible_rows[number])
            if spot.row in rows:
                skip = int(changed.get(spot.row, 0)) if item is spot.item else 0
                self.update(0, spot.y + skip, self.width(), spot.height - skip)
        self._move_caret()

    def _move_caret(self) -> None:
        """Have the row drawn again that the caret came to, and the one that it left.

        In a row that grows it costs nothing: what changes of that begins in the line of the caret.
        """
        row = self.model.writing_row
        if row == self._caret:
            return
        moved, self._caret = (row, self._caret), row
        for spot in self.visible_rows:
            if spot.row in moved:
                self.update(0, spot.y, self.width(), spot.height)

    def _caret_place(self, item: RowItem, style: Style) -> QRect:
        """Where the next word comes, in the pixels of its row; empty where that is not seen."""
        place = item.end_rect()
        if not item.edge <= place.x() <= item.edge + item.room:
            return QRect()  # in code that is scrolled sideways
        x = round(place.x()) + 1 - (style.px(4) if item.is_rtl() else 0)
        tall = round(min(place.height(), style.line_height))
        return QRect(x, round(place.y()), max(2, style.px(2)), tall)

    def _area(self, placed: list[PlacedRow], left: int, style: Style) -> QRect:
        """The rectangle of the visible rows, in the viewport and not beyond both its ends."""
        margin, top, bottom = style.px(MARGIN), placed[0].y, placed[-1].y + placed[-1].height
        if top <= 0 and bottom >= self._viewport.height():
            top, bottom = 0, self._viewport.height()
        return QRect(left - margin, top, style.column + 2 * margin, bottom - top)

    def _standing(self, ended: list[VisibleRow]) -> VisibleRow | None:
        """The buttons below an answer that is followed, where all else moves along without them.

        Args:
            ended: The last row that was in view, if there was any.
        """
        *others, last = self.visible_rows
        if not isinstance(last.item, FooterItem) or any(spot.item.widget for spot in others):
            return None  # controls are moved all together
        same = [spot for spot in ended if spot.item is last.item]
        return last if [(s.y, s.height) for s in same] == [(last.y, last.height)] else None

    def _scroll(self, before: dict[int, VisibleRow], stands: VisibleRow | None) -> int:
        """Move what is shown already to where it stands now, and return by how many pixels."""
        if self.model.is_user:
            return 0  # a bubble's ends are drawn where they are seen
        for spot in self.visible_rows:
            old = before.get(spot.row)
            if old is not None and old.item is spot.item:
                if spot.y != old.y and stands is not None:
                    self.scroll(0, spot.y - old.y, QRect(0, 0, self.width(), stands.y))
                elif spot.y != old.y:
                    self.scroll(0, spot.y - old.y)
                return spot.y - old.y
        return 0

    def hide_offscreen(self) -> None:
        """Stand aside, with rows laid out ahead of the viewport."""
        self.visible_rows = []
        self.give_up_focus()
        self.hide()

    def give_up_focus(self) -> None:
        """Hand the focus of one of its controls to the transcript."""
        self.controls.give_up_focus()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer came."""
        self.controls.make_all(self.visible_rows)
        self.controls.hover(hovered=True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer went."""
        self.controls.hover(hovered=False)
        super().leaveEvent(event)

    # ------------------------------------------------------------------ painting and pointing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Leave it to the transcript; a selection runs across messages."""
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Leave it to the transcript."""
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave it to the transcript."""
        event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave it to the transcript."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows that the event wants."""
        if self._style is None:
            return
        painter = QPainter(self)
        wanted = event.region()  # its rectangle may be all of the message
        theme = self._style.theme
        painter.fillRect(event.rect(), qcolour(theme.page))
        margin = self._style.px(MARGIN)
        bubble = self.layout_cache.bubble_width - 2 * self._style.px(BUBBLE_PAD_X)
        if self.model.is_user:
            self._paint_bubble(painter, self._style)
        # That may be made beside the drawing; the others are made in pauses, all of an answer that
        # is written: its rows move along with what is drawn of them already.
        pictures = 1 if self._caret is None else 0
        top, bottom = event.rect().top(), event.rect().bottom() + 1
        for spot in self.visible_rows:
            if spot.y >= bottom or spot.y + spot.height <= top:
                continue
            area = QRect(0, spot.y, self.width(), spot.height)
            if not wanted.intersects(area):
                continue
            x = self.layout_cache.offset_x(spot.item)
            painter.save()
            painter.translate(x, spot.y)
            part = (wanted & area).boundingRect()
            if part != area:
                painter.setClipRect(part.translated(-x, -spot.y))
            look = self._host.decoration_of(self.model, spot.row)
            inside = self.model.is_user and not isinstance(spot.item.row, NoteRow)
            ground = theme.bubble if inside else theme.page
            width = bubble if inside else spot.item.width
            spot.item.draw(painter, look, ground, 0 if inside else margin, width)
            if spot.row == self._caret:
                painter.fillRect(self._caret_place(spot.item, self._style), qcolour(theme.accent))
            painter.restore()
            if pictures and spot.item.make_picture():
                pictures -= 1
        painter.end()

    def _paint_bubble(self, painter: QPainter, style: Style) -> None:
        rows = self.model.rows
        first = 1 if isinstance(rows[0], NoteRow) else 0
        last = next(i for i in range(len(rows) - 1, -1, -1) if not _is_end(rows[i]))
        inside = [s for s in self.visible_rows if first <= s.row <= last]
        if not inside:
            return
        radius = style.px(BUBBLE_RADIUS)
        top, bottom = inside[0].y, inside[-1].y + inside[-1].height
        # What is cut off by the viewport runs on beyond it.
        top = top + style.space(OUTSIDE) if inside[0].row == first else top - 2 * radius
        pad = PAD_TEXT if isinstance(rows[last], TextRow) else PAD_OTHER
        bottom = bottom + style.space(pad) if inside[-1].row == last else bottom + 2 * radius
        x = self.layout_cache.bubble_left(style)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(x, top, self.layout_cache.bubble_width, bottom - top)
        painter.setPen(Qt.PenStyle.NoPen)
        if style.theme.line > 1:  # where contrast is wanted it has an edge
            painter.setPen(QPen(qcolour(style.theme.border), style.theme.line))
            area = area.adjusted(1, 1, -1, -1)
        painter.setBrush(qcolour(style.theme.bubble))
        painter.drawRoundedRect(area, radius, radius)

    def visible_row_at(self, y: int) -> tuple[int, RowItem, int] | None:
        """The row nearest to ``y`` in this widget: row, item, and its top."""
        best: VisibleRow | None = None
        for spot in self.visible_rows:
            if spot.y <= y or best is None:
                best = spot
        return (best.row, best.item, best.y) if best is not None else None

    def describe_so_far(self) -> None:
        """Set what a screen reader says of an answer that is still being written."""
        self.setAccessibleName(spoken_message(self.model, SPOKEN))

    def describe(self) -> bool:
        """Set what a screen reader says, once the message stands; whether that was to be done."""
        heard = QAccessible.isActive()
        state = (
            id(self.model.message),
            self.model.left_out,
            self.model.summed_up,
            frozenset(self.model.unfolded),
            heard,
            self.model.marks.marks,
        )
        if self._described == state or self.model.stream is not None:
            return False
        self._described = state
        self.setAccessibleName(spoken_message(self.model, SPOKEN if heard else UNHEARD))
        return True


def _is_end(row: object) -> bool:
    return isinstance(row, FooterRow | NoteRow)
