"""What stands on one page of the settings: its panels and its settings, made when it is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.domain.options import Section
from app.domain.settings import SPECS
from app.language import tr
from app.ui.settings.setting_row import SettingRow, fits
from app.ui.style.dialogs import push_button
from app.ui.style.scrolling_page import AFTER_FRAME
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

_AT_ONCE = 3
"""Settings that are made before the first frame; the others follow it, from top to bottom."""
_PANEL = 3
"""Settings that make as much work as a panel."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands on a page beside its settings.

    Attributes:
        section: The page.
        make: Makes it, when the page is shown for the first time.
        words: By which it is found, beside the page's name.
        below: Whether it stands below the settings.
    """

    section: Section
    make: Callable[[], QWidget]
    words: str = ""
    below: bool = False

    def fits(self, query: str) -> bool:
        """Whether every word of ``query`` is among its words."""
        text = f"{self.words} {self.section.label}".casefold()
        return all(word in text for word in query.casefold().split())


@dataclass(frozen=True, slots=True)
class _Step:
    """A thing of a page that is made.

    Attributes:
        make: Makes it.
        work: In settings.
    """

    make: Callable[[], object]
    work: int


class SectionBody(QWidget):
    """The heading of a page and what stands below it.

    Args:
        section: The page.
        panels: Those of the page.
        make_row: Makes the row of a setting.
        reset: Brings all settings of the page back to their defaults.
        useless: Says why a setting is not shown; empty where it is.

    Signals:
        grown: More of it is there, a moment after it was shown.
    """

    grown = Signal()

    def __init__(
        self,
        section: Section,
        panels: Sequence[Panel],
        make_row: Callable[[str], SettingRow],
        reset: Callable[[Section], object],
        useless: Callable[[str], str] = lambda _name: "",
    ) -> None:
        super().__init__()
        self.section = section
        self.names = [name for name, spec in SPECS.items() if spec.option.section is section]
        self._useless = useless
        self.rows: list[SettingRow] = []
        self._declared, self._make_row = panels, make_row
        self._panels: list[tuple[Panel, QWidget]] = []
        self._steps: deque[_Step] = deque(self._planned())
        self._later = QTimer(self, interval=AFTER_FRAME)
        self._later.timeout.connect(self._make_more)
        self._reset_all = reset
        self._reset: QPushButton | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, SPACE * 2)
        self._column.setSpacing(SPACE)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show on this page."""
        return not self.names and not self._declared

    def make(self) -> None:
        """Make all of what stands on the page, once."""
        while self._steps:
            self._steps.popleft().make()
        self._later.stop()

    def _planned(self) -> Iterator[_Step]:
        """What is made, from the top of the page to its foot."""
        yield _Step(self._begin, 0)
        for below in (False, True):
            if below:
                yield from (_Step(partial(self._add_row, name), 1) for name in self.names)
            panels = (one for one in self._declared if one.below is below)
            yield from (_Step(partial(self._add, one), _PANEL) for one in panels)
        yield _Step(self._end, 0)

    def _make_some(self, work: int) -> None:
        """Make what is so much work, one thing at least; the others one by one after that."""
        done = 0
        while self._steps and (not done or done + self._steps[0].work <= work):
            step = self._steps.popleft()
            step.make()
            done += step.work
        if self._steps:
            self._later.start()
        else:
            self._later.stop()

    def _begin(self) -> None:
        self._column.addWidget(StyledLabel(self.section.label, "heading"))

    def _make_more(self) -> None:
        self._later.setInterval(0)
        self._make_some(0)
        self.grown.emit()

    def _add_row(self, name: str) -> None:
        if self._useless(name):
            return
        row = self._make_row(name)
        self.rows.append(row)
        self._column.addWidget(row)
        row.show()

    def _end(self) -> None:
        if self.names:
            self._reset = push_button(tr("Reset this page"), "link")
            self._reset.setAccessibleName(tr("Reset the page {name}", name=self.section.label))
            self._reset.clicked.connect(lambda _checked: self._reset_all(self.section))
            self._column.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignLeft)
            self._reset.show()
        self._column.addStretch(1)

    def _add(self, panel: Panel) -> None:
        widget = panel.make()
        narrow = widget.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Minimum
        place = Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag(0)
        self._column.addWidget(widget, 0, place)
        widget.show()
        self._panels.append((panel, widget))

    def show_all(self) -> None:
        """Show the page as it is; what is below its first screenful is made a moment later."""
        if not (self.rows or self._panels):
            self._make_some(_AT_ONCE)
        for widget in (*self.rows, *(widget for _, widget in self._panels)):
            widget.show()
        if self._reset is not None:
            self._reset.show()
        self.show()

    def show_hits(self, query: str) -> bool:
        """Show what fits a search; whether anything does."""
        fitting = (name for name in self.names if fits(SPECS[name], query))
        names = {name for name in fitting if not self._useless(name)}
        panels = [panel for panel in self._declared if panel.fits(query)]
        if not names and not panels:
            self.hide()
            return False
        self.make()
        for row in self.rows:
            row.setVisible(row.spec.name in names)
        for panel, widget in self._panels:
            widget.setVisible(panel in panels)
        if self._reset is not None:
            self._reset.hide()
        self.show()
        return True
