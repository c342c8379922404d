"""Who asked for the model: the requests of other programs, without a word of what they asked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from app.domain.network.serving import ServedRequest, ServingState
from app.language import tr
from app.language.formats import clock
from app.language.numbers import write
from app.services.core.formatting import served_status
from app.ui.core.assistive_activation import name_row
from app.ui.style.dialogs import Dialog, push_button, text_label

_HEADS = (
    tr("Time"),
    tr("Program"),
    tr("Asked for"),
    tr("Model"),
    tr("Tokens"),
    tr("Seconds"),
    tr("State"),
)


class ServingDialog(Dialog):
    """The newest requests, and the way to end it at once.

    Args:
        parent: The window.
        state: What is shown.
        stop: Ends it.
        settings: Opens its page of the settings.
    """

    def __init__(
        self,
        parent: QWidget,
        state: ServingState,
        stop: Callable[[], object],
        settings: Callable[[], object],
    ) -> None:
        super().__init__(parent, tr("Other programs"), 720)
        self._line = text_label("")
        self._list = QTreeWidget()
        self._list.setAccessibleName(tr("Requests of other programs"))
        self._list.setHeaderLabels(list(_HEADS))
        self._list.setRootIsDecorated(False)
        self._list.setMinimumHeight(280)
        self.column.addWidget(self._line)
        self.column.addWidget(self._list, 1)
        self.column.addWidget(
            text_label(tr("What they ask and what is answered is kept nowhere."), "muted")
        )
        self._stop = push_button(tr("Stop serving"))
        self._stop.clicked.connect(lambda _checked: stop())
        more = push_button(tr("Settings…"))
        more.clicked.connect(self.accept)
        more.clicked.connect(lambda _checked: settings())
        close = push_button(tr("Close"), "accent")
        close.clicked.connect(self.accept)
        self.add_buttons(self._stop, more, close, default=close)
        self.show_state(state)
        for column in range(len(_HEADS)):
            self._list.resizeColumnToContents(column)

    def show_state(self, state: ServingState) -> None:
        """Show what became of it."""
        self._line.setText(state.told)
        self._stop.setEnabled(state.on)
        for row, request in enumerate(state.requests):
            self._fill(row, request)
        while self._list.topLevelItemCount() > len(state.requests):
            self._list.takeTopLevelItem(self._list.topLevelItemCount() - 1)

    def _fill(self, row: int, request: ServedRequest) -> None:
        """Write a row; what is selected and where one has scrolled to stays."""
        item = self._list.topLevelItem(row)
        if item is None:
            item = QTreeWidgetItem(self._list)
        texts = (
            clock(request.began.astimezone()),
            request.client,
            request.path,
            request.model,
            write(request.tokens),
            write(request.seconds, digits=1) if request.seconds else "",
            served_status(request.status),
        )
        for column, text in enumerate(texts):
            item.setText(column, text)
        name_row(self._list, item, row + 1)
