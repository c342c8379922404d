"""Where words stand in a transcript, for the tests' mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.ui.transcript.view import TranscriptView


def spot(view: TranscriptView, at: int, words: str, inside: int = 1) -> QPoint:
    """Where a character of the first ``words`` stands in a message in view.

    Args:
        view: The transcript.
        at: The message.
        words: What is looked for.
        inside: Characters of ``words`` before the place.
    """
    for placed in view._layout.flow.placed:
        if placed.at != at:
            continue
        row = view._layout.branch.models[at].rows[placed.row]
        if words in row.drawn_text():
            item = view._layout.widgets.lay_out(at, placed.row)
            place = item.caret_rect(row.drawn_text().index(words) + inside)
            widget = view._layout.widgets.widgets[view._layout.branch.models[at].message.id]
            x = widget.x() + widget.layout_cache.offset_x(item) + place.x()
            return QPoint(round(x), placed.y + round(place.center().y()))
    raise AssertionError(f"{words!r} is not in view")


def at_the_window(
    view: TranscriptView,
    what: Callable[..., None],
    point: QPoint,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Mouse events that Qt hands to whichever widget has the mouse, as a real one's."""
    here = view.viewport().mapTo(view.window(), point)
    if what is QTest.mouseMove:
        what(view.window().windowHandle(), here)
    else:
        what(view.window().windowHandle(), Qt.MouseButton.LeftButton, modifier, here)
