"""The settings as a page of the window: generated from the declarations, applied at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import KnownError
from app.domain.options import Section
from app.domain.settings import SPECS, Settings
from app.language import paragraph, tr, trn
from app.services.core.settings import SettingsService
from app.ui.conversation.notices.snackbar import SHOW_IN_FOLDER, Snackbar
from app.ui.core.assistive_activation import AssistedChoice
from app.ui.core.focus import is_typed
from app.ui.core.links import show_in_folder
from app.ui.settings.section_body import Panel, SectionBody
from app.ui.settings.setting_row import Preview, Refusal, SettingRow, fits
from app.ui.style.scrolling_page import settle
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.widgets import StyledLabel, announce
from app.ui.style.window_page import WindowPage

_LIST_WIDTH, _NARROW_LIST = 200, 148  # of the list of pages at 100 %, pixels
_NARROW = 700  # below this width of the window the list is narrow, pixels at 100 %
_SIDE_SHARE = 0.36  # of the window's width, at most
_TEXT_WIDTH = 680  # of what stands on a page, at most, pixels at 100 %


@dataclass(frozen=True, slots=True)
class Automatic:
    """What is used here and now while the user sets nothing.

    Attributes:
        value: A number or a choice.
        top: Where the slider ends on this computer; None as it was declared.
    """

    value: object
    top: float | None = None


class PageList(QListWidget):
    """The list of pages; what is typed while it has the focus is searched for.

    Args:
        search: Gives a key that writes something to the search; tells whether it was one.
    """

    def __init__(self, search: Callable[[QKeyEvent], bool]) -> None:
        super().__init__()
        self._search = search

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the search, or walk in the list."""
        if not self._search(event):
            super().keyPressEvent(event)


class SettingsPage(WindowPage):
    """The list of pages at the left, what stands on one at the right; a search goes over all.

    Signals:
        refused: The page was left over something typed that could not be taken; a Refusal.
        previewed: (Settings) what the settings would be if what is being typed were taken.

    Args:
        service: Checks, saves and announces.
        theme: Colours.
        panels: More to stand on the pages.
        automatic: By setting, what is in force while the user sets nothing.
        first: The page that is shown first; None for the first one.
        useless: Says why a setting has no effect on this computer, so that it is not shown; empty
            where it has one. Asked once somebody would see it.
    """

    refused = Signal(Refusal)
    previewed = Signal(Settings)

    def __init__(
        self,
        service: SettingsService,
        theme: Theme,
        panels: Sequence[Panel] = (),
        automatic: Mapping[str, Automatic] | None = None,
        first: Section | None = None,
        useless: Callable[[str], str] = lambda _name: "",
    ) -> None:
        super().__init__(tr("Settings"), theme)
        self._useless = useless
        self._service, self._theme = service, theme
        self._automatic = dict(automatic or {})
        self._notes: Mapping[str, str] = {}
        self._bodies = [
            SectionBody(
                section,
                [panel for panel in panels if panel.section is section],
                self._make_row,
                self._reset_section,
                useless,
            )
            for section in Section
        ]
        self._bodies = [body for body in self._bodies if not body.empty]
        self._search = QLineEdit(placeholderText=tr("Search settings"), clearButtonEnabled=True)
        self._search.setAccessibleName(tr("Search settings"))
        for body in self._bodies:
            body.grown.connect(self._place)
        self._sections = self._make_list()
        self._none = StyledLabel("", "muted")
        self._area = QScrollArea()
        self._lay_out()
        self._toast = Snackbar(self)
        self._search.textChanged.connect(self._choose)
        self._sections.currentRowChanged.connect(self._on_section)
        self._sections.itemClicked.connect(lambda _item: self._search.clear())
        self._sections.itemActivated.connect(lambda _item: self._search.clear())
        self._assisted = AssistedChoice(self._sections, self._sections.setCurrentIndex)
        self._sections.setCurrentRow(self.sections.index(first) if first is not None else 0)

    def _make_list(self) -> PageList:
        pages = PageList(self._search_for)
        pages.setProperty("kind", "pages")
        pages.setAccessibleName(tr("Sections"))
        pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        height = pages.fontMetrics().height() + 16
        for body in self._bodies:
            item = QListWidgetItem(body.section.label, pages)
            item.setSizeHint(QSize(0, height))
            item.setToolTip(body.section.label)
        return pages

    def _make_row(self, name: str) -> SettingRow:
        spec = SPECS[name]
        row = SettingRow(spec, self._service, self._theme, spec.option.first)
        if (found := self._automatic.get(name)) is not None:
            row.show_automatic(found.value, found.top)
        row.show_note(self._notes.get(name, ""))
        row.previewed.connect(self._preview)
        return row

    def _lay_out(self) -> None:
        content = self._content = QWidget()
        content.setMaximumWidth(zoomed(_TEXT_WIDTH))
        column = QVBoxLayout(content)
        column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE * 2)
        for body in self._bodies:
            body.hide()
            column.addWidget(body)
        column.addWidget(self._none)
        column.addStretch(1)
        around = QWidget()  # the text stays at the left of a wide window
        around.setObjectName("page")
        line = QHBoxLayout(around)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(content, 1000)
        line.addStretch(1)
        self._area.setWidgetResizable(True)
        self._area.setWidget(around)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side = QWidget()
        self._side.setObjectName("sidebar")
        self._side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(SPACE, SPACE * 2, SPACE, SPACE)
        side.setSpacing(SPACE)
        side.addWidget(self._search)
        side.addWidget(self._sections, 1)
        sides = QHBoxLayout()
        sides.setSpacing(0)
        sides.addWidget(self._side)
        sides.addWidget(self._area, 1)
        self.body.addLayout(sides)

    # --- what is shown --------------------------------------------------------------------------

    @property
    def sections(self) -> list[Section]:
        """The pages that have something to show."""
        return [body.section for body in self._bodies]

    @property
    def _rows(self) -> list[SettingRow]:
        return [row for body in self._bodies for row in body.rows]

    def show_settings(self, settings: Settings) -> None:
        """Show values that changed elsewhere."""
        for row in self._rows:
            row.show_settings(settings)

    def show_automatic(self, automatic: Mapping[str, Automatic]) -> None:
        """Say anew what is in force while the user sets nothing."""
        self._automatic = dict(automatic)
        for row in self._rows:
            if (found := automatic.get(row.spec.name)) is not None:
                row.show_automatic(found.value, found.top)

    def show_notes(self, notes: Mapping[str, str]) -> None:
        """Say beside settings what they cost."""
        self._notes = notes
        for row in self._rows:
            row.show_note(notes.get(row.spec.name, ""))

    def tell(self, text: str, undo: Callable[[], object]) -> None:
        """Say what was done, with a way back."""
        self._toast.show_message(text, undo)

    def tell_written(self, path: Path) -> None:
        """Say that a file was written, with the way to it."""
        text = tr("Written to {path}.", path=str(path))
        self._toast.show_message(text, partial(show_in_folder, path), SHOW_IN_FOLDER)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        super().set_theme(theme)
        self._theme = theme

    def show_section(self, section: Section) -> None:
        """Go to one page."""
        self._search.clear()
        self._sections.setCurrentRow(self.sections.index(section))

    def begin(self) -> None:
        """One chooses a page first."""
        self._sections.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_to_search(self) -> bool:
        """Go to the search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()
        return True

    def finish(self) -> None:
        """Take what is being typed; what cannot be taken is told."""
        refusals = [found for row in self._rows if (found := row.finish()) is not None]
        for refusal in refusals:
            self.refused.emit(refusal)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list of pages gives way in a narrow window."""
        super().resizeEvent(event)
        narrow = self.width() < zoomed(_NARROW)
        wanted = zoomed(_NARROW_LIST if narrow else _LIST_WIDTH) + SPACE * 2
        self._side.setFixedWidth(min(wanted, round(self.width() * _SIDE_SHARE)))
        edge = SPACE * 2 if narrow else SPACE * 3
        column = self._content.layout()
        if column is not None and column.contentsMargins().left() != edge:
            column.setContentsMargins(edge, SPACE * 2, edge, SPACE * 2)

    # --- typing ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is typed at a switch or a button, which has no use for it, is searched for."""
        if not self._search_for(event):
            super().keyPressEvent(event)

    def _search_for(self, event: QKeyEvent) -> bool:
        """Give a key that writes something to the search; whether it was one."""
        if not is_typed(event):
            return False
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QApplication.sendEvent(self._search, event)
        return True

    # --- choosing -------------------------------------------------------------------------------

    def _on_section(self, _row: int) -> None:
        if self._search.text():
            self._search.clear()
        else:
            self._choose("")

    def _choose(self, query: str) -> None:
        current = max(self._sections.currentRow(), 0)
        searching = bool(query.strip())
        if (chosen := self._sections.item(current)) is not None:
            chosen.setSelected(not searching)  # what is found may stand on others
            self._assisted.pause()
        found = False
        for at, body in enumerate(self._bodies):
            if searching:
                found = body.show_hits(query) or found
            elif at == current:
                body.show_all()
            else:
                body.hide()
        self._say_none(query if searching else "", found=found)
        self._place()
        self._area.verticalScrollBar().setValue(0)
        self.previewed.emit(self._service.current)

    def _say_none(self, query: str, *, found: bool) -> None:
        """Say that nothing fits a search, or why what would fit is not here."""
        fitting = (name for name, spec in SPECS.items() if query and fits(spec, query))
        why = filter(None, map(self._useless, fitting))
        nothing = () if found or not query else (tr("No setting fits."),)
        said = paragraph(*(dict.fromkeys(why) or nothing))
        if said and said != self._none.text():
            announce(self, said)
        self._none.setText(said)
        self._none.setVisible(bool(said))

    def _place(self) -> None:
        """Lay out what was just made: a click may follow before Qt comes to it by itself.

        A page that is not seen yet has not the width that it will have.
        """
        if not self.isVisible():
            return
        shown = [body for body in self._bodies if not body.isHidden()]
        settle(self._area, *shown, self._content)

    # --- changing -------------------------------------------------------------------------------

    def _preview(self, seen: Preview) -> None:
        changes: dict[str, Any] = {seen.name: seen.value}
        self.previewed.emit(replace(self._service.current, **changes))

    def _reset_section(self, section: Section) -> None:
        """Bring a page back to its defaults, with a way back from there."""
        before = self._service.current
        names = [name for name, spec in SPECS.items() if spec.option.section is section]
        changed = [name for name in names if getattr(before, name) != SPECS[name].default]
        self.change({name: SPECS[name].default for name in changed})

    def change(self, changes: Mapping[str, object]) -> None:
        """Change several settings at once, with a way back."""
        before = {name: getattr(self._service.current, name) for name in changes}

        def put(values: Mapping[str, object]) -> bool:
            try:
                self._service.update(**values)
            except KnownError as error:
                self.refused.emit(Refusal(error.what, f"{error.data} {error.action}".strip()))
                return False
            self.show_settings(self._service.current)
            return True

        if put(changes):
            text = trn("{n} setting was changed.", "{n} settings were changed.", len(changes))
            QTimer.singleShot(0, self, lambda: self.tell(text, lambda: put(before)))
