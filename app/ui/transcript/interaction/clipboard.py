"""The clipboard: text of the transcript as plain text, Markdown or HTML."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication

from app.ui.transcript.content.selection import CopyAs


def put_on_clipboard(text_as: Callable[[CopyAs], str], form: CopyAs | None) -> None:
    """Copy; without a form both as plain and as rich text, and the receiver chooses.

    Args:
        text_as: What is copied, in a form; empty where it cannot be had in that form.
        form: The only form; None for plain and rich.
    """
    data = QMimeData()
    if form is CopyAs.MARKDOWN:
        data.setText(text_as(CopyAs.MARKDOWN))
        data.setData("text/markdown", data.text().encode())
    else:
        # An answer that is only reasoning has no words to copy in other forms.
        data.setText(text_as(CopyAs.PLAIN) or text_as(CopyAs.MARKDOWN))
        rich = text_as(CopyAs.RICH) if form is not CopyAs.PLAIN else ""
        if rich:
            data.setHtml(rich)
    if data.text():  # nothing to copy leaves what was copied before
        QGuiApplication.clipboard().setMimeData(data)


def set_primary_selection(text: Callable[[], str]) -> None:
    """Let the middle button paste what is selected, where the system has that."""
    clipboard = QGuiApplication.clipboard()
    if clipboard.supportsSelection():
        clipboard.setText(text(), QClipboard.Mode.Selection)
