"""Rows of the models page: a file that is here, one of a repository, one on its way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QFrame,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.download import DownloadItem, DownloadState
from app.language import tr
from app.services.core import formatting
from app.ui.style.dialogs import push_button
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

Do = Callable[[], object]


class Card(QFrame):
    """A framed row: a name, lines below it, buttons at the right."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(name)
        self.name = StyledLabel(name, "subheading")
        words = QWidget()
        self.lines = QVBoxLayout(words)
        self.lines.setContentsMargins(0, 0, 0, 0)
        self.lines.setSpacing(2)
        self.lines.addWidget(self.name)
        self._row = StackingRow(words, grows=words)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 2, SPACE + 4, SPACE * 2, SPACE + 4)
        column.addWidget(self._row)

    def add_line(self, text: str, role: str = "muted") -> StyledLabel:
        """A line of text; empty ones take no room."""
        label = StyledLabel(text, role)
        self.lines.addWidget(label)  # first: shown without a parent it would be a window
        label.setVisible(bool(text))
        return label

    def add_button(self, text: str, do: Do, kind: str = "plain") -> QPushButton:
        """A button; its name for screen readers says what it acts on."""
        button = push_button(text, kind)
        button.setAccessibleName(f"{text} {self.name.text()}")
        button.clicked.connect(lambda _checked: do())
        button.setAutoDefault(False)
        self._row.add(button)
        return button


class RemoteCard(Card):
    """A file of a repository: what it is, how it fits, and whether it is here."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._verdict: StyledLabel | None = None
        self._here: QPushButton | None = None

    def show_verdict(self, text: str) -> None:
        """How it fits; an empty text says nothing."""
        if self._verdict is None:
            self._verdict = self.add_line("", "")
        self._verdict.setText(text)
        self._verdict.setVisible(bool(text))

    def show_here(self, use: Do) -> None:
        """It is on this computer: it is used and not fetched again."""
        if self._here is not None:
            return
        for button in self.findChildren(QPushButton):
            button.hide()
        self.add_line(tr("On this computer already."), "small")
        self._here = self.add_button(tr("Use"), use)


class DownloadCard(Card):
    """One entry of the queue, kept up to date."""

    def __init__(
        self,
        item: DownloadItem,
        *,
        pause: Do,
        resume: Do,
        cancel: Do,
        clear: Do,
        use: Do,
        token: Callable[[], QWidget],
    ) -> None:
        super().__init__(item.name)
        self._token, self._token_room = token, QVBoxLayout()
        self._bar = QProgressBar(textVisible=False, maximum=1000)
        self._bar.setAccessibleName(tr("Progress of {name}", name=item.name))
        self._bar_room = QWidget()  # hidden with the bar, so that no gap stays
        around = QVBoxLayout(self._bar_room)
        around.setContentsMargins(0, SPACE // 2, 0, SPACE // 2)
        around.addWidget(self._bar)
        self.lines.addWidget(self._bar_room)
        self._line = self.add_line("")
        self._notice = self.add_line("", "small")
        self._error = self.add_line("", "error")
        self.lines.addLayout(self._token_room)
        self._pause = self.add_button(tr("Pause"), pause)
        self._resume = self.add_button(tr("Resume"), resume, "accent")
        self._cancel = self.add_button(tr("Cancel"), cancel)
        self._use = self.add_button(tr("Use"), use, "accent")
        self._clear = self.add_button(tr("Remove from list"), clear)
        self.show_item(item)

    def show_item(self, item: DownloadItem) -> None:
        """Show how it stands now."""
        state = item.state
        self._bar.setValue(round(1000 * item.done / item.total) if item.total else 0)
        self._bar_room.setVisible(not state.over or state is DownloadState.PAUSED)
        for label, text in (
            (self._line, formatting.download_line(item)),
            (self._notice, item.notice),
            (self._error, item.error),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        resumable = state in {DownloadState.PAUSED, DownloadState.FAILED}
        turned = self._pause.hasFocus() and resumable, self._resume.hasFocus() and not state.over
        self._pause.setVisible(not state.over)
        self._resume.setVisible(resumable)
        failed = state is DownloadState.FAILED
        again = (
            tr("Retry {name}", name=item.name) if failed else tr("Resume {name}", name=item.name)
        )
        self._resume.setText(tr("Retry") if failed else tr("Resume"))
        self._resume.setAccessibleName(again)
        self._cancel.setVisible(not state.over or resumable)
        self._use.setVisible(state is DownloadState.DONE and bool(item.files))
        if item.closed and not self._token_room.count():
            self._token_room.addWidget(self._token())
        self._clear.setVisible(state in {DownloadState.DONE, DownloadState.CANCELLED})
        if turned[0]:  # what was pressed gives way to its opposite; Cancel must not get the focus
            self._resume.setFocus()
        elif turned[1]:
            self._pause.setFocus()
        self.setAccessibleDescription(formatting.download_line(item))
