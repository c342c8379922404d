"""The access token for gated repositories: entered here, kept by the system's keyring."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from app.domain.errors import KnownError
from app.language import tr
from app.services.models.downloads import DownloadService
from app.ui.style.dialogs import push_button
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel


class TokenPanel(QFrame):
    """A field that never shows what is kept; it says where that is."""

    def __init__(self, downloads: DownloadService) -> None:
        super().__init__()
        self._downloads = downloads
        self._field = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self._field.setAccessibleName(tr("Hugging Face access token"))
        self._field.setPlaceholderText("hf_…")  # not shown: how a token begins
        self._field.returnPressed.connect(self._keep)
        keep, forget = push_button(tr("Keep")), push_button(tr("Forget"))
        keep.setAccessibleName(tr("Keep the access token"))
        forget.setAccessibleName(tr("Forget the access token"))
        keep.clicked.connect(self._keep)
        forget.clicked.connect(self._forget)
        self._answer = StyledLabel("", "small")
        self._answer.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self._field, 1)
        for button in (keep, forget):
            button.setAutoDefault(False)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE // 2, 0, SPACE // 2)
        column.setSpacing(2)
        column.addWidget(StyledLabel(tr("Hugging Face access token"), "subheading"))
        column.addWidget(
            StyledLabel(
                tr(
                    "Only needed for gated or private repositories. It is sent to no other host "
                    "and never written to a file of Phial."
                ),
                "muted",
            )
        )
        column.addLayout(row)
        column.addWidget(self._answer)

    def _keep(self) -> None:
        try:
            self._say(self._downloads.set_token(self._field.text()))
        except KnownError as error:
            self._say(str(error))
        self._field.clear()

    def _forget(self) -> None:
        try:
            self._downloads.forget_token()
        except KnownError as error:
            self._say(str(error))
        else:
            self._say(tr("The access token is forgotten."))

    def _say(self, text: str) -> None:
        self._answer.setText(text)
        self._answer.show()
