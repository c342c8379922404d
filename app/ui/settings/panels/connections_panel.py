"""What Phial connected to, what Offline refuses, and what holds it to that."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QSizePolicy,
    QVBoxLayout,
)

from app.domain.network.connections import Connection, ConnectionList
from app.language import tr, trn
from app.language.formats import day_and_time
from app.services.core import formatting
from app.services.privacy.connections import ConnectionService
from app.services.privacy.protection import OUTCOMES, REFUSED_BY_OFFLINE, amount, whom
from app.ui.style.dialogs import confirm, push_button
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

_MOST_SHOWN = 200
_LINES = 11  # of text that the list is high, at most


class ConnectionsPanel(QFrame):
    """The list of connections, the newest first, with Clear; and what is refused, and how."""

    def __init__(self, connections: ConnectionService) -> None:
        super().__init__()
        self._connections = connections
        self._switch = StyledLabel("", "muted")
        self._count = StyledLabel()
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Connections"))
        self._list.setWordWrap(True)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._clear = push_button(tr("Clear list…"))
        self._clear.setAutoDefault(False)
        self._clear.clicked.connect(self._on_clear)
        self._refused = StyledLabel(_bullets(*REFUSED_BY_OFFLINE), "muted")
        self._held = StyledLabel("", "muted")
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE // 2, 0, SPACE)
        column.setSpacing(SPACE // 2)
        column.addWidget(StyledLabel(tr("Connections"), "subheading"))
        column.addWidget(self._count)
        column.addWidget(self._list)
        row = QHBoxLayout()
        row.addWidget(self._clear)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(SPACE)
        column.addWidget(StyledLabel(tr("What Offline refuses"), "subheading"))
        column.addWidget(self._switch)
        column.addWidget(self._refused)
        column.addSpacing(SPACE)
        column.addWidget(StyledLabel(tr("What holds Phial to that"), "subheading"))
        column.addWidget(self._held)

    def refresh(self) -> None:
        """Show what is known now."""
        listed, held = self._connections.listed(), self._connections.protection()
        self._switch.setText(held.switch)
        self._held.setText(_bullets(held.program, held.engine_process))
        self._count.setText(_summary(listed))
        shown = tuple(reversed(listed.rows[-_MOST_SHOWN:]))
        self._list.clear()
        self._list.addItems([_told(row) for row in shown])
        self._list.setVisible(bool(shown))
        self._clear.setVisible(bool(shown))
        lines = min(_LINES, 3 * len(shown) + 1)
        self._list.setFixedHeight(lines * self._list.fontMetrics().lineSpacing() + 2 * SPACE)

    def showEvent(self, event: QShowEvent) -> None:
        """The page is shown: what it says is true now."""
        self.refresh()
        super().showEvent(event)

    def _on_clear(self) -> None:
        if confirm(
            self,
            tr("Clear the list?"),
            tr("Clear the list of connections?"),
            tr("What was connected to until now cannot be shown any more."),
            tr("Clear list"),
        ):
            self._connections.clear()
            self.refresh()


def _summary(listed: ConnectionList) -> str:
    since = day_and_time(datetime.fromtimestamp(listed.since).astimezone())
    count = len(listed.rows) + listed.dropped
    if not count:
        return tr("There was no connection since {day}, when this list began.", day=since)
    return trn(
        "{n} connection since {day}, the newest first. A refused one counts too.",
        "{n} connections since {day}, the newest first. Refused ones count too.",
        count,
        day=since,
    )


def _told(row: Connection) -> str:
    """Two lines: what for and whom to; when, how much, and what became of it."""
    when = day_and_time(datetime.fromtimestamp(row.at).astimezone())
    amounts = tr(
        "{sent} sent, {received} received",
        sent=amount(row, row.sent),
        received=amount(row, row.received),
    )
    first = formatting.join(row.reason, whom(row))
    return "\n".join((first, formatting.join(when, amounts, OUTCOMES[row.outcome])))


def _bullets(*texts: str) -> str:
    return "\n".join(f"• {text}" for text in texts)
