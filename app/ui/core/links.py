"""Links: which may be opened, what is shown of one, and the question before it is opened."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import QProcess, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from app.domain.parts import picture_file
from app.language import tr
from app.ui.style.dialogs import Dialog, push_button, text_label

_OPENABLE = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s])[^\s\x00-\x1f\x7f]*", re.IGNORECASE)
_LOOKS_LIKE_HOST = re.compile(
    r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/:?#]\S*)?", re.IGNORECASE
)


def is_openable_link(address: str) -> bool:
    """Whether an address may be handed to the system, after it was shown: web and mail only."""
    if _OPENABLE.fullmatch(address) is None:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:  # urlsplit's word for a malformed host
        return False
    if parts.scheme.lower() == "mailto":
        return "attach" not in parts.query.lower()  # some mail programs attach files that it names
    return bool(parts.hostname)


def is_followed(address: str) -> bool:
    """Whether something comes of choosing a link in a conversation: also of a picture kept here."""
    return bool(picture_file(address)) or is_openable_link(address)


def link_warnings(address: str, text: str = "") -> list[str]:
    """What a reader should know before opening ``address``, which stands behind ``text``."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    made: list[str] = []
    if "xn--" in host:
        made.append(
            tr(
                "The name is written with letters of another alphabet: “{name}”. "
                "Some look like Latin letters.",
                name=_unicode(host),
            )
        )
    if parts.username is not None and parts.scheme.lower() != "mailto":
        made.append(tr("What stands before the @ is not the site. The site is {host}.", host=host))
    named = _LOOKS_LIKE_HOST.fullmatch(text.strip())
    if named is not None and host and _bare(named[1]) != _bare(host):
        made.append(
            tr(
                "The link\u2019s text says {said}, but it leads to {host}.",
                said=named[1],
                host=host,
            )
        )
    return made


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")  # not shown


def _unicode(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def show_in_folder(path: Path) -> None:
    """Show the folder in which a file is, in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def open_at_page(path: Path, page: int) -> None:
    """Open a PDF file at a page where the system's program for it can be told one, else the file.

    The program is another's and stays when this one ends.
    """
    from app.system.viewers.pdf_viewer import page_command  # nobody waits for it at the start

    command = page_command(path, page) if path.is_file() else None
    if command is None or not QProcess.startDetached(command[0], list(command[1:]))[0]:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def ask_to_open_link(parent: QWidget, address: str, text: str = "") -> None:
    """Show where a link leads before the system opens it."""
    dialog = Dialog(parent, tr("Open this address?"), 480)
    mail = address.lower().startswith("mailto:")
    who = (
        tr("Your mail program will open this address:")
        if mail
        else tr("Your browser will open this address:")
    )
    dialog.column.addWidget(text_label(who, "subheading"))
    shown = text_label(address)
    # A long address without breaks would widen the dialog; zero-width spaces let it wrap.
    shown.setText("\u200b".join(address))
    shown.setAccessibleName(address)
    shown.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    dialog.column.addWidget(shown)
    warnings = link_warnings(address, text)
    for warning in warnings:
        dialog.column.addWidget(text_label(warning, "error"))
    dialog.column.addWidget(text_label(tr("Phial itself connects to nothing."), "muted"))
    go, copy, cancel = (
        push_button(tr("Open"), "accent"),
        push_button(tr("Copy address")),
        push_button(tr("Cancel")),
    )
    go.clicked.connect(dialog.accept)
    cancel.clicked.connect(dialog.reject)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(address))
    copy.clicked.connect(dialog.reject)
    default = cancel if warnings else go
    dialog.add_buttons(go, copy, cancel, default=default)
    default.setFocus()  # the ring stands where Enter leads
    if dialog.execute(lambda: True):
        QDesktopServices.openUrl(QUrl(address, QUrl.ParsingMode.StrictMode))
