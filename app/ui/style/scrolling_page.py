"""A column of cards that scrolls, as the pages of the models dialog are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.style.theme import SPACE, zoomed

_WIDEST = 880  # of a card, at most, pixels at 100 %
AFTER_FRAME = 30
"""Milliseconds until what is not seen at once follows: what is seen first is painted by then."""


def after_frame(owner: QWidget, do: Callable[[], object]) -> None:
    """Do something once what is seen of a page is painted, if its window is there still.

    Another thread that reads meanwhile takes its time from the one that paints. A window that was
    closed meanwhile has no services any more that could be asked.
    """

    def unless_closed() -> None:
        if owner.window().isVisible():
            do()

    QTimer.singleShot(AFTER_FRAME, owner, unless_closed)


class CardPage(QScrollArea):
    """Cards, one below the other, standing at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside, around = QWidget(), QWidget()
        inside.setMaximumWidth(zoomed(_WIDEST))
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(SPACE, SPACE * 2, SPACE * 2, SPACE)
        self.column.setSpacing(SPACE)
        around.setObjectName("page")
        line = QHBoxLayout(around)  # the cards stay at the left of a wide window
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(inside, 1000)
        line.addStretch(1)
        self.setWidget(around)

    def clear(self) -> None:
        """Take every card out."""
        clear_layout(self.column)

    def add(self, widget: QWidget) -> None:
        """Add a card or a label."""
        self.column.addWidget(widget)

    def end(self) -> None:
        """No more cards follow."""
        self.column.addStretch(1)

    def settle(self) -> None:
        """Lay out what was put between others."""
        settle(self, *filter(None, (self.widget(),)))


def settle(area: QScrollArea, *changed: QWidget) -> None:
    """Lay out what was just put into an area that scrolls, so that nobody sees it squeezed.

    Args:
        area: Has widgets that make it scroll.
        changed: What grew, the innermost first.
    """
    inside = area.widget()
    if inside is None:
        return
    for widget in changed:
        for part in reversed(widget.findChildren(QWidget)):  # a layout asks those below it
            _activate(part)
        _activate(widget)
    _activate(inside)
    QApplication.sendEvent(area, QEvent(QEvent.Type.LayoutRequest))  # it asks how high that is


def _activate(widget: QWidget) -> None:
    layout = widget.layout()
    if layout is not None and not widget.isHidden():
        layout.activate()


def clear_layout(layout: QVBoxLayout) -> None:
    """Take every widget out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
