"""Sheets over the window, and the small ones: an error, a question, a line to type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import KnownError
from app.language import tr
from app.ui.style.sheets import Sheet
from app.ui.style.stacking_row import StackingRow
from app.ui.style.text_fields import ChoosingField, LineField, PlainEditor
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

_WIDTH = 440
_CANCEL = tr("Cancel")
_ACTIONS = {"accent", "danger"}
_AGAIN = tr(
    "What you typed last was not saved and stands here again. Undo brings back what is in force."
)
T = TypeVar("T")


def text_label(text: str, role: str = "") -> StyledLabel:
    """A wrapping label of plain text that can be selected and copied."""
    label = StyledLabel(text, role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class Dialog(Sheet):
    """A sheet with its title, a column of content and a row of buttons.

    Args:
        parent: The window that it belongs to; None where there is none.
        title: Its name.
        width: Of its content at least, pixels.
        titled: Whether the title is its first line; not where the content begins with its own.
    """

    def __init__(
        self, parent: QWidget | None, title: str, width: int = _WIDTH, *, titled: bool = True
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        self.column.setSpacing(SPACE + 4)
        # A minimum of the layout and not of the dialog: long words on the buttons make it wider.
        self.column.addStrut(min(width, self.room().width() - 3 * SPACE) - 6 * SPACE)
        if titled and parent is not None:  # else a title bar has it
            self.column.addWidget(StyledLabel(title, "title"))

    def add_buttons(self, *buttons: QPushButton, default: QPushButton | None = None) -> None:
        """Put buttons in a row at the right, the action last; the default answers Enter."""
        in_order = sorted(buttons, key=lambda one: one.property("kind") in _ACTIONS)
        self.bottom = StackingRow(*in_order, at_end=True)
        self.column.addWidget(self.bottom)
        for button in buttons:  # now that they are the dialog's, which is told
            button.setAutoDefault(button is default)
            button.setDefault(button is default)

    def execute(self, read: Callable[[], T]) -> T | None:
        """Execute the dialog: what ``read`` gives when it is accepted; None when it was given up.

        The fields are read at that moment, because they are gone when `exec` has returned.
        """
        answers: list[T] = []
        self.accepted.connect(lambda: answers.append(read()))
        self.exec()
        return answers[0] if answers else None


def push_button(text: str, kind: str = "plain") -> QPushButton:
    """A button in one of the style sheet's kinds: plain, accent, danger, link."""
    button = QPushButton(text)
    button.setProperty("kind", kind)
    button.setAccessibleName(text)
    return button


class ErrorDialog(Dialog):
    """What happened, what it means for the data, what to do; technical details on demand.

    Args:
        parent: The window that it belongs to; None where there is none.
        error: What is shown.
        patient: It comes by itself, perhaps while somebody types: neither a blank nor Enter
            closes it.
    """

    def __init__(self, parent: QWidget | None, error: KnownError, *, patient: bool = False) -> None:
        super().__init__(parent, tr("Something did not work"), titled=False)
        self.setAccessibleName(str(error))
        self.column.addWidget(text_label(error.what, "subheading"))
        self._add_sentence(error.data)
        self._add_sentence(error.action, "muted")
        self._more = text_label("", "muted")
        self._more.hide()
        self.column.addWidget(self._more)
        close = push_button(tr("Close"), "accent")
        close.clicked.connect(self.accept)
        buttons = [close]
        self._details: QPlainTextEdit | None = None
        if error.detail:
            buttons.insert(0, self._add_details(f"{error}\n\n{error.detail}"))
        self.add_buttons(*buttons, default=None if patient else close)
        if patient:
            self.setFocus()

    def _add_sentence(self, text: str, role: str = "") -> None:
        if text:
            self.column.addWidget(text_label(text, role))

    def _add_details(self, text: str) -> QPushButton:
        details = self._details = QPlainTextEdit(text, readOnly=True)
        details.setProperty("kind", "field")
        details.setAccessibleName(tr("Details"))
        details.setMinimumHeight(140)
        details.hide()
        self.column.addWidget(details)
        toggle = push_button(tr("Details"))
        toggle.setCheckable(True)
        toggle.toggled.connect(details.setVisible)
        toggle.toggled.connect(self.adjustSize)
        return toggle

    def say_more(self, text: str) -> None:
        """Say something that became known while it is open, such as that it happened again."""
        self._more.setText(text)
        self._more.setVisible(bool(text))

    def add_detail(self, text: str) -> None:
        """Put further technical text below the details."""
        if self._details is not None:
            self._details.appendPlainText(f"\n{text}")


def confirm(parent: QWidget, title: str, text: str, rest: str, yes: str, no: str = _CANCEL) -> bool:
    """Ask before something that cannot be undone; Enter and Esc both mean ``no``."""
    dialog = Dialog(parent, title, titled=False)
    dialog.setAccessibleName(text)
    dialog.column.addWidget(text_label(text, "subheading"))
    if rest:
        dialog.column.addWidget(text_label(rest, "muted"))
    go, cancel = push_button(yes, "danger"), push_button(no)
    go.clicked.connect(dialog.accept)
    cancel.clicked.connect(dialog.reject)
    dialog.add_buttons(go, cancel, default=cancel)
    cancel.setFocus()
    return dialog.execute(lambda: True) is not None


def ask_line(
    parent: QWidget, title: str, label: str, verb: str, text: str = "", choices: Sequence[str] = ()
) -> str | None:
    """Ask for one line, with what exists to choose from; None when it was given up.

    Args:
        parent: The window.
        title: Of the dialog.
        label: What the line is for.
        verb: What is done with it, as the button says.
        text: What stands there first.
        choices: What exists.
    """
    dialog = Dialog(parent, title)
    dialog.column.addWidget(text_label(label))
    field: LineField | ChoosingField
    if choices:
        field = ChoosingField(choices, label)
        field.setCurrentText(text)
    else:
        field = LineField()
        field.setText(text)
        field.selectAll()
    field.setAccessibleName(label)
    dialog.column.addWidget(field)
    go, cancel = push_button(verb, "accent"), push_button(_CANCEL)
    go.clicked.connect(dialog.accept)
    cancel.clicked.connect(dialog.reject)
    dialog.add_buttons(go, cancel, default=go)
    field.setFocus()
    return dialog.execute(field.finished_text)


def ask_text(
    parent: QWidget, title: str, label: str, text: str, unsaved: dict[str, str], key: str
) -> str | None:
    """Ask for a text of several lines; None when it was given up.

    Args:
        parent: The window.
        title: Of the dialog.
        label: What the text is for.
        text: What is in force.
        unsaved: By key, what was typed and given up by Esc: the next dialog begins with it.
        key: Of this text.
    """
    dialog = Dialog(parent, title, 560)
    dialog.column.addWidget(text_label(label, "muted"))
    field = PlainEditor(text)
    if (again := unsaved.pop(key, text)) != text:
        field.retype(again)
        dialog.column.addWidget(text_label(_AGAIN, "muted"))
    field.setProperty("kind", "field")
    field.setAccessibleName(title)
    field.setTabChangesFocus(True)
    field.setMinimumHeight(180)
    dialog.column.addWidget(field)
    save, cancel = push_button(tr("Save"), "accent"), push_button(tr("Cancel"))
    save.clicked.connect(dialog.accept)
    cancel.clicked.connect(lambda: field.show_text(text))  # who presses it means it
    cancel.clicked.connect(dialog.reject)
    dialog.rejected.connect(lambda: unsaved.update({key: field.text()}))
    dialog.add_buttons(save, cancel, default=save)
    field.setFocus()
    return dialog.execute(field.text)
