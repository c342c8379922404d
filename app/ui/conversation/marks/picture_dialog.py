"""What a link in a conversation leads to: a picture kept in Phial's folder, or an address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from app.domain.parts import picture_file
from app.language import tr
from app.ui.core.links import ask_to_open_link, show_in_folder
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.theme import SPACE
from app.ui.transcript.widgets.signals import LinkRequest

_WIDTH, _HEIGHT, _SHORT = 640, 440, 120
"""Of the dialog, of what is shown at most, and of that on the smallest screen, pixels."""


class PictureDialog(Dialog):
    """A picture of a message, and the ways to its file.

    Args:
        parent: The window that it belongs to.
        caption: What the message says of it.
        path: Its file; None where that is gone.
    """

    def __init__(self, parent: QWidget, caption: str, path: Path | None) -> None:
        super().__init__(parent, tr("Picture"), _WIDTH)
        close = push_button(tr("Close"))
        close.clicked.connect(self.reject)
        if path is None:
            gone = tr("The picture is no longer in Phial's folder.")
            self.column.addWidget(text_label(gone, "error"))
            self.column.addWidget(text_label(caption, "muted"))
            self.add_buttons(close, default=close)
            return
        self._add_picture(path, caption)
        self.column.addWidget(text_label(caption, "muted"))
        go, folder = push_button(tr("Open"), "accent"), push_button(tr("Show in folder"))
        go.clicked.connect(partial(_open, path))
        folder.clicked.connect(partial(show_in_folder, path))
        for button in (go, folder):
            button.clicked.connect(self.accept)
        self.add_buttons(go, folder, close, default=go)
        go.setFocus()

    def _add_picture(self, path: Path, caption: str) -> None:
        ratio = self.devicePixelRatio()
        tall = max(_SHORT, min(_HEIGHT, self.room().height() - 30 * SPACE))
        image = _drawn(path, QSize(_WIDTH - 6 * SPACE, tall) * ratio)
        if image.isNull():
            unreadable = tr("Phial cannot show this picture; another program may.")
            self.column.addWidget(text_label(unreadable))
            return
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(ratio)
        shown = QLabel()
        shown.setPixmap(pixmap)
        shown.setAccessibleName(tr("Picture: {name}", name=caption))
        self.column.addWidget(shown, 0, Qt.AlignmentFlag.AlignHCenter)


def _drawn(path: Path, most: QSize) -> QImage:
    """A picture, made smaller where it is larger than ``most``; none where Qt cannot read it."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)  # as the camera was held
    size = reader.size()
    if size.width() > most.width() or size.height() > most.height():
        reader.setScaledSize(size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def follow_link(parent: QWidget, picture: Callable[[str], Path | None], link: LinkRequest) -> None:
    """Show the picture that a link means, or ask whether its address is to be opened.

    Args:
        parent: The window that the conversation is in.
        picture: The file of a kept picture; None where it is gone.
        link: The link.
    """
    if picture_file(link.address):
        PictureDialog(parent, link.text, picture(link.address)).exec()
    else:
        ask_to_open_link(parent, link.address, link.text)
