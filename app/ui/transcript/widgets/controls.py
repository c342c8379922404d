"""The controls of one message: creating, positioning, revealing, and their Tab order.

What is seen at once is made at once. The actions that only show when their message is pointed at
are made in the next pause, or when the pointer or the keyboard comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.ui.transcript.content.marks import Mark
from app.ui.transcript.content.wide_blocks import CodeState, HorizontalScrollState
from app.ui.transcript.items.block_items import (
    SIDE_BAR,
    CodeHeadItem,
    FixedItem,
    FoldItem,
    FooterItem,
    MathItem,
    ScrollBarItem,
)
from app.ui.transcript.items.row_item import RowItem
from app.ui.transcript.items.style import CODE_PAD
from app.ui.transcript.widgets.buttons import QuietButton
from app.ui.transcript.widgets.footer import FLOATING, OVERHANG, Footer, is_always_shown
from app.ui.transcript.widgets.layout_cache import LayoutCache
from app.ui.transcript.widgets.mark_buttons import MarkStrip
from app.ui.transcript.widgets.message_controls import CodeHead, FoldToggle, HorizontalScrollBar
from app.ui.transcript.widgets.message_widget_host import MessageWidgetHost, VisibleRow


class Controls:
    """The controls of a message widget.

    Args:
        message: The widget.
        cache: Its rows.
        host: Does what they are clicked for.
    """

    def __init__(self, message: QWidget, cache: LayoutCache, host: MessageWidgetHost) -> None:
        self._message, self._cache, self._host = message, cache, host
        self._hovered = False
        self._focused = False
        self._refocus = ""
        self._figures = ""  # how much is written, while it is written

    # ------------------------------------------------------------------ making and placing

    def place(self, spot: VisibleRow) -> None:
        """Bring a row's control to its place; one that nobody sees is left for a pause."""
        item = spot.item
        if not has_control(item):
            if isinstance(item, ScrollBarItem) and item.widget is not None:
                item.widget.hide()
            return
        later = isinstance(item, FooterItem) and not self._is_due()
        if item.widget is None and (later or _is_marked(item)):
            return
        self._make_and_place(spot)

    def make_next(self, spots: Iterable[VisibleRow]) -> bool:
        """Make one control that was left for a pause; whether there was one."""
        for spot in spots:
            if spot.item.widget is None and has_control(spot.item):
                self._make_and_place(spot)
                return True
        return False

    def make_all(self, spots: list[VisibleRow]) -> None:
        """Make what was left: the pointer or the keyboard comes."""
        while self.make_next(spots):
            pass

    def _is_due(self) -> bool:
        model = self._cache.model
        return self.revealed or bool(self._refocus) or is_always_shown(model.message, model.version)

    def _make_and_place(self, spot: VisibleRow) -> None:
        item, style = spot.item, spot.item.style
        if item.widget is None:
            item.widget = self._make(item)
        x = self._cache.offset_x(item) + item.edge
        y, width, height = spot.y + item.gap, item.room, spot.height - item.gap
        if isinstance(item, ScrollBarItem | MathItem) and not _is_marked(item):
            y, height = spot.y + spot.height - style.px(SIDE_BAR), style.px(SIDE_BAR)
        if isinstance(item, FooterItem):
            x -= 0 if style.rtl else style.px(OVERHANG)
            width += style.px(OVERHANG)
            if item.row.floats:
                height = style.px(FLOATING)
                y = spot.y + spot.height - height
        if isinstance(item.widget, FoldToggle):
            wanted = min(width, item.widget.wanted_width())
            x += width - wanted + style.px(8) if style.rtl else -style.px(8)
            width = wanted
        item.widget.setGeometry(x, y, width, height)
        if isinstance(item.widget, HorizontalScrollBar):
            _set_bar(item.widget, item)
        item.widget.show()

    def _make(self, item: RowItem) -> QWidget:
        message, cache, host, style = self._message, self._cache, self._host, item.style
        if isinstance(item, CodeHeadItem):
            state = item.row.state
            head = CodeHead(message, style, state)
            head.copy_clicked.connect(lambda: host.copy_code(cache.model, state))
            head.wrap_clicked.connect(lambda: host.toggle_wrap(state))
            self._watch((head.wrap, head.copy), head)
            return head
        if _is_marked(item):
            areas = item.marked()
            strip = MarkStrip(message, style, areas, item.edge, item.gap, self._mark_pressed)
            self._watch(strip.buttons, strip)
            return strip
        if isinstance(item, FoldItem):
            toggle = FoldToggle(message, style, item.row)
            toggle.clicked.connect(lambda: host.toggle_fold(cache.model, toggle.row.fold))
            self._watch((toggle,), toggle)
            return toggle
        if isinstance(item, ScrollBarItem | MathItem):
            side = item.row.state
            bar = HorizontalScrollBar(message, style, side, item.room)
            bar.valueChanged.connect(self._bar_moved(side))
            return bar
        return self._make_footer(item)

    def _mark_pressed(self, mark: Mark, at: QWidget) -> None:
        self._host.on_mark(self._cache.model, mark, at)

    def _make_footer(self, item: RowItem) -> Footer:
        cache, host, model = self._cache, self._host, self._cache.model
        busy = host.is_busy()
        footer = Footer(self._message, item.style, model.message, model.version, busy=busy)
        footer.acted.connect(lambda kind, payload: host.on_action(cache.model, kind, payload))
        self._watch(footer.buttons, footer)
        footer.show_figures(self._figures)
        footer.reveal(self.revealed)
        for button in footer.buttons:
            if self._refocus and button.accessibleName() == self._refocus:
                QTimer.singleShot(0, button, button.setFocus)  # once it is shown
        self._refocus = ""
        return footer

    def _bar_moved(self, state: HorizontalScrollState) -> Callable[[int], None]:
        def moved(value: int) -> None:
            if state.offset != value:
                state.offset = value
                self._host.on_horizontal_scroll()

        return moved

    def _watch(self, buttons: Iterable[QuietButton], control: QWidget) -> None:
        for button in buttons:
            button.focused.connect(lambda focused: self._focus_changed(focused, control))

    # ------------------------------------------------------------------ showing the actions

    @property
    def revealed(self) -> bool:
        """Whether the actions are seen."""
        return self._hovered or self._focused or self._host.is_last(self._cache.model)

    def hover(self, *, hovered: bool) -> None:
        """The pointer came or went."""
        self._hovered = hovered
        self.reveal()

    def _focus_changed(self, focused: bool, control: QWidget) -> None:
        self._focused = focused
        self.reveal()
        row = self._cache.row_of(control) if focused else None
        if row is not None:
            self._host.scroll_into_view(self._cache.model, row)

    def reveal(self) -> None:
        """Show or hide the actions."""
        for item in self._cache.items.values():
            if isinstance(item.widget, Footer):
                item.widget.reveal(self.revealed)

    def show_figures(self, words: str) -> None:
        """Say in the footer how much is written, while it is written."""
        self._figures = words
        for item in self._cache.items.values():
            if isinstance(item.widget, Footer):
                item.widget.show_figures(words)

    # ------------------------------------------------------------------ focus

    def give_up_focus(self) -> None:
        """Hand the focus to the transcript before Qt hands it to anybody.

        The button that had it gets it back if it is made again at once.
        """
        focused = self._message.window().focusWidget()
        if focused is not None and self._message.isAncestorOf(focused):
            self._refocus = focused.accessibleName()
            self._host.take_focus()

    @staticmethod
    def controls_of(spot: VisibleRow) -> list[QWidget]:
        """The controls of a row that take the focus."""
        widget = spot.item.widget
        if isinstance(widget, CodeHead):
            return [widget.wrap, widget.copy]
        if isinstance(widget, MarkStrip):
            return list(widget.buttons)
        if isinstance(widget, Footer):
            return [button for button in widget.buttons if button.isEnabled()]
        return [widget] if widget is not None and widget.isVisible() else []


def has_control(item: RowItem) -> bool:
    """Whether a row has a control."""
    if _is_marked(item):
        return True
    if isinstance(item, ScrollBarItem | MathItem):
        return item.bar
    return isinstance(item, FixedItem)


def _is_marked(item: RowItem) -> bool:
    """Whether it has marks to go to; a formula that scrolls sideways keeps its bar."""
    return bool(item.row.marked) and not (isinstance(item, MathItem) and item.bar)


def _set_bar(bar: HorizontalScrollBar, item: RowItem) -> None:
    state = getattr(item.row, "state", None)
    if isinstance(state, HorizontalScrollState):
        pad = 2 * item.style.px(CODE_PAD) if isinstance(state, CodeState) else 0
        bar.setRange(0, max(0, state.content_width - item.room + pad))
        bar.setValue(state.offset)
