"""A panel right of the conversation: beside it where there is room, over it where there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.ui.conversation.marks.page_panel import PagePanel

ROOM = 860  # pixels of the pane, from which on both stand side by side
_LEAST, _MOST, _SHARE = 400, 760, 0.46
_OVER = 0.94  # of a narrow pane that the panel lies over


class Beside(QObject):
    """Keeps a panel in its place in a pane.

    Args:
        pane: What it stands in; its layout leaves room for it.
        panel: The panel.
    """

    def __init__(self, pane: QWidget, panel: PagePanel) -> None:
        super().__init__(pane)
        self._pane, self.panel = pane, panel
        panel.setParent(pane)
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
        room = min(max(round(wide * _SHARE), _LEAST), _MOST) if aside else round(wide * _OVER)
        layout.setContentsMargins(0, 0, room if shown and aside else 0, 0)
        if shown:
            panel.setGeometry(wide - room, 0, room, pane.height())
            panel.raise_()
