"""The quantizations of the model in use, each with what it costs, and the switch between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from app.domain.advice import Advice, speed_word
from app.domain.download import DownloadItem, DownloadState, Repository
from app.domain.errors import KnownError
from app.language import tr, trn
from app.services.core import formatting
from app.services.models.quantizations import Quantization, QuantizationChoice
from app.services.registry import Services
from app.ui.core.operations import Operations
from app.ui.settings.panels.memory_panel import ShareBar
from app.ui.style.dialogs import push_button
from app.ui.style.motion import unfolding
from app.ui.style.scrolling_page import after_frame, clear_layout
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.widgets import StyledLabel, announce

Do = Callable[[], object]
_BAR = 180  # width of the bar of memory at 100 %, pixels
_BESIDE, _LEAST = 300, 120  # of a row, with its button beside the words; at least; pixels at 100 %


def speed_line(advice: Advice | None) -> str:
    """How fast answers come, as a word and a number; empty where nothing is known."""
    if advice is None or not advice.tokens_per_second:
        return ""
    pace, measured = advice.tokens_per_second, advice.measured
    return formatting.join(speed_word(pace), formatting.words_a_second(pace, measured=measured))


def memory_line(advice: Advice | None) -> str:
    """What it takes of the free memory, as numbers; empty where nothing is known."""
    if advice is None or not advice.memory:
        return ""
    takes, free = formatting.size(advice.memory), formatting.size(advice.free)
    return tr("takes {needed} of {free} free", needed=takes, free=free)


def cost_line(one: Quantization) -> str:
    """What switching to a quantization costs: bytes to fetch, memory, speed."""
    size = formatting.size(one.size) if one.size else tr("size unknown")
    where = size if one.file is not None else tr("{size} to fetch", size=size)
    return formatting.join(where, memory_line(one.advice), speed_line(one.advice))


class QuantizationRow(QFrame):
    """One quantization: its name and quality, what it costs, and its button.

    Args:
        one: What is offered.
        theme: Colours.
        switch: Uses it, fetching it first where it is not here.
        stop: Ends its download.
    """

    def __init__(self, one: Quantization, theme: Theme, switch: Do, stop: Do) -> None:
        super().__init__()
        self.one = one
        self.setObjectName("choice")
        self.setProperty("chosen", one.in_use)
        self.setAccessibleName(one.name)
        self._line = StyledLabel(cost_line(one), "small")
        self._bar = ShareBar(theme)
        self._bar.setMaximumWidth(zoomed(_BAR))
        if one.advice is not None and one.advice.memory:
            self._bar.show_parts((float(one.advice.memory),), float(one.advice.free))
        else:
            self._bar.hide()
        self._progress = QProgressBar(textVisible=False, maximum=1000)
        self._progress.setAccessibleName(tr("Progress of {name}", name=one.name))
        self._progress.hide()
        self._used = StyledLabel(tr("In use"), "subheading")
        self._used.setWordWrap(False)
        self._button = self._make_button(switch)
        self._stop = push_button(tr("Stop fetching"))
        self._stop.setAccessibleName(tr("Stop fetching {name}", name=one.name))
        self._stop.clicked.connect(lambda _checked: stop())
        self._lay_out()  # first: shown without a parent each would be a window
        self._used.setVisible(one.in_use)
        self._button.setVisible(not one.in_use)
        self._stop.hide()

    def _make_button(self, switch: Do) -> QPushButton:
        here = self.one.file is not None
        button = push_button(tr("Switch") if here else tr("Fetch and switch"))
        button.setAccessibleName(
            tr("Switch to {name}", name=self.one.name)
            if here
            else tr("Fetch {name} and switch to it", name=self.one.name)
        )
        button.clicked.connect(lambda _checked: switch())
        return button

    def _lay_out(self) -> None:
        name = StyledLabel(self.one.name, "subheading")
        name.setWordWrap(False)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(name)
        advised = tr("suits this computer best") if self.one.advised else ""
        head.addWidget(StyledLabel(formatting.join(self.one.quality, advised), "muted"), 1)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addLayout(head)
        left.addWidget(self._bar)
        left.addWidget(self._line)
        left.addWidget(self._progress)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(SPACE + 4, SPACE, SPACE + 4, SPACE)
        self._box.setSpacing(SPACE)
        self._box.addLayout(left, 1)
        for widget in (self._used, self._button, self._stop):
            self._box.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(self.one.good_for)

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for its button to stand below the words."""
        return QSize(zoomed(_LEAST), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button stands below the words where there is no room beside them."""
        super().resizeEvent(event)
        wide = event.size().width() >= zoomed(_BESIDE)
        self._box.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )

    def show_download(self, item: DownloadItem | None, *, then_used: bool) -> None:
        """Show how its download stands; None where there is none.

        Args:
            item: The download.
            then_used: Whether it is switched to when it is here.
        """
        going = item is not None and (not item.state.over or item.state is DownloadState.PAUSED)
        self._progress.setVisible(going)
        self._stop.setVisible(going)
        self._button.setVisible(not going and not self.one.in_use)
        if item is None:
            self._line.setText(cost_line(self.one))
            return
        if item.total:
            self._progress.setValue(round(1000 * item.done / item.total))
        if item.state is DownloadState.FAILED:
            self._line.setText(item.error)
            return
        then = tr("then it is switched to; until then answers go on as they do") if going else ""
        line = formatting.download_line(item)
        self._line.setText(formatting.join(line, then if then_used else ""))


class QuantizationPanel(QFrame):
    """The usual quantizations, those that are here, and the rest on demand.

    Args:
        services: What everything is done with.
        operations: Judges away from this thread.
        theme: Colours.
        attempt: Does what was asked for, or shows why not.
        get_models: Leads to the models that can be had.
    """

    def __init__(
        self,
        services: Services,
        operations: Operations,
        theme: Theme,
        attempt: Callable[[Do], bool],
        get_models: Do,
    ) -> None:
        super().__init__()
        self._services, self._operations = services, operations
        self._theme, self._attempt = theme, attempt
        self._rows: list[QuantizationRow] = []
        self._listed: Repository | None = None
        self._all = False
        self._choice = QuantizationChoice("")
        self._heading = StyledLabel(tr("Quantization"), "subheading")
        self._help = StyledLabel("", "muted")
        self._column = QVBoxLayout()
        self._column.setSpacing(SPACE // 2 + 2)
        self._more = push_button(tr("More quantizations"), "link")
        self._more.clicked.connect(lambda _checked: self._toggle())
        host = services.downloads.host
        self._ask = push_button(tr("Ask {host} for exact sizes and others", host=host), "link")
        self._ask.clicked.connect(lambda _checked: self._ask_hub())
        self._get = push_button(tr("Get Phi-4…"), "accent")
        self._get.clicked.connect(lambda _checked: get_models())
        self._told = StyledLabel("", "small")
        foot = StackingRow(self._more, self._ask, self._get)
        for button in (self._more, self._ask, self._get):
            button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, SPACE)
        column.setSpacing(SPACE // 2 + 2)
        column.addWidget(self._heading)
        column.addWidget(self._help)
        column.addLayout(self._column)
        column.addWidget(foot)
        column.addWidget(self._told)
        self._told.hide()
        after_frame(self, self.refresh)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours for rows that are yet to come."""
        self._theme = theme

    def refresh(self) -> None:
        """Look anew what is here and how it would do, away from this thread."""
        service, listed = self._services.quantizations, self._listed
        self._operations.run(
            self, lambda _task: service.choice(listed), self._show_choice, self._show_problem
        )

    def on_download(self, item: DownloadItem) -> None:
        """A download moved on."""
        if item.state is DownloadState.DONE:
            self.refresh()
        else:
            self._show_downloads()

    # --- what is shown --------------------------------------------------------------------------

    def _show_choice(self, choice: QuantizationChoice) -> None:
        self._choice = choice
        clear_layout(self._column)
        self._rows = []
        known = bool(choice.options)
        self._get.setVisible(not known)
        if not known:
            self._help.setText(
                tr(
                    "The built-in demo comes in one quantization only; "
                    "Phi-4 and its family come in several."
                )
            )
            self._more.hide()
            self._ask.hide()
            return
        self._help.setText(
            tr(
                "How finely the weights of {model} are stored: finer is better, larger and "
                "slower. The chat stays; the next answer comes from the file you switch to.",
                model=choice.model,
            )
        )
        for one in choice.options:
            row = QuantizationRow(
                one, self._theme, partial(self._switch, one), partial(self._stop, one)
            )
            self._rows.append(row)
            self._column.addWidget(row)
        self._fold()
        self._show_downloads()

    def _fold(self) -> None:
        """Show those that matter; the rest on demand."""
        folded = 0
        for row in self._rows:
            one = row.one
            fetching = self._services.quantizations.fetching(one) is not None
            matters = one.usual or one.in_use or one.file is not None or fetching
            row.setVisible(self._all or matters)
            folded += not matters
        self._more.setText(tr("Fewer quantizations"))
        if not self._all:
            self._more.setText(trn("{n} more quantization", "{n} more quantizations", folded))
        self._more.setAccessibleName(self._more.text())
        self._more.setVisible(bool(folded))
        self._ask.setVisible(bool(self._choice.repository) and self._listed is None)

    def _show_downloads(self) -> None:
        service = self._services.quantizations
        for row in self._rows:
            item = service.fetching(row.one)
            row.show_download(item, then_used=item is not None and service.is_wanted(item))

    def _show_problem(self, error: KnownError) -> None:
        self._told.setText(str(error))
        self._told.setVisible(True)
        self._ask.setEnabled(True)

    # --- doing ----------------------------------------------------------------------------------

    def _toggle(self) -> None:
        self._all = not self._all
        with unfolding(self):
            self._fold()

    def _switch(self, one: Quantization) -> None:
        service = self._services.quantizations
        if self._attempt(lambda: service.switch(one)):
            if one.file is not None:
                announce(self, tr("Switching to {name}.", name=one.name))
            self._told.hide()
            self.refresh()

    def _stop(self, one: Quantization) -> None:
        self._services.quantizations.stop_fetching(one)
        self._show_downloads()

    def _ask_hub(self) -> None:
        self._ask.setEnabled(False)
        show = self._operations.back(self, self._take_listing)
        failed = self._operations.back(self, self._show_problem)
        self._services.downloads.repository(self._choice.repository, show, failed)

    def _take_listing(self, listed: Repository) -> None:
        self._listed = listed
        self._told.hide()
        self.refresh()
