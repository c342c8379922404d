"""The footer of a message: its actions and its status."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from app.domain.conversation import Message, MessageStatus, Version
from app.domain.generation import Role
from app.domain.grammar.form import form_of
from app.domain.parts import FormPart
from app.language import tr, trn
from app.services.core import formatting
from app.ui.style.menus import add_entry, open_below
from app.ui.transcript.content.status import status_text
from app.ui.transcript.items.style import Style
from app.ui.transcript.widgets.buttons import BUTTON, ButtonRow, QuietButton, QuietLabel
from app.ui.transcript.widgets.signals import ActionKind

OVERHANG = 6
"""How far a footer begins left of the text, so that its first picture stands under the text."""


FLOATING = 24
"""Height of one that stands over the edge of a question's bubble, pixels at 100 %."""


def has_words(message: Message) -> bool:
    """Whether there is anything to copy: an answer that was stopped early may be empty."""
    return bool(message.content.strip() or message.placed)


def is_always_shown(message: Message, version: Version) -> bool:
    """Whether a part of the actions is seen without pointing at the message."""
    writing = message.status is MessageStatus.STREAMING
    said = message.status.can_continue or bool(message.left_out)
    return (said or version.count > 1) and not writing


class Footer(ButtonRow):
    """The actions and the status of one message."""

    acted = Signal(str, str)  # kind, payload

    def __init__(
        self, parent: QWidget, style: Style, message: Message, version: Version, *, busy: bool
    ) -> None:
        super().__init__(parent, style)
        self._message = message
        self._buttons: list[QuietButton] = []
        self._revealed = False
        self._go_on: QuietButton | None = None
        self._copy: QuietButton | None = None
        self._previous: QuietButton | None = None
        self._count: QuietLabel | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        streaming = message.status is MessageStatus.STREAMING
        user = message.role is Role.USER
        self._always: set[QuietButton] = set()
        # What cannot be done now keeps its place: no button moves under the pointer.
        if message.status.can_continue and not user:
            self._go_on = self._add(
                "continue", tr("Continue this answer"), ActionKind.CONTINUE, tr("Continue")
            )
            self._go_on.setEnabled(not busy)
            self._always.add(self._go_on)
        if not streaming:
            if has_words(message):
                self._copy = self._add("copy", tr("Copy message"), ActionKind.COPY)
            if user:
                change = self._add("edit", tr("Edit message"), ActionKind.EDIT)
            else:
                change = self._add("regenerate", tr("Regenerate answer"), ActionKind.REGENERATE)
            change.setEnabled(not busy)
        if version.count > 1 and not streaming:
            self._add_versions(version, busy=busy)
        if not streaming:
            more = self._add("more", tr("More actions"), None)
            more.clicked.connect(lambda: open_below(more, self._menu(more, busy=busy)))
        self._status = QuietLabel(self, style, self._words())
        self._record = formatting.join(self._speed(), self._made_by())
        self._figures = QuietLabel(self, style, self._record)
        self.reveal(False)

    @property
    def status_text(self) -> tuple[QuietLabel, ...]:
        """What is said beside the buttons."""
        return self._status, self._figures

    @property
    def buttons(self) -> list[QuietButton]:
        """From first to last."""
        return self._buttons

    def show_figures(self, words: str) -> None:
        """Say how much of the answer is written and how fast, while it is written."""
        if self._message.status is MessageStatus.STREAMING and words != self._figures.text():
            self._figures.setText(words)
            self.reveal(self._revealed)

    def _words(self) -> str:
        return status_text(self._message)

    def _made_by(self) -> str:
        """The model, once it has answered."""
        made_by = self._message.model
        if made_by is None or not self._speed():
            return ""
        return f"{made_by.name} {made_by.quantization}".strip()

    def _speed(self) -> str:
        timings, rate = self._message.timings, self._rate()
        if timings is None or not rate:
            return ""
        count = trn("{n} token", "{n} tokens", timings.completion_tokens)
        return formatting.join(count, rate)

    def _rate(self) -> str:
        timings = self._message.timings
        writing = self._message.status is MessageStatus.STREAMING
        if timings is None or writing or not timings.tokens_per_second:
            return ""
        return formatting.rate(timings.tokens_per_second)

    def _add(
        self, name: str, label: str, kind: ActionKind | None, text: str = "", payload: str = ""
    ) -> QuietButton:
        button = QuietButton(self, self._style, name, label, text)
        if kind is not None:
            button.clicked.connect(self._emitter(kind, payload))
        self._buttons.append(button)
        return button

    def _emitter(self, kind: ActionKind, payload: str) -> Callable[[], None]:
        def emit() -> None:
            if kind is ActionKind.COPY:
                self._buttons_copied()
            self.acted.emit(kind.value, payload)

        return emit

    def _buttons_copied(self) -> None:
        if self._copy is not None:
            self._copy.set_icon("done")

    def _add_versions(self, version: Version, *, busy: bool) -> None:
        before = self._add(
            "previous", tr("Previous version"), ActionKind.VERSION, payload="previous"
        )
        self._previous = before
        before.setEnabled(version.index > 1 and not busy)
        self._count = QuietLabel(self, self._style, f"{version.index}/{version.count}")
        self._count.setAccessibleName(
            tr("Version {index} of {count}", index=version.index, count=version.count)
        )
        after = self._add("next", tr("Next version"), ActionKind.VERSION, payload="next")
        after.setEnabled(version.index < version.count and not busy)
        self._always |= {before, after}

    def _menu(self, button: QuietButton, *, busy: bool) -> QMenu:
        menu = QMenu(button)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        several = self._count is not None
        rows = message_entries(self._message, busy=busy, several=several)
        for text, kind, payload in rows:
            add_entry(menu, text, self._emitter(kind, payload))
        return menu

    def reveal(self, shown: bool) -> None:
        """Show the actions, or only what has to be seen always."""
        self._revealed = shown
        for button in self._buttons:
            button.shown = shown or button in self._always
            button.update()
        self._place()

    def _put(self, widget: QWidget, x: int, width: int) -> None:
        """Give a widget its place in the first line, where the buttons are."""
        tall = min(self._style.px(BUTTON), self.height())
        self._stand(widget, QRect(x, 0, width, tall))

    def _widths(self, count_width: int) -> list[int]:
        """Of the buttons; the one with a word does without it where that has no room."""
        widths = [button.wanted_width() for button in self._buttons]
        if self._go_on is not None:
            self._go_on.wordless = False
            widths[0] = self._go_on.wanted_width()
            self._go_on.wordless = sum(widths) + count_width > self.width()
            widths[0] = self._go_on.wanted_width()
            self._go_on.update()
        return widths

    def _place(self) -> None:
        style = self._style
        count = self._count
        count_width = count.text_width + style.px(4) if count is not None else 0
        widths = self._widths(count_width)
        right = self._message.role is Role.USER
        x = self.width() - sum(widths) - count_width if right else 0
        for button, width in zip(self._buttons, widths, strict=True):
            self._put(button, x, width)
            x += width
            if button is self._previous and count is not None:
                self._put(count, x, count_width)
                x += count_width
        x += style.px(10 if widths else OVERHANG)
        below = self.height() - style.px(BUTTON)
        self._status.setVisible(bool(self._status.text()))
        if self._status.text() and below > 0:
            side = style.px(OVERHANG)
            place = QRect(side, style.px(BUTTON), self.width() - side, below)
            self._stand(self._status, place)
        elif self._status.text():
            self._put(self._status, x, self._status.text_width)
            x += self._status.width() + style.px(12)
        if self._record:
            self._fit_record(self.width() - x)
        self._put(self._figures, x, self._figures.text_width)
        seen = self._revealed or self._message.status is MessageStatus.STREAMING
        self._figures.setVisible(seen and bool(self._figures.text()))

    def _fit_record(self, room: int) -> None:
        """Leave the model out of an answer's record where there is no room, then its length.

        Args:
            room: Pixels.
        """
        for words in (self._record, self._speed(), self._rate(), ""):
            self._figures.setText(words)
            if self._figures.text_width <= room:
                break
        self._figures.setToolTip("" if words == self._record else self._record)


def message_entries(
    message: Message, *, busy: bool, several: bool
) -> list[tuple[str, ActionKind, str]]:
    """What can be done with a message by its menus: words, kind and payload of each entry.

    Args:
        message: The message.
        busy: An answer is being written.
        several: There are other versions of it.
    """
    rows: list[tuple[str, ActionKind, str]] = []
    if has_words(message):
        rows += [
            (tr("Copy as Markdown"), ActionKind.COPY, "markdown"),
            (tr("Copy as plain text"), ActionKind.COPY, "plain"),
            (tr("Copy as rich text"), ActionKind.COPY, "rich"),
        ]
    if busy:
        return rows
    if message.role is not Role.USER:
        rows.append((tr("Answer again with\u2026"), ActionKind.ANSWER_AGAIN, ""))
        if several:
            rows.append((tr("Compare versions\u2026"), ActionKind.COMPARE, ""))
        rows += _form_entries(message)
    rows.append((tr("New chat from here"), ActionKind.BRANCH, ""))
    rows.append((tr("Delete\u2026"), ActionKind.DELETE, ""))
    return rows


def _form_entries(message: Message) -> list[tuple[str, ActionKind, str]]:
    """What can be done with an answer in a form."""
    parts = (one.part for one in message.placed if isinstance(one.part, FormPart))
    part = next(parts, None)
    if part is None or form_of(part) is None:
        return []
    rows: list[tuple[str, ActionKind, str]] = [(tr("Change its values"), ActionKind.CHANGE, "")]
    if part.text:
        rows.append((tr("Back to what the model wrote"), ActionKind.UNCHANGE, ""))
    rows.append((tr("Copy as CSV"), ActionKind.COPY_CSV, ""))
    rows.append((tr("Copy as JSON"), ActionKind.COPY_JSON, ""))
    return rows
