"""A panel right of the conversation: beside it where there is room, over it where there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QWidget

from app.ui.style.motion import Rise
from app.ui.style.theme import SPACE

if TYPE_CHECKING:
    from app.ui.conversation.marks.page_panel import PagePanel

ROOM = 800  # pixels of the pane, from which on both stand side by side
_LEAST, _MOST, _SHARE = 400, 760, 0.46
FROM_THE_SIDE = QPoint(3 * SPACE, 0)


class Beside(QObject):
    """Keeps a panel in its place in a pane.

    Args:
        pane: What it stands in; its layout leaves room for it.
        panel: The panel.
    """

    def __init__(self, pane: QWidget, panel: PagePanel) -> None:
        super().__init__(pane)
        self._pane, self.panel = pane, panel
        self._shown = False
        panel.setParent(pane)
        self._slide = Rise(panel, FROM_THE_SIDE)
        panel.hide()
        panel.moved.connect(self._fit)
        pane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The pane has another size."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        layout, pane, panel = self._pane.layout(), self._pane, self.panel
        if layout is None:
            return
        shown, wide = not panel.isHidden(), pane.width()
        aside = wide >= ROOM
        room = min(max(round(wide * _SHARE), _LEAST), _MOST) if aside else wide
        layout.setContentsMargins(0, 0, room if shown and aside else 0, 0)
        if shown:
            panel.resize(room, pane.height())
            self._slide.to(QPoint(wide - room, 0), comes=not self._shown)
            panel.raise_()
        self._shown = shown
