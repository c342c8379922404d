"""The menu of the right button and of the Menu key: copying what is selected or pointed at.

It is also how links are reached without a mouse: those in view are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractScrollArea, QMenu

from app.domain.conversation import MessageStatus
from app.domain.parts import FormPart, picture_file
from app.language import paragraph, tr
from app.ui.core.links import is_followed
from app.ui.style.menus import add_entry, close_when_chosen
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import TableRow, link_text, links_of
from app.ui.transcript.content.runs import OBJECT, from_units, to_units
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.content.wide_blocks import CodeRow
from app.ui.transcript.interaction.message_actions import MessageActions, code_of
from app.ui.transcript.interaction.pointer import Pointer
from app.ui.transcript.interaction.selection_controller import SelectionController
from app.ui.transcript.items.row_item import RowItem
from app.ui.transcript.layout import Layout
from app.ui.transcript.widgets.footer import has_words, message_entries
from app.ui.transcript.widgets.signals import ActionKind, CodeToSave

if TYPE_CHECKING:  # most answers are in no form
    from app.ui.transcript.interaction.value_editor import ValueEditor

LONGEST_LABEL = 60
"""Characters of a link's text or address in the menu."""


class ContextMenu:
    """The entries for the selection, the link and the block under the pointer.

    Args:
        area: Whose menu it is.
        layout: What is in view.
        selection: What is copied.
        pointer: Says what is pointed at, and follows links.
        actions: Does what can be done with a message.
        values: Gives what changes a value of an answer in a form.
        quote: Begins a message with a text.
        save_code: Asks the shell to save a code block.
        tell: Says a sentence to who did something here.
    """

    def __init__(
        self,
        area: QAbstractScrollArea,
        layout: Layout,
        selection: SelectionController,
        pointer: Pointer,
        actions: MessageActions,
        *,
        values: Callable[[], ValueEditor],
        quote: Callable[[str], None],
        save_code: Callable[[CodeToSave], None],
        tell: Callable[[str], None],
    ) -> None:
        self._area, self._layout = area, layout
        self._actions, self._quote, self._save_code = actions, quote, save_code
        self._values, self._tell = values, tell
        self._selection, self._pointer = selection, pointer
        area.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        area.customContextMenuRequested.connect(self._open)

    def _open(self, point: QPoint) -> None:
        menu = QMenu(self._area)
        menu.aboutToHide.connect(menu.deleteLater)
        self._add_link(menu, QPointF(point))
        self._add_copies(menu)
        self._add_pointed_at(menu, QPointF(point))
        everything = add_entry(menu, tr("Select whole chat"), self._selection.select_all)
        everything.setShortcut(QKeySequence(QKeySequence.StandardKey.SelectAll))
        everything.setEnabled(bool(self._layout.branch.models))
        self._add_links_in_view(menu)
        self._add_message(menu, QPointF(point))
        close_when_chosen(menu)
        menu.popup(self._area.viewport().mapToGlobal(point))

    def _add_link(self, menu: QMenu, point: QPointF) -> None:
        """What can be done with the link that is pointed at."""
        address = self._pointer.link_under(point)
        found = self._pointer.item_at(point)
        if not address or found is None:
            return
        text = link_text(found[2].row, address)
        if picture_file(address):
            self._add_opening(menu, tr("Show the picture"), address, text)
        else:
            self._add_opening(menu, tr("Open link\u2026"), address, text)
            add_entry(menu, tr("Copy link address"), _copier(address))
        menu.addSeparator()

    def _add_opening(self, menu: QMenu, label: str, address: str, text: str) -> None:
        opening = add_entry(menu, label, lambda: self._pointer.activate(address, text))
        opening.setEnabled(is_followed(address))

    def _add_copies(self, menu: QMenu) -> None:
        """The forms of a copy of the selection."""
        chosen = self._selection.selection
        if chosen is None or chosen.empty:
            return
        copying = add_entry(menu, tr("Copy"), partial(self._selection.copy, None))
        copying.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        for label, form in (
            (tr("Copy as Markdown"), CopyAs.MARKDOWN),
            (tr("Copy as plain text"), CopyAs.PLAIN),
            (tr("Copy as rich text"), CopyAs.RICH),
        ):
            add_entry(menu, label, partial(self._selection.copy, form))
        words = self._selection.text().strip()
        add_entry(menu, tr("Quote in the message"), partial(self._quote, _quoted(words)))
        asked = tr("“{words}”: ", words=" ".join(words.split()))
        add_entry(menu, tr("Ask about this"), partial(self._quote, asked))
        menu.addSeparator()

    def _add_pointed_at(self, menu: QMenu, point: QPointF) -> None:
        """Copying the formula or the code that is pointed at, without selecting it first."""
        found = self._pointer.item_at(point)
        if found is None:
            return
        at, row, item, x, y = found
        message = self._layout.branch.models[at].message
        if not self._actions.is_busy() and any(
            isinstance(one.part, FormPart) for one in message.placed
        ):
            values = self._values()
            index = values.value_at(at, row, item, x, y)
            if index is not None:
                add_entry(menu, tr("Change this value"), partial(values.begin, message.id, index))
        latex = _formula_at(item, x, y)
        if latex:
            add_entry(menu, tr("Copy formula as LaTeX"), _copier(latex))
        if isinstance(item.row, CodeRow):
            state = item.row.state
            code = code_of(self._layout.branch.models[at], state)
            add_entry(menu, tr("Copy code"), _copier(code))
            add_entry(
                menu,
                tr("Save code as…"),
                partial(self._save_code, CodeToSave(code, state.language)),
            )
        if isinstance(item.row, TableRow):
            from app.ui.transcript.interaction.clipboard import put_on_clipboard
            from app.ui.transcript.interaction.tables import table_as, table_csv

            model, table = self._layout.branch.models[at], item.row.state
            written = table_csv(model, table)
            text_as = partial(table_as, model, table)
            for label, form in (
                (tr("Copy table as Markdown"), CopyAs.MARKDOWN),
                (tr("Copy table as rich text"), CopyAs.RICH),
            ):
                add_entry(menu, label, partial(put_on_clipboard, text_as, form))
            add_entry(menu, tr("Copy table as CSV"), partial(self._copy_csv, written))

    def _copy_csv(self, written: str) -> None:
        """Copy a table, and say where what would be a formula has an apostrophe before it."""
        from app.domain.grammar.form_check import APOSTROPHES, holds_formulas

        QGuiApplication.clipboard().setText(written)
        if holds_formulas(written):
            self._tell(paragraph(tr("Copied."), APOSTROPHES))

    def _add_message(self, menu: QMenu, point: QPointF) -> None:
        """What can be done with the message that is pointed at."""
        found = self._pointer.item_at(point)
        if found is None:
            return
        model = self._layout.branch.models[found[0]]
        if model.message.status is MessageStatus.STREAMING:
            return
        busy = self._actions.is_busy()
        entries: list[tuple[str, ActionKind]] = []
        if has_words(model.message):
            entries.append((tr("Copy message"), ActionKind.COPY))
        if not busy and model.is_user:
            entries.append((tr("Edit message"), ActionKind.EDIT))
        elif not busy:
            entries.append((tr("Regenerate answer"), ActionKind.REGENERATE))
        menu.addSeparator()
        for label, kind in entries:
            add_entry(menu, label, partial(self._actions.on_action, model, kind.value, ""))
        several = model.version.count > 1
        for label, kind, payload in message_entries(model.message, busy=busy, several=several):
            if kind is not ActionKind.COPY:
                add_entry(menu, label, partial(self._actions.on_action, model, kind.value, payload))

    def _add_links_in_view(self, menu: QMenu) -> None:
        """Every link in view that can be opened, for hands on the keyboard."""
        found = (link for row in self._rows_in_view() for link in links_of(row))
        links = list(dict.fromkeys(link for link in found if is_followed(link[1])))
        if not links:
            return
        menu.addSeparator()
        inner = menu.addMenu(tr("Links in view"))
        for text, address in links:
            alone = text == address or picture_file(address)
            label = text if alone else f"{text} \u2014 {address}"
            self._add_opening(inner, _label(label), address, text)

    def _rows_in_view(self) -> Iterator[Row]:
        for placed in self._layout.flow.placed:
            yield self._layout.branch.models[placed.at].rows[placed.row]


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}" for line in words.splitlines()) + "\n\n"


def _copier(text: str) -> Callable[[], None]:
    return lambda: QGuiApplication.clipboard().setText(text)


def _label(text: str) -> str:
    """A text for a menu, of bounded length, in which an ampersand is one."""
    short = text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}\u2026"
    return short.replace("&", "&&")


def _formula_at(item: RowItem, x: float, y: float) -> str:
    """The source of the formula at a point of a row; empty where there is none."""
    text = item.row.drawn_text()
    if OBJECT not in text:
        return ""
    near = from_units(text, item.hit(x, y))
    sources = list(item.row.formulas())
    if text == OBJECT:
        return sources[0]
    for index in (near - 1, near):
        if 0 <= index < len(text) and text[index] == OBJECT:
            ends = [item.caret_rect(to_units(text, i)).x() for i in (index, index + 1)]
            if min(ends) <= x <= max(ends):
                return sources[text.count(OBJECT, 0, index)]
    return ""
