"""Owns putting text on the clipboard in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from app.ui.transcript.selection import CopyAs


def put_on_clipboard(text_as: Callable[[CopyAs], str], form: CopyAs | None) -> None:
    """Copy; without a form both as plain and as rich text, and the receiver chooses."""
    data = QMimeData()
    if form is CopyAs.MARKDOWN:
        data.setText(text_as(CopyAs.MARKDOWN))
        data.setData("text/markdown", data.text().encode())
    else:
        data.setText(text_as(CopyAs.PLAIN))
        if form is not CopyAs.PLAIN:
            data.setHtml(text_as(CopyAs.RICH))
    QGuiApplication.clipboard().setMimeData(data)
