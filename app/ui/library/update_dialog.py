"""Check for updates: says whom it would contact, and contacts them only when told to."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

import app
from app.domain.errors import KnownError
from app.language import paragraph, tr
from app.services.updates import UpdateCheck, UpdateService
from app.ui.core.operations import Operations
from app.ui.style.dialogs import Dialog, push_button, text_label


class UpdateDialog(Dialog):
    """Asks for consent, fetches the page, shows the result."""

    def __init__(self, parent: QWidget, service: UpdateService, operations: Operations) -> None:
        super().__init__(parent, tr("Check for updates"), 460)
        self._service = service
        self._operations = operations
        self._address = ""
        self.column.addWidget(
            text_label(tr("This is Phial {version}", version=app.__version__), "heading")
        )
        self.column.addWidget(
            text_label(
                tr(
                    "Phial never looks for updates by itself. If you check now, it asks "
                    "{host} once for the number of the newest release. Nothing about you, "
                    "your chats or this computer is sent, and nothing is downloaded.",
                    host=service.host,
                )
            )
        )
        self.answer = text_label("", "muted")
        self.answer.setAccessibleName(tr("Answer"))
        self.column.addWidget(self.answer)
        self.page_button = push_button(tr("Open its page"))
        self.page_button.clicked.connect(self._open_page)
        self.page_button.hide()
        self.check_button = push_button(tr("Check now"), "accent")
        self.check_button.clicked.connect(self._check)
        close = push_button(tr("Close"))
        close.clicked.connect(self.accept)
        self.add_buttons(close, self.page_button, self.check_button, default=self.check_button)
        if service.offline:
            self.answer.setText(tr("Offline is on in Settings, so Phial will not connect."))
            self.check_button.setEnabled(False)

    def _check(self) -> None:
        self.check_button.setEnabled(False)
        self.answer.setText(tr("Asking {host}…", host=self._service.host))
        self._operations.run(self, lambda _task: self._service.check(), self._show, self._failed)

    def _show(self, answer: UpdateCheck) -> None:
        self.check_button.setEnabled(True)
        newest = answer.newest
        if newest is None:
            text = tr("No release has been published yet.")
        elif answer.is_newer:
            text = tr(
                "Phial {version} is out. Your chats stay when you install it.",
                version=newest.version,
            )
            self._address = newest.address
            self.page_button.show()
        else:
            text = tr("This is the newest: {version} is the last release.", version=newest.version)
        self.answer.setText(text)

    def _failed(self, error: KnownError) -> None:
        self.check_button.setEnabled(True)
        self.answer.setText(paragraph(error.what, error.action))

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._address))
